/* Regions: what is cut, what is freed and when, who may, and what is left when owners, pools and handles go first. */
#include "pool/cn_region.h"

#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "cenote/cenote.h"
#include "cn_test_pool.h"
#include "pool/cn_general.h"
#include "pool/cn_handle.h"

#define BLOCK  4096
#define CHUNK  (64 * BLOCK)
#define BLOCKS 256

static int64_t open_pool_by(int32_t numa)
{
    const int64_t pool = cenote_pool_open(BLOCK, 0, BLOCKS * BLOCK, CHUNK, 8, numa, 0, 0, INT64_MAX, 0, 0);
    assert_true(pool > 0);
    return pool;
}

static int64_t open_pool(void)
{
    return open_pool_by(CENOTE_NUMA_LOCAL);
}

static void end_pool(int64_t pool)
{
    assert_true(cn_test_pool_is_valid(cn_handle_find(pool), 0));
    assert_int_equal(cenote_pool_close(pool), 1);
    assert_int_equal(cenote_pool_destroy(pool), 0);
    cn_test_collect();
}

static int64_t open_region(int64_t pool, int32_t flags, int32_t subregions)
{
    const int64_t region = cenote_region_open(pool, flags, subregions);
    assert_true(region > 0);
    return region;
}

static bool is_valid(int64_t region)
{
    const uint32_t pin = cn_epoch_pin();
    const bool valid = cn_region_is_valid(cn_region_handle_find(region));
    cn_epoch_unpin(pin);
    return valid;
}

static uint64_t outside(int64_t pool)
{
    const cn_block_pool_t *found = cn_handle_find(pool);
    return cn_count_sum(&found->count, CN_COUNT_blocks_out) - cn_count_sum(&found->count, CN_COUNT_blocks_in);
}

static uint64_t count_of(int64_t pool, enum cn_counter which)
{
    return cn_test_count(cn_handle_find(pool), which);
}

/* The core's own memory, with what general allocation keeps for good. */
static uint64_t metadata(void)
{
    assert_int_equal(cenote_free(-1, cenote_allocate(-1, 8, 0, 0), 8, 0), 0);
    return cn_meta_bytes();
}

static void run(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    void *wrong = NULL;
    assert_int_equal(pthread_create(&thread, NULL, body, argument), 0);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    assert_null(wrong);
}

CN_TEST(region, every_cell_of_the_table)
{
    for (uint8_t from = CN_REGION_NEVER; from < CN_REGION_STATES; from++) {
        for (uint8_t event = 0; event < CN_REGION_EVENTS; event++) {
            cn_region_t region = {0};
            cn_store_relaxed(&region.state, from);
            uint8_t want = CN_REGION_NEVER;
            if (from == CN_REGION_OPEN && event == CN_REGION_CLOSE) want = CN_REGION_CLOSING;
            if (from == CN_REGION_CLOSING && event == CN_REGION_DONE) want = CN_REGION_CLOSED;
            assert_int_equal(cn_region_next[from][event], want);
            assert_int_equal(cn_region_step(&region, from, (cn_region_event_t)event), want != CN_REGION_NEVER);
            assert_int_equal(cn_load_relaxed(&region.state), want != CN_REGION_NEVER ? want : from);
            /* nor from a state that it is not in */
            const uint8_t other = from == CN_REGION_OPEN ? CN_REGION_CLOSING : CN_REGION_OPEN;
            cn_store_relaxed(&region.state, other);
            assert_false(cn_region_step(&region, from, (cn_region_event_t)event) && from != other);
        }
    }
}

