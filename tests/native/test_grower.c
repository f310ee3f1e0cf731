/* The background grower: serves clients, wakes at once, ends with the last one, starts again. */
#include "growth/cn_grower.h"

#include <pthread.h>

#include "base/cn_atomic.h"
#include "cn_test.h"
#include "platform/cn_os.h"
#include "reclaim/cn_epoch.h"

typedef struct worker {
    cn_grower_client_t client; /* first */
    CN_ATOMIC(uint32_t) turns;
    uint64_t sleep_nanos;
} worker_t;

static void work(cn_grower_client_t *client, uint64_t now_nanos)
{
    worker_t *worker = (worker_t *)(void *)client;
    assert_true(now_nanos != 0);
    if (worker->sleep_nanos != 0) cn_os_sleep(worker->sleep_nanos);
    cn_add_relaxed(&worker->turns, 1U);
}

/* Waits for more turns; a hang is ctest's to end. */
static void await_turns(worker_t *worker, uint32_t more)
{
    const uint32_t want = cn_load_relaxed(&worker->turns) + more;
    while (cn_load_relaxed(&worker->turns) < want) {
        cn_grower_wake();
        cn_os_yield();
    }
}

CN_TEST(grower, waking_before_there_is_a_client_does_nothing)
{
    cn_grower_wake();
}

CN_TEST(grower, a_client_is_served_and_not_any_more_after_quitting)
{
    worker_t worker = {.client.work = work};
    assert_true(cn_grower_join(&worker.client));
    await_turns(&worker, 3);
    cn_grower_quit(&worker.client);
    const uint32_t turns = cn_load_relaxed(&worker.turns);
    cn_grower_wake();
    cn_os_sleep(20000000U);
    assert_int_equal(cn_load_relaxed(&worker.turns), turns);
}

CN_TEST(grower, it_starts_again_with_the_next_client)
{
    for (int i = 0; i < 5; i++) {
        worker_t worker = {.client.work = work};
        assert_true(cn_grower_join(&worker.client));
        await_turns(&worker, 1);
        cn_grower_quit(&worker.client);
    }
}

CN_TEST(grower, several_clients_come_and_go_in_any_order)
{
    worker_t worker[3] = {{.client.work = work}, {.client.work = work}, {.client.work = work}};
    for (int i = 0; i < 3; i++) assert_true(cn_grower_join(&worker[i].client));
    for (int i = 0; i < 3; i++) await_turns(&worker[i], 1);
    cn_grower_quit(&worker[1].client);
    await_turns(&worker[0], 2);
    await_turns(&worker[2], 2);
    cn_grower_quit(&worker[2].client);
    await_turns(&worker[0], 2);
    cn_grower_quit(&worker[0].client);
}

CN_TEST(grower, quitting_waits_for_work_under_way)
{
    worker_t worker = {.client.work = work, .sleep_nanos = 50000000U};
    assert_true(cn_grower_join(&worker.client));
    cn_grower_wake();
    cn_os_sleep(10000000U);
    cn_grower_quit(&worker.client);
    const uint32_t turns = cn_load_relaxed(&worker.turns);
    cn_os_sleep(100000000U);
    assert_int_equal(cn_load_relaxed(&worker.turns), turns);
}

static CN_ATOMIC(uint32_t) released;

static void release(cn_retired_t *retired)
{
    (void)retired;
    cn_add_relaxed(&released, 1U);
}

CN_TEST(grower, it_moves_the_epoch_on_without_anybodys_help)
{
    worker_t worker = {.client.work = work};
    assert_true(cn_grower_join(&worker.client));
    cn_retired_t item;
    cn_epoch_retire(&item, release);
    while (cn_load_relaxed(&released) == 0) cn_os_yield();
    cn_grower_quit(&worker.client);
}

static void serve_in_child(void *argument)
{
    (void)argument;
    worker_t worker = {.client.work = work};
    CN_CHILD_CHECK(cn_grower_join(&worker.client));
    await_turns(&worker, 2);
    cn_grower_quit(&worker.client);
}

CN_TEST(grower, a_forked_child_gets_a_grower_of_its_own)
{
#ifdef __SANITIZE_THREAD__
    CN_SKIP("the thread sanitizer lets a forked child start no thread");
#endif
    worker_t worker = {.client.work = work};
    assert_true(cn_grower_join(&worker.client));
    await_turns(&worker, 1);
    CN_TEST_IN_CHILD(serve_in_child, NULL);
    await_turns(&worker, 1);
    cn_grower_quit(&worker.client);
}

static pthread_barrier_t pinned;

static void *hold_a_pin(void *argument)
{
    const uint32_t pin = cn_epoch_pin();
    pthread_barrier_wait(&pinned);
    pthread_barrier_wait(&pinned);
    cn_epoch_unpin(pin);
    return argument;
}

static void reclaim_in_child(void *argument)
{
    (void)argument;
    CN_CHILD_CHECK(cn_epoch_pins() == 0);
    const uint32_t before = cn_load_relaxed(&released);
    cn_retired_t item;
    cn_epoch_retire(&item, release);
    for (int i = 0; i < 4; i++) (void)cn_epoch_collect();
    CN_CHILD_CHECK(cn_load_relaxed(&released) == before + 1U);
}

CN_TEST(grower, a_forked_child_does_not_wait_for_pins_of_threads_that_it_does_not_have)
{
    worker_t worker = {.client.work = work};
    assert_true(cn_grower_join(&worker.client));
    pthread_t thread;
    assert_int_equal(pthread_barrier_init(&pinned, NULL, 2), 0);
    assert_int_equal(pthread_create(&thread, NULL, hold_a_pin, NULL), 0);
    pthread_barrier_wait(&pinned);
    CN_TEST_IN_CHILD(reclaim_in_child, NULL);
    assert_int_equal(cn_epoch_pins(), 1); /* the parent's threads live on */
    pthread_barrier_wait(&pinned);
    pthread_join(thread, NULL);
    cn_grower_quit(&worker.client);
}

static void quit_twice(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    worker_t worker = {.client.work = work};
    (void)cn_grower_join(&worker.client);
    cn_grower_quit(&worker.client);
    cn_grower_quit(&worker.client);
}

CN_TEST(grower, quitting_twice_is_our_own_mistake)
{
    assert_int_not_equal(cn_test_child(quit_twice, NULL), 0);
}

CN_TEST_MAIN(grower)
