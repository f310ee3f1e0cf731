/* Regions: bump allocation over the blocks of a pool, all freed at once.
 *
 *   region --> body --> subregion[i]  block << 32 | used     each cut by one or a few threads
 *                  \--> chain[node]   magazines of the blocks the body holds, linked, in the form the depot takes
 *
 * A body is all that was handed out since the last reset.  Freeing it is one exchange with the depot of each node it has
 * blocks of, whatever their number.  A reset of a shared region puts an empty body in its place; a close, none.  The old
 * body goes with the epoch, when no thread can be cutting from it any more: so nobody waits for anybody.
 * A private region is used by the thread that opened it; that thread needs no epoch to free.  Any thread may close it,
 * so an owner that has died leaves nothing behind for good. */
#ifndef CN_REGION_H
#define CN_REGION_H

#include "pool/cn_block_pool.h"

#define CN_SUBREGIONS_MAX 64U
#define CN_SUBREGIONS_DEFAULT 8U

/*             CLOSE    DONE
 * OPEN        CLOSING  -
 * CLOSING     -        CLOSED    (DONE: its memory is back)
 * CLOSED      -        -      */
typedef enum cn_region_state {
    CN_REGION_NEVER = 0, /* no such move; never stored */
    CN_REGION_OPEN,
    CN_REGION_CLOSING,
    CN_REGION_CLOSED,
    CN_REGION_STATES
} cn_region_state_t;

typedef enum cn_region_event { CN_REGION_CLOSE, CN_REGION_DONE, CN_REGION_EVENTS } cn_region_event_t;

extern const uint8_t cn_region_next[CN_REGION_STATES][CN_REGION_EVENTS];

#define CN_REGION_NONE UINT64_MAX /* a sub-region without a block */

/* Where threads cut. */
typedef struct cn_subregion {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) cursor; /* block << 32 | bytes used of it */
    CN_ATOMIC(uintptr_t) base; /* of that block; only in a private region, where one thread writes both */
} cn_subregion_t;

/* The blocks of one node.  Only ever longer, until the body goes. */
typedef struct cn_region_chain {
    CN_ATOMIC(cn_magazine_t *) first;   /* newest, linked by `next` */
    CN_ATOMIC(cn_magazine_t *) last;    /* the one that came first */
    CN_ATOMIC(cn_magazine_t *) filling; /* not full yet, not among those; whoever adds a block takes it out meanwhile */
    CN_ATOMIC(int64_t) magazines;       /* from first to last */
} cn_region_chain_t;

/* A piece that is too large for a block: general allocation. */
typedef struct cn_region_large {
    CN_ATOMIC(struct cn_region_large *) next;
    int64_t address;
    size_t bytes, align;
} cn_region_large_t;

/*   0  retired, sizes, pool        written once
 * 128  blocks, large, chain        written once per block
 *      sub                         written by every allocation, a line pair each */
typedef struct cn_region_body {
    cn_retired_t retired;
    int64_t pool;              /* its handle: the pool may go before the region */
    struct cn_region *closing; /* the region that goes with this body, or NULL */
    uint32_t subregions, nodes;
    bool is_counted; /* in the pool's bodies_waiting */
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) blocks;
    CN_ATOMIC(uint64_t) large_bytes;
    CN_ATOMIC(cn_region_large_t *) large;
    cn_region_chain_t *chain; /* behind `sub` */
    cn_subregion_t sub[];
} cn_region_body_t;

_Static_assert(offsetof(cn_region_body_t, blocks) == CN_LINE_PAIR, "readers share no line with writers");
_Static_assert(offsetof(cn_region_body_t, sub) == 2 * CN_LINE_PAIR, "nor do those who cut with those who add blocks");

typedef struct cn_region {
    int64_t handle; /* first, as cn_handle wants it */
    int64_t pool;
    uint32_t owner; /* the number of the thread it is private to, plus 1; 0: shared */
    CN_ATOMIC(uint8_t) state;
    CN_ATOMIC(cn_region_body_t *) body; /* NULL from CLOSING on */
} cn_region_t;

/* All of these are called under a pin, with the pool found by its handle (where it is taken).  Any thread. */

/* Opens a region over a pool: private to the calling thread (subregions 0), or shared, with so many sub-regions.
 * CN_CLOSED (the pool), CN_ENOMEM: nothing is left behind. */
int cn_region_open(cn_block_pool_t *pool, int64_t handle, uint32_t subregions, cn_region_t **out);

/* Cuts `bytes` (1 .. PTRDIFF_MAX) aligned to `align` (a power of two); returns the address.  Lock-free but for the growth
 * of the pool and pieces larger than a block.  CN_NOTOWNER, CN_CLOSED, CN_NOHANDLE (the pool is gone), and what
 * cn_block_pool_get and general allocation say. */
int64_t cn_region_allocate(cn_region_t *region, size_t bytes, size_t align, bool zeroed);

/* Frees all that was cut so far; the region goes on.  CN_NOTOWNER, CN_CLOSED, CN_ENOMEM (a shared one: no memory for an empty
 * body; nothing was freed). */
int cn_region_reset(cn_region_t *region);

/* Frees everything, the region too, and voids the handle.  CN_CLOSED: another thread does.  A private region's memory is
 * back when this returns, if its owner called. */
int cn_region_close(cn_region_t *region);

/* Bytes of the blocks and large pieces it holds.  CN_CLOSED. */
int64_t cn_region_bytes(const cn_region_t *region);

/* The only writer of `state`.  False: another thread moved first, or no such move exists. */
bool cn_region_step(cn_region_t *region, uint8_t from, cn_region_event_t event);

/* Chains, cursors and counts agree, every block of it is there once.  Only while no other thread uses it. */
bool cn_region_is_valid(const cn_region_t *region);

#endif
