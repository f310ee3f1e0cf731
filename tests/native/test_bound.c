/* General allocation through the ABI: which arena a thread is bound to, what it may free, what is left when it ends. */
#include "arena/cn_bound.h"

#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "arena/cn_tcache.h"
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "cn_test.h"
#include "cn_test_pool.h"
#include "platform/cn_topology.h"
#include "pool/cn_general.h"

static cn_node_arena_t *general(uint32_t node)
{
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_general_arena(node, &arena), CN_OK);
    return arena;
}

static uint64_t allocated(uint32_t node)
{
    return cn_node_arena_counts(general(node)).allocated_bytes;
}

CN_TEST(bound, every_piece_is_aligned_to_16_also_the_smallest)
{
    int64_t piece[64];
    for (int64_t bytes = 1; bytes <= 64; bytes++) {
        piece[bytes - 1] = cenote_allocate(-1, bytes, bytes % 2 == 0 ? 0 : 1, 0);
        assert_true(piece[bytes - 1] > 0);
        assert_int_equal(piece[bytes - 1] % 16, 0);
        memset((void *)(intptr_t)piece[bytes - 1], (int)bytes, (size_t)bytes);
    }
    for (int64_t bytes = 1; bytes <= 64; bytes++) {
        assert_int_equal(*(unsigned char *)(intptr_t)piece[bytes - 1], bytes);
        assert_int_equal(cenote_free(-1, piece[bytes - 1], bytes, bytes % 2 == 0 ? 0 : 1), 0);
    }
    assert_int_equal(cenote_usable_bytes(1, 0), 16);
    assert_int_equal(allocated(0), 0);
}

CN_TEST(bound, an_address_that_was_never_given_is_refused)
{
    static _Alignas(64) unsigned char own[64];
    const int64_t piece = cenote_allocate(-1, 64, 0, 0);
    assert_int_equal(cenote_free(-1, (int64_t)(intptr_t)own, 64, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_free(0, (int64_t)(intptr_t)own, 64, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_free(-1, 1, 64, 0), CENOTE_EINVAL);
    assert_int_equal(cenote_free(-1, INT64_MIN, 64, 0), CENOTE_EINVAL);
    assert_int_equal(allocated(0), 64);
    assert_int_equal(cenote_free(-1, piece, 64, 0), 0);
    assert_int_equal(allocated(0), 0);
}

static void *only_free(void *argument)
{
    for (const int64_t *piece = argument; *piece != 0; piece++) {
        if (cenote_free(-1, *piece, 200, 0) != 0) return argument;
    }
    return NULL;
}

static void run(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    void *wrong = NULL;
    assert_int_equal(pthread_create(&thread, NULL, body, argument), 0);
    assert_int_equal(pthread_join(thread, &wrong), 0);
    assert_null(wrong);
}

CN_TEST(bound, a_thread_may_only_free)
{
    static int64_t piece[501];
    const uint64_t metadata = cn_meta_bytes();
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 500; i++) {
            piece[i] = cenote_allocate(-1, 200, 0, 0);
            assert_true(piece[i] > 0);
        }
        run(only_free, piece);
        assert_int_equal(allocated(0), 0);
    }
    assert_true(cn_meta_bytes() <= metadata + sizeof(cn_tcache_t)); /* this thread's; those of the dead are gone */
}

static void *only_allocate(void *argument)
{
    for (int64_t *piece = argument; piece[1] != -1; piece++) {
        *piece = cenote_allocate(-1, 200, 0, CENOTE_ZEROED);
        if (*piece < 0 || *(unsigned char *)(intptr_t)*piece != 0) return argument;
        *(unsigned char *)(intptr_t)*piece = 7;
    }
    return NULL;
}

CN_TEST(bound, the_end_of_a_thread_gives_back_what_it_cached)
{
    static int64_t piece[2002];
    uint64_t settled = 0;
    for (int round = 0; round < 30; round++) {
        piece[2001] = -1;
        run(only_allocate, piece);
        piece[2000] = 0;
        run(only_free, piece);
        cn_node_arena_trim(general(0));
        if (round == 2) settled = cn_node_arena_counts(general(0)).committed_bytes;
    }
    assert_true(cn_node_arena_counts(general(0)).committed_bytes <= settled);
    assert_int_equal(allocated(0), 0);
}

