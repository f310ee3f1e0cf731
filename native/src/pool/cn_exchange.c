/* Magazines in and out of a pool: depot first, then carving, then growth, then the other nodes. */
#include <string.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_probe.h"
#include "pool/cn_block_pool.h"

#define CN_WAIT_NANOS_MAX 20000U /* for another thread's growth, before the caller is told CN_BUSY */

uint32_t cn_block_pool_node_here(const cn_block_pool_t *pool)
{
    return pool->nodes == 1U ? 0U : cn_topology_here();
}

uint32_t cn_block_pool_home(const cn_block_pool_t *pool, uint32_t block)
{
    return pool->nodes == 1U ? 0U : cn_chunk_node(&pool->table, block / pool->table.blocks_per_chunk);
}

static cn_pool_node_t *cn_pool_node_here(cn_block_pool_t *pool)
{
    return &pool->node[cn_block_pool_node_here(pool)];
}

/* From the depot: a whole magazine, or part of one when the caller wants less. */
static uint32_t cn_pool_get_from_depot(cn_pool_node_t *node, uint32_t *blocks, uint32_t want)
{
    cn_magazine_t *magazine = cn_depot_pop(&node->depot);
    if (magazine == NULL) return 0;
    const uint32_t taken = magazine->count < want ? magazine->count : want;
    magazine->count -= taken;
    memcpy(blocks, magazine->block + magazine->count, taken * sizeof *blocks);
    if (magazine->count != 0) {
        cn_depot_push(&node->depot, magazine);
    } else {
        cn_depot_push_empty(&node->depot, magazine);
    }
    return taken;
}

static uint32_t cn_pool_get_by_carving(cn_block_pool_t *pool, cn_pool_node_t *node, uint32_t *blocks, uint32_t want)
{
    uint32_t first = 0;
    const uint32_t taken = cn_carve_take(&node->carve, &pool->table, want, &first);
    /* The last block comes first, so that the caller, who takes from the end, uses them in order of address. */
    for (uint32_t i = 0; i < taken; i++) blocks[i] = first + taken - 1U - i;
    if (taken != 0) cn_count_add(&pool->count, CN_COUNT_blocks_carved, taken);
    return taken;
}

/* Publishes one more chunk, unless the thread before did.  Only the admitted thread. */
static int cn_pool_publish(cn_block_pool_t *pool, cn_pool_node_t *node, bool *published)
{
    if (cn_carve_left(&node->carve, &pool->table) != 0) return CN_OK; /* the thread before did it */
    bool spare = true;
    uint32_t chunk = cn_spare_take(&node->spare);
    while (chunk == CN_CHUNK_INDEX_NONE) {
        spare = false;
        const int code = cn_spare_make(&node->spare, false); /* untouched: this is a caller's path */
        const bool making = cn_spare_is_making(&node->spare); /* before the look that may find what was made */
        chunk = cn_spare_take(&node->spare); /* another node's thread may have been faster, then again */
        /* Whoever is making one has the last place in the table, or the last piece of a file: it will be here soon. */
        const bool taken = code == CN_EXHAUSTED || code == CN_ENOMEM;
        if (chunk == CN_CHUNK_INDEX_NONE && code != CN_OK) return making && taken ? CN_BUSY : code;
    }
    if (spare) {
        cn_count_add(&pool->count, CN_COUNT_growths_spare, 1U);
    } else {
        cn_spare_missed(&node->spare);
    }
    cn_carve_publish(&node->carve, chunk);
    *published = true;
    cn_count_add(&pool->count, CN_COUNT_growths, 1U);
    cn_add_relaxed(&node->spare.growths, 1U);
    /* seq_cst, rare: the next exchange of any thread wakes the grower, off this growth's path */
    if (cn_chunk_spares(&pool->table, node->id) < (int32_t)cn_load_relaxed(&node->spare.target)) {
        cn_store_seq_cst(&pool->need_expand, true);
    }
    return CN_OK;
}

static int cn_pool_grow(cn_block_pool_t *pool, cn_pool_node_t *node)
{
    const int admitted = cn_grow_admit(&node->grow);
    if (admitted != CN_OK) {
        if (admitted == CN_BUSY) cn_count_add(&pool->count, CN_COUNT_growth_refusals, 1U);
        return admitted;
    }
    const uint64_t began = cn_os_nanos();
    CN_PROBE2(grow_begin, pool->handle, node->id);
    bool published = false;
    const int code = cn_pool_publish(pool, node, &published);
    cn_grow_leave(&node->grow); /* on every path */
    const uint64_t nanos = cn_os_nanos() - began;
    if (code == CN_BUSY) {
        cn_count_add(&pool->count, CN_COUNT_growth_refusals, 1U); /* the background grower has the chunk in hand */
    } else if (code != CN_OK) {
        if (code != CN_EXHAUSTED) cn_count_add(&pool->count, CN_COUNT_growths_failed, 1U); /* else it is at its maximum */
    } else if (published) {
        cn_count_add(&pool->count, CN_COUNT_growth_nanos, nanos);
        cn_count_max(&pool->count, CN_COUNT_growth_nanos_max, nanos);
        cn_histogram_add(&pool->growth_nanos, nanos);
    }
    CN_PROBE4(grow_end, pool->handle, node->id, nanos, code);
    return code;
}

