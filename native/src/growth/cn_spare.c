/* Making and taking spare chunks. */
#include "growth/cn_spare.h"

#include "base/cn_error.h"

void cn_spare_init(cn_spare_t *spare, cn_chunk_table_t *table, cn_node_arena_t *arena, cn_count_t *count,
                   uint32_t node, bool prefault)
{
    spare->table = table;
    spare->arena = arena;
    spare->count = count;
    spare->node = node;
    spare->prefault = prefault;
    cn_store_relaxed(&spare->target, 1U);
    cn_store_relaxed(&spare->growths, 0U);
}

uint32_t cn_spare_take(cn_spare_t *spare)
{
    return cn_chunk_take(spare->table, spare->node, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE);
}

/* Touches a chunk's pages; a refusal costs page faults later, nothing else. */
static bool cn_spare_touch(cn_spare_t *spare, uintptr_t base)
{
    if (cn_node_arena_populate(spare->arena, (void *)base, spare->table->chunk_bytes) != CN_OK) {
        cn_count_add(spare->count, CN_COUNT_populate_failures, 1U);
        return false;
    }
    cn_count_add(spare->count, CN_COUNT_bytes_populated, spare->table->chunk_bytes);
    return true;
}

static int cn_spare_refused(cn_spare_t *spare, int code)
{
    if (code == CN_BUDGET) cn_count_add(spare->count, CN_COUNT_budget_refusals, 1U);
    return code;
}

static int cn_spare_prepare(cn_spare_t *spare, bool touch)
{
    cn_chunk_table_t *table = spare->table;
    const uint32_t index = cn_chunk_take(table, spare->node, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED);
    if (index != CN_CHUNK_INDEX_NONE) {
        const int code =
            cn_node_arena_renew(spare->arena, (void *)cn_chunk_base(table, index), table->chunk_bytes);
        if (code != CN_OK) {
            cn_chunk_settle(table, index, CN_CHUNK_IDLE, false);
            return cn_spare_refused(spare, code);
        }
        const bool touched = touch && cn_spare_touch(spare, cn_chunk_base(table, index));
        cn_chunk_settle(table, index, CN_CHUNK_SPARE, touched);
        return CN_OK;
    }
    if (cn_chunk_is_full(table)) return CN_EXHAUSTED;
    const size_t align = table->chunk_bytes >= ((size_t)2 << 20) ? (size_t)2 << 20 : cn_os_page_bytes();
    void *base = NULL;
    const int code = cn_node_arena_chunk_get(spare->arena, table->chunk_bytes, align, &base);
    if (code != CN_OK) return cn_spare_refused(spare, code);
    const bool touched = touch && cn_spare_touch(spare, (uintptr_t)base);
    if (!cn_chunk_publish(table, (uintptr_t)base, spare->node, touched)) {
        cn_node_arena_chunk_put(spare->arena, base, table->chunk_bytes); /* another thread took the last place */
        return CN_EXHAUSTED;
    }
    return CN_OK;
}

int cn_spare_make(cn_spare_t *spare, bool touch)
{
    /* Not even on its way: nobody shall wait for it. */
    if (cn_chunk_is_full(spare->table) && cn_load_acquire(&spare->table->idle) <= 0) return CN_EXHAUSTED;
    cn_add_relaxed(&spare->table->making, 1); /* ordered by what the thread that is refused has seen of the table */
    const int code = cn_spare_prepare(spare, touch);
    (void)cn_sub_acq_rel(&spare->table->making, 1); /* after the publication; pairs with cn_spare_is_making */
    return code;
}

bool cn_spare_is_making(const cn_spare_t *spare)
{
    return cn_load_acquire(&spare->table->making) != 0; /* 0 shows what the others published; pairs with cn_spare_make */
}

void cn_spare_fill(cn_spare_t *spare)
{
    while (cn_chunk_spares(spare->table, spare->node) < (int32_t)cn_load_relaxed(&spare->target)) {
        if (cn_spare_make(spare, spare->prefault) != CN_OK) return; /* callers meet the same refusal and report it */
    }
}

void cn_spare_missed(cn_spare_t *spare)
{
    cn_count_add(spare->count, CN_COUNT_spare_misses, 1U);
    uint32_t seen = cn_load_relaxed(&spare->target);
    const uint32_t want = seen * 2U < CN_SPARE_TARGET_MAX ? seen * 2U : CN_SPARE_TARGET_MAX;
    if (want > seen) (void)cn_cas_acq_rel(&spare->target, &seen, want); /* lost: another miss raised it */
}

void cn_spare_calm(cn_spare_t *spare)
{
    uint32_t seen = cn_load_relaxed(&spare->target);
    if (seen > 1U) (void)cn_cas_acq_rel(&spare->target, &seen, seen / 2U);
}
