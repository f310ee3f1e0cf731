/* The growth state machine: one thread at a time is admitted to grow a pool on a node; freeze and close that arrive
 * meanwhile are remembered in the state and take effect when that thread leaves. */
#ifndef CN_GROW_H
#define CN_GROW_H

#include "base/cn_atomic.h"

/*             ADMIT    DONE     FREEZE     THAW     CLOSE
 * READY       GROWING  -        FROZEN     -        CLOSING
 * GROWING     -        READY    G_FREEZING -        G_CLOSING   (only the admitted thread leaves: DONE)
 * G_FREEZING  -        FROZEN   -          GROWING  G_CLOSING   (a request that came meanwhile is remembered)
 * G_CLOSING   -        CLOSING  -          -        -
 * FROZEN      -        -        -          READY    CLOSING
 * CLOSING     -        CLOSED   -          -        -           (DONE: the pool's memory is back)
 * CLOSED      -        -        -          -        -           */
typedef enum cn_grow_state {
    CN_GROW_NEVER = 0, /* no such move; never stored */
    CN_GROW_READY,
    CN_GROW_GROWING,
    CN_GROW_G_FREEZING,
    CN_GROW_G_CLOSING,
    CN_GROW_FROZEN,
    CN_GROW_CLOSING,
    CN_GROW_CLOSED,
    CN_GROW_STATES
} cn_grow_state_t;

typedef enum cn_grow_event { CN_ADMIT, CN_DONE, CN_FREEZE, CN_THAW, CN_CLOSE, CN_GROW_EVENTS } cn_grow_event_t;

extern const uint8_t cn_grow_next[CN_GROW_STATES][CN_GROW_EVENTS];

typedef struct cn_grow {
    CN_ATOMIC(uint8_t) state;
} cn_grow_t;

/* Starts in READY. */
void cn_grow_init(cn_grow_t *grow);

/* The only writer of `state`.  False: another thread moved first, or no such move exists.  Wait-free. */
bool cn_grow_step(cn_grow_t *grow, uint8_t from, cn_grow_event_t event);

/* Asks to be the one that grows.  CN_OK: admitted, must call cn_grow_leave on every path.  CN_BUSY: another thread is
 * at it; CN_FROZEN, CN_CLOSED: nobody may.  Tries once and never waits. */
int cn_grow_admit(cn_grow_t *grow);

/* Ends what cn_grow_admit began, whether memory was found or not, and lets a remembered freeze or close take effect. */
void cn_grow_leave(cn_grow_t *grow);

/* Delivers FREEZE, THAW or CLOSE, however often other threads move meanwhile.  False when the state has no such move
 * (frozen already, closing). Lock-free. */
bool cn_grow_request(cn_grow_t *grow, cn_grow_event_t event);

uint8_t cn_grow_state(const cn_grow_t *grow);

#endif
