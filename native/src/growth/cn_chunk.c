/* The chunk table: publication, states, retirement. */
#include "growth/cn_chunk.h"

#include "arena/cn_meta.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "platform/cn_os.h"

#define CN_CHUNK_NODE_MASK ((1ULL << CN_CHUNK_NODE_BITS) - 1U)

int cn_chunk_table_init(cn_chunk_table_t *table, uint32_t chunks_max)
{
    table->chunk = cn_meta_allocate((size_t)chunks_max * sizeof(cn_chunk_t));
    if (table->chunk == NULL) return CN_ENOMEM;
    table->chunks_max = chunks_max;
    return CN_OK;
}

void cn_chunk_table_destroy(cn_chunk_table_t *table)
{
    if (table->chunk != NULL) cn_meta_free(table->chunk, (size_t)table->chunks_max * sizeof(cn_chunk_t));
    table->chunk = NULL;
}

static void cn_chunk_count_change(cn_chunk_table_t *table, uint32_t index, cn_chunk_state_t state, int32_t by)
{
    int32_t before = 0;
#ifdef CN_BUG_PLAIN_COUNT /* seeded for tests/: a count that is read and written in two steps */
    if (state == CN_CHUNK_SPARE) {
        before = cn_load_relaxed(&table->spare);
        cn_os_yield();
        cn_store_relaxed(&table->spare, before + by);
    } else
#endif
    if (state == CN_CHUNK_SPARE) {
        before = cn_add_acq_rel(&table->spare, by);
        (void)cn_add_acq_rel(&table->spare_of[cn_chunk_node(table, index)], by);
    } else if (state == CN_CHUNK_ACTIVE) before = cn_add_acq_rel(&table->active, by);
    else if (state == CN_CHUNK_IDLE) before = cn_add_acq_rel(&table->idle, by);
    else return;
    CN_ASSERT(before + by >= 0);
}

/* Tells searchers that a chunk below their hint came into `state`. */
static void cn_chunk_hint_lower(cn_chunk_table_t *table, cn_chunk_state_t state, uint32_t index)
{
    const uint32_t which = state == CN_CHUNK_SPARE ? 0U : 1U;
    uint32_t seen = cn_load_acquire(&table->hint[which]);
    /* after the state: a taker that reads the old hint misses at most this chunk, and looks again when it matters */
    while (seen > index && !cn_cas_acq_rel(&table->hint[which], &seen, index)) {
    }
}

bool cn_chunk_publish(cn_chunk_table_t *table, uintptr_t base, uint32_t node, bool populated)
{
    CN_ASSERT((base & CN_CHUNK_NODE_MASK) == 0 && node <= CN_CHUNK_NODE_MASK && base != 0);
    const uint64_t word = (uint64_t)base | node;
    for (;;) {
        uint32_t index = cn_load_acquire(&table->published);
        if (index >= table->chunks_max) return false;
        cn_chunk_t *chunk = &table->chunk[index];
#ifdef CN_BUG_COUNT_FIRST /* seeded for tests/: the count before the pointer */
        uint32_t early = index;
        if (!cn_cas_acq_rel(&table->published, &early, index + 1U)) continue;
        cn_os_yield();
#endif
        uint64_t seen = 0;
        const bool won = cn_cas_acq_rel(&chunk->base_node, &seen, word); /* release: pairs with cn_chunk_base */
        /* the pointer before the count; whoever lost helps, so nobody waits */
        uint32_t expect = index;
        (void)cn_cas_acq_rel(&table->published, &expect, index + 1U);
        if (!won) continue;
        chunk->table = table;
        cn_store_relaxed(&chunk->populated, populated ? 1U : 0U); /* ordered by the release of state */
        cn_chunk_count_change(table, index, CN_CHUNK_SPARE, 1);
        cn_store_release(&chunk->state, (uint32_t)CN_CHUNK_SPARE); /* pairs with the CAS in cn_chunk_take */
        cn_chunk_hint_lower(table, CN_CHUNK_SPARE, index);
        return true;
    }
}

