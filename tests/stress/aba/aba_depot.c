/* The ABA reproducer: ten runs at each of four yield rates, of the depot with stamps or (CN_BUG_PLAIN_STACK) without.
 *
 * Threads pop magazines, keep some for a while and push them out of order, and mark what they hold.  The schedule
 * point between reading `next` and the compare-and-swap yields once in `rate` pops.  A run is broken when a magazine
 * was held twice, or when at the end one is missing or on the stack twice.  With stamps, where nothing ends a run early, it
 * ends after some seconds: a thread that yields on a machine full of others may wait long for its next turn.
 *
 *     aba_depot [--seed N] [--operations N]     succeeds if all runs are broken (without stamps) or none is (with) */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cn_atomic.h"
#include "depot/cn_depot.h"
#include "depot/cn_schedule.h"
#include "platform/cn_os.h"

#define THREADS 4
#define MAGAZINES 8U
#define HELD_MAX 3U
#define RUNS 10

static cn_depot_t depot;
static cn_count_t count;
static CN_ATOMIC(uint32_t) holder[MAGAZINES];
static CN_ATOMIC(bool) broken;
static uint64_t operations = 200000; /* of each thread */
static uint32_t rate;
static uint64_t end_nanos; /* of this run; 0: never */
static CN_ATOMIC(uint64_t) operations_done;
static _Thread_local uint64_t random_state;

/* xorshift64* (Vigna, 2016). */
static uint64_t random_next(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

void cn_schedule_point(void)
{
    if (random_next() % rate == 0) cn_os_yield();
}

static void hold(const cn_magazine_t *magazine, uint32_t self)
{
    uint32_t nobody = 0;
    const uint32_t which = magazine->block[0];
    if (which >= MAGAZINES || !cn_cas_acq_rel(&holder[which], &nobody, self)) cn_store_release(&broken, true);
}

static void let_go(const cn_magazine_t *magazine, uint32_t self)
{
    uint32_t seen = self;
    if (!cn_cas_acq_rel(&holder[magazine->block[0]], &seen, 0U)) cn_store_release(&broken, true);
}

static void *work(void *argument)
{
    const uint64_t seed = (uint64_t)(uintptr_t)argument;
    const uint32_t self = (uint32_t)(seed & 0xffU) + 1U;
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1U;
    cn_magazine_t *held[HELD_MAX];
    uint32_t have = 0;
    uint64_t i = 0;
    for (; i < operations && !cn_load_relaxed(&broken); i++) {
        if (end_nanos != 0 && i % 1024U == 0 && cn_os_nanos() > end_nanos) break;
        if (have < HELD_MAX && random_next() % 2U == 0) {
            cn_magazine_t *magazine = cn_depot_pop(&depot);
            if (magazine == NULL) continue;
            hold(magazine, self);
            held[have++] = magazine;
        } else if (have != 0) {
            const uint32_t which = (uint32_t)(random_next() % have); /* any of them: out of order */
            cn_magazine_t *magazine = held[which];
            held[which] = held[--have];
            let_go(magazine, self);
            cn_depot_push(&depot, magazine);
        }
    }
    while (have != 0 && !cn_load_relaxed(&broken)) {
        let_go(held[--have], self);
        cn_depot_push(&depot, held[have]);
    }
    (void)cn_add_relaxed(&operations_done, i);
    return NULL;
}

static bool run(uint64_t seed)
{
    memset(&count, 0, sizeof count);
    cn_depot_init(&depot, &count);
    cn_store_relaxed(&broken, false);
    for (uint32_t i = 0; i < MAGAZINES; i++) {
        cn_store_relaxed(&holder[i], 0U);
        cn_magazine_t *magazine = cn_depot_pop_empty(&depot);
        if (magazine == NULL) abort();
        magazine->count = 1;
        magazine->block[0] = i;
        cn_depot_push(&depot, magazine);
    }
    pthread_t thread[THREADS];
    for (uint64_t i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(seed << 8 | i)) != 0) abort();
    }
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    const bool wrong = cn_load_relaxed(&broken) || !cn_depot_is_valid(&depot) || cn_depot_blocks(&depot) != MAGAZINES;
    cn_depot_destroy(&depot);
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t seed = cn_os_nanos() % 1000000U;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0) seed = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--operations") == 0) operations = strtoull(argv[i + 1], NULL, 10);
    }
#ifdef CN_BUG_PLAIN_STACK
    const int want = RUNS;
    const char *what = "without stamps";
    const uint64_t run_nanos = 0;
#else
    const int want = 0;
    const char *what = "with stamps";
    const uint64_t run_nanos = UINT64_C(5000000000);
#endif
    const uint32_t rates[] = {2, 16, 256, 4096};
    bool good = true;
    printf("seed %" PRIu64 ", %d threads, at most %" PRIu64 " operations each\n", seed, THREADS, operations);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        rate = rates[i];
        int wrong = 0;
        cn_store_relaxed(&operations_done, UINT64_C(0));
        for (uint64_t turn = 0; turn < RUNS; turn++) {
            end_nanos = run_nanos == 0 ? 0 : cn_os_nanos() + run_nanos;
            wrong += run(seed + i * RUNS + turn);
        }
        printf("%s, a yield in %u: %d of %d runs broken, %" PRIu64 " operations\n", what, rate, wrong, RUNS,
               cn_load_relaxed(&operations_done));
        good = good && wrong == want;
    }
    return good ? 0 : 1;
}
