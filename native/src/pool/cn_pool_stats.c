/* What a pool tells about itself. */
#include "base/cn_error.h"
#include "pool/cn_block_pool.h"

static uint64_t cn_stats_now(int32_t chunks)
{
    return chunks > 0 ? (uint64_t)chunks : 0;
}

void cn_block_pool_counts(const cn_block_pool_t *pool, uint64_t *value)
{
    for (uint32_t i = 0; i < CN_COUNTERS; i++) value[i] = cn_count_sum(&pool->count, (enum cn_counter)i);
    const cn_chunk_table_t *table = &pool->table;
    value[CN_COUNT_chunks_active] = cn_stats_now(cn_load_acquire(&table->active));
    value[CN_COUNT_chunks_spare] = cn_stats_now(cn_load_acquire(&table->spare));
    value[CN_COUNT_chunks_idle] = cn_stats_now(cn_load_acquire(&table->idle));
    value[CN_COUNT_bytes_reserved] = (uint64_t)cn_chunk_count(table) * table->chunk_bytes;
    value[CN_COUNT_bytes_committed] =
        (value[CN_COUNT_chunks_active] + value[CN_COUNT_chunks_spare]) * table->chunk_bytes;
    for (uint32_t i = 0; i < pool->nodes; i++) { /* of the node arena, which pools of one policy share */
        const cn_arena_counts_t arena = cn_node_arena_counts(pool->node[i].arena);
        value[CN_COUNT_numa_fallbacks] += arena.numa_fallbacks;
        value[CN_COUNT_huge_page_fallbacks] += arena.huge_page_fallbacks;
    }
    value[CN_COUNT_epoch_stalls] = cn_epoch_stalls();
    value[CN_COUNT_epoch_pending] = cn_epoch_pending();
}

int cn_block_pool_resident(const cn_block_pool_t *pool, uint64_t *out)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < cn_chunk_count(&pool->table); i++) {
        size_t resident = 0;
        const int code = cn_os_resident((const void *)cn_chunk_base(&pool->table, i), pool->table.chunk_bytes, &resident);
        if (code != CN_OK) return code;
        sum += resident;
    }
    *out = sum;
    return CN_OK;
}

bool cn_block_pool_is_valid(const cn_block_pool_t *pool, uint64_t outside)
{
    uint64_t in_depots = 0;
    for (uint32_t i = 0; i < pool->nodes; i++) {
        if (!cn_depot_is_valid(&pool->node[i].depot)) return false;
        in_depots += cn_depot_blocks(&pool->node[i].depot);
    }
    const uint64_t carved = cn_count_sum(&pool->count, CN_COUNT_blocks_carved);
    const uint64_t out = cn_count_sum(&pool->count, CN_COUNT_blocks_out);
    const uint64_t in = cn_count_sum(&pool->count, CN_COUNT_blocks_in);
    return cn_chunk_table_is_valid(&pool->table) && carved == in_depots + outside && out - in == outside;
}