/* need_expand was seen: the first thread that takes it down wakes the grower. */
static void cn_pool_expand(cn_block_pool_t *pool)
{
    bool seen = true;
    if (!cn_cas_acq_rel(&pool->need_expand, &seen, false)) return; /* acquire: what the growth published */
    cn_store_release(&pool->asleep, false); /* pairs with cn_block_pool_work */
    cn_grower_wake();
}

static uint32_t cn_pool_get_stocked(cn_block_pool_t *pool, cn_pool_node_t *node, uint32_t *blocks, uint32_t want)
{
    const uint32_t taken = cn_pool_get_from_depot(node, blocks, want);
    return taken != 0 ? taken : cn_pool_get_by_carving(pool, node, blocks, want);
}

static uint32_t cn_pool_get_elsewhere(cn_block_pool_t *pool, const cn_pool_node_t *here, uint32_t *blocks, uint32_t want)
{
    for (uint32_t i = 0; i < pool->nodes; i++) {
        if (&pool->node[i] == here) continue;
        const uint32_t taken = cn_pool_get_stocked(pool, &pool->node[i], blocks, want);
        if (taken != 0) return taken;
    }
    return 0;
}

/* The chunk table has no place left for this node's thread, but other nodes may have chunks that nobody carves yet.  *code
 * is EXHAUSTED, and becomes what another node says when that is not so. */
static uint32_t cn_pool_get_by_growing_elsewhere(cn_block_pool_t *pool, const cn_pool_node_t *here, uint32_t *blocks,
                                                 uint32_t want, int *code)
{
    for (uint32_t i = 0; i < pool->nodes; i++) {
        if (&pool->node[i] == here) continue;
        int grown;
        while ((grown = cn_pool_grow(pool, &pool->node[i])) == CN_OK) {
            const uint32_t taken = cn_pool_get_stocked(pool, &pool->node[i], blocks, want);
            if (taken != 0) return taken;
        }
        if (grown != CN_EXHAUSTED) *code = grown;
    }
    return 0;
}

/* Blocks are with the trimmer, or with the epoch after a region was freed, or a chunk is on its way back into service: none
 * of it is in use, so "exhausted" would be wrong.  A chunk goes from the epoch to idle, to whoever prepares it, to spare, to a
 * thread that grows, and under the cursor; it is counted at each station before it leaves the one before, and we look in
 * that direction: so it is seen, or the look into the stock that follows finds its blocks. */
static bool cn_pool_is_reclaiming(const cn_block_pool_t *pool, int code)
{
    const cn_chunk_table_t *table = &pool->table;
    if (cn_load_acquire(&pool->trim_turn) || cn_load_acquire(&pool->bodies_waiting) != 0) return true;
    if (code != CN_EXHAUSTED) return false;
    if (!cn_chunk_is_settled(table) || cn_load_acquire(&table->idle) > 0 || cn_spare_is_making(&pool->node[0].spare) ||
        cn_load_acquire(&table->spare) > 0) {
        return true;
    }
    for (uint32_t i = 0; i < pool->nodes; i++) {
        const uint8_t state = cn_grow_state(&pool->node[i].grow);
        if (state == CN_GROW_GROWING || state == CN_GROW_G_FREEZING || state == CN_GROW_G_CLOSING) return true;
    }
    return false;
}

/* Waits for the thread that grows, or for the trimmer to give the hot part back; both are soon done. */
static uint32_t cn_pool_get_waiting(cn_block_pool_t *pool, cn_pool_node_t *node, uint32_t *blocks, uint32_t want)
{
    cn_count_add(&pool->count, CN_COUNT_growth_waits, 1U);
    const uint64_t until = cn_os_nanos() + CN_WAIT_NANOS_MAX;
    do {
        for (int i = 0; i < 32; i++) cn_arch_pause();
        const uint32_t taken = cn_pool_get_stocked(pool, node, blocks, want);
        if (taken != 0) return taken;
    } while (cn_os_nanos() < until);
    return 0;
}

static int cn_pool_get_once(cn_block_pool_t *pool, uint32_t *blocks, uint32_t want)
{
    cn_pool_node_t *node = cn_pool_node_here(pool);
    for (;;) {
        uint32_t taken = cn_pool_get_stocked(pool, node, blocks, want);
        if (taken != 0) return (int)taken;
        int code = cn_load_acquire(&pool->trimming) ? CN_BUSY : cn_pool_grow(pool, node);
        if (code == CN_OK) continue;
        taken = cn_pool_get_elsewhere(pool, node, blocks, want);
        if (taken == 0 && code == CN_EXHAUSTED) taken = cn_pool_get_by_growing_elsewhere(pool, node, blocks, want, &code);
        if (taken == 0 && code != CN_BUSY) {
            const bool reclaiming = cn_pool_is_reclaiming(pool, code);
            taken = cn_pool_get_stocked(pool, node, blocks, want); /* came back since */
            if (taken == 0 && reclaiming) {
                cn_grower_wake(); /* it moves the epoch on */
                code = CN_BUSY;
            }
        }
        if (taken == 0 && code == CN_BUSY) taken = cn_pool_get_waiting(pool, node, blocks, want);
        return taken != 0 ? (int)taken : code;
    }
}

