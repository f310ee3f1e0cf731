/* The depot: the shared lock-free store of magazines, one per pool and NUMA node.
 *
 * Two stacks after Treiber (IBM RJ 5118, 1986) whose tops are {head, stamp} pairs: full magazines and empty headers.
 * Bonwick and Adams, Magazines and Vmem (USENIX 2001), for what a depot is and how its working set is found. */
#ifndef CN_DEPOT_H
#define CN_DEPOT_H

#include "base/cn_count.h"
#include "depot/cn_magazine.h"
#include "platform/cn_cas16.h"

/*   0  count, slabs                   written rarely
 * 128  full {head, stamp}             written by every exchange
 * 256  empty {head, stamp}            written by every exchange
 * 384  length, length_min             written by every exchange, read by the trimmer
 * 512 */
typedef struct cn_depot {
    _Alignas(CN_LINE_PAIR) cn_count_t *count; /* the pool's counters */
    CN_ATOMIC(cn_magazine_slab_t *) slabs;
    int64_t handle; /* of the pool, for tracers */
    uint32_t node;  /* likewise */
    _Alignas(CN_LINE_PAIR) cn_top_t full;
    _Alignas(CN_LINE_PAIR) cn_top_t empty;
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(int64_t) length; /* full magazines; briefly low while one is pushed */
    CN_ATOMIC(int64_t) length_min;                     /* the least length since cn_depot_surplus last looked */
} cn_depot_t;

_Static_assert(offsetof(cn_depot_t, full) == CN_LINE_PAIR, "readers share no line with writers");
_Static_assert(offsetof(cn_depot_t, empty) == 2 * CN_LINE_PAIR, "the two tops share no line");
_Static_assert(sizeof(cn_depot_t) == 4 * CN_LINE_PAIR, "nor does an array neighbour");

/* `count` outlives the depot. */
void cn_depot_init(cn_depot_t *depot, cn_count_t *count);

/* Frees every header.  No other thread may use the depot any more. */
void cn_depot_destroy(cn_depot_t *depot);

/* Takes the newest full magazine, or NULL when there is none.  Lock-free, any thread.
 * The caller owns it until cn_depot_push or cn_depot_push_empty. */
cn_magazine_t *cn_depot_pop(cn_depot_t *depot);

/* Gives a magazine with at least one block.  Lock-free, any thread. */
void cn_depot_push(cn_depot_t *depot, cn_magazine_t *magazine);

/* Takes an empty header; makes a slab of them when there is none.  NULL: no memory.  Lock-free but for the slab. */
cn_magazine_t *cn_depot_pop_empty(cn_depot_t *depot);

/* Gives a header whose blocks were taken out. */
void cn_depot_push_empty(cn_depot_t *depot, cn_magazine_t *magazine);

/* Takes the whole stack of full magazines by one compare-and-swap: a private list, newest first, linked by `next`. */
cn_magazine_t *cn_depot_take_all(cn_depot_t *depot);

/* Gives a private list back, first on top: one compare-and-swap. `count` magazines from `first` to `last`. */
void cn_depot_push_list(cn_depot_t *depot, cn_magazine_t *first, cn_magazine_t *last, int64_t count);

/* Full magazines, about (exact when nobody exchanges). */
int64_t cn_depot_length(const cn_depot_t *depot);

/* The least length since the last call: magazines that nobody needed meanwhile. */
int64_t cn_depot_surplus(cn_depot_t *depot);

/* Walks both stacks: counts right, no magazine twice.  Only while no other thread uses the depot. */
bool cn_depot_is_valid(const cn_depot_t *depot);

/* Blocks in full magazines.  Only while no other thread uses the depot. */
uint64_t cn_depot_blocks(const cn_depot_t *depot);

#endif
