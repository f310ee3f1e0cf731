/* A magazine: a batch of block numbers, the unit that moves between a thread and the depot.
 *
 * The entries stand here, outside the blocks, so moving cold blocks touches none of their memory.  Headers come in
 * slabs and live as long as their pool: a stale `next` may be read, never used. */
#ifndef CN_MAGAZINE_H
#define CN_MAGAZINE_H

#include "base/cn_atomic.h"

#define CN_MAGAZINE_MAX 64U

typedef struct cn_magazine {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(struct cn_magazine *) next; /* while on a stack; racy readers load it relaxed */
    uint32_t count;                                             /* written by the holder only */
    uint32_t block[CN_MAGAZINE_MAX];
} cn_magazine_t;

_Static_assert(sizeof(cn_magazine_t) == 3 * CN_LINE_PAIR, "headers share no line");

#define CN_MAGAZINE_SLAB 42U

/* Many headers allocated at once. */
typedef struct cn_magazine_slab {
    CN_ATOMIC(struct cn_magazine_slab *) next;
    cn_magazine_t magazine[CN_MAGAZINE_SLAB];
} cn_magazine_slab_t;

#endif
