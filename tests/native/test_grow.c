/* The growth state machine: every cell of the table, admission, remembered requests. */
#include "growth/cn_grow.h"

#include <pthread.h>

#include "base/cn_error.h"
#include "cn_test.h"

#define THREADS 4
#define ROUNDS 20000

/* The table as docs/states.md has it, written a second time: the test compares, and walks every cell. */
static const struct {
    uint8_t from;
    cn_grow_event_t event;
    uint8_t to;
} moves[] = {
    {CN_GROW_READY, CN_ADMIT, CN_GROW_GROWING},        {CN_GROW_READY, CN_FREEZE, CN_GROW_FROZEN},
    {CN_GROW_READY, CN_CLOSE, CN_GROW_CLOSING},        {CN_GROW_GROWING, CN_DONE, CN_GROW_READY},
    {CN_GROW_GROWING, CN_FREEZE, CN_GROW_G_FREEZING},  {CN_GROW_GROWING, CN_CLOSE, CN_GROW_G_CLOSING},
    {CN_GROW_G_FREEZING, CN_DONE, CN_GROW_FROZEN},     {CN_GROW_G_FREEZING, CN_THAW, CN_GROW_GROWING},
    {CN_GROW_G_FREEZING, CN_CLOSE, CN_GROW_G_CLOSING}, {CN_GROW_G_CLOSING, CN_DONE, CN_GROW_CLOSING},
    {CN_GROW_FROZEN, CN_THAW, CN_GROW_READY},          {CN_GROW_FROZEN, CN_CLOSE, CN_GROW_CLOSING},
    {CN_GROW_CLOSING, CN_DONE, CN_GROW_CLOSED},
};

static uint8_t expected(uint8_t from, cn_grow_event_t event)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        if (moves[i].from == from && moves[i].event == event) return moves[i].to;
    }
    return CN_GROW_NEVER;
}

static cn_grow_t in_state(uint8_t state)
{
    cn_grow_t grow;
    cn_store_relaxed(&grow.state, state);
    return grow;
}

CN_TEST(grow, starts_ready)
{
    cn_grow_t grow;
    cn_grow_init(&grow);
    assert_int_equal(cn_grow_state(&grow), CN_GROW_READY);
}

CN_TEST(grow, step_makes_every_move_of_the_table_and_no_other)
{
    for (uint8_t from = 0; from < CN_GROW_STATES; from++) {
        for (int event = 0; event < CN_GROW_EVENTS; event++) {
            const uint8_t to = expected(from, (cn_grow_event_t)event);
            assert_int_equal(cn_grow_next[from][event], to);
            cn_grow_t grow = in_state(from);
            assert_int_equal(cn_grow_step(&grow, from, (cn_grow_event_t)event), to != CN_GROW_NEVER);
            assert_int_equal(cn_grow_state(&grow), to != CN_GROW_NEVER ? to : from);
        }
    }
}

CN_TEST(grow, step_from_a_state_that_is_past_changes_nothing)
{
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        for (uint8_t other = 1; other < CN_GROW_STATES; other++) {
            if (other == moves[i].from) continue;
            cn_grow_t grow = in_state(other);
            assert_false(cn_grow_step(&grow, moves[i].from, moves[i].event));
            assert_int_equal(cn_grow_state(&grow), other);
        }
    }
}

CN_TEST(grow, request_delivers_or_says_that_there_is_no_such_move)
{
    const cn_grow_event_t requests[] = {CN_FREEZE, CN_THAW, CN_CLOSE};
    for (uint8_t from = 1; from < CN_GROW_STATES; from++) {
        for (size_t i = 0; i < 3; i++) {
            const uint8_t to = expected(from, requests[i]);
            cn_grow_t grow = in_state(from);
            assert_int_equal(cn_grow_request(&grow, requests[i]), to != CN_GROW_NEVER);
            assert_int_equal(cn_grow_state(&grow), to != CN_GROW_NEVER ? to : from);
        }
    }
}

CN_TEST(grow, admit_tells_why_not)
{
    const int want[CN_GROW_STATES] = {
        [CN_GROW_READY] = CN_OK,          [CN_GROW_GROWING] = CN_BUSY,   [CN_GROW_G_FREEZING] = CN_BUSY,
        [CN_GROW_G_CLOSING] = CN_CLOSED,  [CN_GROW_FROZEN] = CN_FROZEN,  [CN_GROW_CLOSING] = CN_CLOSED,
        [CN_GROW_CLOSED] = CN_CLOSED,
    };
    for (uint8_t from = 1; from < CN_GROW_STATES; from++) {
        cn_grow_t grow = in_state(from);
        assert_int_equal(cn_grow_admit(&grow), want[from]);
        assert_int_equal(cn_grow_state(&grow), from == CN_GROW_READY ? CN_GROW_GROWING : from);
    }
}

