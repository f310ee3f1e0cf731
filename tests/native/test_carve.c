/* The carving cursor: every block once, in order of address, and an end when the trimmer says so. */
#include "growth/cn_carve.h"

#include <pthread.h>
#include <string.h>

#include "cn_test.h"

#define THREADS 4
#define PER_CHUNK 1000U
#define CHUNKS 20U

static cn_chunk_table_t table;
static cn_carve_t carve;

static void start(uint32_t chunks, uint64_t blocks)
{
    memset(&table, 0, sizeof table);
    table.blocks_per_chunk = PER_CHUNK;
    table.blocks_max = blocks;
    table.chunks_max = chunks;
    cn_carve_init(&carve);
}

CN_TEST(carve, nothing_comes_before_a_chunk_is_published)
{
    start(1, PER_CHUNK);
    uint32_t first;
    assert_int_equal(cn_carve_take(&carve, &table, 8, &first), 0);
    assert_int_equal(cn_carve_left(&carve, &table), 0);
}

CN_TEST(carve, blocks_come_in_order_until_the_chunk_is_used_up)
{
    start(2, 2U * PER_CHUNK);
    cn_carve_publish(&carve, 1);
    uint32_t first;
    assert_int_equal(cn_carve_left(&carve, &table), PER_CHUNK);
    assert_int_equal(cn_carve_take(&carve, &table, 64, &first), 64);
    assert_int_equal(first, PER_CHUNK);
    assert_int_equal(cn_carve_take(&carve, &table, PER_CHUNK, &first), PER_CHUNK - 64U);
    assert_int_equal(first, PER_CHUNK + 64U);
    assert_int_equal(cn_carve_take(&carve, &table, 1, &first), 0);
    assert_int_equal(cn_carve_left(&carve, &table), 0);
}

CN_TEST(carve, the_last_chunk_ends_at_the_pools_limit)
{
    start(2, PER_CHUNK + 5U);
    cn_carve_publish(&carve, 1);
    uint32_t first;
    assert_int_equal(cn_carve_take(&carve, &table, 64, &first), 5);
    assert_int_equal(cn_carve_take(&carve, &table, 64, &first), 0);
}

CN_TEST(carve, detach_ends_carving_unless_the_cursor_moved)
{
    start(1, PER_CHUNK);
    cn_carve_publish(&carve, 0);
    const uint64_t seen = cn_carve_cursor(&carve);
    uint32_t first;
    assert_int_equal(cn_carve_take(&carve, &table, 1, &first), 1);
    assert_false(cn_carve_detach(&carve, seen));
    assert_true(cn_carve_detach(&carve, cn_carve_cursor(&carve)));
    assert_int_equal(cn_carve_take(&carve, &table, 1, &first), 0);
    assert_int_equal(cn_carve_cursor(&carve), CN_CARVE_NONE);
}

static uint32_t content[CHUNKS];                          /* plain: written before publication, read after */
static CN_ATOMIC(uint32_t) given[CHUNKS * PER_CHUNK];
static CN_ATOMIC(uint32_t) left;

static void *cut(void *argument)
{
    uint64_t *wrong = argument;
    uint32_t first;
    while (cn_load_relaxed(&left) != 0) {
        const uint32_t taken = cn_carve_take(&carve, &table, 7, &first);
        for (uint32_t i = 0; i < taken; i++) {
            *wrong += cn_add_relaxed(&given[first + i], 1U) != 0;
            *wrong += content[(first + i) / PER_CHUNK] != (first + i) / PER_CHUNK + 1U;
        }
        if (taken != 0) cn_sub_relaxed(&left, taken);
    }
    return NULL;
}

/* N4: the ready flag is stored with release and loaded with acquire: what it stands for is there. */
CN_TEST(carve, threads_cut_every_block_once_and_see_the_chunk_behind_it)
{
    start(CHUNKS, (uint64_t)CHUNKS * PER_CHUNK);
    cn_store_relaxed(&left, CHUNKS * PER_CHUNK);
    uint64_t wrong[THREADS] = {0};
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, cut, &wrong[i]);
    for (uint32_t chunk = 0; chunk < CHUNKS; chunk++) {
        while (cn_carve_left(&carve, &table) != 0) {
        }
        content[chunk] = chunk + 1U;
        cn_carve_publish(&carve, chunk);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
    for (uint32_t i = 0; i < CHUNKS * PER_CHUNK; i++) assert_int_equal(cn_load_relaxed(&given[i]), 1);
}

CN_TEST_MAIN(carve)
