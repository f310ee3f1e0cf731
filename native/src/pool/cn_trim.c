/* Giving idle memory back: finds chunks whose blocks are all in the depot and retires them.
 *
 * The stack of full magazines is detached by one compare-and-swap; its hot top goes straight back; the cold rest is
 * private to the trimmer, so a chunk whose every carved block is in it, each once, belongs to nobody else. */
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "pool/cn_block_pool.h"

#define CN_MARKED UINT32_MAX /* in cn_chunk_t.returned: this chunk goes */

/* Detaches the magazines below the `hot` newest ones. */
static cn_magazine_t *cn_trim_detach(cn_block_pool_t *pool, cn_depot_t *depot, int64_t hot)
{
    cn_store_release(&pool->trimming, true); /* who finds the depot empty now waits a moment instead of growing */
    cn_magazine_t *first = cn_depot_take_all(depot), *last = first, *cold = first;
    if (first != NULL && hot > 0) {
        int64_t count = 1;
        while (count < hot && cn_load_relaxed(&last->next) != NULL) {
            last = cn_load_relaxed(&last->next);
            count++;
        }
        cold = cn_load_relaxed(&last->next);
        cn_depot_push_list(depot, first, last, count);
    }
    cn_store_release(&pool->trimming, false);
    return cold;
}

/* A bijection of 64-bit numbers that leaves nothing of their order (the finalizer of SplitMix64: Steele, Lea and Flood,
 * Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). */