CN_TEST(grow, freeze_while_growing_is_remembered_until_the_grower_leaves)
{
    cn_grow_t grow;
    cn_grow_init(&grow);
    assert_int_equal(cn_grow_admit(&grow), CN_OK);
    assert_true(cn_grow_request(&grow, CN_FREEZE));
    assert_int_equal(cn_grow_state(&grow), CN_GROW_G_FREEZING);
    assert_false(cn_grow_request(&grow, CN_FREEZE));
    cn_grow_leave(&grow);
    assert_int_equal(cn_grow_state(&grow), CN_GROW_FROZEN);
    assert_int_equal(cn_grow_admit(&grow), CN_FROZEN);
    assert_true(cn_grow_request(&grow, CN_THAW));
    assert_int_equal(cn_grow_admit(&grow), CN_OK);
}

CN_TEST(grow, thaw_takes_a_remembered_freeze_back)
{
    cn_grow_t grow;
    cn_grow_init(&grow);
    assert_int_equal(cn_grow_admit(&grow), CN_OK);
    assert_true(cn_grow_request(&grow, CN_FREEZE));
    assert_true(cn_grow_request(&grow, CN_THAW));
    cn_grow_leave(&grow);
    assert_int_equal(cn_grow_state(&grow), CN_GROW_READY);
}

CN_TEST(grow, close_while_growing_wins_over_freeze_and_takes_effect_at_leaving)
{
    cn_grow_t grow;
    cn_grow_init(&grow);
    assert_int_equal(cn_grow_admit(&grow), CN_OK);
    assert_true(cn_grow_request(&grow, CN_FREEZE));
    assert_true(cn_grow_request(&grow, CN_CLOSE));
    assert_false(cn_grow_request(&grow, CN_THAW));
    assert_false(cn_grow_request(&grow, CN_CLOSE));
    cn_grow_leave(&grow);
    assert_int_equal(cn_grow_state(&grow), CN_GROW_CLOSING);
    assert_true(cn_grow_request(&grow, CN_DONE));
    assert_int_equal(cn_grow_state(&grow), CN_GROW_CLOSED);
}

static void leave_without_admission(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    cn_grow_t grow;
    cn_grow_init(&grow);
    cn_grow_leave(&grow);
}

CN_TEST(grow, leaving_without_admission_is_our_own_mistake)
{
    assert_int_not_equal(cn_test_child(leave_without_admission, NULL), 0);
}

static cn_grow_t shared;
static uint64_t inside; /* plain: only the admitted thread writes it */
static CN_ATOMIC(bool) over;

static void *contend(void *argument)
{
    uint64_t *admissions = argument;
    for (int i = 0; i < ROUNDS; i++) {
        if (cn_grow_admit(&shared) != CN_OK) continue;
        inside++;
        (*admissions)++;
        cn_grow_leave(&shared);
    }
    return NULL;
}

static void *freeze_and_thaw(void *argument)
{
    uint64_t *changes = argument;
    while (!cn_load_acquire(&over)) {
        *changes += cn_grow_request(&shared, CN_FREEZE) ? 1U : 0U;
        *changes += cn_grow_request(&shared, CN_THAW) ? 1U : 0U;
    }
    return NULL;
}

CN_TEST(grow, one_thread_at_a_time_is_admitted_whatever_requests_come)
{
    cn_grow_init(&shared);
    inside = 0;
    cn_store_relaxed(&over, false);
    uint64_t admissions[THREADS] = {0}, changes = 0, sum = 0;
    pthread_t thread[THREADS], requester;
    assert_int_equal(pthread_create(&requester, NULL, freeze_and_thaw, &changes), 0);
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&thread[i], NULL, contend, &admissions[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        sum += admissions[i];
    }
    cn_store_release(&over, true);
    pthread_join(requester, NULL);
    assert_int_equal(inside, sum); /* no two were inside: no increment was lost */
    assert_int_equal(changes % 2U, 0); /* each freeze was followed by its thaw: none was forgotten */
    assert_int_equal(cn_grow_state(&shared), CN_GROW_READY);
}

CN_TEST_MAIN(grow)
