/* Magazines in and out of a pool: refusals, freeze, growth, and two nodes. */
#include "pool/cn_block_pool.h"

#include "cn_test_pool.h"

CN_TEST(exchange, wrong_counts_are_refused)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t blocks[2U * CN_MAGAZINE_MAX + 1U];
    assert_int_equal(cn_block_pool_get(pool, blocks, 0), CN_EINVAL);
    assert_int_equal(cn_block_pool_get(pool, blocks, 2U * CN_MAGAZINE_MAX + 1U), CN_EINVAL);
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 8);
    assert_int_equal(cn_block_pool_put(pool, blocks, 0), CN_EINVAL);
    assert_int_equal(cn_block_pool_put(pool, blocks, pool->magazine_blocks + 1U), CN_EINVAL);
    cn_test_pool_fill(pool, blocks, 8);
    cn_test_pool_end(pool);
}

CN_TEST(exchange, a_block_the_pool_never_gave_is_refused_and_none_is_taken)
{
    cn_block_pool_options_t options = cn_test_pool_options();
    options.maximum_bytes -= 5U * CN_TEST_BLOCK; /* the last chunk is used in part */
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 8);
    const uint32_t in_a_spare_chunk[1] = {64};
    while (cn_test_count(pool, CN_COUNT_chunks_spare) == 0) cn_os_yield(); /* the grower's work */
    assert_int_equal(cn_block_pool_put(pool, in_a_spare_chunk, 1), CN_BADBLOCK);
    const uint32_t beyond[2] = {blocks[0], 1000000}, carved_later[2] = {blocks[0], 8}, largest[1] = {UINT32_MAX};
    assert_int_equal(cn_block_pool_put(pool, beyond, 2), CN_BADBLOCK);
    assert_int_equal(cn_block_pool_put(pool, carved_later, 2), CN_BADBLOCK);
    assert_int_equal(cn_block_pool_put(pool, largest, 1), CN_BADBLOCK);
    assert_true(cn_test_pool_is_valid(pool, 8));
    assert_int_equal(cn_test_pool_drain(pool, blocks + 8, 248), 243);
    const uint32_t behind_the_last[1] = {251};
    assert_int_equal(cn_block_pool_put(pool, behind_the_last, 1), CN_BADBLOCK);
    cn_test_pool_fill(pool, blocks, 251);
    assert_true(cn_block_pool_trim(pool, 0) > 0);
    assert_int_equal(cn_block_pool_put(pool, blocks, 1), CN_BADBLOCK); /* it is with the system */
    cn_test_pool_end(pool);
}

CN_TEST(exchange, fresh_blocks_are_used_in_order_of_address)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t blocks[8];
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 8);
    for (uint32_t i = 0; i < 8; i++) assert_int_equal(blocks[7U - i], i); /* the caller takes from the end */
    cn_test_pool_fill(pool, blocks, 8);
    cn_test_pool_end(pool);
}

CN_TEST(exchange, a_smaller_want_leaves_the_rest_of_the_magazine)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t blocks[8], some[3];
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 8);
    cn_test_pool_fill(pool, blocks, 8);
    assert_int_equal(cn_block_pool_get(pool, some, 3), 3);
    assert_int_equal(cn_depot_blocks(&pool->node[0].depot), 5);
    assert_true(cn_test_pool_is_valid(pool, 3));
    assert_int_equal(cn_block_pool_get(pool, blocks, 8), 5);
    cn_test_pool_fill(pool, some, 3);
    cn_test_pool_fill(pool, blocks, 5);
    cn_test_pool_end(pool);
}

CN_TEST(exchange, a_pool_at_its_limit_is_exhausted_and_serves_again_when_blocks_come_back)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[257];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 257), 256);
    uint32_t more;
    assert_int_equal(cn_test_pool_get(pool, &more, 1), CN_EXHAUSTED);
    cn_test_pool_fill(pool, blocks, 1);
    assert_int_equal(cn_block_pool_get(pool, &more, 1), 1);
    assert_int_equal(more, blocks[0]);
    assert_int_equal(cn_test_pool_get(pool, &more, 1), CN_EXHAUSTED);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

