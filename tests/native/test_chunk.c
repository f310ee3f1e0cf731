/* The chunk table: publication, search, states, retirement, and the counts that go with them. */
#include "growth/cn_chunk.h"

#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "cn_test.h"

#define CHUNKS 64U
#define THREADS 4
#define BASE(i) ((uintptr_t)0x100000 * ((i) + 1U))

static cn_chunk_table_t table;
static uint32_t released;
static int32_t active_at_release;

static void release(cn_chunk_table_t *self, uint32_t index)
{
    assert_ptr_equal(self, &table);
    assert_true(cn_chunk_base(self, index) != 0);
    released++;
    active_at_release = cn_load_relaxed(&self->active);
}

static void start(uint32_t chunks)
{
    memset(&table, 0, sizeof table);
    table.chunk_bytes = 4096;
    table.blocks_per_chunk = 10;
    table.blocks_max = (uint64_t)chunks * 10U - 3U;
    table.release = release;
    released = 0;
    assert_int_equal(cn_chunk_table_init(&table, chunks), 0);
}

static void collect(void)
{
    for (int i = 0; i < 3; i++) (void)cn_epoch_collect();
}

CN_TEST(chunk, an_empty_table_has_nothing)
{
    start(4);
    assert_int_equal(cn_chunk_count(&table), 0);
    assert_int_equal(cn_chunk_base(&table, 0), 0);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), CN_CHUNK_INDEX_NONE);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), CN_CHUNK_INDEX_NONE);
    assert_false(cn_chunk_is_full(&table));
    assert_true(cn_chunk_is_settled(&table));
    assert_true(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, destroying_the_table_returns_its_memory_and_may_be_repeated)
{
    const uint64_t before = cn_meta_bytes();
    start(4);
    assert_int_equal(cn_meta_bytes() - before, 4 * sizeof(cn_chunk_t));
    cn_chunk_table_destroy(&table);
    cn_chunk_table_destroy(&table);
    assert_int_equal(cn_meta_bytes(), before);
}

CN_TEST(chunk, a_table_too_large_for_memory_is_refused)
{
    memset(&table, 0, sizeof table);
    table.chunk = NULL;
    assert_int_equal(cn_chunk_table_init(&table, 0), -12); /* 0 bytes are no table */
}