static int by_address(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

CN_TEST(region, pieces_are_aligned_and_apart_and_keep_what_is_written)
{
    const uint64_t before = metadata();
    for (int32_t shared = 0; shared < 2; shared++) {
        const int64_t pool = open_pool();
        const int64_t region = open_region(pool, shared, 0);
        static int64_t piece[400][2];
        for (int i = 0; i < 400; i++) {
            const int64_t bytes = 1 + i * 7 % 3000, align = i % 3 == 0 ? 0 : 1 << i % 13;
            piece[i][0] = cenote_region_allocate(region, bytes, align, i % 2 == 0 ? CENOTE_ZEROED : 0);
            piece[i][1] = bytes;
            assert_true(piece[i][0] > 0);
            assert_int_equal(piece[i][0] % (align == 0 ? 16 : align), 0);
            unsigned char *byte = (unsigned char *)(intptr_t)piece[i][0];
            if (i % 2 == 0) {
                for (int64_t j = 0; j < bytes; j++) assert_int_equal(byte[j], 0);
            }
            memset(byte, i % 251 + 1, (size_t)bytes);
        }
        assert_true(is_valid(region));
        assert_true(cenote_region_bytes(region) >= 400 * 1500);
        for (int i = 0; i < 400; i++) {
            const unsigned char *byte = (const unsigned char *)(intptr_t)piece[i][0];
            assert_int_equal(byte[0], i % 251 + 1);
            assert_int_equal(byte[piece[i][1] - 1], i % 251 + 1);
        }
        qsort(piece, 400, sizeof piece[0], by_address);
        for (int i = 1; i < 400; i++) assert_true(piece[i - 1][0] + piece[i - 1][1] <= piece[i][0]);
        assert_int_equal(cenote_region_close(region), 0);
        cn_test_collect();
        assert_int_equal(outside(pool), 0);
        end_pool(pool);
        assert_int_equal(cn_meta_bytes(), before);
    }
}

CN_TEST(region, arguments_out_of_range_are_refused)
{
    const int64_t pool = open_pool();
    assert_int_equal(cenote_region_open(pool, 2, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_region_open(pool, -1, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_region_open(pool, 0, 1), CENOTE_EINVAL);
    assert_int_equal(cenote_region_open(pool, 1, -1), CENOTE_EINVAL);
    assert_int_equal(cenote_region_open(pool, 1, 65), CENOTE_EINVAL);
    assert_int_equal(cenote_region_open(pool + 4096, 0, 0), CENOTE_NOHANDLE);
    const int64_t region = open_region(pool, 0, 0);
    const int64_t beyond = ((int64_t)1 << 62) + 1;
    const int64_t bytes[] = {0, -1, INT64_MIN, beyond, INT64_MAX};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        assert_int_equal(cenote_region_allocate(region, bytes[i], 0, 0), CENOTE_EINVAL);
    }
    assert_int_equal(cenote_region_allocate(region, 8, 3, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_region_allocate(region, 8, -8, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_region_allocate(region, 8, 8, 2), CENOTE_EINVAL);
    assert_int_equal(cenote_region_allocate(region, (int64_t)1 << 62, 0, 0), CENOTE_ENOMEM);
    assert_int_equal(cenote_region_allocate(region, 8, (int64_t)1 << 62, 0), CENOTE_ENOMEM);
    assert_int_equal(cenote_region_bytes(region), 0); /* nothing was taken for those */
    assert_int_equal(cenote_region_close(region), 0);
    end_pool(pool);
}

CN_TEST(region, a_stale_or_foreign_handle_is_an_error_everywhere)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, 0, 0);
    assert_true(cenote_region_allocate(region, 100, 0, 0) > 0);
    assert_int_equal(cenote_region_close(region), 0);
    const int64_t next = open_region(pool, 0, 0); /* in the same place, most likely */
    const int64_t wrong[] = {region, pool, 0, -1, INT64_MIN, INT64_MAX, region + 1, CN_REGION_HANDLE_KIND};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (wrong[i] == next) continue;
        assert_int_equal(cenote_region_allocate(wrong[i], 8, 0, 0), CENOTE_NOHANDLE);
        assert_int_equal(cenote_region_reset(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_region_close(wrong[i]), CENOTE_NOHANDLE);
        assert_int_equal(cenote_region_bytes(wrong[i]), CENOTE_NOHANDLE);
    }
    int32_t block;
    assert_int_equal(cenote_magazine_get(next, (intptr_t)&block, 1), CENOTE_NOHANDLE);
    assert_int_equal(cenote_pool_close(next), CENOTE_NOHANDLE);
    assert_int_equal(cenote_region_close(next), 0);
    end_pool(pool);
}

/* ---- freeing ---- */

CN_TEST(region, a_private_reset_gives_the_blocks_back_at_once)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, 0, 0);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 100; i++) assert_true(cenote_region_allocate(region, 1500, 0, 0) > 0);
        assert_int_equal(outside(pool), 50);
        assert_int_equal(cenote_region_bytes(region), 50 * BLOCK);
        assert_int_equal(cenote_region_reset(region), 0);
        assert_int_equal(outside(pool), 0);
        assert_int_equal(cenote_region_bytes(region), 0);
        assert_true(is_valid(region));
        assert_true(cn_test_pool_is_valid(cn_handle_find(pool), 0));
    }
    assert_int_equal(count_of(pool, CN_COUNT_region_resets), 5);
    assert_int_equal(cn_depot_length(&((cn_block_pool_t *)cn_handle_find(pool))->node[0].depot), 7); /* full magazines: 50 / 8 */
    assert_int_equal(cenote_region_close(region), 0);
    end_pool(pool);
}