int cn_block_pool_get(cn_block_pool_t *pool, uint32_t *blocks, uint32_t want)
{
    if (want == 0 || want > 2U * CN_MAGAZINE_MAX) return CN_EINVAL;
    if (cn_block_pool_is_closed(pool)) return CN_CLOSED;
    if (cn_load_relaxed(&pool->need_expand)) cn_pool_expand(pool);
    const int taken = cn_pool_get_once(pool, blocks, want);
    if (taken > 0) {
        cn_count_add(&pool->count, CN_COUNT_blocks_out, (uint64_t)taken);
        cn_count_add(&pool->count, CN_COUNT_exchanges, 1U);
    } else if (taken != CN_BUSY) {
        CN_PROBE2(exhausted, pool->handle, taken);
    }
    return taken;
}

static cn_pool_node_t *cn_pool_home(cn_block_pool_t *pool, uint32_t block)
{
    return &pool->node[cn_block_pool_home(pool, block)];
}

/* Pushes the blocks whose home is `node`, at least one; `magazine` is an empty header of that node. */
static void cn_pool_put_home(cn_block_pool_t *pool, cn_pool_node_t *node, cn_magazine_t *magazine,
                             const uint32_t *blocks, uint32_t count)
{
    uint32_t filled = 0;
    if (pool->nodes == 1U) {
        memcpy(magazine->block, blocks, count * sizeof *blocks);
        filled = count;
    }
    for (uint32_t i = filled; i < count; i++) {
        if (cn_pool_home(pool, blocks[i]) == node) magazine->block[filled++] = blocks[i];
    }
    magazine->count = filled;
    cn_depot_push(&node->depot, magazine);
    if (pool->nodes > 1U && node != cn_pool_node_here(pool)) {
        cn_count_add(&pool->count, CN_COUNT_blocks_remote, filled);
    }
}

/* The blocks of a chunk that were carved: [first, first + count), and the node they belong to. */
typedef struct cn_carved {
    uint32_t first;
    uint32_t count;
    uint64_t home; /* a bit */
} cn_carved_t;

/* Those of the chunk that `block` lies in; none when there is no such chunk, or none of its blocks was given. */
static cn_carved_t cn_pool_carved(cn_block_pool_t *pool, uint32_t block)
{
    const cn_chunk_table_t *table = &pool->table;
    const uint32_t chunk = block / table->blocks_per_chunk;
    if (!cn_chunk_is_active(table, chunk)) return (cn_carved_t){0};
    const cn_pool_node_t *home = cn_pool_home(pool, block);
    const uint64_t cursor = cn_carve_cursor(&home->carve);
    const bool carving = cursor != CN_CARVE_NONE && cn_carve_chunk(cursor) == chunk;
    return (cn_carved_t){
        .first = chunk * table->blocks_per_chunk,
        .count = carving ? cn_carve_slot(cursor) : cn_chunk_capacity(table, chunk),
        .home = 1ULL << (home - pool->node),
    };
}

int cn_block_pool_put(cn_block_pool_t *pool, const uint32_t *blocks, uint32_t count)
{
    if (count == 0 || count > pool->magazine_blocks) return CN_EINVAL;
    uint64_t homes = 0;
    cn_carved_t carved = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (blocks[i] - carved.first >= carved.count) { /* another chunk than the block before: mostly it is not */
            carved = cn_pool_carved(pool, blocks[i]);
            if (blocks[i] - carved.first >= carved.count) return CN_BADBLOCK;
        }
        homes |= carved.home;
    }
    cn_magazine_t *magazine[CN_NODES_MAX];
    for (uint32_t i = 0; i < pool->nodes; i++) { /* all headers first, so that failing leaves everything as it was */
        if ((homes & 1ULL << i) == 0) continue;
        magazine[i] = cn_depot_pop_empty(&pool->node[i].depot);
        if (magazine[i] != NULL) continue;
        while (i-- > 0) {
            if ((homes & 1ULL << i) != 0) cn_depot_push_empty(&pool->node[i].depot, magazine[i]);
        }
        return CN_ENOMEM;
    }
    for (uint32_t i = 0; i < pool->nodes; i++) {
        if ((homes & 1ULL << i) != 0) cn_pool_put_home(pool, &pool->node[i], magazine[i], blocks, count);
    }
    cn_count_add(&pool->count, CN_COUNT_blocks_in, count);
    cn_count_add(&pool->count, CN_COUNT_exchanges, 1U);
    return CN_OK;
}
