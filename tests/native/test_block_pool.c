/* Opening, closing and ending a pool: shapes, refusals, statistics, nothing left behind. */
#include "pool/cn_block_pool.h"

#include "arena/cn_meta.h"
#include "cn_test_pool.h"

static void refuses(cn_block_pool_options_t options, int code)
{
    cn_block_pool_t *pool = NULL;
    const uint64_t before = cn_meta_bytes();
    assert_int_equal(cn_block_pool_open(&options, 1, &pool), code);
    assert_null(pool);
    assert_int_equal(cn_meta_bytes(), before);
}

#define REFUSES(code, field, value) \
    do { \
        cn_block_pool_options_t options = cn_test_pool_options(); \
        options.field = (value); \
        refuses(options, code); \
    } while (0)

CN_TEST(block_pool, options_out_of_range_are_refused_and_leave_nothing)
{
    REFUSES(CN_EINVAL, block_bytes, 0);
    REFUSES(CN_EINVAL, block_bytes, ((uint64_t)1 << 30) + 1U);
    REFUSES(CN_EINVAL, maximum_bytes, 0);
    REFUSES(CN_EINVAL, maximum_bytes, ((uint64_t)1 << 46) + 1U);
    REFUSES(CN_EINVAL, maximum_bytes, CN_TEST_BLOCK - 1U);
    REFUSES(CN_EINVAL, initial_bytes, 4U * CN_TEST_CHUNK + 1U);
    REFUSES(CN_EINVAL, chunk_bytes, ((uint64_t)1 << 30) + 1U);
    REFUSES(CN_EINVAL, magazine_blocks, CN_MAGAZINE_MAX + 1U);
    REFUSES(CN_EINVAL, numa, CN_NUMA_POLICIES);
    cn_block_pool_options_t options = cn_test_pool_options();
    options.numa = CN_NUMA_BIND;
    options.node = CN_NODES_MAX;
    refuses(options, CN_ENODEV);
    options = cn_test_pool_options();
    options.block_bytes = 16;
    options.maximum_bytes = (uint64_t)1 << 36; /* 2^32 blocks */
    refuses(options, CN_EINVAL);
    options = cn_test_pool_options();
    options.file = "/nonexistent/folder/file";
    refuses(options, CN_EIO);
}

CN_TEST(block_pool, the_stride_is_a_line_or_sixteen_bytes)
{
    const struct {
        uint64_t block, stride;
    } want[] = {{1, 16}, {16, 16}, {17, 32}, {63, 64}, {64, 64}, {65, 128}, {4096, 4096}, {5000, 5056}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cn_block_pool_options_t options = cn_test_pool_options();
        options.block_bytes = want[i].block;
        cn_block_pool_t *pool = cn_test_pool_open(&options);
        assert_int_equal(pool->stride, want[i].stride);
        assert_int_equal(pool->block_bytes, want[i].block);
        cn_test_pool_end(pool);
    }
}

CN_TEST(block_pool, a_chunk_wastes_at_most_an_eighth)
{
    const uint64_t sizes[] = {64, 100, 4096, 5000, 65536, 700000, 1000000, 1500000, 3000000, 50000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cn_block_pool_options_t options = cn_test_pool_options();
        options.block_bytes = sizes[i];
        options.chunk_bytes = 0;
        options.maximum_bytes = (uint64_t)4 << 30;
        cn_block_pool_t *pool = cn_test_pool_open(&options);
        const uint64_t used = pool->table.blocks_per_chunk * pool->stride;
        assert_true(used <= pool->table.chunk_bytes);
        assert_true(pool->table.chunk_bytes - used <= pool->table.chunk_bytes / 8U);
        assert_true((uint64_t)pool->table.chunks_max * pool->table.blocks_per_chunk >= pool->table.blocks_max);
        assert_true(pool->magazine_blocks >= 1 && pool->magazine_blocks <= CN_MAGAZINE_MAX);
        cn_test_pool_end(pool);
    }
}

CN_TEST(block_pool, the_pool_holds_as_many_blocks_as_fit_into_its_maximum)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.maximum_bytes = 3U * CN_TEST_CHUNK - 5U * CN_TEST_BLOCK - 1U;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 3U * 64U - 6U);
    assert_true(cn_test_pool_is_valid(pool, 3U * 64U - 6U));
    cn_test_pool_fill(pool, blocks, 3U * 64U - 6U);
    assert_true(cn_test_pool_is_valid(pool, 0));
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, initial_bytes_are_there_at_once_and_touched_when_asked)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.initial_bytes = CN_TEST_CHUNK + 1U; /* rounded up to two chunks */
    options.prefault = true;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_true(cn_test_count(pool, CN_COUNT_chunks_spare) >= 2);
    uint64_t resident = 0;
    assert_int_equal(cn_block_pool_resident(pool, &resident), CN_OK);
    assert_true(resident >= 2U * CN_TEST_CHUNK);
    assert_int_equal(pool->initial_bytes, 2U * CN_TEST_CHUNK);
    cn_test_pool_end(pool);
}

/* Rounded up to chunks, the initial bytes may be more than the pool can have. */
CN_TEST(block_pool, a_pool_may_be_all_initial)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.block_bytes = 1U << 20;
    options.chunk_bytes = 0;
    options.maximum_bytes = options.initial_bytes = (5U << 20) / 2U;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t blocks[8];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 8), 2);
    cn_test_pool_fill(pool, blocks, 2);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, blocks_lie_apart_inside_their_chunks_and_keep_what_is_written)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    for (uint32_t i = 0; i < 256; i++) memset(cn_test_block_address(pool, blocks[i]), (int)i, CN_TEST_BLOCK);
    for (uint32_t i = 0; i < 256; i++) {
        const unsigned char *byte = cn_test_block_address(pool, blocks[i]);
        assert_int_equal(byte[0], i);
        assert_int_equal(byte[CN_TEST_BLOCK - 1U], i);
    }
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, ending_a_pool_returns_its_metadata_and_its_address_space)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_test_pool_end(cn_test_pool_open(&options)); /* what is made once per process */
    const uint64_t before = cn_meta_bytes();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    cn_test_pool_fill(pool, blocks, 256);
    assert_true(cn_meta_bytes() > before);
    cn_test_pool_end(pool);
    assert_int_equal(cn_meta_bytes(), before);
}

