/* Counters and the latency histogram. */
#include "base/cn_count.h"

#include <pthread.h>

#include "cn_test.h"

#define THREADS   4
#define ADDITIONS 100000

static cn_count_t count;

CN_TEST(count, a_sum_starts_at_zero_and_is_kept_for_each_counter)
{
    static cn_count_t fresh;
    cn_count_add(&fresh, CN_COUNT_exchanges, 3);
    assert_int_equal(cn_count_sum(&fresh, CN_COUNT_exchanges), 3);
    for (int i = 0; i < CN_COUNTERS; i++) {
        if (i != CN_COUNT_exchanges) assert_int_equal(cn_count_sum(&fresh, (enum cn_counter)i), 0);
    }
}

CN_TEST(count, what_one_stripe_adds_another_may_take_away)
{
    static cn_count_t fresh;
    cn_add_relaxed(&fresh.stripe[0].value[CN_COUNT_chunks_active], 5U);
    cn_add_relaxed(&fresh.stripe[1].value[CN_COUNT_chunks_active], (uint64_t)-5);
    assert_int_equal(cn_count_sum(&fresh, CN_COUNT_chunks_active), 0);
}

static void *add(void *argument)
{
    for (int i = 0; i < ADDITIONS; i++) {
        cn_count_add(&count, CN_COUNT_blocks_out, 1);
        cn_count_max(&count, CN_COUNT_growth_nanos_max, (uint64_t)i + *(uint64_t *)argument);
    }
    return NULL;
}

CN_TEST(count, no_addition_of_any_thread_is_lost)
{
    pthread_t thread[THREADS];
    uint64_t offset[THREADS];
    for (int i = 0; i < THREADS; i++) {
        offset[i] = (uint64_t)i;
        assert_int_equal(pthread_create(&thread[i], NULL, add, &offset[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    assert_int_equal(cn_count_sum(&count, CN_COUNT_blocks_out), THREADS * ADDITIONS);
    assert_int_equal(cn_count_sum(&count, CN_COUNT_growth_nanos_max), ADDITIONS - 1 + THREADS - 1);
}

CN_TEST(count, a_maximum_never_falls)
{
    static cn_count_t fresh;
    cn_count_max(&fresh, CN_COUNT_growth_nanos_max, 7);
    cn_count_max(&fresh, CN_COUNT_growth_nanos_max, 3);
    assert_int_equal(cn_count_sum(&fresh, CN_COUNT_growth_nanos_max), 7);
}

CN_TEST(count, every_bucket_begins_at_its_floor)
{
    for (uint32_t i = 0; i < CN_HISTOGRAM_BUCKETS; i++) {
        const uint64_t floor = cn_histogram_floor(i);
        assert_int_equal(cn_histogram_index(floor), i);
        if (i != 0) {
            assert_true(floor > cn_histogram_floor(i - 1));
            assert_int_equal(cn_histogram_index(floor - 1), i - 1);
        }
    }
}

CN_TEST(count, a_bucket_is_at_most_an_eighth_wide)
{
    for (uint32_t i = CN_HISTOGRAM_SUB; i + 1 < CN_HISTOGRAM_BUCKETS; i++) {
        const uint64_t floor = cn_histogram_floor(i);
        const uint64_t width = cn_histogram_floor(i + 1) - floor;
        assert_true(width * 8 <= floor);
    }
}

CN_TEST(count, values_beyond_the_range_fall_into_the_last_bucket)
{
    static cn_histogram_t histogram;
    cn_histogram_add(&histogram, UINT64_MAX);
    cn_histogram_add(&histogram, UINT64_C(1) << 50);
    assert_int_equal(cn_load_relaxed(&histogram.bucket[CN_HISTOGRAM_BUCKETS - 1]), 2);
    assert_true(cn_histogram_floor(CN_HISTOGRAM_BUCKETS - 1) > UINT64_C(1) << 39);
}

CN_TEST_MAIN(count)
