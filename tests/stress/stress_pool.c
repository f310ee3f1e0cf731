/* Stress of a whole pool with the conservation invariant: every block is in exactly one place, and keeps its bytes.
 *
 * Workers take and put single blocks through magazines of their own, which they exchange with the pool's depot, as
 * Java threads do; some blocks go to another worker through a mailbox and come back on that side.  Meanwhile one thread
 * trims, freezes, thaws and moves the epoch on, and workers die (what their magazines hold goes back) and are replaced.
 *
 * An operation is one block taken from, or put to, a worker's magazine.  Each checks that the block has no other holder
 * and that its first word is what its holder wrote.  At the end every block has to be in the depots, no chunk may stay
 * in service after a trim, and no memory may be missing.
 *
 *     stress_pool [--threads N] [--ops N] [--seed N]
 *
 * --ops is the sum over all workers.  The seed is printed and fixes what each worker does, not how they interleave. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "platform/cn_os.h"
#include "pool/cn_block_pool.h"

#define BLOCK_BYTES 256U
#define CHUNK_BYTES ((uint64_t)64 * 1024)
#define CHUNKS 64U
#define BLOCKS (CHUNKS * (uint32_t)(CHUNK_BYTES / BLOCK_BYTES))
#define MAGAZINE 16U
#define HELD_MAX 4096U
#define CALM_MAX 32U
#define MAILBOXES 64U
#define PATIENCE 60000 /* looks, a millisecond apart: the machine may be full of others */
#define LIVES 8U /* of each worker: how often it dies and is replaced */
#define TRIMS_THREADS_MAX 8U /* up to so many, a run that retires no chunk is too short to say anything */

typedef struct worker {
    pthread_t thread;
    uint64_t random;
    uint64_t operations; /* to do in this life */
    uint64_t done, refusals;
    uint32_t self;
    uint32_t have;
    uint32_t top; /* of the magazines: two in one array */
    uint32_t held[HELD_MAX];
    uint32_t magazine[2U * MAGAZINE];
} worker_t;

static cn_block_pool_t *pool;
static CN_ATOMIC(uint32_t) holder[BLOCKS];
static CN_ATOMIC(uint32_t) mailbox[MAILBOXES]; /* block + 1 */
static CN_ATOMIC(bool) over, calm;
static uint64_t trims, freezes;

static void wrong(const char *what, uint32_t block, uint64_t seen, uint64_t want)
{
    fprintf(stderr, "VIOLATION: %s: block %u, %" PRIu64 " != %" PRIu64 "\n", what, block, seen, want);
    exit(1);
}

/* xorshift64* (Vigna, 2016). */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static uint64_t *first_word(uint32_t block)
{
    const uint32_t per_chunk = pool->table.blocks_per_chunk;
    return (uint64_t *)(cn_chunk_base(&pool->table, block / per_chunk) + block % per_chunk * pool->stride);
}

static uint64_t mark_of(uint32_t block, uint32_t self)
{
    return (uint64_t)block << 32 | self;
}

static void hold(worker_t *w, uint32_t block)
{
    if (block >= BLOCKS) wrong("a foreign number", block, block, BLOCKS);
    const uint32_t seen = cn_load_relaxed(&holder[block]); /* nobody else writes it while the block is ours */
    if (seen != 0) wrong("held twice", block, seen, 0);
    cn_store_relaxed(&holder[block], w->self);
    *first_word(block) = mark_of(block, w->self);
}

static void let_go(worker_t *w, uint32_t block)
{
    const uint32_t seen = cn_load_relaxed(&holder[block]);
    if (seen != w->self) wrong("held by another", block, seen, w->self);
    if (*first_word(block) != mark_of(block, w->self)) wrong("contents lost", block, *first_word(block), mark_of(block, w->self));
    cn_store_relaxed(&holder[block], 0U);
}

/* A refusal is the world's: none left, frozen, another thread grows. */
static bool refill(worker_t *w)
{
    const int taken = cn_block_pool_get(pool, w->magazine, MAGAZINE);
    if (taken > 0) {
        w->top = (uint32_t)taken;
        return true;
    }
    w->refusals++;
    if (taken != CN_EXHAUSTED && taken != CN_FROZEN && taken != CN_BUSY) wrong("a code", 0, (uint64_t)-taken, 0);
    return false;
}

static void give(worker_t *w, uint32_t from, uint32_t count)
{
#ifdef CN_BUG_LOST_PUSH /* seeded: one magazine in many is forgotten */
    if (random_next(&w->random) % 5000U == 0) return;
#endif
    const uint32_t pin = cn_epoch_pin();
    const int code = cn_block_pool_put(pool, w->magazine + from, count);
    cn_epoch_unpin(pin);
    if (code != CN_OK) wrong("a put", w->magazine[from], (uint64_t)-code, 0);
}

static void spill(worker_t *w)
{
    give(w, 0, MAGAZINE);
    memmove(w->magazine, w->magazine + MAGAZINE, MAGAZINE * sizeof w->magazine[0]);
    w->top = MAGAZINE;
}