static uint32_t cn_chunk_search(cn_chunk_table_t *table, uint32_t node, cn_chunk_state_t from, cn_chunk_state_t to,
                                uint32_t start)
{
    const uint32_t published = cn_load_acquire(&table->published); /* one read bounds the search */
    for (uint32_t i = start; i < published; i++) {
        cn_chunk_t *chunk = &table->chunk[i];
        uint32_t seen = from;
        if (cn_load_relaxed(&chunk->state) != from || cn_chunk_node(table, i) != node) continue;
        /* acquire: what its last owner wrote; pairs with the release stores of state */
        if (!cn_cas_acq_rel(&chunk->state, &seen, (uint32_t)to)) continue;
        return i;
    }
    return CN_CHUNK_INDEX_NONE;
}

uint32_t cn_chunk_take(cn_chunk_table_t *table, uint32_t node, cn_chunk_state_t from, cn_chunk_state_t to)
{
    const int32_t stock = from == CN_CHUNK_SPARE ? cn_load_acquire(&table->spare) : cn_load_acquire(&table->idle);
    if (stock <= 0) return CN_CHUNK_INDEX_NONE;
    const uint32_t which = from == CN_CHUNK_SPARE ? 0U : 1U;
    uint32_t hint = cn_load_acquire(&table->hint[which]);
    uint32_t index = cn_chunk_search(table, node, from, to, hint);
    if (index == CN_CHUNK_INDEX_NONE && hint != 0) index = cn_chunk_search(table, node, from, to, 0);
    if (index == CN_CHUNK_INDEX_NONE) return index;
    /* moved up only by whoever saw the same hint: a chunk that became free below lowers it again */
    (void)cn_cas_acq_rel(&table->hint[which], &hint, index + 1U);
    cn_chunk_count_change(table, index, from, -1);
    cn_chunk_count_change(table, index, to, 1);
    return index;
}

void cn_chunk_settle(cn_chunk_table_t *table, uint32_t index, cn_chunk_state_t to, bool populated)
{
    cn_chunk_t *chunk = &table->chunk[index];
    CN_ASSERT(cn_load_relaxed(&chunk->state) == CN_CHUNK_CLAIMED && (to == CN_CHUNK_SPARE || to == CN_CHUNK_IDLE));
    cn_store_relaxed(&chunk->populated, populated ? 1U : 0U);
    cn_chunk_count_change(table, index, to, 1);
    cn_store_release(&chunk->state, (uint32_t)to); /* pairs with the CAS in cn_chunk_search */
    cn_chunk_hint_lower(table, to, index);
}

/* Runs when no pinned thread can still see the chunk. */
static void cn_chunk_release(cn_retired_t *retired)
{
    cn_chunk_t *chunk = (cn_chunk_t *)((char *)retired - offsetof(cn_chunk_t, retired));
    cn_chunk_table_t *table = chunk->table;
    const uint32_t index = (uint32_t)(chunk - table->chunk);
    table->release(table, index);
#ifdef CN_BUG_LATE_COUNT
    cn_chunk_count_change(table, index, CN_CHUNK_ACTIVE, -1);
#endif
    cn_store_relaxed(&chunk->populated, 0U);
    cn_chunk_count_change(table, index, CN_CHUNK_IDLE, 1);
    cn_store_release(&chunk->state, (uint32_t)CN_CHUNK_IDLE); /* pairs with the CAS in cn_chunk_search */
    cn_chunk_hint_lower(table, CN_CHUNK_IDLE, index);
    /* last: after it the table may be gone; pairs with the load in cn_chunk_is_settled */
    (void)cn_sub_acq_rel(&table->retiring, 1);
}

bool cn_chunk_is_settled(const cn_chunk_table_t *table)
{
    return cn_load_acquire(&table->retiring) == 0;
}

