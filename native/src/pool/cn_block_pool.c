/* Opening and closing a pool of blocks. */
#include "pool/cn_block_pool.h"

#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_probe.h"

#define CN_CHUNK_BYTES_DEFAULT ((uint64_t)2 << 20)
#define CN_CHUNK_BYTES_MAX ((uint64_t)1 << 30)
#define CN_BLOCK_BYTES_MAX ((uint64_t)1 << 30)
#define CN_MAXIMUM_BYTES_MAX ((uint64_t)1 << 46)
#define CN_MAGAZINE_BYTES ((uint64_t)1 << 20) /* what a thread's magazine may hold of large blocks */

_Static_assert(CN_NODES_MAX <= 1U << CN_CHUNK_NODE_BITS, "a node fits into the low bits of a base");

static uint64_t cn_round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1U) / to * to;
}

/* Blocks of a cache line and more start on one, so that no two share it; smaller ones, and packed ones, on 16 bytes. */
static uint64_t cn_stride_of(uint64_t block_bytes, bool packed)
{
    return block_bytes >= 64U && !packed ? cn_round_up(block_bytes, 64U) : cn_round_up(block_bytes, 16U);
}

/* A chunk that wastes at most an eighth behind its last block, and is no larger than the whole pool. */
static uint64_t cn_chunk_bytes_of(uint64_t asked, uint64_t stride, uint64_t blocks_max)
{
    const uint64_t page = cn_os_page_bytes();
    uint64_t chunk = cn_round_up(asked == 0 ? CN_CHUNK_BYTES_DEFAULT : asked, page);
    if (chunk < stride) chunk = cn_round_up(stride, page);
    const uint64_t step = chunk;
    while (chunk % stride > chunk / 8U && chunk + step <= CN_CHUNK_BYTES_MAX) chunk += step;
    const uint64_t whole = cn_round_up(blocks_max * stride, page);
    return whole < chunk ? whole : chunk;
}

/* Small enough that the pool serves several threads and that a magazine of large blocks hoards little. */
static uint32_t cn_magazine_blocks_of(uint32_t asked, uint64_t stride, uint64_t blocks_max)
{
    uint64_t blocks = asked != 0 ? asked : CN_MAGAZINE_BYTES / stride;
    if (asked == 0 && blocks < 4U) blocks = 4U;
    if (blocks > CN_MAGAZINE_MAX) blocks = CN_MAGAZINE_MAX;
    if (blocks > blocks_max / 16U) blocks = blocks_max / 16U;
    return blocks != 0 ? (uint32_t)blocks : 1U;
}

static void cn_pool_release_chunk(cn_chunk_table_t *table, uint32_t index)
{
    cn_block_pool_t *pool = table->owner;
    const uintptr_t base = cn_chunk_base(table, index);
    cn_node_arena_t *arena = pool->node[0].arena;
    for (uint32_t i = 0; i < pool->nodes; i++) {
        if (pool->node[i].id == cn_chunk_node(table, index)) arena = pool->node[i].arena;
    }
    if (cn_node_arena_purge(arena, (void *)base, table->chunk_bytes) == CN_OK) {
        cn_count_add(&pool->count, CN_COUNT_bytes_purged, table->chunk_bytes);
    }
}

