/* Opening, using and ending pools of blocks in tests. */
#ifndef CN_TEST_POOL_H
#define CN_TEST_POOL_H

#include <sched.h>
#include <string.h>

#include "base/cn_error.h"
#include "cn_test.h"
#include "pool/cn_block_pool.h"

/* 4 KiB blocks, 64 of them in a chunk, four chunks. */
#define CN_TEST_BLOCK 4096U
#define CN_TEST_CHUNK (64U * CN_TEST_BLOCK)

static inline cn_block_pool_options_t cn_test_pool_options(void)
{
    return (cn_block_pool_options_t){
        .block_bytes = CN_TEST_BLOCK,
        .maximum_bytes = 4U * CN_TEST_CHUNK,
        .chunk_bytes = CN_TEST_CHUNK,
        .magazine_blocks = 8,
        .retained_bytes_max = INT64_MAX,
    };
}

static inline cn_block_pool_t *cn_test_pool_open(const cn_block_pool_options_t *options)
{
    cn_block_pool_t *pool = NULL;
    assert_int_equal(cn_block_pool_open(options, 1, &pool), CN_OK);
    return pool;
}

static inline void cn_test_collect(void)
{
    for (int i = 0; i < 20000 && cn_epoch_pending() != 0; i++) { /* the grower may have them in hand: purging a file takes */
        if (cn_epoch_collect() == 0) cn_os_sleep(1000000U);
    }
    assert_int_equal(cn_epoch_pending(), 0);
}

static inline void cn_test_pool_end(cn_block_pool_t *pool)
{
    (void)cn_block_pool_close(pool);
    cn_block_pool_destroy(pool);
    cn_test_collect();
}

/* As cn_block_pool_get, until the pool is not busy: the grower may have a chunk in hand. */
static inline int cn_test_pool_get(cn_block_pool_t *pool, uint32_t *blocks, uint32_t want)
{
    int taken;
    while ((taken = cn_block_pool_get(pool, blocks, want)) == CN_BUSY) cn_os_yield();
    return taken;
}

/* Takes blocks until the pool has no more; returns how many. */
static inline uint32_t cn_test_pool_drain(cn_block_pool_t *pool, uint32_t *blocks, uint32_t most)
{
    uint32_t count = 0;
    while (count < most) {
        const uint32_t want = most - count < 8U ? most - count : 8U;
        const int taken = cn_block_pool_get(pool, blocks + count, want);
        if (taken == CN_BUSY) {
            cn_os_yield();
            continue;
        }
        if (taken <= 0) break;
        count += (uint32_t)taken;
    }
    return count;
}

static inline void cn_test_pool_fill(cn_block_pool_t *pool, const uint32_t *blocks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i += pool->magazine_blocks) {
        const uint32_t some = count - i < pool->magazine_blocks ? count - i : pool->magazine_blocks;
        assert_int_equal(cn_block_pool_put(pool, blocks + i, some), CN_OK);
    }
}

static inline void *cn_test_block_address(const cn_block_pool_t *pool, uint32_t block)
{
    const uint32_t per_chunk = pool->table.blocks_per_chunk;
    return (void *)(cn_chunk_base(&pool->table, block / per_chunk) + block % per_chunk * pool->stride);
}

/* As cn_block_pool_is_valid, while the background grower is away. */
static inline bool cn_test_pool_is_valid(cn_block_pool_t *pool, uint64_t outside)
{
    cn_grower_quit(&pool->client);
    const bool valid = cn_block_pool_is_valid(pool, outside);
    (void)cn_grower_join(&pool->client);
    return valid;
}

static inline uint64_t cn_test_count(const cn_block_pool_t *pool, enum cn_counter which)
{
    uint64_t value[CN_COUNTERS];
    cn_block_pool_counts(pool, value);
    return value[which];
}

/* Ties the calling thread to one processor; false where there is none such. */
static inline bool cn_test_run_on(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

static inline void cn_test_run_anywhere(void)
{
    cpu_set_t set;
    memset(&set, 0xff, sizeof set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

#endif
