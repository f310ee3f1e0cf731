/* The C ABI as a caller sees it: every wrong argument has its code, every stale handle is an error, and it works. */
#include "cenote/cenote.h"

#include <string.h>

#include "cn_test.h"
#include "platform/cn_os.h"
#include "platform/cn_topology.h"
#include "reclaim/cn_epoch.h"

#define BLOCK 4096
#define CHUNK (64 * BLOCK)
#define MAXIMUM (4 * CHUNK)
#define STALE ((int64_t)999 * 4096 + 7)

static int64_t at(const void *pointer)
{
    return (int64_t)(intptr_t)pointer;
}

static int64_t opened(int32_t flags)
{
    const int64_t pool = cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, CENOTE_NUMA_LOCAL, 0, flags, INT64_MAX, 0, 0);
    assert_true(pool > 0);
    return pool;
}

static void ended(int64_t pool)
{
    assert_int_equal(cenote_pool_close(pool), 1);
    assert_int_equal(cenote_pool_destroy(pool), 0);
}

CN_TEST(abi, the_library_tells_about_itself_and_the_machine)
{
    assert_int_equal(cenote_abi_version(), CENOTE_ABI_VERSION);
    assert_int_equal(cenote_cpu_check(), 0);
    assert_true(cenote_node_count() >= 1);
    assert_in_range(cenote_node_here(), 0, cenote_node_count() - 1);
    assert_in_range(cenote_thread_roam(), 0, 1);
    assert_true(cenote_container_limit() > 0);
    assert_true(cenote_container_used() >= 0);
}

CN_TEST(abi, every_error_has_a_text_and_other_numbers_have_none)
{
#define CENOTE_ERROR(name, value, text) assert_string_equal(cenote_error_text(CENOTE_##name), text);
#include "cenote/errors.def"
#undef CENOTE_ERROR
    assert_null(cenote_error_text(0));
    assert_null(cenote_error_text(-9999));
}

CN_TEST(abi, open_refuses_what_is_out_of_range)
{
    const int64_t max = INT64_MAX;
    assert_int_equal(cenote_pool_open(0, 0, MAXIMUM, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(-1, 0, MAXIMUM, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(((int64_t)1 << 30) + 1, 0, max, 0, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, -1, MAXIMUM, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, MAXIMUM + 1, MAXIMUM, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, -1, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, BLOCK - 1, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, max, CHUNK, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, -1, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, max, 8, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, -1, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 65, 0, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, -1, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 4, 0, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, CENOTE_NUMA_BIND, -1, 0, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, CENOTE_NUMA_BIND, 64, 0, max, 0, 0), CENOTE_ENODEV);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, 64, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, -1, max, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, 0, -1, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, 0, max, -1, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, 0, max, 0, at("/nonexistent/x/y")), CENOTE_EIO);
}

CN_TEST(abi, a_handle_that_names_no_pool_is_refused_everywhere)
{
    const int64_t gone = opened(0);
    ended(gone);
    const int64_t wrong[] = {0, -1, 1, STALE, INT64_MAX, INT64_MIN, gone};
    int32_t block = 0;
    int64_t out[4];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(cenote_magazine_get(wrong[i], at(&block), 1), CENOTE_NOHANDLE);
        assert_int_equal(cenote_magazine_put(wrong[i], at(&block), 1), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_shape(wrong[i], at(out), 4), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_chunk_base(wrong[i], 0), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_stats(wrong[i], at(out), 4), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_histogram(wrong[i], at(out), 4), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_resident(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_trim(wrong[i], 0), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_freeze(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_thaw(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_close(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_pool_destroy(wrong[i]), CENOTE_NOHANDLE);
    }
}

CN_TEST(abi, wrong_arguments_of_a_pools_calls_are_refused)
{
    const int64_t pool = opened(0);
    int32_t blocks[129];
    int64_t out[64];
    assert_int_equal(cenote_magazine_get(pool, 0, 1), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_get(pool, at(blocks), 0), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_get(pool, at(blocks), -1), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_get(pool, at(blocks), 129), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_put(pool, 0, 1), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 0), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_put(pool, at(blocks), -1), CENOTE_EINVAL);
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 9), CENOTE_EINVAL);
    blocks[0] = -5;
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 1), CENOTE_BADBLOCK);
    blocks[0] = 0;
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 1), CENOTE_BADBLOCK);
    assert_int_equal(cenote_pool_shape(pool, 0, 6), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_shape(pool, at(out), 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_chunk_base(pool, -1), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_chunk_base(pool, 4), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_chunk_base(pool, INT32_MAX), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_stats(pool, 0, 1), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_stats(pool, at(out), -1), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_histogram(pool, 0, 1), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_histogram(pool, at(out), 0), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_trim(pool, -1), CENOTE_EINVAL);
    assert_int_equal(cenote_pool_destroy(pool), CENOTE_EINVAL); /* not closed */
    assert_int_equal(cenote_histogram_floor(-1), CENOTE_EINVAL);
    assert_int_equal(cenote_histogram_floor(1 << 20), CENOTE_EINVAL);
    ended(pool);
}

