/* Giving idle memory back: what goes, what stays, what remains valid. */
#include "arena/cn_meta.h"
#include "cn_test_pool.h"
#include "pool/cn_block_pool.h"

static uint32_t blocks[256];

static uint64_t resident(const cn_block_pool_t *pool)
{
    uint64_t bytes = 0;
    assert_int_equal(cn_block_pool_resident(pool, &bytes), CN_OK);
    return bytes;
}

static cn_block_pool_t *all_used_and_idle(const cn_block_pool_options_t *options)
{
    cn_block_pool_t *pool = cn_test_pool_open(options);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    for (uint32_t i = 0; i < 256; i++) memset(cn_test_block_address(pool, blocks[i]), 1, CN_TEST_BLOCK);
    assert_int_equal(resident(pool), 4U * CN_TEST_CHUNK);
    cn_test_pool_fill(pool, blocks, 256);
    return pool;
}

CN_TEST(trim, after_a_burst_the_pages_go_back)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    assert_int_equal(cn_block_pool_trim(pool, 0), 4U * CN_TEST_CHUNK);
    cn_test_collect();
    assert_int_equal(resident(pool), 0);
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_idle), 4);
    assert_int_equal(cn_test_count(pool, CN_COUNT_bytes_purged), 4U * CN_TEST_CHUNK);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_carved), 0);
    assert_true(cn_test_pool_is_valid(pool, 0));
    cn_test_pool_end(pool);
}

CN_TEST(trim, a_trimmed_pool_serves_again_with_the_same_numbers_and_addresses)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    const void *before = cn_test_block_address(pool, 5);
    assert_true(cn_block_pool_trim(pool, 0) > 0);
    cn_test_collect();
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    bool seen[256] = {false};
    for (uint32_t i = 0; i < 256; i++) {
        assert_true(blocks[i] < 256 && !seen[blocks[i]]);
        seen[blocks[i]] = true;
        assert_int_equal(((unsigned char *)cn_test_block_address(pool, blocks[i]))[1], 0); /* fresh pages */
    }
    assert_ptr_equal(cn_test_block_address(pool, 5), before);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

CN_TEST(trim, a_chunk_with_a_block_in_use_stays)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    uint32_t held;
    assert_int_equal(cn_block_pool_get(pool, &held, 1), 1);
    unsigned char *byte = cn_test_block_address(pool, held);
    *byte = 9;
    assert_int_equal(cn_block_pool_trim(pool, 0), 3U * CN_TEST_CHUNK);
    cn_test_collect();
    assert_int_equal(*byte, 9);
    assert_true(cn_test_pool_is_valid(pool, 1));
    cn_test_pool_fill(pool, &held, 1);
    cn_test_pool_end(pool);
}

/* Every check of ours is passed by two threads that put one block in the same nanoseconds. */
CN_TEST(trim, a_block_that_was_put_twice_does_not_make_up_for_one_in_use)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    const uint32_t held = 2U * 64U + 7U, twice = held + 1U;
    for (uint32_t i = 0; i < 256; i++) {
        const uint32_t block = blocks[i] == held ? twice : blocks[i];
        assert_int_equal(cn_block_pool_put(pool, &block, 1), CN_OK);
    }
    unsigned char *byte = cn_test_block_address(pool, held);
    *byte = 9;
    assert_int_equal(cn_block_pool_trim(pool, 0), 3U * CN_TEST_CHUNK);
    cn_test_collect();
    assert_int_equal(*byte, 9);
    assert_true(cn_chunk_is_active(&pool->table, 2));
    assert_int_equal(cn_block_pool_trim(pool, 0), 0); /* nor at the next try */
    cn_test_pool_end(pool);
}

/* The same for a chunk under the cursor, of which only some blocks were ever given. */
CN_TEST(trim, a_block_that_was_put_twice_does_not_end_carving)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 8), 8);
    const uint32_t held = blocks[3];
    blocks[3] = blocks[4];
    cn_test_pool_fill(pool, blocks, 8);
    (void)cn_block_pool_trim(pool, 0);
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 1);
    assert_int_equal(cn_carve_slot(cn_carve_cursor(&pool->node[0].carve)), 8);
    assert_int_equal(cn_block_pool_put(pool, &held, 1), CN_OK);
    cn_test_pool_end(pool);
}

CN_TEST(trim, a_chunk_that_is_being_carved_goes_when_all_it_gave_is_back)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 8), 8);
    const int64_t trimmed = cn_block_pool_trim(pool, 0);
    assert_int_equal(trimmed / CN_TEST_CHUNK, cn_test_count(pool, CN_COUNT_chunks_retired));
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 1); /* held blocks: only spares could go */
    cn_test_pool_fill(pool, blocks, 8);
    assert_true(cn_block_pool_trim(pool, 0) >= CN_TEST_CHUNK);
    assert_int_equal(cn_carve_cursor(&pool->node[0].carve), CN_CARVE_NONE);
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 0);
    assert_true(cn_test_pool_is_valid(pool, 0));
    cn_test_collect();
    assert_int_equal(cn_test_pool_drain(pool, blocks, 8), 8);
    cn_test_pool_fill(pool, blocks, 8);
    cn_test_pool_end(pool);
}

