/* Handles: a stale, foreign or made-up one is never followed. */
#include "pool/cn_handle.h"

#include <pthread.h>
#include <string.h>

#include "base/cn_error.h"
#include "cn_test.h"

#define THREADS 4
#define ROUNDS 20000

static cn_block_pool_t pools[THREADS + 2]; /* only their handles are looked at */

CN_TEST(handle, a_claimed_handle_has_no_pool_until_it_is_published)
{
    const int64_t handle = cn_handle_claim();
    assert_true(handle > 0);
    assert_null(cn_handle_find(handle));
    pools[0].handle = handle;
    cn_handle_publish(handle, &pools[0]);
    assert_ptr_equal(cn_handle_find(handle), &pools[0]);
    assert_ptr_equal(cn_handle_remove(handle), &pools[0]);
}

CN_TEST(handle, a_removed_handle_finds_nothing_also_when_its_place_is_used_again)
{
    const int64_t old = cn_handle_claim();
    pools[0].handle = old;
    cn_handle_publish(old, &pools[0]);
    assert_ptr_equal(cn_handle_remove(old), &pools[0]);
    assert_null(cn_handle_find(old));
    assert_null(cn_handle_remove(old));
    const int64_t new = cn_handle_claim();
    assert_int_not_equal(new, old);
    assert_int_equal(new % CN_HANDLES_MAX, old % CN_HANDLES_MAX);
    pools[1].handle = new;
    cn_handle_publish(new, &pools[1]);
    assert_null(cn_handle_find(old));
    assert_null(cn_handle_remove(old));
    assert_ptr_equal(cn_handle_remove(new), &pools[1]);
}

CN_TEST(handle, made_up_numbers_find_nothing)
{
    const int64_t wrong[] = {0, -1, INT64_MIN, INT64_MAX, 1, CN_HANDLES_MAX, (int64_t)1 << 40};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(cn_handle_find(wrong[i]));
        assert_null(cn_handle_remove(wrong[i]));
    }
}

CN_TEST(handle, an_abandoned_place_is_free_again)
{
    const int64_t handle = cn_handle_claim();
    cn_handle_abandon(handle);
    assert_null(cn_handle_find(handle));
    const int64_t next = cn_handle_claim();
    assert_int_equal(next % CN_HANDLES_MAX, handle % CN_HANDLES_MAX);
    cn_handle_abandon(next);
}

CN_TEST(handle, the_table_has_an_end)
{
    static int64_t handle[CN_HANDLES_MAX];
    for (uint32_t i = 0; i < CN_HANDLES_MAX; i++) {
        handle[i] = cn_handle_claim();
        assert_true(handle[i] > 0);
    }
    assert_int_equal(cn_handle_claim(), CN_TOOMANY);
    for (uint32_t i = 0; i < CN_HANDLES_MAX; i++) cn_handle_abandon(handle[i]);
    const int64_t again = cn_handle_claim();
    assert_true(again > 0);
    cn_handle_abandon(again);
}

static void *claim_and_remove(void *argument)
{
    cn_block_pool_t *own = argument;
    uintptr_t wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        own->handle = cn_handle_claim();
        cn_handle_publish(own->handle, own);
        wrong += cn_handle_find(own->handle) != own;
        wrong += cn_handle_remove(own->handle) != own;
    }
    return (void *)wrong;
}

CN_TEST(handle, threads_never_share_a_place)
{
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, claim_and_remove, &pools[2 + i]);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(thread[i], &wrong);
        assert_null(wrong);
    }
}

CN_TEST_MAIN(handle)