CN_TEST(block_pool, close_refuses_gets_and_takes_puts)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t blocks[8];
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 8);
    assert_false(cn_block_pool_is_closed(pool));
    assert_true(cn_block_pool_close(pool));
    assert_false(cn_block_pool_close(pool));
    assert_true(cn_block_pool_is_closed(pool));
    uint32_t more[8];
    assert_int_equal(cn_block_pool_get(pool, more, 8), CN_CLOSED);
    assert_int_equal(cn_block_pool_put(pool, blocks, 8), CN_OK);
    assert_false(cn_block_pool_request(pool, CN_FREEZE));
    assert_false(cn_block_pool_request(pool, CN_THAW));
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, a_reader_inside_keeps_the_pools_memory_until_it_leaves)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    const uint64_t before = cn_meta_bytes();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    const uint32_t pin = cn_epoch_pin();
    (void)cn_block_pool_close(pool);
    cn_block_pool_destroy(pool);
    for (int i = 0; i < 10; i++) (void)cn_epoch_collect();
    assert_true(cn_meta_bytes() > before);
    assert_true(cn_block_pool_is_closed(pool)); /* still readable */
    cn_epoch_unpin(pin);
    cn_test_collect();
    assert_int_equal(cn_meta_bytes(), before);
}

static void destroy_open(void *argument)
{
    (void)freopen("/dev/null", "w", stderr);
    cn_block_pool_destroy(argument);
}

CN_TEST(block_pool, destroying_an_open_pool_is_our_own_mistake)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_not_equal(cn_test_child(destroy_open, pool), 0);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, kept_addresses_stay_readable_after_the_end)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.keep_addresses = true;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t block;
    assert_int_equal(cn_block_pool_get(pool, &block, 1), 1);
    volatile unsigned char *stale = cn_test_block_address(pool, block);
    stale[0] = 7;
    cn_test_pool_end(pool);
    assert_int_equal(stale[0], 0); /* its pages went back; the address did not */
}

CN_TEST(block_pool, packed_blocks_follow_each_other_every_16_bytes)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.block_bytes = 130;
    options.packed = true;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(pool->stride, 144);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, on_demand_no_chunk_is_made_ahead)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.on_demand = true;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    for (int i = 0; i < 3; i++) {
        cn_block_pool_work(&pool->client, cn_os_nanos());
        assert_int_equal(cn_chunk_count(&pool->table), 0);
        assert_int_equal(cn_block_pool_trim(pool, 0), 0);
    }
    uint32_t block;
    assert_int_equal(cn_block_pool_get(pool, &block, 1), 1);
    cn_block_pool_work(&pool->client, cn_os_nanos());
    assert_int_equal(cn_chunk_count(&pool->table), 1);
    assert_int_equal(cn_block_pool_put(pool, &block, 1), CN_OK);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, counters_tell_what_happened)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 100), 100);
    cn_test_pool_fill(pool, blocks, 50);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_out), 100);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_in), 50);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_carved), 100);
    assert_int_equal(cn_test_count(pool, CN_COUNT_growths), 2);
    assert_int_equal(cn_test_count(pool, CN_COUNT_chunks_active), 2);
    assert_int_equal(cn_test_count(pool, CN_COUNT_growths_failed), 0);
    assert_int_equal(cn_test_count(pool, CN_COUNT_growths_spare) + cn_test_count(pool, CN_COUNT_spare_misses), 2);
    uint64_t latencies = 0;
    for (uint32_t i = 0; i < CN_HISTOGRAM_BUCKETS; i++) latencies += cn_load_relaxed(&pool->growth_nanos.bucket[i]);
    assert_int_equal(latencies, 2);
    assert_true(cn_test_count(pool, CN_COUNT_growth_nanos) >= cn_test_count(pool, CN_COUNT_growth_nanos_max));
    assert_true(cn_test_count(pool, CN_COUNT_bytes_reserved) >= 2U * CN_TEST_CHUNK);
    assert_true(cn_test_pool_is_valid(pool, 50));
    assert_false(cn_test_pool_is_valid(pool, 49));
    static uint32_t rest[256];
    assert_int_equal(cn_test_pool_drain(pool, rest, 256), 206); /* to the maximum: refused there, and nothing failed */
    assert_int_equal(cn_test_count(pool, CN_COUNT_growths_failed), 0);
    cn_test_pool_fill(pool, rest, 206);
    cn_test_pool_fill(pool, blocks + 50, 50);
    cn_test_pool_end(pool);
}

CN_TEST(block_pool, a_pool_in_a_file_serves_and_leaves_the_file)
{
    char path[] = "/tmp/cenote-test-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    cn_block_pool_options_t options = cn_test_pool_options();
    options.file = path;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    for (uint32_t i = 0; i < 256; i++) memset(cn_test_block_address(pool, blocks[i]), 1, CN_TEST_BLOCK);
    cn_test_pool_fill(pool, blocks, 256);
    assert_int_equal(cn_block_pool_trim(pool, 0), 4U * CN_TEST_CHUNK);
    cn_test_collect();
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(unlink(path), 0);
}

CN_TEST_MAIN(block_pool)