CN_TEST(region, one_that_needs_a_single_block_keeps_it)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, 0, 0);
    const int64_t first = cenote_region_allocate(region, 100, 0, 0);
    const uint64_t exchanges = count_of(pool, CN_COUNT_exchanges);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(cenote_region_reset(region), 0);
        assert_int_equal(cenote_region_allocate(region, 100, 0, 0), first);
        assert_int_equal(cenote_region_allocate(region, 100, 0, 0), first + 112);
    }
    assert_int_equal(count_of(pool, CN_COUNT_exchanges), exchanges);
    assert_int_equal(cenote_region_close(region), 0);
    assert_int_equal(outside(pool), 0); /* at once: its owner closed it */
    end_pool(pool);
}

CN_TEST(region, a_shared_reset_starts_anew_and_the_old_blocks_wait_for_threads_inside)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, CENOTE_REGION_SHARED, 3);
    for (int i = 0; i < 10; i++) assert_true(cenote_region_allocate(region, 3000, 0, 0) > 0);
    const uint32_t pin = cn_epoch_pin(); /* a thread that is inside */
    assert_int_equal(cenote_region_reset(region), 0);
    assert_int_equal(cenote_region_bytes(region), 0);
    assert_int_equal(outside(pool), 10);
    assert_true(cenote_region_allocate(region, 3000, 0, 0) > 0);
    assert_int_equal(outside(pool), 11);
    cn_epoch_unpin(pin);
    cn_test_collect();
    assert_int_equal(outside(pool), 1);
    assert_int_equal(cenote_region_close(region), 0);
    cn_test_collect();
    end_pool(pool);
}

CN_TEST(region, a_close_waits_for_threads_inside_and_they_are_told)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, CENOTE_REGION_SHARED, 0);
    assert_true(cenote_region_allocate(region, 100, 0, 0) > 0);
    const uint32_t pin = cn_epoch_pin();
    cn_region_t *inside = cn_region_handle_find(region);
    assert_int_equal(cenote_region_close(region), 0);
    assert_int_equal(cenote_region_close(region), CENOTE_NOHANDLE);
    for (int i = 0; i < 10; i++) (void)cn_epoch_collect();
    assert_int_equal(cn_load_relaxed(&inside->state), CN_REGION_CLOSING);
    assert_true(cn_region_is_valid(inside));
    assert_int_equal(cn_region_allocate(inside, 8, 16, false), CN_CLOSED);
    assert_int_equal(cn_region_reset(inside), CN_CLOSED);
    assert_int_equal(cn_region_close(inside), CN_CLOSED);
    assert_int_equal(cn_region_bytes(inside), CN_CLOSED);
    assert_int_equal(outside(pool), 1);
    cn_epoch_unpin(pin);
    cn_test_collect();
    assert_int_equal(outside(pool), 0);
    end_pool(pool);
}

CN_TEST(region, blocks_that_wait_for_the_epoch_make_a_pool_busy_and_not_exhausted)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, CENOTE_REGION_SHARED, 1);
    for (int i = 0; i < BLOCKS; i++) {
        int64_t address;
        while ((address = cenote_region_allocate(region, BLOCK, 0, 0)) == CENOTE_BUSY) cn_os_yield(); /* the grower is at it */
        assert_true(address > 0);
    }
    int64_t refused;
    while ((refused = cenote_region_allocate(region, BLOCK, 0, 0)) == CENOTE_BUSY) cn_os_yield(); /* as above */
    assert_int_equal(refused, CENOTE_EXHAUSTED);
    const uint32_t pin = cn_epoch_pin();
    assert_int_equal(cenote_region_reset(region), 0);
    int32_t block;
    assert_int_equal(cenote_region_allocate(region, BLOCK, 0, 0), CENOTE_BUSY);
    assert_int_equal(cenote_magazine_get(pool, (intptr_t)&block, 1), CENOTE_BUSY);
    cn_epoch_unpin(pin);
    int64_t address;
    while ((address = cenote_region_allocate(region, BLOCK, 0, 0)) == CENOTE_BUSY) cn_os_yield();
    assert_true(address > 0);
    assert_int_equal(cenote_region_close(region), 0);
    cn_test_collect();
    end_pool(pool);
}