CN_TEST(abi, arrays_are_filled_as_far_as_they_reach)
{
    const int64_t pool = opened(0);
    int64_t shape[8] = {[6] = -7, [7] = -7};
    assert_int_equal(cenote_pool_shape(pool, at(shape), 8), 6);
    assert_int_equal(shape[0], BLOCK);
    assert_int_equal(shape[1], CHUNK);
    assert_int_equal(shape[2], 64);
    assert_int_equal(shape[3], 8);
    assert_int_equal(shape[4], 256);
    assert_int_equal(shape[5], 4);
    assert_int_equal(shape[6], -7);
    int64_t part[2] = {-7, -7};
    assert_int_equal(cenote_pool_shape(pool, at(part), 1), 6);
    assert_int_equal(part[1], -7);
    int64_t counters[64];
    const int32_t known = cenote_pool_stats(pool, at(counters), 64);
    int32_t listed = 0;
#define CENOTE_COUNTER(name, unit, text) listed++;
#include "cenote/counters.def"
#undef CENOTE_COUNTER
    assert_int_equal(known, listed);
    int64_t one;
    const int32_t buckets = cenote_pool_histogram(pool, at(&one), 1);
    assert_true(buckets > 100);
    for (int32_t i = 1; i < buckets; i++) assert_true(cenote_histogram_floor(i) > cenote_histogram_floor(i - 1));
    ended(pool);
}

CN_TEST(abi, blocks_are_where_the_shape_says)
{
    const int64_t pool = opened(CENOTE_PREFAULT | CENOTE_HUGE_PAGES);
    int32_t blocks[8];
    assert_int_equal(cenote_magazine_get(pool, at(blocks), 8), 8);
    for (int i = 0; i < 8; i++) {
        const int64_t base = cenote_pool_chunk_base(pool, blocks[i] / 64);
        assert_true(base > 0);
        memset((void *)(intptr_t)(base + blocks[i] % 64 * BLOCK), i, BLOCK);
    }
    assert_true(cenote_pool_resident(pool) >= 8 * BLOCK);
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 8), 0);
    ended(pool);
}

CN_TEST(abi, the_limit_freeze_trim_and_close_answer_as_written)
{
    const int64_t pool = opened(0);
    int32_t blocks[264];
    int count = 0;
    for (int taken; (taken = cenote_magazine_get(pool, at(blocks + count), 8)) != CENOTE_EXHAUSTED;) {
        if (taken == CENOTE_BUSY) continue;
        assert_true(taken > 0);
        count += taken;
    }
    assert_int_equal(count, 256);
    for (int i = 0; i < 256; i += 8) assert_int_equal(cenote_magazine_put(pool, at(blocks + i), 8), 0);
    assert_int_equal(cenote_pool_trim(pool, 0), MAXIMUM);
    assert_int_equal(cenote_pool_resident(pool), 0); /* nobody is inside: the pages are gone on return */
    assert_int_equal(cenote_pool_freeze(pool), 1);
    assert_int_equal(cenote_pool_freeze(pool), 0);
    assert_int_equal(cenote_magazine_get(pool, at(blocks), 8), CENOTE_FROZEN);
    assert_int_equal(cenote_pool_thaw(pool), 1);
    assert_int_equal(cenote_pool_thaw(pool), 0);
    assert_int_equal(cenote_magazine_get(pool, at(blocks), 8), 8);
    assert_int_equal(cenote_pool_close(pool), 1);
    assert_int_equal(cenote_pool_close(pool), 0);
    assert_int_equal(cenote_pool_freeze(pool), 0);
    int32_t more;
    assert_int_equal(cenote_magazine_get(pool, at(&more), 1), CENOTE_CLOSED);
    assert_int_equal(cenote_magazine_put(pool, at(blocks), 8), 0);
    assert_int_equal(cenote_pool_destroy(pool), 0);
    assert_int_equal(cenote_pool_destroy(pool), CENOTE_NOHANDLE);
}

