/* Stress of regions: threads cut from a shared region while one of them resets or closes it.
 *
 * Each round has a fresh shared region.  All workers cut pieces of every size from it until somebody has closed it; most
 * pieces are zeroed by the library.  After a round without reset all its pieces are compared: none may overlap.  Each
 * worker besides has a private region, in whose pieces it keeps a pattern from round to round: a block that was given back
 * too soon would be in both, and the zeroing would show.  Workers die, their private regions are closed by another thread.
 * At the end every block is in the pool, and no memory is missing.
 *
 *     stress_region [--threads N] [--rounds N] [--seed N]
 *
 * The seed is printed and fixes what each worker does, not how they interleave. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_os.h"
#include "pool/cn_handle.h"
#include "pool/cn_region.h"

#define BLOCK 4096
#define BLOCKS 192
#define PIECES 400U /* of a worker in a round, at most */
#define KEPT 12U
#define ROUNDS_A_LIFE 50U

typedef struct piece {
    int64_t address, bytes;
} piece_t;

typedef struct worker {
    pthread_t thread;
    uint64_t random;
    int64_t own; /* private region */
    uint32_t self, pieces, kept;
    piece_t piece[PIECES], keep[KEPT];
} worker_t;

static worker_t *workers;
static uint32_t threads;
static uint64_t rounds, cut, resets;
static int64_t pool;
static CN_ATOMIC(int64_t) shared;
static CN_ATOMIC(uint32_t) was_reset;
static uint32_t closer; /* of this round */
static pthread_barrier_t begin, end;
static CN_ATOMIC(bool) over;

#ifdef CN_SCHEDULE
void cn_schedule_point(void);
void cn_schedule_point(void)
{
    static _Thread_local uint32_t calls;
    if (++calls % 3U == 0) cn_os_yield();
    if (calls % 8U == 0) cn_os_sleep(200000U); /* long enough for the others to close, and to use the blocks */
}
#endif

static void wrong(const char *what, int64_t seen, int64_t want)
{
    fprintf(stderr, "VIOLATION: %s: %" PRId64 " != %" PRId64 "\n", what, seen, want);
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

static unsigned char pattern_of(const worker_t *w, uint32_t which)
{
    return (unsigned char)(w->self * 16U + which + 1U);
}

/* What was written in the last round is there; now and then the private region starts anew. */
static void keep(worker_t *w)
{
    for (uint32_t i = 0; i < w->kept; i++) {
        const unsigned char *byte = (const unsigned char *)(intptr_t)w->keep[i].address;
        for (int64_t j = 0; j < w->keep[i].bytes; j++) {
            if (byte[j] != pattern_of(w, i)) wrong("a private piece", byte[j], pattern_of(w, i));
        }
    }
    if (random_next(&w->random) % 3U == 0) {
        if (cenote_region_reset(w->own) != 0) wrong("a private reset", 1, 0);
        w->kept = 0;
    }
    while (w->kept < KEPT) {
        const int64_t bytes = 500 + (int64_t)(random_next(&w->random) % 3000U);
        const int64_t address = cenote_region_allocate(w->own, bytes, 8, 0);
        if (address == CENOTE_EXHAUSTED || address == CENOTE_BUSY) return; /* the others have it all */
        if (address < 0) wrong("a private allocation", address, 0);
        memset((void *)(intptr_t)address, pattern_of(w, w->kept), (size_t)bytes);
        w->keep[w->kept++] = (piece_t){address, bytes};
    }
}

static void cut_until_closed(worker_t *w)
{
    const int64_t region = cn_load_relaxed(&shared);
    const uint32_t mine = (uint32_t)(random_next(&w->random) % (PIECES / 2U)), turn = (uint32_t)(w->random >> 20) % 4U;
    w->pieces = 0;
    for (uint32_t tries = 0; tries < 4U * PIECES; tries++) {
        if (w->self == closer && tries == mine) {
            if (turn == 0) { /* the close comes when the round is over */
                cn_store_relaxed(&was_reset, 1U);
                if (cenote_region_reset(region) != 0) wrong("a reset", 1, 0);
            } else if (cenote_region_close(region) != 0) {
                wrong("a close", 1, 0);
            }
        }
        const uint64_t dice = random_next(&w->random);
        const int64_t bytes = dice % 16U == 0 ? 2000 + (int64_t)(dice >> 32) % 3000 : 1 + (int64_t)(dice >> 32) % 300;
        const int64_t address = cenote_region_allocate(region, bytes, 1 << (dice >> 8) % 8U, dice % 3U != 0 ? CENOTE_ZEROED : 0);
        if (address > 0 && w->pieces < PIECES) {
            w->piece[w->pieces++] = (piece_t){address, bytes};
        } else if (address == CENOTE_CLOSED || address == CENOTE_NOHANDLE) {
            return;
        } else if (address < 0 && address != CENOTE_EXHAUSTED && address != CENOTE_BUSY) {
            wrong("a shared allocation", address, 0);
        }
    }
}

static void *live(void *argument)
{
    worker_t *w = argument;
    w->own = cenote_region_open(pool, 0, 0);
    if (w->own < 0) wrong("opening", w->own, 0);
    w->kept = 0;
    for (uint32_t round = 0; round < ROUNDS_A_LIFE; round++) {
        pthread_barrier_wait(&begin);
        if (cn_load_acquire(&over)) return NULL;
        cut_until_closed(w);
        keep(w);
        pthread_barrier_wait(&end);
    }
    return NULL; /* the private region stays: somebody else closes it */
}

static int by_address(const void *a, const void *b)
{
    const int64_t x = ((const piece_t *)a)->address, y = ((const piece_t *)b)->address;
    return (x > y) - (x < y);
}

static void compare(piece_t *all)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < threads; i++) {
        memcpy(all + count, workers[i].piece, workers[i].pieces * sizeof *all);
        count += workers[i].pieces;
    }
    cut += count;
    if (cn_load_relaxed(&was_reset) != 0) {
        resets++;
        return; /* pieces of before and after may share a block */
    }
    qsort(all, count, sizeof *all, by_address);
    for (uint32_t i = 1; i < count; i++) {
        if (all[i - 1].address + all[i - 1].bytes > all[i].address) {
            wrong("two pieces overlap", all[i - 1].address + all[i - 1].bytes, all[i].address);
        }
    }
}