static int cn_pool_shape(const cn_block_pool_options_t *o, cn_block_pool_t *pool)
{
    if (o->block_bytes == 0 || o->block_bytes > CN_BLOCK_BYTES_MAX) return CN_EINVAL;
    if (o->maximum_bytes > CN_MAXIMUM_BYTES_MAX || o->initial_bytes > o->maximum_bytes) return CN_EINVAL;
    if (o->chunk_bytes > CN_CHUNK_BYTES_MAX || o->magazine_blocks > CN_MAGAZINE_MAX) return CN_EINVAL;
    if (o->numa >= CN_NUMA_POLICIES) return CN_EINVAL;
    const uint64_t stride = cn_stride_of(o->block_bytes, o->packed);
    const uint64_t blocks_max = o->maximum_bytes / stride;
    if (blocks_max == 0 || blocks_max > INT32_MAX) return CN_EINVAL;
    pool->block_bytes = o->block_bytes;
    pool->stride = stride;
    pool->magazine_blocks = cn_magazine_blocks_of(o->magazine_blocks, stride, blocks_max);
    cn_chunk_table_t *table = &pool->table;
    table->chunk_bytes = cn_chunk_bytes_of(o->chunk_bytes, stride, blocks_max);
    table->blocks_per_chunk = (uint32_t)(table->chunk_bytes / stride);
    table->blocks_max = blocks_max;
    table->owner = pool;
    table->release = cn_pool_release_chunk;
    pool->initial_bytes = cn_round_up(o->initial_bytes, table->chunk_bytes);
    pool->retained_bytes_max = o->retained_bytes_max;
    pool->retain_nanos = o->retain_nanos;
    pool->on_demand = o->on_demand;
    return CN_OK;
}

static int cn_pool_open_nodes(const cn_block_pool_options_t *o, cn_block_pool_t *pool)
{
    pool->follows_thread = o->numa == CN_NUMA_LOCAL || o->numa == CN_NUMA_INTERLEAVE;
    /* A file is mapped once, so its pool has one node. */
    const uint32_t nodes = o->numa == CN_NUMA_LOCAL && o->file == NULL ? cn_topology_nodes() : 1U;
    if (!pool->follows_thread && o->node >= cn_topology_nodes()) return CN_ENODEV;
    pool->node = cn_meta_allocate(nodes * sizeof(cn_pool_node_t));
    if (pool->node == NULL) return CN_ENOMEM;
    /* Memory of a pool that follows its threads belongs to the node it is made for, if that has room. */
    const cn_numa_t numa = o->numa == CN_NUMA_LOCAL && nodes > 1U ? CN_NUMA_PREFERRED : (cn_numa_t)o->numa;
    const cn_map_policy_t policy = {.numa = numa, .huge_pages = o->huge_pages, .purge_lazy = o->purge_lazy,
                                    .file = o->file, .file_bytes = (uint64_t)pool->table.chunk_bytes * pool->table.chunks_max};
    pool->nodes = nodes; /* also those that fail: their arena is NULL */
    for (uint32_t i = 0; i < nodes; i++) {
        cn_pool_node_t *node = &pool->node[i];
        node->id = pool->follows_thread ? i : o->node;
        cn_depot_init(&node->depot, &pool->count);
        node->depot.handle = pool->handle;
        node->depot.node = node->id;
        cn_carve_init(&node->carve);
        cn_grow_init(&node->grow);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        cn_pool_node_t *node = &pool->node[i];
        const int code = cn_node_arena_open(node->id, &policy, &node->arena);
        if (code != CN_OK) return code;
        cn_spare_init(&node->spare, &pool->table, node->arena, &pool->count, node->id, o->prefault);
        if (o->on_demand) cn_store_relaxed(&node->spare.target, 0U); /* doubled it stays 0 */
    }
    return CN_OK;
}

static int cn_pool_prepare_initial(cn_block_pool_t *pool)
{
    const uint64_t chunks = pool->initial_bytes / pool->table.chunk_bytes;
    for (uint64_t i = 0; i < chunks; i++) {
        cn_spare_t *spare = &pool->node[i % pool->nodes].spare;
        const int code = cn_spare_make(spare, spare->prefault);
        if (code != CN_OK) return code;
    }
    return CN_OK;
}

/* Returns what cn_block_pool_open had done so far, in reverse. */
static void cn_pool_tear_down(cn_block_pool_t *pool)
{
    for (uint32_t i = 0; pool->table.chunk != NULL && i < cn_chunk_count(&pool->table); i++) {
        const uint32_t id = cn_chunk_node(&pool->table, i);
        for (uint32_t n = 0; n < pool->nodes; n++) {
            if (pool->node[n].id != id) continue;
            cn_node_arena_chunk_put(pool->node[n].arena, (void *)cn_chunk_base(&pool->table, i), pool->table.chunk_bytes);
        }
    }
    for (uint32_t n = 0; n < pool->nodes; n++) {
        cn_depot_destroy(&pool->node[n].depot);
        if (pool->node[n].arena == NULL) continue;
        if (pool->keep_addresses) cn_node_arena_leave(pool->node[n].arena);
        else cn_node_arena_close(pool->node[n].arena);
    }
    if (pool->node != NULL) cn_meta_free(pool->node, pool->nodes * sizeof(cn_pool_node_t));
    cn_chunk_table_destroy(&pool->table);
}