static bool take(worker_t *w)
{
    if (w->top == 0) {
        const uint32_t pin = cn_epoch_pin();
        const bool refilled = refill(w);
        cn_epoch_unpin(pin);
        if (!refilled) return false;
    }
    const uint32_t block = w->magazine[--w->top];
    hold(w, block);
    w->held[w->have++] = block;
    w->done++;
    return true;
}

static void put(worker_t *w, uint32_t which)
{
    const uint32_t block = w->held[which];
    w->held[which] = w->held[--w->have];
    let_go(w, block);
    if (w->top == 2U * MAGAZINE) spill(w);
    w->magazine[w->top++] = block;
    w->done++;
}

/* Leaves a block for whoever comes, and takes what lies there. */
static void hand_off(worker_t *w, uint32_t which)
{
    const uint32_t block = w->held[which];
    let_go(w, block);
    /* release: what we wrote to the block; acquire: what the other wrote to the one we find */
    const uint32_t found = cn_exchange_acq_rel(&mailbox[random_next(&w->random) % MAILBOXES], block + 1U);
    if (found == 0) {
        w->held[which] = w->held[--w->have];
    } else {
        hold(w, found - 1U);
        w->held[which] = found - 1U;
    }
}

static void *live(void *argument)
{
    worker_t *w = argument;
    const uint64_t until = w->done + w->operations;
    uint64_t wish = 0;
    while (w->done < until) {
        const uint64_t dice = random_next(&w->random);
        if (w->have == wish || dice % 1024U == 0) { /* bursts and calms: in calms most chunks are idle */
            wish = random_next(&w->random) % (cn_load_relaxed(&calm) ? CALM_MAX : HELD_MAX);
        }
        if (w->have != 0 && dice % 64U == 0) {
            hand_off(w, (uint32_t)(dice >> 32) % w->have);
        } else if (w->have < wish) {
            if (!take(w)) {
                if (w->have != 0) put(w, (uint32_t)(dice >> 32) % w->have);
                else cn_os_yield();
            }
        } else if (w->have != 0) {
            put(w, (uint32_t)(dice >> 32) % w->have);
        }
    }
    while (w->top != 0) { /* death: what the magazines hold goes back; what the user holds, the next life has */
        const uint32_t some = w->top < MAGAZINE ? w->top : MAGAZINE;
        w->top -= some;
        give(w, w->top, some);
    }
    return NULL;
}

static void *disturb(void *argument)
{
    uint64_t random = *(uint64_t *)argument;
    while (!cn_load_acquire(&over)) {
        const uint64_t dice = random_next(&random);
        if (dice % 8U == 0) cn_store_relaxed(&calm, !cn_load_relaxed(&calm));
        const uint32_t pin = cn_epoch_pin();
        if (dice % 3U == 0) {
            (void)cn_block_pool_request(pool, CN_FREEZE);
            cn_os_yield();
            (void)cn_block_pool_request(pool, CN_THAW);
            freezes++;
        } else {
            trims += cn_block_pool_trim(pool, dice % 2U == 0 ? 0 : (dice >> 32) % (CHUNKS * CHUNK_BYTES)) > 0;
        }
        cn_epoch_unpin(pin);
        (void)cn_epoch_collect();
        cn_os_sleep(100000U);
    }
    return NULL;
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t otherwise)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) return strtoull(argv[i + 1], NULL, 10);
    }
    return otherwise;
}

/* Puts back what the workers and the mailboxes hold. */
static void settle(worker_t *worker, uint32_t threads)
{
    for (uint32_t i = 0; i < threads; i++) {
        while (worker[i].have != 0) put(&worker[i], 0);
    }
    for (uint32_t i = 0; i < MAILBOXES; i++) {
        const uint32_t found = cn_exchange_acq_rel(&mailbox[i], 0U); /* all threads are joined; the form of the others */
        if (found == 0) continue;
        hold(&worker[0], found - 1U);
        worker[0].held[worker[0].have++] = found - 1U;
        put(&worker[0], 0);
    }
    for (uint32_t i = 0; i < threads; i++) {
        worker[i].operations = 0;
        (void)live(&worker[i]); /* dies at once: its magazines go back */
    }
}

