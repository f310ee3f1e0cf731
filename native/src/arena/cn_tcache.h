/* Each thread's caches, one for each arena it allocates from.
 *
 * A thread is bound to at most one arena, that of general allocation on its node: jemalloc's automatic cache, the fastest
 * way there is, serves that one alone, and is emptied when the thread is bound to another.  For every other arena the
 * thread has an explicit jemalloc cache.  So no cache ever mixes nodes, and each hands memory back to its own arena in
 * batches.  A cache goes when its thread or its arena goes. */
#ifndef CN_TCACHE_H
#define CN_TCACHE_H

#include "arena/cn_extent_hooks.h"
#include "arena/cn_node_arena.h"
#include "platform/cn_os.h"

#define CN_ARENAS_MAX 256U

/* One thread's cache for one arena; in the lists of both, under one lock. */
typedef struct cn_tcache {
    struct cn_tcache *next_in_arena;
    struct cn_tcache *previous_in_arena;
    struct cn_arena_thread *thread;
    struct cn_tcache_list *list;
    unsigned index;                      /* jemalloc's, when flags are not 0 */
    int flags;                           /* MALLOCX_ARENA | MALLOCX_TCACHE; 0: only for the account, so far */
    CN_ATOMIC(uint64_t) allocated_bytes; /* taken minus freed by this thread, modulo 2^64; it alone writes */
    CN_ATOMIC(uint32_t) flush_wanted;    /* the arena is being trimmed */
} cn_tcache_t;

/* All that this room keeps for each thread, in one place: finding thread-local memory is a call in a shared library. */
typedef struct cn_arena_thread {
    struct {                        /* cn_bound's */
        uint32_t left;              /* allocations until the thread looks again which node it is on; 0: look now */
        int32_t node;
        cn_tcache_t *cache;         /* the account with the arena; not NULL while bound */
        struct cn_node_arena *arena; /* that jemalloc's automatic cache serves, or NULL */
        uintptr_t window_base;      /* of its first window, which stays where it is; 0 bytes: not known yet */
        size_t window_bytes;
    } bound;
    cn_hook_call_t call;
    bool will_exit; /* cn_tcache hears of this thread's end */
    cn_tcache_t *cache[CN_ARENAS_MAX]; /* by the slot of the arena */
} cn_arena_thread_t;

extern _Thread_local cn_arena_thread_t cn_arena_thread;

/* An arena's side of it. */
typedef struct cn_tcache_list {
    uint32_t slot; /* < CN_ARENAS_MAX, unique among open arenas */
    unsigned jemalloc_arena;
    cn_tcache_t *first;
    CN_ATOMIC(uint64_t) allocated_bytes; /* of threads that have ended or have no cache */
} cn_tcache_list_t;

/* Makes the calling thread's cache for the arena; NULL when there can be none (then go without). */
cn_tcache_t *cn_tcache_create(cn_tcache_list_t *list);

/* The same without a jemalloc cache of its own: the account of a thread that is about to be bound.  NULL: no memory. */
cn_tcache_t *cn_tcache_create_account(cn_tcache_list_t *list);

/* Gives back what the calling thread caches, and asks the other threads to do so at their next call. */
void cn_tcache_flush(cn_tcache_list_t *list);

/* Does what cn_tcache_flush asked for. */
void cn_tcache_flush_own(cn_tcache_t *cache);

/* Destroys every thread's cache for the arena.  No thread may be using the arena. */
void cn_tcache_close(cn_tcache_list_t *list);

/* Bytes handed out and not yet back, over all threads. */
uint64_t cn_tcache_allocated(const cn_tcache_list_t *list);

/* The calling thread's cache for the arena, made at first use; NULL when there can be none.  Another thread writes this
 * entry only when the arena closes, and then nobody may be using it. */
static inline cn_tcache_t *cn_tcache_here(const cn_arena_thread_t *thread, cn_tcache_list_t *list)
{
    cn_tcache_t *cache = thread->cache[list->slot];
    return __builtin_expect(cache != NULL && cache->flags != 0, 1) ? cache : cn_tcache_create(list);
}

/* Adds to the account of the thread that owns the cache. */
static inline void cn_tcache_account(cn_tcache_t *cache, uint64_t bytes)
{
    /* One writer: no read-modify-write needed.  Readers want a sum, not an order. */
    cn_store_relaxed(&cache->allocated_bytes, cn_load_relaxed(&cache->allocated_bytes) + bytes);
}

#endif
