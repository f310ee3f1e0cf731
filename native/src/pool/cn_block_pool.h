/* A pool of equal blocks: depots, growth and node arenas put together.  No algorithm of its own. */
#ifndef CN_BLOCK_POOL_H
#define CN_BLOCK_POOL_H

#include "arena/cn_node_arena.h"
#include "base/cn_count.h"
#include "depot/cn_depot.h"
#include "growth/cn_carve.h"
#include "growth/cn_chunk.h"
#include "growth/cn_grow.h"
#include "growth/cn_grower.h"
#include "growth/cn_spare.h"
#include "platform/cn_topology.h"
#include "reclaim/cn_epoch.h"

typedef struct cn_block_pool_options {
    uint64_t block_bytes;    /* 1 .. 1 GiB */
    uint64_t initial_bytes;  /* prepared at opening and never given back; <= maximum_bytes */
    uint64_t maximum_bytes;  /* of blocks */
    uint64_t chunk_bytes;    /* 0: 2 MiB */
    uint32_t magazine_blocks; /* 0: by block size; <= CN_MAGAZINE_MAX */
    uint32_t numa;           /* cn_numa_t */
    uint32_t node;           /* for BIND and PREFERRED */
    bool prefault;
    bool huge_pages;
    bool purge_lazy;
    bool keep_addresses; /* the node arenas outlive the pool, so its addresses stay mapped */
    bool on_demand;      /* no spare chunks */
    bool packed;         /* the stride is a multiple of 16 for large blocks too, so two may share a cache line */
    uint64_t retained_bytes_max; /* idle memory above this goes back at the next tick */
    uint64_t retain_nanos;       /* idle memory goes back after this time; 0: only by the bound above and by trim */
    const char *file;            /* NULL: anonymous memory */
} cn_block_pool_options_t;

/* Everything of one NUMA node.
 *    0  depot     written by every exchange
 *  512  carve     written while chunks are cut
 *  640  grow      written by growth
 *  768  spare     written by growth and the grower */
typedef struct cn_pool_node {
    cn_depot_t depot;
    cn_carve_t carve;
    _Alignas(CN_LINE_PAIR) cn_grow_t grow;
    _Alignas(CN_LINE_PAIR) cn_spare_t spare;
    cn_node_arena_t *arena;
    uint32_t id;
} cn_pool_node_t;

typedef struct cn_block_pool {
    /* written once, read by all */
    int64_t handle;
    uint64_t block_bytes; /* as asked */
    uint64_t stride;      /* from block to block */
    uint64_t initial_bytes;
    uint64_t retained_bytes_max;
    uint64_t retain_nanos;
    uint32_t magazine_blocks;
    uint32_t nodes;
    bool follows_thread; /* LOCAL and INTERLEAVE: a node for every NUMA node; else one */
    bool background;     /* the grower runs */
    bool keep_addresses;
    bool on_demand;
    cn_pool_node_t *node;
    cn_chunk_table_t table;
    /* rare seq_cst stores by growth, and when the pool falls asleep; relaxed loads in every exchange: the grower is needed */
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(bool) need_expand;
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(bool) trimming; /* the depot's stack is detached for a moment */
    CN_ATOMIC(bool) asleep;                          /* nobody came for a while: no spare is kept until somebody does */
    CN_ATOMIC(bool) trim_turn;                       /* held by the one thread that trims */
    CN_ATOMIC(int64_t) bodies_waiting;               /* of regions over this pool: freed, their blocks are with the epoch */
    uint64_t period_began; /* the grower's */
    uint64_t exchanges_seen; /* the grower's */
    cn_grower_client_t client;
    cn_retired_t retired;
    cn_count_t count;
    cn_histogram_t growth_nanos;
} cn_block_pool_t;

/* Opens a pool.  CN_EINVAL for options out of range, CN_ENODEV, CN_ENOMEM, CN_BUDGET (the initial bytes do not fit);
 * then nothing is left behind.  *out is ready for use by any thread. */
int cn_block_pool_open(const cn_block_pool_options_t *options, int64_t handle, cn_block_pool_t **out);

/* Takes up to `want` (1..2 * CN_MAGAZINE_MAX) block numbers: of the depot one magazine, of fresh memory all of them.  Returns how many, at least 1, or CN_EXHAUSTED, CN_FROZEN,
 * CN_BUSY (another thread grows; try again), CN_CLOSED, CN_ENOMEM, CN_BUDGET.  Lock-free but for growth. Any thread
 * that holds a pin. */
int cn_block_pool_get(cn_block_pool_t *pool, uint32_t *blocks, uint32_t want);

/* Gives `count` (1..magazine_blocks) blocks back, to their home nodes.  CN_OK, CN_BADBLOCK for a number that is not
 * carved (then none is taken), CN_ENOMEM when no magazine header can be made (then none is taken). */
int cn_block_pool_put(cn_block_pool_t *pool, const uint32_t *blocks, uint32_t count);

/* The index in `node` of the calling thread's node, and of a block's home. */
uint32_t cn_block_pool_node_here(const cn_block_pool_t *pool);
uint32_t cn_block_pool_home(const cn_block_pool_t *pool, uint32_t block);

/* Stops gets and growth for good.  False: it was closed already. */
bool cn_block_pool_close(cn_block_pool_t *pool);
bool cn_block_pool_is_closed(const cn_block_pool_t *pool);

/* FREEZE or THAW on every node.  False: no node changed. */
bool cn_block_pool_request(cn_block_pool_t *pool, cn_grow_event_t event);

/* Releases everything but the struct itself, which goes with the epoch.  Closed; nobody holds a block, nobody new can
 * find the pool.  Stops the grower for it first. */
void cn_block_pool_destroy(cn_block_pool_t *pool);

/* Gives idle memory back until at most `keep_bytes` of it are left (cn_trim.c).  Returns the bytes retired; their
 * pages go with the epoch.  CN_BUSY when there are some and another thread is trimming. */
int64_t cn_block_pool_trim(cn_block_pool_t *pool, uint64_t keep_bytes);

/* What the background grower does for a pool (cn_trim.c). */
void cn_block_pool_work(cn_grower_client_t *client, uint64_t now_nanos);

/* Fills value[0..CN_COUNTERS). */
void cn_block_pool_counts(const cn_block_pool_t *pool, uint64_t *value);

/* Bytes of the pool's chunks that are in memory now.  Asks the kernel chunk by chunk: slow, any thread with a pin. */
int cn_block_pool_resident(const cn_block_pool_t *pool, uint64_t *out);

/* Chunks, depots and cursors agree, and every carved block is in the depots but `outside` of them.  Only while no
 * other thread uses the pool. */
bool cn_block_pool_is_valid(const cn_block_pool_t *pool, uint64_t outside);

#endif