CN_TEST(region, pieces_larger_than_a_block_are_freed_with_it)
{
    cn_node_arena_t *general = NULL;
    assert_int_equal(cn_general_arena(0, &general), CN_OK);
    const int64_t pool = open_pool_by(CENOTE_NUMA_PREFERRED); /* whose chunks are another arena's */
    for (int32_t shared = 0; shared < 2; shared++) {
        const int64_t region = open_region(pool, shared, 0);
        const int64_t bytes[] = {BLOCK + 1, 100000, 5 << 20, 100};
        const int64_t align[] = {0, 64, 1 << 21, 8192}; /* the last for its alignment's sake */
        for (int i = 0; i < 4; i++) {
            const int64_t address = cenote_region_allocate(region, bytes[i], align[i], CENOTE_ZEROED);
            assert_true(address > 0);
            assert_int_equal(address % (align[i] == 0 ? 16 : align[i]), 0);
            memset((void *)(intptr_t)address, 1, (size_t)bytes[i]);
        }
        assert_int_equal(outside(pool), 0);
        assert_int_equal(cenote_region_bytes(region), BLOCK + 1 + 100000 + (5 << 20) + 100);
        assert_int_equal(cn_node_arena_counts(general).allocated_bytes, cenote_region_bytes(region));
        assert_int_equal(cenote_region_reset(region), 0);
        cn_test_collect();
        assert_int_equal(cn_node_arena_counts(general).allocated_bytes, 0);
        assert_true(cenote_region_allocate(region, 50000, 0, 0) > 0);
        assert_int_equal(cenote_region_close(region), 0);
        cn_test_collect();
        assert_int_equal(cn_node_arena_counts(general).allocated_bytes, 0);
    }
    assert_int_equal(count_of(pool, CN_COUNT_region_larges), 10);
    end_pool(pool);
}

/* ---- owners ---- */

static void *not_the_owner(void *argument)
{
    const int64_t region = *(const int64_t *)argument;
    const bool right = cenote_region_allocate(region, 8, 0, 0) == CENOTE_NOTOWNER &&
                       cenote_region_reset(region) == CENOTE_NOTOWNER && cenote_region_bytes(region) == BLOCK;
    return right ? NULL : argument;
}

static void *open_and_die(void *argument)
{
    int64_t *handles = argument;
    handles[1] = cenote_region_open(handles[0], 0, 0);
    for (int i = 0; i < 20; i++) {
        if (cenote_region_allocate(handles[1], 4000, 0, 0) <= 0) return argument;
    }
    return cenote_region_allocate(handles[1], 50000, 0, 0) > 0 ? NULL : argument;
}

CN_TEST(region, a_private_region_serves_its_owner_only)
{
    const int64_t pool = open_pool();
    int64_t region = open_region(pool, 0, 0);
    assert_true(cenote_region_allocate(region, 8, 0, 0) > 0);
    run(not_the_owner, &region);
    assert_int_equal(cenote_region_close(region), 0);
    end_pool(pool);
}

CN_TEST(region, the_region_of_a_dead_owner_refuses_and_can_be_closed)
{
    int64_t handles[2] = {open_pool(), 0};
    run(open_and_die, handles);
    assert_int_equal(cenote_region_allocate(handles[1], 8, 0, 0), CENOTE_NOTOWNER);
    assert_int_equal(cenote_region_reset(handles[1]), CENOTE_NOTOWNER);
    assert_int_equal(outside(handles[0]), 20);
    assert_int_equal(cenote_region_close(handles[1]), 0);
    cn_test_collect();
    assert_int_equal(outside(handles[0]), 0);
    assert_int_equal(cenote_region_close(handles[1]), CENOTE_NOHANDLE);
    end_pool(handles[0]);
}

static void *shared_by_many(void *argument)
{
    const int64_t region = *(const int64_t *)argument;
    for (int i = 0; i < 20; i++) {
        if (cenote_region_allocate(region, 100, 0, 0) <= 0) return argument;
    }
    return NULL;
}

CN_TEST(region, threads_that_end_leave_their_sub_region_to_others)
{
    const int64_t pool = open_pool();
    int64_t region = open_region(pool, CENOTE_REGION_SHARED, 2);
    for (int i = 0; i < 30; i++) run(shared_by_many, &region);
    assert_true(is_valid(region));
    assert_true(outside(pool) <= 30 * 20 / 36 + 2); /* 36 pieces of 112 bytes in a block; two are cut at a time */
    assert_int_equal(cenote_region_close(region), 0);
    cn_test_collect();
    end_pool(pool);
}

/* ---- the pool goes first ---- */