static uint64_t option(int argc, char **argv, const char *name, uint64_t otherwise)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) return strtoull(argv[i + 1], NULL, 10);
    }
    return otherwise;
}

static void check_nothing_is_missing(void)
{
    for (int i = 0; i < 20000 && cn_epoch_pending() != 0; i++) {
        if (cn_epoch_collect() == 0) cn_os_sleep(1000000U);
    }
    cn_block_pool_t *found = cn_handle_find(pool);
    cn_grower_quit(&found->client);
    if (!cn_block_pool_is_valid(found, 0)) wrong("blocks are lost or twice in the pool", 1, 0);
    (void)cn_grower_join(&found->client);
    if (cenote_pool_close(pool) != 1 || cenote_pool_destroy(pool) != 0) wrong("destroying", 1, 0);
    for (int i = 0; i < 20000 && cn_epoch_pending() != 0; i++) {
        if (cn_epoch_collect() == 0) cn_os_sleep(1000000U);
    }
}

int main(int argc, char **argv)
{
    threads = (uint32_t)option(argc, argv, "--threads", 4);
    rounds = option(argc, argv, "--rounds", 300);
    uint64_t seed = option(argc, argv, "--seed", cn_os_nanos() % 1000000007U);
    if (threads == 0 || threads > 15U) {
        fprintf(stderr, "stress_region: --threads 1 .. 15\n");
        return 2;
    }
    printf("stress_region --threads %u --rounds %" PRIu64 " --seed %" PRIu64 "\n", threads, rounds, seed);
    (void)cenote_free(-1, cenote_allocate(-1, 8, 0, 0), 8, 0); /* general allocation's arena stays for good */
    const uint64_t metadata = cn_meta_bytes();
    pool = cenote_pool_open(BLOCK, 0, BLOCKS * BLOCK, 16 * BLOCK, 4, CENOTE_NUMA_LOCAL, 0, 0, INT64_MAX, 0, 0);
    workers = calloc(threads, sizeof *workers);
    piece_t *all = calloc((size_t)threads * PIECES, sizeof *all);
    if (pool < 0 || workers == NULL || all == NULL) abort();
    pthread_barrier_init(&begin, NULL, threads + 1U);
    pthread_barrier_init(&end, NULL, threads + 1U);
    for (uint32_t i = 0; i < threads; i++) {
        workers[i].self = i;
        workers[i].random = (seed + i + 1U) * UINT64_C(0x9e3779b97f4a7c15) | 1U;
    }
    for (uint64_t round = 0; round <= rounds; round++) {
        for (uint32_t i = 0; i < threads && round % ROUNDS_A_LIFE == 0; i++) {
            if (round != 0) {
                pthread_join(workers[i].thread, NULL);
                if (cenote_region_close(workers[i].own) != 0) wrong("closing a dead thread's region", 1, 0);
            }
            if (pthread_create(&workers[i].thread, NULL, live, &workers[i]) != 0) abort();
        }
        if (round == rounds) cn_store_release(&over, true); /* pairs with the load in live */
        cn_store_relaxed(&was_reset, 0U);
        closer = (uint32_t)(random_next(&seed) % threads);
        const int64_t region = cenote_region_open(pool, CENOTE_REGION_SHARED, 1 + (int32_t)(seed % 3U));
        if (region < 0) wrong("opening", region, 0);
        cn_store_relaxed(&shared, region); /* the barrier shows it */
        pthread_barrier_wait(&begin);
        if (round != rounds) pthread_barrier_wait(&end);
        const int32_t code = cenote_region_close(region);
        if (code != 0 && code != CENOTE_NOHANDLE) wrong("the last close", code, 0);
        if (round != rounds) compare(all);
    }
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        if (cenote_region_close(workers[i].own) != 0) wrong("closing a dead thread's region", 1, 0);
    }
    check_nothing_is_missing();
    if (cn_meta_bytes() != metadata) wrong("metadata", (int64_t)cn_meta_bytes(), (int64_t)metadata);
    free(workers);
    free(all);
    if (resets == 0 || resets == rounds) wrong("the run was too short: rounds with a reset", (int64_t)resets, 1);
    printf("%" PRIu64 " pieces, %" PRIu64 " rounds with a reset\n0 violations\n", cut, resets);
    return 0;
}