CN_TEST(exchange, a_frozen_pool_serves_what_it_has_and_does_not_grow)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 8), 8);
    assert_true(cn_block_pool_request(pool, CN_FREEZE));
    assert_false(cn_block_pool_request(pool, CN_FREEZE));
    assert_int_equal(cn_test_pool_drain(pool, blocks + 8, 248), 56); /* the rest of the first chunk */
    uint32_t more;
    assert_int_equal(cn_block_pool_get(pool, &more, 1), CN_FROZEN);
    cn_test_pool_fill(pool, blocks, 1);
    assert_int_equal(cn_block_pool_get(pool, &more, 1), 1);
    assert_true(cn_block_pool_request(pool, CN_THAW));
    assert_int_equal(cn_test_pool_drain(pool, blocks + 64, 192), 192);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

CN_TEST(exchange, growth_asks_for_the_next_spare_chunk)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[64];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 64), 64);
    while (cn_test_count(pool, CN_COUNT_chunks_spare) == 0) cn_os_yield(); /* the grower's work */
    uint32_t more;
    assert_int_equal(cn_block_pool_get(pool, &more, 1), 1);
    assert_true(cn_test_count(pool, CN_COUNT_growths_spare) >= 1);
    cn_test_pool_fill(pool, blocks, 64);
    cn_test_pool_fill(pool, &more, 1);
    cn_test_pool_end(pool);
}

/* While the trimmer holds the idle blocks, nobody may be told that all of them are in use. */
CN_TEST(exchange, blocks_with_the_trimmer_make_busy_not_exhausted)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    uint32_t more;
    cn_store_release(&pool->trim_turn, true);
    assert_int_equal(cn_block_pool_get(pool, &more, 1), CN_BUSY);
    cn_store_release(&pool->trim_turn, false);
    assert_int_equal(cn_test_pool_get(pool, &more, 1), CN_EXHAUSTED);
    cn_test_pool_fill(pool, blocks, 256);
    cn_test_pool_end(pool);
}

/* A retired chunk's place comes back with the epoch: until then the pool is busy, not exhausted. */
CN_TEST(exchange, a_chunk_with_the_epoch_makes_busy_not_exhausted)
{
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[256];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 256), 256);
    cn_test_pool_fill(pool, blocks, 256);
    const uint32_t pin = cn_epoch_pin();
    assert_int_equal(cn_block_pool_trim(pool, 0), 4U * CN_TEST_CHUNK);
    uint32_t more;
    assert_int_equal(cn_block_pool_get(pool, &more, 1), CN_BUSY);
    cn_epoch_unpin(pin);
    cn_test_collect();
    assert_int_equal(cn_block_pool_get(pool, &more, 1), 1);
    cn_test_pool_fill(pool, &more, 1);
    cn_test_pool_end(pool);
}

/* ---- two nodes: a synthetic machine whose processors 0 and 1 lie on nodes 0 and 1 ---- */

static void two_nodes(void)
{
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2 || !cn_test_run_on(1) || !cn_test_run_on(0)) {
        cn_test_run_anywhere();
        CN_SKIP("two processors are needed");
    }
    assert_int_equal(cn_topology_load_synthetic("node:2 core:1 pu:1"), CN_OK);
    assert_int_equal(cn_topology_nodes(), 2);
}