/* As the Java side opens them: addresses stay, and yet there is no end to pools in files. */
CN_TEST(abi, pools_in_files_come_and_go_and_their_addresses_stay)
{
    char path[] = "cn_test_abi_XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    unsigned char *stale = NULL;
    for (int i = 0; i < 300; i++) { /* more than there are arenas */
        const int64_t pool =
            cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, 0, 0, CENOTE_KEEP_ADDRESSES, INT64_MAX, 0, at(path));
        assert_true(pool > 0);
        int32_t block = 0, taken;
        while ((taken = cenote_magazine_get(pool, at(&block), 1)) == CENOTE_BUSY) {}
        assert_int_equal(taken, 1);
        unsigned char *byte = (unsigned char *)(intptr_t)cenote_pool_chunk_base(pool, 0);
        *byte = 9;
        if (stale == NULL) stale = byte;
        assert_int_equal(cenote_magazine_put(pool, at(&block), 1), 0);
        assert_int_equal(cenote_pool_close(pool), 1);
        assert_int_equal(cenote_pool_destroy(pool), 0);
        for (int tries = 0; tries < 20000 && cn_epoch_pending() != 0; tries++) {
            if (cn_epoch_collect() == 0) cn_os_sleep(1000000U);
        }
        assert_int_equal(*stale, i == 0 ? 0 : 7); /* not the file's, but what the stale writer left */
        *stale = 7;
    }
    assert_int_equal(unlink(path), 0);
}

CN_TEST(abi, general_allocation_refuses_what_is_out_of_range)
{
    const int64_t beyond = ((int64_t)1 << 62) + 1;
    assert_int_equal(cenote_allocate(-1, 0, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-1, -1, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-1, beyond, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-1, 64, -8, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-1, 64, 48, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-1, 64, 0, 2), CENOTE_EINVAL);
    assert_int_equal(cenote_allocate(-2, 64, 0, 0), CENOTE_ENODEV);
    assert_int_equal(cenote_allocate(64, 64, 0, 0), CENOTE_ENODEV);
    assert_int_equal(cenote_allocate(-1, (int64_t)1 << 62, 0, 0), CENOTE_ENOMEM);
    assert_int_equal(cenote_free(-1, 0, 64, 0), CENOTE_EINVAL);
    int64_t memory = cenote_allocate(-1, 64, 0, 0);
    assert_true(memory > 0);
    assert_int_equal(cenote_free(-1, memory, 0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_free(-1, memory, 64, 3), CENOTE_EINVAL);
    assert_int_equal(cenote_free(64, memory, 64, 0), CENOTE_ENODEV);
    assert_int_equal(cenote_free(-1, memory, 64, 0), 0);
    assert_int_equal(cenote_usable_bytes(0, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_usable_bytes(64, 3), CENOTE_EINVAL);
}

CN_TEST(abi, general_allocation_aligns_zeroes_and_tells_its_size)
{
    const int64_t sizes[] = {1, 15, 64, 4096, 100000, 5 << 20};
    const int64_t aligns[] = {0, 16, 64, 4096, 2 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof aligns / sizeof aligns[0]; j++) {
            assert_true(cenote_usable_bytes(sizes[i], aligns[j]) >= sizes[i]);
            for (int round = 0; round < 2; round++) { /* the second time it is used memory */
                const int64_t memory = cenote_allocate(0, sizes[i], aligns[j], CENOTE_ZEROED);
                assert_true(memory > 0);
                assert_int_equal(memory % (aligns[j] != 0 ? aligns[j] : 1), 0);
                unsigned char *byte = (unsigned char *)(intptr_t)memory;
                assert_int_equal(byte[0] | byte[sizes[i] / 2] | byte[sizes[i] - 1], 0);
                memset(byte, 0xff, (size_t)sizes[i]);
                assert_int_equal(cenote_free(0, memory, sizes[i], aligns[j]), 0);
            }
        }
    }
}

CN_TEST(abi, memory_of_any_node_is_freed_without_knowing_the_node)
{
    assert_int_equal(cn_topology_load_synthetic("node:2 core:1 pu:1"), 0);
    for (int32_t node = -1; node < 2; node++) {
        const int64_t address = cenote_allocate(node, 1000, 64, 0);
        assert_true(address > 0);
        assert_int_equal(cenote_free(-1, address, 1000, 64), CENOTE_OK);
    }
    assert_int_equal(cn_topology_load_synthetic(NULL), 0);
}

CN_TEST_MAIN(abi)