CN_TEST(chunk, a_published_chunk_is_spare_and_has_its_base_and_node)
{
    start(2);
    assert_true(cn_chunk_publish(&table, BASE(0), 3, true));
    assert_int_equal(cn_chunk_count(&table), 1);
    assert_int_equal(cn_chunk_base(&table, 0), BASE(0));
    assert_int_equal(cn_chunk_node(&table, 0), 3);
    assert_int_equal(cn_load_relaxed(&table.spare), 1);
    assert_int_equal(cn_chunk_spares(&table, 3), 1);
    assert_int_equal(cn_chunk_spares(&table, 0), 0);
    assert_true(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

/* N4: always the atomic load, never a copy of an earlier answer. */
CN_TEST(chunk, a_base_that_was_not_there_is_seen_when_it_comes)
{
    start(2);
    assert_int_equal(cn_chunk_base(&table, 0), 0);
    assert_true(cn_chunk_publish(&table, BASE(5), 0, false));
    assert_int_equal(cn_chunk_base(&table, 0), BASE(5));
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, a_full_table_refuses_and_the_caller_keeps_the_memory)
{
    start(2);
    assert_true(cn_chunk_publish(&table, BASE(0), 0, false));
    assert_true(cn_chunk_publish(&table, BASE(1), 0, false));
    assert_true(cn_chunk_is_full(&table));
    assert_false(cn_chunk_publish(&table, BASE(2), 0, false));
    assert_int_equal(cn_chunk_count(&table), 2);
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, the_last_chunk_may_be_used_in_part)
{
    start(3);
    assert_int_equal(cn_chunk_capacity(&table, 0), 10);
    assert_int_equal(cn_chunk_capacity(&table, 2), 7);
    assert_int_equal(cn_chunk_capacity(&table, 3), 0);
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, take_finds_the_lowest_chunk_of_the_node_only)
{
    start(4);
    for (uint32_t i = 0; i < 4; i++) assert_true(cn_chunk_publish(&table, BASE(i), i % 2U, false));
    assert_int_equal(cn_chunk_take(&table, 1, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 1);
    assert_int_equal(cn_chunk_take(&table, 1, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 3);
    assert_int_equal(cn_chunk_take(&table, 1, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), CN_CHUNK_INDEX_NONE);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 0);
    assert_int_equal(cn_load_relaxed(&table.active), 3);
    assert_true(cn_chunk_is_active(&table, 0));
    assert_false(cn_chunk_is_active(&table, 2));
    assert_false(cn_chunk_is_active(&table, 4));
    assert_int_equal(cn_load_relaxed(&table.spare), 1);
    assert_int_equal(cn_chunk_spares(&table, 0), 1);
    assert_int_equal(cn_chunk_spares(&table, 1), 0);
    assert_true(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

/* N4: the count goes down before anything is released. */
CN_TEST(chunk, a_retired_chunk_stops_counting_at_once_and_is_released_by_the_epoch)
{
    start(2);
    assert_true(cn_chunk_publish(&table, BASE(0), 0, true));
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 0);
    const uint32_t pin = cn_epoch_pin();
    cn_chunk_retire(&table, 0);
    assert_int_equal(cn_load_relaxed(&table.active), 0);
    assert_false(cn_chunk_is_settled(&table));
    collect();
    assert_int_equal(released, 0); /* a reader may still be inside */
    assert_int_equal(cn_load_relaxed(&table.chunk[0].state), CN_CHUNK_RETIRING);
    cn_epoch_unpin(pin);
    collect();
    assert_int_equal(released, 1);
    assert_int_equal(active_at_release, 0);
    assert_true(cn_chunk_is_settled(&table));
    assert_int_equal(cn_load_relaxed(&table.chunk[0].state), CN_CHUNK_IDLE);
    assert_int_equal(cn_load_relaxed(&table.chunk[0].populated), 0);
    assert_int_equal(cn_load_relaxed(&table.idle), 1);
    assert_int_equal(cn_chunk_base(&table, 0), BASE(0)); /* index and address stay */
    assert_true(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, an_idle_chunk_is_claimed_by_one_and_settles_as_spare_or_idle)
{
    start(1);
    assert_true(cn_chunk_publish(&table, BASE(0), 0, true));
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_RETIRING), 0);
    cn_chunk_retire_spare(&table, 0);
    collect();
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), 0);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), CN_CHUNK_INDEX_NONE);
    cn_chunk_settle(&table, 0, CN_CHUNK_IDLE, false);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), 0);
    cn_chunk_settle(&table, 0, CN_CHUNK_SPARE, true);
    assert_int_equal(cn_load_relaxed(&table.chunk[0].populated), 1);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 0);
    assert_true(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, a_chunk_below_the_hint_is_found_again)
{
    start(4);
    for (uint32_t i = 0; i < 4; i++) assert_true(cn_chunk_publish(&table, BASE(i), 0, false));
    for (uint32_t i = 0; i < 4; i++) assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), i);
    cn_chunk_retire(&table, 2);
    cn_chunk_retire(&table, 0);
    collect();
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), 0);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED), 2);
    cn_chunk_settle(&table, 2, CN_CHUNK_SPARE, false);
    cn_chunk_settle(&table, 0, CN_CHUNK_SPARE, false);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 0);
    assert_int_equal(cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE), 2);
    cn_chunk_table_destroy(&table);
}

static void retire_spare_as_active(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    cn_chunk_retire(&table, 0);
}

static void retire_below_zero(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    (void)cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE);
    cn_store_relaxed(&table.active, 0);
    cn_chunk_retire(&table, 0);
    for (int i = 0; i < 3; i++) (void)cn_epoch_collect();
}

static void publish_unaligned(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    (void)cn_chunk_publish(&table, BASE(0) + 1U, 0, false);
}

