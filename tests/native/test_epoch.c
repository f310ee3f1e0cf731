/* Epochs: nothing is released while a reader may see it, everything is released afterwards. */
#include "reclaim/cn_epoch.h"

#include <pthread.h>

#include "cn_test.h"
#include "platform/cn_os.h"

#ifdef __SANITIZE_THREAD__
#define ROUNDS 5000 /* it sees races, not what the processor reorders */
#else
#define ROUNDS 200000
#endif

typedef struct item {
    cn_retired_t retired;
    CN_ATOMIC(uint32_t) alive;
    uint32_t again;
} item_t;

static void release(cn_retired_t *retired)
{
    item_t *item = (item_t *)(void *)retired;
    cn_store_relaxed(&item->alive, 0U);
    if (item->again != 0) {
        item->again--;
        cn_epoch_retire(retired, release);
    }
}

static uint32_t collect(int times)
{
    uint32_t released = 0;
    for (int i = 0; i < times; i++) released += cn_epoch_collect();
    return released;
}

CN_TEST(epoch, an_item_is_released_two_epochs_later_and_not_before)
{
    item_t item = {.again = 0};
    cn_store_relaxed(&item.alive, 1U);
    const uint64_t retired_in = cn_epoch_now(), pending = cn_epoch_pending();
    cn_epoch_retire(&item.retired, release);
    assert_int_equal(cn_epoch_pending(), pending + 1);
    assert_int_equal(cn_epoch_collect(), 0);
    assert_int_equal(cn_load_relaxed(&item.alive), 1);
    assert_int_equal(cn_epoch_collect(), 1);
    assert_int_equal(cn_load_relaxed(&item.alive), 0);
    assert_true(cn_epoch_now() >= retired_in + 2);
    assert_int_equal(cn_epoch_pending(), pending);
}

CN_TEST(epoch, collecting_nothing_moves_nothing)
{
    const uint64_t now = cn_epoch_now();
    assert_int_equal(collect(5), 0);
    assert_int_equal(cn_epoch_now(), now);
}

CN_TEST(epoch, a_stalled_reader_delays_release_and_shows_as_stalls)
{
    item_t item = {.again = 0};
    cn_store_relaxed(&item.alive, 1U);
    const uint32_t pin = cn_epoch_pin();
    const uint64_t stalls = cn_epoch_stalls();
    cn_epoch_retire(&item.retired, release);
    assert_int_equal(collect(100), 0);
    assert_int_equal(cn_load_relaxed(&item.alive), 1);
    assert_int_equal(cn_epoch_stalls(), stalls + 99); /* the first one still moved: the pin was of the then current epoch */
    cn_epoch_unpin(pin);
    assert_int_equal(collect(3), 1);
    assert_int_equal(cn_load_relaxed(&item.alive), 0);
}

CN_TEST(epoch, pins_nest_and_each_holds_on_its_own)
{
    item_t item = {.again = 0};
    cn_store_relaxed(&item.alive, 1U);
    const uint32_t outer = cn_epoch_pin(), inner = cn_epoch_pin();
    assert_int_not_equal(outer, inner);
    cn_epoch_retire(&item.retired, release);
    cn_epoch_unpin(outer);
    assert_int_equal(collect(5), 0);
    cn_epoch_unpin(inner);
    assert_int_equal(collect(3), 1);
}

CN_TEST(epoch, a_pin_taken_after_retiring_does_not_hold_the_item_for_ever)
{
    item_t item = {.again = 0};
    cn_store_relaxed(&item.alive, 1U);
    cn_epoch_retire(&item.retired, release);
    for (int i = 0; i < 4; i++) { /* readers come and go */
        const uint32_t pin = cn_epoch_pin();
        cn_epoch_unpin(pin);
        (void)cn_epoch_collect();
    }
    assert_int_equal(cn_load_relaxed(&item.alive), 0);
}

CN_TEST(epoch, a_release_may_retire_again)
{
    item_t item = {.again = 2};
    cn_store_relaxed(&item.alive, 1U);
    cn_epoch_retire(&item.retired, release);
    assert_int_equal(collect(10), 3);
    assert_int_equal(item.again, 0);
    assert_int_equal(cn_epoch_pending(), 0);
}