CN_TEST(bound, a_trim_gives_back_what_this_thread_caches)
{
    static int64_t piece[500];
    for (int i = 0; i < 500; i++) {
        piece[i] = cenote_allocate(-1, 16000, 0, 0);
        assert_true(piece[i] > 0);
        memset((void *)(intptr_t)piece[i], 1, 16000);
    }
    for (int i = 0; i < 500; i++) assert_int_equal(cenote_free(-1, piece[i], 16000, 0), 0);
    cn_node_arena_trim(general(0));
    assert_int_equal(cn_node_arena_counts(general(0)).committed_bytes, 0); /* not a page is held */
}

/* ---- two nodes: a synthetic machine whose processors 0 and 1 lie on nodes 0 and 1 ---- */

static void two_nodes(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || !cn_test_run_on(1) || !cn_test_run_on(0)) {
        cn_test_run_anywhere();
        CN_SKIP("two processors are needed");
    }
    assert_int_equal(cn_topology_load_synthetic("node:2 core:1 pu:1"), CN_OK);
}

static void one_machine(void)
{
    cn_test_run_anywhere();
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

static uint32_t node_of(int64_t address)
{
    const void *base = (const void *)(intptr_t)address;
    assert_int_not_equal(cn_node_arena_owns(general(0), base), cn_node_arena_owns(general(1), base));
    return cn_node_arena_owns(general(1), base) ? 1 : 0;
}

/* The pieces it takes until one is of the node it runs on. */
static uint32_t takes_until_node(uint32_t node)
{
    for (uint32_t takes = 1;; takes++) {
        const int64_t piece = cenote_allocate(-1, 100, 0, 0);
        const uint32_t seen = node_of(piece);
        assert_int_equal(cenote_free(-1, piece, 100, 0), 0);
        if (seen == node) return takes;
        assert_true(takes <= CN_BOUND_LOOK);
    }
}

CN_TEST(bound, a_thread_that_moves_soon_gets_memory_of_its_new_node_and_none_of_the_old_one_again)
{
    two_nodes();
    for (int moves = 0; moves < 6; moves++) {
        const uint32_t node = (uint32_t)moves % 2U;
        assert_true(cn_test_run_on((int)node));
        (void)takes_until_node(node);
        int64_t piece[200];
        for (int i = 0; i < 200; i++) { /* more than a cache holds of this size: some are the cache's, some fresh */
            piece[i] = cenote_allocate(-1, 100, 0, 0);
            assert_int_equal(node_of(piece[i]), node);
        }
        for (int i = 0; i < 200; i++) assert_int_equal(cenote_free(i % 2 == 0 ? -1 : (int32_t)node, piece[i], 100, 0), 0);
    }
    assert_int_equal(allocated(0) + allocated(1), 0);
    one_machine();
}

CN_TEST(bound, memory_of_another_node_goes_home_and_not_into_this_ones_cache)
{
    two_nodes();
    (void)takes_until_node(0);
    int64_t far = cenote_allocate(1, 100, 0, 0);
    assert_int_equal(node_of(far), 1);
    assert_int_equal(cenote_free(0, far, 100, 0), CENOTE_EINVAL); /* not that node's */
    assert_int_equal(cenote_free(-1, far, 100, 0), 0);
    for (int i = 0; i < 50; i++) {
        const int64_t near = cenote_allocate(-1, 100, 0, 0);
        assert_int_equal(node_of(near), 0); /* `far` would be the next if it were cached here */
        assert_int_equal(cenote_free(-1, near, 100, 0), 0);
    }
    far = cenote_allocate(1, 100, 64, CENOTE_ZEROED);
    assert_int_equal(node_of(far), 1);
    assert_int_equal(cenote_free(1, far, 100, 64), 0);
    assert_int_equal(allocated(0) + allocated(1), 0);
    one_machine();
}

CN_TEST_MAIN(bound)
