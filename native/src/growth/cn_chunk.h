/* The chunk table of a pool: where its memory is, and what state each chunk is in.
 *
 * A chunk keeps its index and its address until the pool is destroyed, also while its pages are with the system: so
 * block numbers, addresses and views of them stay meaningful, and a stale one reads zeros and does not fault.
 *
 *            publish            take              retire             release (epoch)      prepare
 *   NONE  ----------->  SPARE  ------>  ACTIVE  -------->  RETIRING  -------------->  IDLE  ------>  SPARE
 *                         |                                    ^
 *                         +------------- retire ---------------+
 */
#ifndef CN_CHUNK_H
#define CN_CHUNK_H

#include "base/cn_atomic.h"
#include "reclaim/cn_epoch.h"

typedef enum cn_chunk_state {
    CN_CHUNK_NONE = 0, /* no memory yet */
    CN_CHUNK_SPARE,    /* memory is there, waits to be carved */
    CN_CHUNK_ACTIVE,   /* blocks are carved from it, or were */
    CN_CHUNK_RETIRING, /* all its blocks are back and taken out of the depot; its pages go with the epoch */
    CN_CHUNK_IDLE,     /* its pages are with the system */
    CN_CHUNK_CLAIMED   /* one thread moves it from IDLE to SPARE */
} cn_chunk_state_t;

struct cn_chunk_table;

typedef struct cn_chunk {
    CN_ATOMIC(uint64_t) base_node; /* address | node; 0: none.  Written once, by release */
    CN_ATOMIC(uint32_t) state;
    CN_ATOMIC(uint32_t) populated; /* every page was touched since it became SPARE */
    uint32_t returned;             /* the trimmer's count of its blocks */
    uint64_t returned_mix;         /* and the sum of their slots, mixed: each there once, or not */
    struct cn_chunk_table *table;
    cn_retired_t retired;
} cn_chunk_t;

#define CN_CHUNK_NODE_BITS 6U /* addresses are multiples of a page, so the low bits are free */
#define CN_CHUNK_INDEX_NONE UINT32_MAX

/*   0  sizes, chunks           written once, read by all
 * 128  published, hints, counts  written when a chunk changes state */
typedef struct cn_chunk_table {
    _Alignas(CN_LINE_PAIR) cn_chunk_t *chunk; /* chunks_max of them */
    size_t chunk_bytes;
    uint64_t blocks_max;        /* of the pool; the last chunk may be used in part */
    uint32_t chunks_max;
    uint32_t blocks_per_chunk;
    void *owner;                /* for the release hook */
    void (*release)(struct cn_chunk_table *table, uint32_t index); /* gives the pages of a retired chunk back */
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint32_t) published; /* chunks 0..published-1 have a base */
    CN_ATOMIC(uint32_t) hint[2];                           /* no chunk below is SPARE [0] / IDLE [1] */
    CN_ATOMIC(int32_t) active;                             /* chunks in ACTIVE */
    CN_ATOMIC(int32_t) spare;                              /* chunks in SPARE, and of each node */
    CN_ATOMIC(int32_t) spare_of[1U << CN_CHUNK_NODE_BITS];
    CN_ATOMIC(int32_t) idle;                               /* chunks in IDLE */
    CN_ATOMIC(int32_t) making;   /* threads that prepare a chunk: the next spare one is on its way */
    CN_ATOMIC(int32_t) retiring; /* retirements that the epoch still holds; the table outlives them */
} cn_chunk_table_t;

_Static_assert(offsetof(cn_chunk_table_t, published) == CN_LINE_PAIR, "readers share no line with writers");

/* Prepares an empty table; 0 or CN_ENOMEM. */
int cn_chunk_table_init(cn_chunk_table_t *table, uint32_t chunks_max);
void cn_chunk_table_destroy(cn_chunk_table_t *table);

/* Adds memory as a new chunk in state SPARE.  Lock-free, any thread.  False when the table is full: the caller keeps
 * the memory.  `base` is a multiple of 64 bytes, `node` < 64. */
bool cn_chunk_publish(cn_chunk_table_t *table, uintptr_t base, uint32_t node, bool populated);

/* Moves one chunk of `node` from `from` to `to` and returns its index, or CN_CHUNK_INDEX_NONE.  Lock-free.
 * from is SPARE (to: ACTIVE, RETIRING) or IDLE (to: CLAIMED). */
uint32_t cn_chunk_take(cn_chunk_table_t *table, uint32_t node, cn_chunk_state_t from, cn_chunk_state_t to);

/* CLAIMED to SPARE, after its memory is usable again, or back to IDLE when that failed. */
void cn_chunk_settle(cn_chunk_table_t *table, uint32_t index, cn_chunk_state_t to, bool populated);

/* ACTIVE to RETIRING: nobody holds a block of it.  The count of active chunks is lowered before anything is released.
 * The release hook runs, and the chunk becomes IDLE, two epochs later. */
void cn_chunk_retire(cn_chunk_table_t *table, uint32_t index);

/* The same for a chunk the caller took from SPARE to RETIRING. */
void cn_chunk_retire_spare(cn_chunk_table_t *table, uint32_t index);

/* No retirement is under way, so the table may be destroyed. */
bool cn_chunk_is_settled(const cn_chunk_table_t *table);

uint32_t cn_chunk_count(const cn_chunk_table_t *table);                      /* published */
uintptr_t cn_chunk_base(const cn_chunk_table_t *table, uint32_t index);      /* 0: no such chunk; always an atomic load */
uint32_t cn_chunk_node(const cn_chunk_table_t *table, uint32_t index);
uint32_t cn_chunk_capacity(const cn_chunk_table_t *table, uint32_t index);   /* blocks to carve from it */
int32_t cn_chunk_spares(const cn_chunk_table_t *table, uint32_t node);       /* in SPARE, about */
bool cn_chunk_is_active(const cn_chunk_table_t *table, uint32_t index);      /* false also for one that is not there */
bool cn_chunk_is_full(const cn_chunk_table_t *table);                        /* every chunk is published */

/* States, counts and bases agree.  Only while no other thread uses the table. */
bool cn_chunk_table_is_valid(const cn_chunk_table_t *table);

#endif