CN_TEST(epoch, every_slot_can_be_pinned)
{
    uint32_t pin[CN_EPOCH_SLOTS];
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) {
        pin[i] = cn_epoch_pin();
        for (uint32_t j = 0; j < i; j++) assert_int_not_equal(pin[i], pin[j]);
    }
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) cn_epoch_unpin(pin[i]);
}

static void *pin_one_more(void *argument)
{
    const uint32_t pin = cn_epoch_pin();
    cn_store_release((cn_os_word_t *)argument, 1U);
    cn_epoch_unpin(pin);
    return NULL;
}

CN_TEST(epoch, a_pin_beyond_the_slots_waits_for_one)
{
    uint32_t pin[CN_EPOCH_SLOTS];
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) pin[i] = cn_epoch_pin();
    cn_os_word_t got = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, pin_one_more, &got), 0);
    cn_os_sleep(20000000U);
    assert_int_equal(cn_load_acquire(&got), 0);
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) cn_epoch_unpin(pin[i]);
    pthread_join(thread, NULL);
    assert_int_equal(cn_load_acquire(&got), 1);
}

static void unpin_nothing(void *argument)
{
    (void)argument;
    (void)freopen("/dev/null", "w", stderr);
    cn_epoch_unpin(CN_EPOCH_SLOTS);
}

CN_TEST(epoch, unpinning_what_is_no_slot_is_our_own_mistake)
{
    assert_int_not_equal(cn_test_child(unpin_nothing, NULL), 0);
}

/* The litmus of the fence (store buffering): in each round one thread pins and reads, the other writes and looks for
 * pins.  One of them must see the other. */
static CN_ATOMIC(uint32_t) round_of[2], written, read_value;

static void meet(int self, uint32_t round)
{
    cn_store_release(&round_of[self], round);
    for (int spin = 0; cn_load_acquire(&round_of[1 - self]) < round; spin++) {
        if (spin > 10000) cn_os_yield(); /* one processor for both */
    }
}

static void *pin_and_read(void *argument)
{
    (void)argument;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        meet(0, 3U * round);
        const uint32_t pin = cn_epoch_pin();
        cn_store_relaxed(&read_value, cn_load_relaxed(&written));
        meet(0, 3U * round + 1U);
        cn_epoch_unpin(pin);
        meet(0, 3U * round + 2U);
    }
    return NULL;
}

CN_TEST(epoch, a_pin_is_visible_before_what_is_read_under_it)
{
    pthread_t reader;
    uint32_t neither = 0;
    assert_int_equal(pthread_create(&reader, NULL, pin_and_read, NULL), 0);
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        meet(1, 3U * round);
        cn_store_relaxed(&written, round);
        const uint32_t pins = cn_epoch_pins();
        meet(1, 3U * round + 1U);
        neither += pins == 0 && cn_load_relaxed(&read_value) != round;
        meet(1, 3U * round + 2U);
    }
    pthread_join(reader, NULL);
    assert_int_equal(neither, 0);
}

/* And as it is used: a reader that reaches an item under a pin never finds it released. */
static CN_ATOMIC(item_t *) current;
static CN_ATOMIC(bool) over;

static void *read_current(void *argument)
{
    uint64_t *wrong = argument;
    while (!cn_load_relaxed(&over)) {
        const uint32_t pin = cn_epoch_pin();
        item_t *item = cn_load_acquire(&current);
        for (int i = 0; i < 8; i++) *wrong += cn_load_relaxed(&item->alive) != 1U;
        cn_epoch_unpin(pin);
    }
    return NULL;
}

CN_TEST(epoch, what_a_pinned_reader_reached_is_never_released_under_it)
{
    enum { ITEMS = 8 };
    static item_t item[ITEMS];
    uint64_t wrong = 0;
    cn_store_relaxed(&item[0].alive, 1U);
    cn_store_release(&current, &item[0]);
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_current, &wrong), 0);
    uint32_t now = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const uint32_t next = (now + 1U) % ITEMS;
        while (cn_load_relaxed(&item[next].alive) != 0) (void)cn_epoch_collect();
        cn_store_relaxed(&item[next].alive, 1U);
        cn_store_release(&current, &item[next]);
        cn_epoch_retire(&item[now].retired, release);
        (void)collect(2);
        now = next;
    }
    cn_store_relaxed(&over, true);
    pthread_join(reader, NULL);
    while (cn_epoch_pending() != 0) (void)cn_epoch_collect();
    assert_int_equal(wrong, 0);
}

CN_TEST_MAIN(epoch)