void cn_chunk_retire(cn_chunk_table_t *table, uint32_t index)
{
    cn_chunk_t *chunk = &table->chunk[index];
    uint32_t seen = CN_CHUNK_ACTIVE;
    const bool moved = cn_cas_acq_rel(&chunk->state, &seen, (uint32_t)CN_CHUNK_RETIRING);
    CN_ASSERT(moved);
#ifndef CN_BUG_LATE_COUNT /* seeded for tests/: a chunk counts as active until its pages are gone */
    cn_chunk_count_change(table, index, CN_CHUNK_ACTIVE, -1); /* before the release; checks that it stays >= 0 */
#endif
    (void)cn_add_relaxed(&table->retiring, 1);
    cn_epoch_retire(&chunk->retired, cn_chunk_release);
}

void cn_chunk_retire_spare(cn_chunk_table_t *table, uint32_t index)
{
    CN_ASSERT(cn_load_relaxed(&table->chunk[index].state) == CN_CHUNK_RETIRING);
    (void)cn_add_relaxed(&table->retiring, 1);
    cn_epoch_retire(&table->chunk[index].retired, cn_chunk_release);
}

uint32_t cn_chunk_count(const cn_chunk_table_t *table)
{
    return cn_load_acquire(&table->published); /* the bases before it are there; pairs with cn_chunk_publish */
}

uintptr_t cn_chunk_base(const cn_chunk_table_t *table, uint32_t index)
{
#ifdef CN_BUG_CACHED_BASE /* seeded for tests/: a copy that outlives what it was copied from */
    static _Thread_local const cn_chunk_table_t *cached_table;
    static _Thread_local uint32_t cached_index;
    static _Thread_local uintptr_t cached_base;
    if (cached_table == table && cached_index == index) return cached_base;
    cached_table = table;
    cached_index = index;
    cached_base = index >= cn_chunk_count(table)
                      ? 0
                      : (uintptr_t)(cn_load_acquire(&table->chunk[index].base_node) & ~CN_CHUNK_NODE_MASK);
    return cached_base;
#endif
    if (index >= cn_chunk_count(table)) return 0;
    return (uintptr_t)(cn_load_acquire(&table->chunk[index].base_node) & ~CN_CHUNK_NODE_MASK);
}

uint32_t cn_chunk_node(const cn_chunk_table_t *table, uint32_t index)
{
    return (uint32_t)(cn_load_acquire(&table->chunk[index].base_node) & CN_CHUNK_NODE_MASK);
}

uint32_t cn_chunk_capacity(const cn_chunk_table_t *table, uint32_t index)
{
    const uint64_t before = (uint64_t)index * table->blocks_per_chunk;
    const uint64_t left = table->blocks_max > before ? table->blocks_max - before : 0;
    return left < table->blocks_per_chunk ? (uint32_t)left : table->blocks_per_chunk;
}

int32_t cn_chunk_spares(const cn_chunk_table_t *table, uint32_t node)
{
    return cn_load_acquire(&table->spare_of[node]); /* pairs with cn_chunk_count_change */
}

bool cn_chunk_is_active(const cn_chunk_table_t *table, uint32_t index)
{
    /* relaxed: who holds a block of the chunk has it from a thread that saw this state, or carved it */
    return index < cn_chunk_count(table) && cn_load_relaxed(&table->chunk[index].state) == CN_CHUNK_ACTIVE;
}

bool cn_chunk_is_full(const cn_chunk_table_t *table)
{
    return cn_load_acquire(&table->published) >= table->chunks_max;
}

bool cn_chunk_table_is_valid(const cn_chunk_table_t *table)
{
    int32_t counts[CN_CHUNK_CLAIMED + 1] = {0};
    for (uint32_t i = 0; i < table->chunks_max; i++) {
        const uint32_t state = cn_load_acquire(&table->chunk[i].state);
        const bool has_base = cn_load_acquire(&table->chunk[i].base_node) != 0;
        if (state > CN_CHUNK_CLAIMED || has_base != (i < cn_chunk_count(table))) return false;
        if (!has_base && state != CN_CHUNK_NONE) return false;
        counts[state]++;
    }
    return counts[CN_CHUNK_ACTIVE] == cn_load_acquire(&table->active)
        && counts[CN_CHUNK_SPARE] == cn_load_acquire(&table->spare)
        && counts[CN_CHUNK_IDLE] == cn_load_acquire(&table->idle);
}
