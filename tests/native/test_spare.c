/* Spare chunks: made, taken, refilled to a target that misses raise and quiet lowers. */
#include "growth/cn_spare.h"

#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "cn_test.h"

#define CHUNK_BYTES ((size_t)256 * 1024)

static cn_chunk_table_t table;
static cn_count_t count;
static cn_spare_t spare;
static cn_node_arena_t *arena;

static void release(cn_chunk_table_t *self, uint32_t index)
{
    (void)cn_node_arena_purge(arena, (void *)cn_chunk_base(self, index), CHUNK_BYTES);
}

static void start(uint32_t chunks, bool prefault)
{
    memset(&table, 0, sizeof table);
    memset(&count, 0, sizeof count);
    table.chunk_bytes = CHUNK_BYTES;
    table.blocks_per_chunk = 64;
    table.blocks_max = (uint64_t)chunks * 64U;
    table.release = release;
    assert_int_equal(cn_chunk_table_init(&table, chunks), CN_OK);
    const cn_map_policy_t policy = {.numa = CN_NUMA_LOCAL};
    assert_int_equal(cn_node_arena_open(0, &policy, &arena), CN_OK);
    cn_spare_init(&spare, &table, arena, &count, 0, prefault);
}

static void end(void)
{
    for (int i = 0; i < 5; i++) (void)cn_epoch_collect();
    for (uint32_t i = 0; i < cn_chunk_count(&table); i++) {
        cn_node_arena_chunk_put(arena, (void *)cn_chunk_base(&table, i), CHUNK_BYTES);
    }
    assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, 0);
    cn_node_arena_close(arena);
    cn_chunk_table_destroy(&table);
}

static size_t resident(uint32_t index)
{
    size_t bytes = 0;
    assert_int_equal(cn_os_resident((void *)cn_chunk_base(&table, index), CHUNK_BYTES, &bytes), CN_OK);
    return bytes;
}

CN_TEST(spare, take_of_none_returns_none)
{
    start(2, false);
    assert_int_equal(cn_spare_take(&spare), CN_CHUNK_INDEX_NONE);
    end();
}

CN_TEST(spare, what_is_made_can_be_taken_and_is_touched_when_asked)
{
    start(2, true);
    assert_int_equal(cn_spare_make(&spare, true), CN_OK);
    assert_int_equal(cn_count_sum(&count, CN_COUNT_bytes_populated), CHUNK_BYTES);
    assert_int_equal(resident(0), CHUNK_BYTES); /* N6: its first use takes no page fault */
    assert_int_equal(cn_load_relaxed(&table.chunk[0].populated), 1);
    assert_int_equal(cn_spare_make(&spare, false), CN_OK);
    assert_int_equal(cn_load_relaxed(&table.chunk[1].populated), 0);
    assert_int_equal(cn_spare_take(&spare), 0);
    assert_int_equal(cn_spare_take(&spare), 1);
    end();
}

CN_TEST(spare, a_full_table_is_exhausted_until_a_chunk_goes_idle)
{
    start(1, false);
    assert_int_equal(cn_spare_make(&spare, false), CN_OK);
    assert_int_equal(cn_spare_make(&spare, false), CN_EXHAUSTED);
    const uint32_t index = cn_spare_take(&spare);
    const uintptr_t base = cn_chunk_base(&table, index);
    cn_chunk_retire(&table, index);
    for (int i = 0; i < 3; i++) (void)cn_epoch_collect();
    assert_int_equal(cn_spare_make(&spare, false), CN_OK);
    assert_int_equal(cn_spare_take(&spare), index); /* the same chunk, not a new one */
    assert_int_equal(cn_chunk_base(&table, index), base);
    end();
}

CN_TEST(spare, fill_reaches_the_target_and_stops_at_the_table)
{
    start(3, false);
    cn_spare_fill(&spare);
    assert_int_equal(cn_chunk_spares(&table, 0), 1);
    cn_spare_missed(&spare);
    cn_spare_missed(&spare);
    cn_spare_fill(&spare);
    assert_int_equal(cn_chunk_spares(&table, 0), 3); /* the target is 4 */
    end();
}

CN_TEST(spare, misses_double_the_target_up_to_its_bound_and_quiet_halves_it_down_to_one)
{
    start(1, false);
    assert_int_equal(cn_load_relaxed(&spare.target), 1);
    for (uint32_t i = 0; i < 10; i++) cn_spare_missed(&spare);
    assert_int_equal(cn_load_relaxed(&spare.target), CN_SPARE_TARGET_MAX);
    assert_int_equal(cn_count_sum(&count, CN_COUNT_spare_misses), 10);
    for (uint32_t i = 0; i < 10; i++) cn_spare_calm(&spare);
    assert_int_equal(cn_load_relaxed(&spare.target), 1);
    end();
}

/* Each node's low-water mark is its own. */
CN_TEST(spare, another_nodes_spare_chunk_does_not_count)
{
    start(4, false);
    cn_spare_t other;
    cn_spare_init(&other, &table, arena, &count, 1, false);
    cn_spare_fill(&other);
    cn_spare_fill(&spare);
    assert_int_equal(cn_chunk_spares(&table, 0), 1);
    assert_int_equal(cn_chunk_spares(&table, 1), 1);
    assert_int_equal(cn_chunk_node(&table, cn_spare_take(&spare)), 0);
    end();
}

CN_TEST_MAIN(spare)
