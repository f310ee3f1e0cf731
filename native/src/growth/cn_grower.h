/* The background grower: one thread per process that prepares spare chunks, trims idle memory and moves the epoch on.
 *
 * It starts with the first pool and ends with the last.  Where it cannot be started, growth happens on the callers'
 * paths and idle memory goes back on trim() only; pools say so in their counters (spare_misses). */
#ifndef CN_GROWER_H
#define CN_GROWER_H

#include <stdbool.h>
#include <stdint.h>

/* What the grower does for one pool; embedded in it. */
typedef struct cn_grower_client {
    struct cn_grower_client *next;
    struct cn_grower_client **link;
    void (*work)(struct cn_grower_client *self, uint64_t now_nanos); /* on the grower's thread; may map and wait */
} cn_grower_client_t;

#define CN_GROWER_TICK_NANOS 100000000ULL

/* Adds a client and starts the thread if need be.  Takes a mutex.  False: no thread could be started; the client is
 * registered all the same and will be served when a later start succeeds. */
bool cn_grower_join(cn_grower_client_t *client);

/* Removes it; its work is not running and will not run afterwards.  Takes a mutex; waits for work under way. */
void cn_grower_quit(cn_grower_client_t *client);

/* Wakes the grower now instead of at its next tick.  Any thread; one futex call at most. */
void cn_grower_wake(void);

#endif