static void check_nothing_is_missing(void)
{
    if (!cn_block_pool_is_valid(pool, 0)) {
        fprintf(stderr, "VIOLATION: blocks are lost or twice in the pool\n");
        exit(1);
    }
    static bool seen[BLOCKS];
    uint32_t blocks[MAGAZINE], count = 0, *all = calloc(BLOCKS, sizeof *all);
    const uint64_t carved = cn_count_sum(&pool->count, CN_COUNT_blocks_carved);
    for (int taken; count < carved; count += (uint32_t)taken) { /* each number once */
        taken = cn_block_pool_get(pool, blocks, carved - count < MAGAZINE ? (uint32_t)(carved - count) : MAGAZINE);
        for (int tries = 0; taken == CN_BUSY && tries < PATIENCE; tries++) { /* the grower trims at this moment */
            cn_os_sleep(1000000U);
            taken = cn_block_pool_get(pool, blocks, 1);
        }
        if (taken <= 0) wrong("a carved block is not to be had", count, (uint64_t)-taken, carved);
        for (int i = 0; i < taken; i++) {
            if (seen[blocks[i]]) wrong("in the depot twice", blocks[i], 2, 1);
            seen[blocks[i]] = true;
            all[count + (uint32_t)i] = blocks[i];
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (cn_block_pool_put(pool, &all[i], 1) != CN_OK) wrong("a put", all[i], 1, 0);
    }
    free(all);
}

static void check_all_goes_back(void)
{
    for (int i = 0; i < PATIENCE && cn_load_acquire(&pool->table.active) != 0; i++) {
        (void)cn_block_pool_trim(pool, 0); /* CN_BUSY while the grower trims, which may wait for a processor */
        cn_os_sleep(1000000U);
    }
    if (cn_load_acquire(&pool->table.active) != 0) wrong("chunks in service after a trim", 0, 1, 0);
    (void)cn_block_pool_close(pool);
    cn_block_pool_destroy(pool);
    for (int i = 0; i < PATIENCE && cn_epoch_pending() != 0; i++) {
        (void)cn_epoch_collect();
        cn_os_sleep(1000000U);
    }
    if (cn_epoch_pending() != 0) wrong("retirements left", 0, cn_epoch_pending(), 0);
    if (cn_meta_bytes() != 0) wrong("metadata left", 0, cn_meta_bytes(), 0);
}

int main(int argc, char **argv)
{
    const uint32_t threads = (uint32_t)option(argc, argv, "--threads", 4);
    const uint64_t operations = option(argc, argv, "--ops", 10000000U);
    uint64_t seed = option(argc, argv, "--seed", cn_os_nanos() % 1000000007U);
    if (threads == 0 || threads > 64U) {
        fprintf(stderr, "stress_pool: --threads 1 .. 64\n");
        return 2;
    }
    printf("stress_pool --threads %u --ops %" PRIu64 " --seed %" PRIu64 "\n", threads, operations, seed);
    const cn_block_pool_options_t options = {
        .block_bytes = BLOCK_BYTES,
        .maximum_bytes = CHUNKS * CHUNK_BYTES,
        .chunk_bytes = CHUNK_BYTES,
        .magazine_blocks = MAGAZINE,
        .retained_bytes_max = CHUNKS * CHUNK_BYTES / 4U,
        .retain_nanos = 1000000,
    };
    if (cn_block_pool_open(&options, 1, &pool) != CN_OK || pool->table.blocks_max != BLOCKS) wrong("open", 0, 0, 0);

    worker_t *worker = calloc(threads, sizeof *worker);
    pthread_t disturber;
    uint64_t disturber_seed = seed + 1000U;
    if (worker == NULL || pthread_create(&disturber, NULL, disturb, &disturber_seed) != 0) abort();
    for (uint32_t i = 0; i < threads; i++) {
        worker[i].self = i + 1U;
        worker[i].random = (seed + i + 1U) * UINT64_C(0x9e3779b97f4a7c15) | 1U;
        worker[i].operations = operations / threads / LIVES;
    }
    for (uint32_t life = 0; life < LIVES; life++) {
        for (uint32_t i = 0; i < threads; i++) {
            if (life != 0) pthread_join(worker[i].thread, NULL);
            if (pthread_create(&worker[i].thread, NULL, live, &worker[i]) != 0) abort();
        }
    }
    uint64_t done = 0, refusals = 0;
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(worker[i].thread, NULL);
        done += worker[i].done;
        refusals += worker[i].refusals;
    }
    cn_store_release(&over, true);
    pthread_join(disturber, NULL);
    settle(worker, threads);

    uint64_t value[CN_COUNTERS];
    cn_block_pool_counts(pool, value);
    printf("%" PRIu64 " operations, %" PRIu64 " refused refills, %u thread deaths\n", done, refusals, threads * LIVES);
    printf("%" PRIu64 " exchanges, %" PRIu64 " lost compare-and-swaps, %" PRIu64 " growths, %" PRIu64 " growth refusals, "
           "%" PRIu64 " chunks retired, %" PRIu64 " trims, %" PRIu64 " freezes\n",
           value[CN_COUNT_exchanges], value[CN_COUNT_cas_failures], value[CN_COUNT_growths], value[CN_COUNT_growth_refusals],
           value[CN_COUNT_chunks_retired], trims, freezes);
    /* Many threads on few processors keep blocks of nearly every chunk while they wait for their turn: then chunks seldom go. */
    const bool trims_due = threads <= TRIMS_THREADS_MAX;
    if (value[CN_COUNT_growths] < 10U || freezes == 0 || (trims_due && (value[CN_COUNT_chunks_retired] == 0 || trims == 0))) {
        fprintf(stderr, "the run was too short to meet growth, trim and freeze\n");
        return 1;
    }
    cn_grower_quit(&pool->client); /* it would trim while we look */
    check_nothing_is_missing();
    (void)cn_grower_join(&pool->client);
    check_all_goes_back();
    free(worker);
    printf("0 violations\n");
    return 0;
}