CN_TEST(chunk, our_own_mistakes_abort)
{
    start(2);
    assert_true(cn_chunk_publish(&table, BASE(0), 0, false));
    assert_int_not_equal(cn_test_child(retire_spare_as_active, NULL), 0);
    assert_int_not_equal(cn_test_child(retire_below_zero, NULL), 0); /* N4: checked to stay non-negative */
    assert_int_not_equal(cn_test_child(publish_unaligned, NULL), 0);
    cn_chunk_table_destroy(&table);
}

CN_TEST(chunk, is_valid_sees_a_count_that_is_off)
{
    start(2);
    assert_true(cn_chunk_publish(&table, BASE(0), 0, false));
    cn_add_relaxed(&table.active, 1);
    assert_false(cn_chunk_table_is_valid(&table));
    cn_chunk_table_destroy(&table);
}

static CN_ATOMIC(bool) over;

static void *read_bases(void *argument)
{
    uint64_t *wrong = argument;
    while (!cn_load_relaxed(&over)) {
        const uint32_t count = cn_chunk_count(&table);
        for (uint32_t i = 0; i < count; i++) *wrong += cn_chunk_base(&table, i) == 0;
    }
    return NULL;
}

static void *publish_some(void *argument)
{
    const uintptr_t self = (uintptr_t)argument;
    for (uintptr_t i = 0; i < CHUNKS / THREADS; i++) {
        (void)cn_chunk_publish(&table, BASE(self * CHUNKS + i), 0, false);
    }
    return NULL;
}

/* N4: the pointer before the count. */
CN_TEST(chunk, whoever_sees_the_count_sees_the_bases)
{
    for (int round = 0; round < 200; round++) {
        start(CHUNKS);
        cn_store_relaxed(&over, false);
        uint64_t wrong = 0;
        pthread_t reader, thread[THREADS];
        assert_int_equal(pthread_create(&reader, NULL, read_bases, &wrong), 0);
        for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, publish_some, (void *)i);
        for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
        cn_store_relaxed(&over, true);
        pthread_join(reader, NULL);
        assert_int_equal(wrong, 0);
        assert_int_equal(cn_chunk_count(&table), CHUNKS);
        assert_true(cn_chunk_table_is_valid(&table));
        cn_chunk_table_destroy(&table);
    }
}

static void *cycle_chunks(void *argument)
{
    uint64_t *taken = argument;
    for (int round = 0; round < 500; round++) {
        const uint32_t index = cn_chunk_take(&table, 0, CN_CHUNK_SPARE, CN_CHUNK_ACTIVE);
        if (index == CN_CHUNK_INDEX_NONE) continue;
        (*taken)++;
        cn_chunk_retire(&table, index);
        (void)cn_epoch_collect();
        const uint32_t idle = cn_chunk_take(&table, 0, CN_CHUNK_IDLE, CN_CHUNK_CLAIMED);
        if (idle != CN_CHUNK_INDEX_NONE) cn_chunk_settle(&table, idle, CN_CHUNK_SPARE, false);
    }
    return NULL;
}

static void release_quietly(cn_chunk_table_t *self, uint32_t index)
{
    (void)self, (void)index;
}

/* N4: reference counts are atomic. */
CN_TEST(chunk, counts_stay_right_while_threads_move_chunks)
{
    start(CHUNKS);
    table.release = release_quietly;
    for (uint32_t i = 0; i < CHUNKS; i++) assert_true(cn_chunk_publish(&table, BASE(i), 0, false));
    uint64_t taken[THREADS] = {0};
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, cycle_chunks, &taken[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        assert_true(taken[i] != 0);
    }
    while (cn_epoch_pending() != 0) (void)cn_epoch_collect();
    assert_true(cn_chunk_is_settled(&table));
    assert_true(cn_chunk_table_is_valid(&table));
    assert_int_equal(cn_load_relaxed(&table.active), 0);
    assert_int_equal(cn_load_relaxed(&table.spare) + cn_load_relaxed(&table.idle), CHUNKS);
    cn_chunk_table_destroy(&table);
}

CN_TEST_MAIN(chunk)
