/* Stress of general allocation: threads take and free pieces of every size, their own and each other's, and die.
 *
 * A piece carries its size and a check word at both ends; whoever frees it looks at them, and that may be another thread
 * than took it, by the mailbox it lay in.  At the end every byte is back, on the account and in the core's tables.
 *
 *     stress_general [--threads N] [--ops N] [--seed N]
 *
 * --ops is the sum over all workers.  The seed is printed and fixes what each worker does, not how they interleave. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_os.h"
#include "pool/cn_general.h"

#define MAILBOXES 256U
#define HELD_MAX 128U
#define LIVES 8U

/* At the start of each piece; the last 8 bytes hold `mark` again. */
typedef struct piece {
    uint64_t mark;
    int64_t bytes, align;
} piece_t;

typedef struct worker {
    pthread_t thread;
    uint64_t random, operations, done, foreign;
    uint32_t self, have;
    piece_t *held[HELD_MAX];
} worker_t;

static CN_ATOMIC(piece_t *) mailbox[MAILBOXES];

static void wrong(const char *what, uint64_t seen, uint64_t want)
{
    fprintf(stderr, "VIOLATION: %s: %" PRIu64 " != %" PRIu64 "\n", what, seen, want);
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

static uint64_t *last_word(piece_t *piece)
{
    return (uint64_t *)(void *)((unsigned char *)piece + (piece->bytes & ~INT64_C(7)) - 8);
}

static void take(worker_t *w)
{
    const uint64_t dice = random_next(&w->random);
    const uint64_t order = 5U + (dice >> 8) % (dice % 16U == 0 ? 14U : 8U); /* 32 bytes .. 8 KiB, now and then 512 KiB */
    const int64_t bytes = (int64_t)((1U << order) + (dice >> 32) % (1U << order));
    const int64_t align = dice % 8U == 1 ? (int64_t)16 << (dice >> 16) % 9U : 0;
    const bool zeroed = dice % 8U == 2;
    const int64_t address = cenote_allocate(-1, bytes, align, zeroed ? CENOTE_ZEROED : 0);
    if (address < 0) wrong("an allocation", (uint64_t)-address, 0);
    if (address % (align > 16 ? align : 16) != 0) wrong("an alignment", (uint64_t)address, (uint64_t)align);
    piece_t *piece = (piece_t *)(intptr_t)address;
    if (zeroed && (piece->mark | (uint64_t)piece->bytes | (uint64_t)piece->align) != 0) wrong("zeroed", piece->mark, 0);
    *piece = (piece_t){.mark = dice | 1U, .bytes = bytes, .align = align};
    *last_word(piece) = piece->mark;
    w->held[w->have++] = piece;
    w->done++;
}

static void check_and_free(worker_t *w, piece_t *piece)
{
    const int64_t bytes = piece->bytes, align = piece->align;
    if (*last_word(piece) != piece->mark || piece->mark == 0) wrong("a piece's ends", *last_word(piece), piece->mark);
    piece->mark = 0;
    *last_word(piece) = 0;
    const int32_t code = cenote_free(w->done % 2U == 0 ? -1 : 0, (intptr_t)piece, bytes, align);
    if (code != 0) wrong("a free", (uint64_t)-code, 0);
    w->done++;
}

static void *live(void *argument)
{
    worker_t *w = argument;
    const uint64_t until = w->done + w->operations;
    while (w->done < until) {
        const uint64_t dice = random_next(&w->random);
        if (w->have == 0 || (w->have < HELD_MAX && dice % 2U == 0)) {
            take(w);
            continue;
        }
        const uint32_t which = (uint32_t)(dice >> 32) % w->have;
        piece_t *piece = w->held[which];
        w->held[which] = w->held[--w->have];
        if (dice % 4U == 1) { /* release: the marks; acquire: those of the piece that lay there */
            piece = cn_exchange_acq_rel(&mailbox[(dice >> 16) % MAILBOXES], piece);
            if (piece == NULL) continue;
            w->foreign++;
        }
        check_and_free(w, piece);
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

/* What the workers and the mailboxes hold goes back, by one thread more. */
static void *settle(void *argument)
{
    worker_t *worker = argument;
    for (uint32_t i = 0; worker[i].self != 0; i++) {
        while (worker[i].have != 0) check_and_free(&worker[i], worker[i].held[--worker[i].have]);
    }
    for (uint32_t i = 0; i < MAILBOXES; i++) {
        piece_t *piece = cn_exchange_acq_rel(&mailbox[i], NULL); /* all threads are joined; the form of the others */
        if (piece != NULL) check_and_free(&worker[0], piece);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const uint32_t threads = (uint32_t)option(argc, argv, "--threads", 4);
    const uint64_t operations = option(argc, argv, "--ops", 2000000U);
    const uint64_t seed = option(argc, argv, "--seed", cn_os_nanos() % 1000000007U);
    if (threads == 0 || threads > 64U) {
        fprintf(stderr, "stress_general: --threads 1 .. 64\n");
        return 2;
    }
    printf("stress_general --threads %u --ops %" PRIu64 " --seed %" PRIu64 "\n", threads, operations, seed);
    worker_t *worker = calloc(threads + 1U, sizeof *worker);
    if (worker == NULL) abort();
    cn_node_arena_t *arena = NULL;
    if (cn_general_arena(0, &arena) != CN_OK) abort();
    const uint64_t metadata = cn_meta_bytes();
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
    uint64_t done = 0, foreign = 0;
    for (uint32_t i = 0; i < threads; i++) {
        pthread_join(worker[i].thread, NULL);
        done += worker[i].done;
        foreign += worker[i].foreign;
    }
    pthread_t last;
    if (pthread_create(&last, NULL, settle, worker) != 0) abort();
    pthread_join(last, NULL);
    free(worker);
    if (cn_node_arena_counts(arena).allocated_bytes != 0) wrong("bytes out", cn_node_arena_counts(arena).allocated_bytes, 0);
    if (cn_meta_bytes() != metadata) wrong("metadata of threads that ended", cn_meta_bytes(), metadata);
    if (threads > 1U && foreign == 0) wrong("pieces that another thread freed", foreign, 1);
    printf("%" PRIu64 " operations, %" PRIu64 " from a mailbox, %u thread deaths\n0 violations\n", done, foreign, threads * LIVES);
    return 0;
}
