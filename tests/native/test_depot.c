/* The depot's two stacks: order, counts, headers, whole-stack moves. */
#include "depot/cn_depot.h"

#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "cn_test.h"

#define THREADS 4
#define MAGAZINES 64
#define ROUNDS 20000

static cn_count_t count;
static cn_depot_t depot;
static uint32_t arrivals_left;

#ifdef CN_SCHEDULE
void cn_schedule_point(void)
{
    if (arrivals_left == 0) return;
    arrivals_left--;
    cn_magazine_t *more = cn_depot_pop_empty(&depot);
    more->count = 1;
    cn_depot_push(&depot, more);
}
#endif

static void start(void)
{
    memset(&count, 0, sizeof count);
    cn_depot_init(&depot, &count);
}

static cn_magazine_t *filled(uint32_t first, uint32_t blocks)
{
    cn_magazine_t *magazine = cn_depot_pop_empty(&depot);
    assert_non_null(magazine);
    for (uint32_t i = 0; i < blocks; i++) magazine->block[i] = first + i;
    magazine->count = blocks;
    return magazine;
}

CN_TEST(depot, pop_of_empty_returns_null)
{
    start();
    assert_null(cn_depot_pop(&depot));
    assert_null(cn_depot_take_all(&depot));
    assert_int_equal(cn_depot_length(&depot), 0);
    assert_true(cn_depot_is_valid(&depot));
    cn_depot_destroy(&depot);
}

CN_TEST(depot, the_newest_magazine_comes_first_with_its_blocks)
{
    start();
    cn_depot_push(&depot, filled(10, 3));
    cn_depot_push(&depot, filled(20, 2));
    assert_int_equal(cn_depot_length(&depot), 2);
    assert_int_equal(cn_depot_blocks(&depot), 5);
    assert_true(cn_depot_is_valid(&depot));
    cn_magazine_t *newest = cn_depot_pop(&depot);
    assert_int_equal(newest->count, 2);
    assert_int_equal(newest->block[0], 20);
    cn_magazine_t *oldest = cn_depot_pop(&depot);
    assert_int_equal(oldest->count, 3);
    assert_int_equal(oldest->block[2], 12);
    assert_null(cn_depot_pop(&depot));
    cn_depot_push_empty(&depot, newest);
    cn_depot_push_empty(&depot, oldest);
    assert_int_equal(newest->count, 0);
    assert_true(cn_depot_is_valid(&depot));
    cn_depot_destroy(&depot);
}

CN_TEST(depot, every_change_of_a_top_moves_its_stamp)
{
    start();
    cn_magazine_t *magazine = filled(0, 1);
    const uint64_t before = cn_load_relaxed(&depot.full.stamp);
    cn_depot_push(&depot, magazine);
    assert_int_equal(cn_load_relaxed(&depot.full.stamp), before + 1);
    (void)cn_depot_pop(&depot);
    assert_int_equal(cn_load_relaxed(&depot.full.stamp), before + 2);
    cn_depot_push(&depot, magazine);
    (void)cn_depot_take_all(&depot);
    assert_int_equal(cn_load_relaxed(&depot.full.stamp), before + 4);
    cn_depot_destroy(&depot);
}

CN_TEST(depot, empty_headers_come_in_slabs_and_are_used_again)
{
    start();
    const uint64_t before = cn_meta_bytes();
    cn_magazine_t *header[CN_MAGAZINE_SLAB];
    for (uint32_t i = 0; i < CN_MAGAZINE_SLAB; i++) {
        header[i] = cn_depot_pop_empty(&depot);
        assert_non_null(header[i]);
        assert_int_equal((uintptr_t)header[i] % CN_LINE_PAIR, 0);
        for (uint32_t j = 0; j < i; j++) assert_ptr_not_equal(header[i], header[j]);
    }
    assert_int_equal(cn_meta_bytes() - before, sizeof(cn_magazine_slab_t));
    for (uint32_t i = 0; i < CN_MAGAZINE_SLAB; i++) cn_depot_push_empty(&depot, header[i]);
    assert_ptr_equal(cn_depot_pop_empty(&depot), header[CN_MAGAZINE_SLAB - 1U]);
    assert_int_equal(cn_meta_bytes() - before, sizeof(cn_magazine_slab_t));
    cn_depot_destroy(&depot);
    assert_int_equal(cn_meta_bytes(), before);
}

CN_TEST(depot, take_all_returns_what_was_there_newest_first_and_push_list_restores_it)
{
    start();
    for (uint32_t i = 0; i < 5; i++) cn_depot_push(&depot, filled(i, 1));
    cn_magazine_t *first = cn_depot_take_all(&depot), *last = first;
    assert_null(cn_depot_pop(&depot));
    uint32_t expect = 4;
    for (cn_magazine_t *m = first; m != NULL; m = cn_load_relaxed(&m->next)) {
        assert_int_equal(m->block[0], expect--);
        last = m;
    }
    cn_depot_push_list(&depot, first, last, 5);
    assert_int_equal(cn_depot_length(&depot), 5);
    assert_int_equal(cn_depot_pop(&depot)->block[0], 4);
    cn_depot_destroy(&depot);
}