CN_TEST(region, a_closed_pool_serves_what_the_region_has_and_no_more)
{
    const int64_t pool = open_pool();
    const int64_t region = open_region(pool, 0, 0);
    assert_true(cenote_region_allocate(region, 1000, 0, 0) > 0);
    assert_int_equal(cenote_pool_close(pool), 1);
    assert_int_equal(cenote_region_open(pool, 0, 0), CENOTE_CLOSED);
    assert_true(cenote_region_allocate(region, 1000, 0, 0) > 0);
    assert_int_equal(cenote_region_allocate(region, 3000, 0, 0), CENOTE_CLOSED);
    assert_true(cenote_region_allocate(region, 1000, 0, 0) > 0); /* still open */
    assert_int_equal(cenote_region_close(region), 0);
    assert_int_equal(outside(pool), 0);
    assert_int_equal(cenote_pool_destroy(pool), 0);
    cn_test_collect();
}

CN_TEST(region, a_destroyed_pool_leaves_a_region_that_only_closes)
{
    const uint64_t before = metadata();
    for (int32_t shared = 0; shared < 2; shared++) {
        const int64_t pool = open_pool();
        const int64_t region = open_region(pool, shared, 0);
        for (int i = 0; i < 30; i++) assert_true(cenote_region_allocate(region, 3000, 0, 0) > 0);
        assert_true(cenote_region_allocate(region, 30000, 0, 0) > 0);
        assert_int_equal(cenote_pool_close(pool), 1);
        assert_int_equal(cenote_pool_destroy(pool), 0);
        cn_test_collect();
        assert_int_equal(cenote_region_allocate(region, 8, 0, 0), CENOTE_NOHANDLE);
        assert_int_equal(cenote_region_bytes(region), 30000);
        assert_int_equal(cenote_region_reset(region), 0);
        assert_int_equal(cenote_region_allocate(region, 8, 0, 0), CENOTE_NOHANDLE);
        assert_int_equal(cenote_region_close(region), 0);
        cn_test_collect();
    }
    assert_int_equal(cn_meta_bytes(), before);
}

CN_TEST(region, there_is_an_end_to_regions_and_each_gives_its_place_back)
{
    static int64_t region[CN_REGION_HANDLES_MAX];
    const int64_t pool = open_pool();
    const uint64_t before = metadata();
    for (uint32_t i = 0; i < CN_REGION_HANDLES_MAX; i++) region[i] = open_region(pool, 0, 0);
    assert_int_equal(cenote_region_open(pool, 0, 0), CENOTE_TOOMANY);
    assert_int_equal(count_of(pool, CN_COUNT_regions_open), CN_REGION_HANDLES_MAX);
    for (uint32_t i = 0; i < CN_REGION_HANDLES_MAX; i++) assert_int_equal(cenote_region_close(region[i]), 0);
    assert_int_equal(count_of(pool, CN_COUNT_regions_open), 0);
    cn_test_collect();
    assert_int_equal(cn_meta_bytes(), before);
    end_pool(pool);
}

/* ---- two nodes: a synthetic machine whose processors 0 and 1 lie on nodes 0 and 1 ---- */

CN_TEST(region, blocks_go_back_to_their_home_nodes)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || !cn_test_run_on(1) || !cn_test_run_on(0)) {
        cn_test_run_anywhere();
        CN_SKIP("two processors are needed");
    }
    assert_int_equal(cn_topology_load_synthetic("node:2 core:1 pu:1"), CN_OK);
    const int64_t pool = open_pool();
    const cn_block_pool_t *found = cn_handle_find(pool);
    const int64_t region = open_region(pool, 0, 0);
    for (int i = 0; i < 200; i++) { /* three chunks' worth and more, now here, now there */
        assert_true(cn_test_run_on(i / 20 % 2));
        int64_t address;
        while ((address = cenote_region_allocate(region, BLOCK, 0, 0)) == CENOTE_BUSY) cn_os_yield();
        assert_true(address > 0);
    }
    assert_true(is_valid(region));
    assert_int_equal(cenote_region_reset(region), 0);
    for (uint32_t node = 0; node < 2; node++) {
        assert_true(cn_depot_blocks(&found->node[node].depot) > 0);
        cn_magazine_t *list = cn_depot_take_all((cn_depot_t *)&found->node[node].depot);
        for (cn_magazine_t *m = list, *next; m != NULL; m = next) {
            next = cn_load_relaxed(&m->next);
            for (uint32_t i = 0; i < m->count; i++) assert_int_equal(cn_block_pool_home(found, m->block[i]), node);
            cn_depot_push((cn_depot_t *)&found->node[node].depot, m);
        }
    }
    assert_int_equal(cenote_region_close(region), 0);
    end_pool(pool);
    cn_test_run_anywhere();
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

CN_TEST_MAIN(region)