static uint64_t cn_trim_mix(uint32_t slot)
{
    uint64_t mixed = (slot + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

static void cn_trim_tally(cn_block_pool_t *pool, const cn_magazine_t *cold)
{
    const uint32_t per_chunk = pool->table.blocks_per_chunk;
    for (const cn_magazine_t *m = cold; m != NULL; m = cn_load_relaxed(&m->next)) {
        for (uint32_t i = 0; i < m->count; i++) {
            cn_chunk_t *chunk = &pool->table.chunk[m->block[i] / per_chunk];
            chunk->returned++;
            chunk->returned_mix += cn_trim_mix(m->block[i] % per_chunk);
        }
    }
}

/* True when the tally is of the chunk's first `slots` blocks, each once.  The number alone does not tell: a user who puts
 * one block twice makes up for another that is still in use.  As many others as there are slots have the same sum with
 * a chance of 2^-64.  O(slots), and only for a chunk whose number is right. */
static bool cn_trim_is_whole(const cn_chunk_t *chunk, uint32_t slots)
{
    if (chunk->returned != slots) return false;
#ifdef CN_BUG_COUNT_ALONE /* seeded for tests/: a block that was put twice stands in for one that is in use */
    return true;
#endif
    uint64_t sum = 0;
    for (uint32_t slot = 0; slot < slots; slot++) sum += cn_trim_mix(slot);
    return chunk->returned_mix == sum;
}

/* True when every block that was ever carved from the chunk is with the trimmer, and no more will be carved. */
static bool cn_trim_owns(cn_block_pool_t *pool, cn_pool_node_t *node, uint32_t chunk)
{
    const cn_chunk_t *tally = &pool->table.chunk[chunk];
    const uint64_t cursor = cn_carve_cursor(&node->carve);
    if (cursor == CN_CARVE_NONE || cn_carve_chunk(cursor) != chunk) {
        return cn_trim_is_whole(tally, cn_chunk_capacity(&pool->table, chunk));
    }
    return cn_trim_is_whole(tally, cn_carve_slot(cursor)) && cn_carve_detach(&node->carve, cursor);
}

/* Marks up to `quota` chunks; returns how many. */
static uint64_t cn_trim_mark(cn_block_pool_t *pool, cn_pool_node_t *node, uint64_t quota)
{
    uint64_t marked = 0;
    /* From the end: low chunks stay, so the pool's memory draws together. */
    for (uint32_t i = cn_chunk_count(&pool->table); i-- > 0;) {
        cn_chunk_t *chunk = &pool->table.chunk[i];
        if (chunk->returned == 0) continue;
        const uint32_t returned = chunk->returned;
        /* Another node's chunk: a region that had no header for that node left its block here. */
        const bool goes = cn_chunk_node(&pool->table, i) == node->id && marked < quota && cn_trim_owns(pool, node, i);
        chunk->returned = goes ? CN_MARKED : 0;
        chunk->returned_mix = 0;
        if (!goes) continue;
        cn_count_add(&pool->count, CN_COUNT_blocks_carved, 0U - (uint64_t)returned);
        marked++;
    }
    return marked;
}

/* Packs the blocks that stay into as few magazines as possible and gives those back to the depot. */
static void cn_trim_return(cn_block_pool_t *pool, cn_depot_t *depot, cn_magazine_t *cold)
{
    cn_magazine_t *into = NULL, *first = NULL, *last = NULL, *next;
    int64_t kept = 0;
    for (cn_magazine_t *from = cold; from != NULL; from = next) {
        next = cn_load_relaxed(&from->next);
        const uint32_t count = from->count;
        from->count = 0;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t block = from->block[i];
            if (pool->table.chunk[block / pool->table.blocks_per_chunk].returned == CN_MARKED) continue;
            if (into == NULL || into->count == pool->magazine_blocks) {
                /* From the front, so that every header is either filled or found empty below; `into` never comes past
                 * `from`, and in it never past i, because no magazine holds more than magazine_blocks. */
                into = into == NULL ? cold : cn_load_relaxed(&into->next);
                into->count = 0;
                last = into;
                if (first == NULL) first = into;
                kept++;
            }
            into->block[into->count++] = block;
        }
    }
    cn_magazine_t *empty = last != NULL ? cn_load_relaxed(&last->next) : cold;
    if (last != NULL) cn_depot_push_list(depot, first, last, kept);
    for (; empty != NULL; empty = next) {
        next = cn_load_relaxed(&empty->next);
        cn_depot_push_empty(depot, empty);
    }
}

static void cn_trim_retire_marked(cn_block_pool_t *pool)
{
    for (uint32_t i = 0; i < cn_chunk_count(&pool->table); i++) {
        if (pool->table.chunk[i].returned != CN_MARKED) continue;
        pool->table.chunk[i].returned = 0;
        cn_chunk_retire(&pool->table, i);
        cn_count_add(&pool->count, CN_COUNT_chunks_retired, 1U);
    }
}

/* Retires up to `quota` chunks that the cold magazines of a node fill. */
static uint64_t cn_trim_depot(cn_block_pool_t *pool, cn_pool_node_t *node, int64_t cold_magazines, uint64_t quota)
{
    if (quota == 0 || cold_magazines <= 0) return 0;
    cn_magazine_t *cold = cn_trim_detach(pool, &node->depot, cn_depot_length(&node->depot) - cold_magazines);
    if (cold == NULL) return 0;
    cn_trim_tally(pool, cold);
    const uint64_t marked = cn_trim_mark(pool, node, quota);
    cn_trim_return(pool, &node->depot, cold);
    if (marked != 0) cn_trim_retire_marked(pool);
    return marked;
}

static uint64_t cn_trim_spares(cn_block_pool_t *pool, cn_pool_node_t *node, int32_t keep, uint64_t quota)
{
    uint64_t gone = 0;
    while (gone < quota && cn_chunk_spares(&pool->table, node->id) > keep) {
        const uint32_t chunk = cn_chunk_take(&pool->table, node->id, CN_CHUNK_SPARE, CN_CHUNK_RETIRING);
        if (chunk == CN_CHUNK_INDEX_NONE) break;
        cn_chunk_retire_spare(&pool->table, chunk);
        cn_count_add(&pool->count, CN_COUNT_chunks_retired, 1U);
        gone++;
    }
    return gone;
}

static uint64_t cn_trim_in_service(const cn_block_pool_t *pool)
{
    const int64_t chunks = (int64_t)cn_load_acquire(&pool->table.active) + cn_load_acquire(&pool->table.spare);
    return chunks > 0 ? (uint64_t)chunks : 0;
}

/* Chunks that may go without falling below the initial bytes. */
static uint64_t cn_trim_quota(const cn_block_pool_t *pool, uint64_t wanted)
{
    const uint64_t initial = pool->initial_bytes / pool->table.chunk_bytes;
    const uint64_t in_service = cn_trim_in_service(pool);
    const uint64_t spare = in_service > initial ? in_service - initial : 0;
    return wanted < spare ? wanted : spare;
}

/* Counted, as magazines may be partly filled.  Exchanges under way can make it a little wrong. */
static uint64_t cn_trim_depot_bytes(const cn_block_pool_t *pool)
{
    const uint64_t carved = cn_count_sum(&pool->count, CN_COUNT_blocks_carved);
    const int64_t outside = (int64_t)(cn_count_sum(&pool->count, CN_COUNT_blocks_out) -
                                      cn_count_sum(&pool->count, CN_COUNT_blocks_in));
    const int64_t inside = (int64_t)carved - outside;
    return inside > 0 ? (uint64_t)inside * pool->stride : 0;
}

static uint64_t cn_trim_idle_bytes(const cn_block_pool_t *pool)
{
    const int32_t spare = cn_load_acquire(&pool->table.spare);
    uint64_t bytes = cn_trim_depot_bytes(pool) + (uint64_t)(spare > 0 ? spare : 0) * pool->table.chunk_bytes;
    for (uint32_t i = 0; i < pool->nodes; i++) {
        const uint64_t cursor = cn_carve_cursor(&pool->node[i].carve);
        if (cursor != CN_CARVE_NONE) bytes += (uint64_t)cn_carve_left(&pool->node[i].carve, &pool->table) * pool->stride;
    }
    return bytes;
}

static bool cn_trim_begin(cn_block_pool_t *pool)
{
    bool seen = false;
    return cn_cas_acq_rel(&pool->trim_turn, &seen, true); /* acquire: the last trimmer's tallies are cleared */
}

static void cn_trim_end(cn_block_pool_t *pool)
{
    cn_store_release(&pool->trim_turn, false); /* pairs with cn_trim_begin */
}

/* Until the next exchange the grower makes no spare chunk: it would undo what trimming did. */
static void cn_trim_sleep(cn_block_pool_t *pool)
{
    cn_store_release(&pool->asleep, true);       /* before the flag that ends it; pairs with cn_block_pool_work */
    cn_store_seq_cst(&pool->need_expand, true);  /* rare: the next exchange of any thread wakes the grower */
}

int64_t cn_block_pool_trim(cn_block_pool_t *pool, uint64_t keep_bytes)
{
    const uint64_t idle = cn_trim_idle_bytes(pool);
    if (idle <= keep_bytes) return 0;
    if (!cn_trim_begin(pool)) return CN_BUSY;
    const uint64_t wanted = (idle - keep_bytes + pool->table.chunk_bytes - 1U) / pool->table.chunk_bytes;
    uint64_t gone = 0;
    cn_trim_sleep(pool); /* first: the grower would fill up again what goes */
    for (uint32_t i = 0; i < pool->nodes; i++) {
        cn_store_relaxed(&pool->node[i].spare.target, pool->on_demand ? 0U : 1U); /* also ends a fill that is under way */
        gone += cn_trim_spares(pool, &pool->node[i], 0, cn_trim_quota(pool, wanted - gone));
        gone += cn_trim_depot(pool, &pool->node[i], INT64_MAX, cn_trim_quota(pool, wanted - gone));
    }
    cn_trim_end(pool);
    return (int64_t)(gone * pool->table.chunk_bytes);
}

/* Gives back what nobody needed during the last period. */
static void cn_trim_surplus(cn_block_pool_t *pool)
{
    if (!cn_trim_begin(pool)) return;
    const uint64_t exchanges = cn_count_sum(&pool->count, CN_COUNT_exchanges);
    const bool idle = exchanges == pool->exchanges_seen;
    pool->exchanges_seen = exchanges;
    if (idle && !cn_load_relaxed(&pool->asleep)) cn_trim_sleep(pool);
    for (uint32_t i = 0; i < pool->nodes; i++) {
        cn_pool_node_t *node = &pool->node[i];
        if (cn_exchange_acq_rel(&node->spare.growths, 0U) == 0) {
            cn_spare_calm(&node->spare);
            const int32_t keep = idle ? 0 : (int32_t)cn_load_relaxed(&node->spare.target);
            (void)cn_trim_spares(pool, node, keep, cn_trim_quota(pool, UINT64_MAX));
        }
        (void)cn_trim_depot(pool, node, cn_depot_surplus(&node->depot), cn_trim_quota(pool, UINT64_MAX));
    }
    cn_trim_end(pool);
}

/* Holds the bound on retained bytes: at least a chunk over it, and chunks go. */
static void cn_trim_excess(cn_block_pool_t *pool)
{
    const uint64_t held = cn_trim_depot_bytes(pool);
    if (held < pool->table.chunk_bytes || held - pool->table.chunk_bytes < pool->retained_bytes_max) return;
    if (!cn_trim_begin(pool)) return;
    uint64_t wanted = (held - pool->retained_bytes_max) / pool->table.chunk_bytes;
    for (uint32_t i = 0; i < pool->nodes; i++) {
        wanted -= cn_trim_depot(pool, &pool->node[i], INT64_MAX, cn_trim_quota(pool, wanted));
    }
    cn_trim_end(pool);
}

/* A chunk that a growth had to publish untouched: touches what is not carved yet.  Under a pin, so that the pages of a
 * chunk that is retired meanwhile are given back after they were touched, not before. */
static void cn_upkeep_touch(cn_block_pool_t *pool, cn_pool_node_t *node)
{
    const uint64_t cursor = cn_carve_cursor(&node->carve);
    if (!node->spare.prefault || cursor == CN_CARVE_NONE) return;
    cn_chunk_t *chunk = &pool->table.chunk[cn_carve_chunk(cursor)];
    if (cn_load_relaxed(&chunk->populated) != 0) return;
    const uint64_t page = cn_os_page_bytes();
    const uint64_t from = (uint64_t)cn_carve_slot(cursor) * pool->stride / page * page;
    const uintptr_t base = cn_chunk_base(&pool->table, cn_carve_chunk(cursor));
    const uint64_t bytes = pool->table.chunk_bytes - from;
    if (bytes == 0) return;
    cn_store_relaxed(&chunk->populated, 1U); /* once, also when refused */
    if (cn_node_arena_populate(node->arena, (void *)(base + from), bytes) != CN_OK) {
        cn_count_add(&pool->count, CN_COUNT_populate_failures, 1U);
    } else {
        cn_count_add(&pool->count, CN_COUNT_bytes_populated, bytes);
    }
}

void cn_block_pool_work(cn_grower_client_t *client, uint64_t now_nanos)
{
    cn_block_pool_t *pool = (cn_block_pool_t *)((char *)client - offsetof(cn_block_pool_t, client));
    for (uint32_t i = 0; i < pool->nodes; i++) {
        const uint8_t state = cn_grow_state(&pool->node[i].grow);
        if (state != CN_GROW_READY && state != CN_GROW_GROWING) continue; /* frozen, closing: no new memory */
        if (cn_load_acquire(&pool->asleep)) continue;                     /* pairs with cn_trim_sleep */
        const uint32_t pin = cn_epoch_pin();
        cn_upkeep_touch(pool, &pool->node[i]);
        cn_epoch_unpin(pin);
        cn_spare_fill(&pool->node[i].spare);
    }
    if (cn_block_pool_is_closed(pool)) return;
    if (pool->retain_nanos != 0 && now_nanos - pool->period_began >= pool->retain_nanos / 2U) {
        pool->period_began = now_nanos;
        cn_trim_surplus(pool);
    }
    cn_trim_excess(pool);
}