/* N4: bulk reclaim is bounded by one atomic read: magazines that arrive meanwhile are not waited for. */
CN_TEST(depot, take_all_is_bounded_by_one_read)
{
    start();
    for (uint32_t i = 0; i < 5; i++) cn_depot_push(&depot, filled(i, 1));
    arrivals_left = 100;
    uint32_t taken = 0;
    for (cn_magazine_t *m = cn_depot_take_all(&depot); m != NULL; m = cn_load_relaxed(&m->next)) taken++;
    arrivals_left = 0;
    assert_int_equal(taken, 5);
    cn_depot_destroy(&depot);
}

CN_TEST(depot, surplus_is_the_least_length_since_the_last_look)
{
    start();
    for (uint32_t i = 0; i < 6; i++) cn_depot_push(&depot, filled(i, 1));
    (void)cn_depot_surplus(&depot); /* starts the period */
    cn_magazine_t *taken[4];
    for (int i = 0; i < 4; i++) taken[i] = cn_depot_pop(&depot);
    for (int i = 0; i < 4; i++) cn_depot_push(&depot, taken[i]);
    assert_int_equal(cn_depot_surplus(&depot), 2); /* two were never needed */
    assert_int_equal(cn_depot_surplus(&depot), 6); /* a quiet period: none was */
    cn_depot_destroy(&depot);
}

CN_TEST(depot, surplus_is_zero_when_somebody_found_it_empty)
{
    start();
    cn_depot_push(&depot, filled(0, 1));
    (void)cn_depot_surplus(&depot);
    cn_magazine_t *taken = cn_depot_pop(&depot);
    assert_null(cn_depot_pop(&depot));
    cn_depot_push(&depot, taken);
    assert_int_equal(cn_depot_surplus(&depot), 0);
    cn_depot_destroy(&depot);
}

static void push_without_blocks(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    cn_depot_push(&depot, cn_depot_pop_empty(&depot));
}

CN_TEST(depot, a_magazine_without_blocks_is_our_own_mistake)
{
    start();
    assert_int_not_equal(cn_test_child(push_without_blocks, NULL), 0);
    cn_depot_destroy(&depot);
}

CN_TEST(depot, is_valid_sees_a_wrong_count_and_a_cycle)
{
    start();
    cn_magazine_t *magazine = filled(0, 1);
    cn_depot_push(&depot, magazine);
    cn_add_relaxed(&depot.length, 1);
    assert_false(cn_depot_is_valid(&depot));
    cn_sub_relaxed(&depot.length, 1);
    cn_store_relaxed(&magazine->next, magazine);
    assert_false(cn_depot_is_valid(&depot));
    cn_store_relaxed(&magazine->next, NULL);
    assert_true(cn_depot_is_valid(&depot));
    cn_depot_destroy(&depot);
}

/* Each thread pops, stamps the blocks as its own, checks that nobody else did, and pushes. */
static void *shuffle(void *argument)
{
    static CN_ATOMIC(uint32_t) holder[MAGAZINES];
    const uint32_t self = (uint32_t)(uintptr_t)argument + 1U;
    uintptr_t wrong = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        cn_magazine_t *magazine = cn_depot_pop(&depot);
        if (magazine == NULL) continue;
        const uint32_t which = magazine->block[0];
        uint32_t nobody = 0;
        if (which >= MAGAZINES || !cn_cas_acq_rel(&holder[which], &nobody, self)) wrong++;
        else cn_store_release(&holder[which], 0U);
        if (round % 16U == 0) { /* by way of the other stack, into another header */
            cn_magazine_t *other = cn_depot_pop_empty(&depot);
            other->count = 1;
            other->block[0] = which;
            cn_depot_push_empty(&depot, magazine);
            magazine = other;
        }
        cn_depot_push(&depot, magazine);
    }
    return (void *)wrong;
}

CN_TEST(depot, threads_never_hold_the_same_magazine)
{
    start();
    for (uint32_t i = 0; i < MAGAZINES; i++) cn_depot_push(&depot, filled(i, 1));
    pthread_t thread[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&thread[i], NULL, shuffle, (void *)i), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(thread[i], &wrong);
        assert_null(wrong);
    }
    assert_true(cn_depot_is_valid(&depot));
    assert_int_equal(cn_depot_blocks(&depot), MAGAZINES);
    cn_depot_destroy(&depot);
}

CN_TEST_MAIN(depot)