static void one_machine(void)
{
    cn_test_run_anywhere();
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

CN_TEST(exchange, each_node_has_its_own_depot_and_chunks)
{
    two_nodes();
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(pool->nodes, 2);
    uint32_t here[8], there[8];
    assert_true(cn_test_run_on(0));
    assert_int_equal(cn_block_pool_get(pool, here, 8), 8);
    assert_true(cn_test_run_on(1));
    assert_int_equal(cn_block_pool_get(pool, there, 8), 8);
    const uint32_t per_chunk = pool->table.blocks_per_chunk;
    for (int i = 0; i < 8; i++) {
        assert_int_equal(cn_chunk_node(&pool->table, here[i] / per_chunk), 0);
        assert_int_equal(cn_chunk_node(&pool->table, there[i] / per_chunk), 1);
    }
    cn_test_pool_fill(pool, here, 8);
    cn_test_pool_fill(pool, there, 8);
    cn_test_pool_end(pool);
    one_machine();
}

CN_TEST(exchange, blocks_return_to_their_home_node_and_remote_ones_are_counted)
{
    two_nodes();
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    uint32_t mixed[8];
    assert_int_equal(cn_block_pool_get(pool, mixed, 4), 4);
    assert_true(cn_test_run_on(1));
    assert_int_equal(cn_block_pool_get(pool, mixed + 4, 4), 4);
    assert_int_equal(cn_block_pool_put(pool, mixed, 8), CN_OK); /* one magazine, two homes */
    assert_int_equal(cn_depot_blocks(&pool->node[0].depot), 4);
    assert_int_equal(cn_depot_blocks(&pool->node[1].depot), 4);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_remote), 4);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_in), 8);
    assert_true(cn_test_pool_is_valid(pool, 0));
    cn_test_pool_end(pool);
    one_machine();
}

/* What lies on the other node is better than nothing: also chunks that nobody carves yet. */
CN_TEST(exchange, one_thread_can_take_every_block_of_both_nodes)
{
    two_nodes();
    cn_block_pool_options_t options = cn_test_pool_options();
    options.initial_bytes = options.maximum_bytes; /* two chunks on each node */
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    static uint32_t blocks[257];
    assert_int_equal(cn_test_pool_drain(pool, blocks, 257), 256);
    uint32_t more;
    assert_int_equal(cn_test_pool_get(pool, &more, 1), CN_EXHAUSTED);
    cn_test_pool_fill(pool, blocks, 256);
    assert_int_equal(cn_test_count(pool, CN_COUNT_blocks_remote), 128);
    assert_true(cn_test_pool_is_valid(pool, 0));
    cn_test_pool_end(pool);
    one_machine();
}

/* The pool is full, but the other node has an idle chunk that a thread is bringing back into service. */
CN_TEST(exchange, a_chunk_that_another_node_is_growing_makes_the_pool_busy_and_not_exhausted)
{
    two_nodes();
    const cn_block_pool_options_t options = cn_test_pool_options();
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    cn_grower_quit(&pool->client); /* it would prepare chunks */
    static uint32_t here[128], there[128];
    assert_true(cn_test_run_on(1));
    assert_int_equal(cn_test_pool_drain(pool, there, 128), 128);
    assert_true(cn_test_run_on(0));
    assert_int_equal(cn_test_pool_drain(pool, here, 128), 128);
    cn_test_pool_fill(pool, there, 128);
    while (cn_test_count(pool, CN_COUNT_chunks_active) != 2) (void)cn_block_pool_trim(pool, 0);
    cn_test_collect();
    assert_int_equal(cn_grow_admit(&pool->node[1].grow), CN_OK); /* the thread that brings it back */
    uint32_t block;
    assert_int_equal(cn_block_pool_get(pool, &block, 1), CN_BUSY);
    cn_grow_leave(&pool->node[1].grow);
    assert_int_equal(cn_block_pool_get(pool, &block, 1), 1);
    assert_int_equal(cn_block_pool_home(pool, block), 1);
    cn_test_pool_fill(pool, &block, 1);
    cn_test_pool_fill(pool, here, 128);
    (void)cn_grower_join(&pool->client);
    cn_test_pool_end(pool);
    one_machine();
}

CN_TEST(exchange, a_bound_pool_has_one_node_whoever_asks)
{
    two_nodes();
    cn_block_pool_options_t options = cn_test_pool_options();
    options.numa = CN_NUMA_PREFERRED;
    options.node = 1;
    cn_block_pool_t *pool = cn_test_pool_open(&options);
    assert_int_equal(pool->nodes, 1);
    uint32_t block;
    assert_int_equal(cn_block_pool_get(pool, &block, 1), 1);
    assert_int_equal(cn_chunk_node(&pool->table, 0), 1);
    cn_test_pool_fill(pool, &block, 1);
    assert_int_equal(cn_block_pool_trim(pool, 0) % CN_TEST_CHUNK, 0);
    cn_test_pool_end(pool);
    one_machine();
}

CN_TEST_MAIN(exchange)