int cn_block_pool_open(const cn_block_pool_options_t *options, int64_t handle, cn_block_pool_t **out)
{
    cn_block_pool_t *pool = cn_meta_allocate(sizeof *pool);
    if (pool == NULL) return CN_ENOMEM;
    pool->handle = handle;
    int code = cn_pool_shape(options, pool);
    if (code == CN_OK) {
        const uint64_t chunks =
            (pool->table.blocks_max + pool->table.blocks_per_chunk - 1U) / pool->table.blocks_per_chunk;
        const uint64_t most = chunks * pool->table.chunk_bytes; /* rounded up, the initial bytes may not fit */
        if (pool->initial_bytes > most) pool->initial_bytes = most;
        code = cn_chunk_table_init(&pool->table, (uint32_t)chunks);
    }
    if (code == CN_OK) code = cn_pool_open_nodes(options, pool);
    if (code == CN_OK) code = cn_pool_prepare_initial(pool);
    if (code != CN_OK) {
#ifndef CN_BUG_LEAK_ON_FAULT /* seeded for tests/: what a failing call took stays taken */
        cn_pool_tear_down(pool);
#endif
        cn_meta_free(pool, sizeof *pool);
        return code;
    }
    pool->keep_addresses = options->keep_addresses; /* from here on: what failed to open holds nothing */
    pool->client.work = cn_block_pool_work;
    pool->period_began = cn_os_nanos();
    pool->background = cn_grower_join(&pool->client);
    cn_grower_wake();
    CN_PROBE3(pool_open, handle, pool->block_bytes, options->maximum_bytes);
    *out = pool;
    return CN_OK;
}

bool cn_block_pool_request(cn_block_pool_t *pool, cn_grow_event_t event)
{
    bool changed = false;
    for (uint32_t i = 0; i < pool->nodes; i++) changed |= cn_grow_request(&pool->node[i].grow, event);
    if (changed && event == CN_FREEZE) CN_PROBE1(freeze, pool->handle);
    if (changed && event == CN_THAW) CN_PROBE1(thaw, pool->handle);
    return changed;
}

bool cn_block_pool_close(cn_block_pool_t *pool)
{
    const bool closed = cn_block_pool_request(pool, CN_CLOSE);
    if (closed) CN_PROBE1(pool_close, pool->handle);
    return closed;
}

bool cn_block_pool_is_closed(const cn_block_pool_t *pool)
{
    const uint8_t state = cn_grow_state(&pool->node[0].grow);
    return state == CN_GROW_G_CLOSING || state == CN_GROW_CLOSING || state == CN_GROW_CLOSED;
}

static void cn_pool_release(cn_retired_t *retired)
{
    cn_block_pool_t *pool = (cn_block_pool_t *)((char *)retired - offsetof(cn_block_pool_t, retired));
    if (!cn_chunk_is_settled(&pool->table)) { /* its chunks may stand behind it in the same epoch */
        cn_epoch_retire(retired, cn_pool_release);
        return;
    }
    for (uint32_t i = 0; i < pool->nodes; i++) {
        const bool done = cn_grow_request(&pool->node[i].grow, CN_DONE);
        CN_ASSERT(done && cn_grow_state(&pool->node[i].grow) == CN_GROW_CLOSED);
    }
    cn_pool_tear_down(pool);
    cn_meta_free(pool, sizeof *pool);
}

void cn_block_pool_destroy(cn_block_pool_t *pool)
{
    CN_ASSERT(cn_block_pool_is_closed(pool));
    cn_grower_quit(&pool->client);
    cn_epoch_retire(&pool->retired, cn_pool_release);
}