CN_TEST(trim, keep_bytes_are_kept)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    assert_int_equal(cn_block_pool_trim(pool, 4U * CN_TEST_CHUNK), 0);
    assert_int_equal(cn_block_pool_trim(pool, 3U * CN_TEST_CHUNK - 1U), 2U * CN_TEST_CHUNK);
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 2);
    cn_test_pool_end(pool);
}

CN_TEST(trim, the_initial_bytes_are_never_given_back)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.initial_bytes = 3U * CN_TEST_CHUNK;
    cn_block_pool_t *pool = all_used_and_idle(&options);
    assert_int_equal(cn_block_pool_trim(pool, 0), CN_TEST_CHUNK);
    assert_int_equal(cn_block_pool_trim(pool, 0), 0);
    cn_test_pool_end(pool);
}

CN_TEST(trim, a_stale_reader_delays_the_purge)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    const uint32_t pin = cn_epoch_pin();
    const uint64_t stalls = cn_epoch_stalls();
    assert_int_equal(cn_block_pool_trim(pool, 0), 4U * CN_TEST_CHUNK);
    for (int i = 0; i < 10; i++) (void)cn_epoch_collect();
    assert_int_equal(resident(pool), 4U * CN_TEST_CHUNK);
    assert_true(cn_test_count(pool, CN_COUNT_epoch_stalls) > stalls);
    assert_true(cn_test_count(pool, CN_COUNT_epoch_pending) >= 4);
    cn_epoch_unpin(pin);
    cn_test_collect();
    assert_int_equal(resident(pool), 0);
    cn_test_pool_end(pool);
}

/* Emptied headers go to their stack, wherever in the list they stood: repeated trims need no more of them. */
CN_TEST(trim, no_magazine_header_is_lost)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    uint64_t settled = 0;
    for (int round = 0; round < 50; round++) {
        assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
        /* the last in stays: one block of chunk 0 is at the bottom of the stack, the marked ones above it */
        cn_test_pool_fill(pool, blocks, 256);
        (void)cn_block_pool_trim(pool, CN_TEST_CHUNK);
        cn_test_collect();
        if (round == 5) settled = cn_meta_bytes();
    }
    assert_int_equal(cn_meta_bytes(), settled);
    cn_test_pool_end(pool);
}

CN_TEST(trim, blocks_that_stay_are_packed_and_none_is_lost)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    uint32_t kept[4], kept_count = 0;
    for (uint32_t i = 0; i < 256; i++) { /* magazines of one; one block of each second chunk is held */
        const bool hold = blocks[i] % 128U == 7U;
        if (hold) kept[kept_count++] = blocks[i];
        else assert_int_equal(cn_block_pool_put(pool, &blocks[i], 1), CN_OK);
    }
    assert_int_equal(kept_count, 2);
    assert_int_equal(cn_block_pool_trim(pool, 0), 2U * CN_TEST_CHUNK);
    assert_true(cn_test_pool_is_valid(pool, 2));
    assert_int_equal(cn_depot_blocks(&pool->node[0].depot), 126);
    assert_int_equal(cn_depot_length(&pool->node[0].depot), (126 + 7) / 8);
    cn_test_pool_fill(pool, kept, 2);
    cn_test_pool_end(pool);
}

CN_TEST(trim, one_thread_trims_at_a_time)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = all_used_and_idle(&options);
    cn_store_release(&pool->trim_turn, true);
    assert_int_equal(cn_block_pool_trim(pool, 0), CN_BUSY);
    assert_int_equal(cn_block_pool_trim(pool, 4U * CN_TEST_CHUNK), 0); /* nothing to do, whoever trims */
    cn_store_release(&pool->trim_turn, false);
    assert_true(cn_block_pool_trim(pool, 0) > 0);
    cn_test_pool_end(pool);
}

CN_TEST(trim, idle_memory_goes_back_after_its_time_without_anybodys_help)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.retain_nanos = 1000000; /* 1 ms: at the grower's next turns */
    cn_block_pool_t *pool = all_used_and_idle(&options);
    /* all but the spare chunk that waits for the next burst */
    while (cn_test_count(pool, CN_COUNT_chunks_active) != 0 || resident(pool) != 0) cn_os_sleep(1000000U);
    assert_true(cn_test_count(pool, CN_COUNT_chunks_spare) <= 1);
    cn_test_pool_end(pool);
}

CN_TEST(trim, the_bound_on_retained_bytes_holds_without_anybodys_help)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.retained_bytes_max = CN_TEST_CHUNK;
    cn_block_pool_t *pool = all_used_and_idle(&options);
    while (resident(pool) > CN_TEST_CHUNK) {
        cn_grower_wake();
        cn_os_sleep(1000000U);
    }
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 1);
    cn_test_pool_end(pool);
}

CN_TEST(trim, purging_lazily_still_gives_the_chunk_up)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.purge_lazy = true;
    cn_block_pool_t *pool = all_used_and_idle(&options);
    assert_int_equal(cn_block_pool_trim(pool, 0), 4U * CN_TEST_CHUNK);
    cn_test_collect();
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_idle), 4);
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

CN_TEST_MAIN(trim)
