/* What the native core's pieces cost, one thread unless it says two; prints a table, or runs one piece N times.
 *
 * bench_native                  the table: median and least of 9 rounds, nanoseconds per operation
 * bench_native exchange N       N pairs of get and put of a magazine, for an instruction counter
 * bench_native allocate N       N pairs of cenote_allocate and cenote_free of 64 bytes, likewise
 * bench_native region N         N pieces of 64 bytes cut from a private region, reset every 64, likewise */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_cas16.h"
#include "platform/cn_os.h"
#include "reclaim/cn_epoch.h"

#define ROUNDS 9
#define MAGAZINE 64
#define HUGE ((size_t)2 << 20)

#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

typedef void piece_fn(void *context, uint64_t times);

static void fail(const char *what, int64_t code)
{
    const char *text = cenote_error_text((int32_t)code);
    fprintf(stderr, "bench_native: %s: %s\n", what, text != NULL ? text : "failed");
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void row(const char *name, const double *nanos, uint32_t count, const char *note)
{
    printf("%-46s %10.2f %10.2f  %s\n", name, nanos[count / 2], nanos[0], note);
}

static double measure(const char *name, piece_fn *piece, void *context, uint64_t times, const char *note)
{
    double nanos[ROUNDS];
    piece(context, times / 8 + 1);
    for (int i = 0; i < ROUNDS; i++) {
        const uint64_t began = cn_os_nanos();
        piece(context, times);
        nanos[i] = (double)(cn_os_nanos() - began) / (double)times;
    }
    qsort(nanos, ROUNDS, sizeof nanos[0], by_size);
    row(name, nanos, ROUNDS, note);
    return nanos[ROUNDS / 2];
}

/* ---- a flag that is rarely written (N5) ---- */

typedef struct flag {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(bool) raised;
} flag_t;

#define FLAG_PIECE(name, read) \
    static void name(void *context, uint64_t times) \
    { \
        flag_t *flag = context; \
        for (uint64_t i = 0; i < times; i++) { \
            KEEP(read(&flag->raised)); \
        } \
    }
FLAG_PIECE(flag_relaxed, cn_load_relaxed)
FLAG_PIECE(flag_acquire, cn_load_acquire)
FLAG_PIECE(flag_seq_cst, cn_load_seq_cst)

static void flag_store_seq_cst(void *context, uint64_t times)
{
    flag_t *flag = context;
    for (uint64_t i = 0; i < times; i++) cn_store_seq_cst(&flag->raised, (i & 1U) != 0);
}

static void flag_store_relaxed(void *context, uint64_t times)
{
    flag_t *flag = context;
    for (uint64_t i = 0; i < times; i++) {
        cn_store_relaxed(&flag->raised, (i & 1U) != 0);
        KEEP(flag);
    }
}

/* ---- the tagged top ---- */

static void swap_plain(void *context, uint64_t times)
{
    volatile uint64_t *word = context;
    for (uint64_t i = 0; i < times; i++) *word = *word + 1U;
}

static void swap_cas8(void *context, uint64_t times)
{
    cn_top_t *top = context;
    for (uint64_t i = 0; i < times; i++) {
        uint64_t seen = cn_load_acquire(&top->stamp);
        if (!cn_cas_acq_rel(&top->stamp, &seen, seen + 1U)) i--;
    }
}

static void swap_cas16(void *context, uint64_t times)
{
    cn_top_t *top = context;
    for (uint64_t i = 0; i < times; i++) {
        cn_pair_t seen = cn_top_load(top), want = {.head = seen.head, .stamp = seen.stamp + 1U};
        if (!cn_cas16_acq_rel(top, &seen, want)) i--;
    }
}

static void top_load(void *context, uint64_t times)
{
    cn_top_t *top = context;
    for (uint64_t i = 0; i < times; i++) {
        const cn_pair_t seen = cn_top_load(top);
        KEEP(seen.head);
        KEEP(seen.stamp);
    }
}

/* ---- epochs ---- */

static void pin_unpin(void *context, uint64_t times)
{
    (void)context;
    for (uint64_t i = 0; i < times; i++) cn_epoch_unpin(cn_epoch_pin());
}

/* ---- pools ---- */

static int64_t open_pool(int64_t block_bytes, int64_t initial_bytes, int64_t maximum_bytes, int32_t flags)
{
    const int64_t pool = cenote_pool_open(block_bytes, initial_bytes, maximum_bytes, 0, block_bytes < 65536 ? MAGAZINE : 1,
                                          CENOTE_NUMA_LOCAL, 0, flags, INT64_MAX, 0, 0);
    if (pool < 0) fail("open", pool);
    return pool;
}

static void close_pool(int64_t pool)
{
    (void)cenote_pool_close(pool);
    const int32_t code = cenote_pool_destroy(pool);
    if (code < 0) fail("destroy", code);
}

static void exchange_some(int64_t pool, int32_t *blocks, int32_t want)
{
    const int32_t taken = cenote_magazine_get(pool, (intptr_t)blocks, want);
    if (taken < 0) fail("get", taken);
    const int32_t code = cenote_magazine_put(pool, (intptr_t)blocks, taken); /* `want`, but after splits into ones */
    if (code < 0) fail("put", code);
}

/* Not static: an instruction counter finds them by name. */
void bench_exchange(void *context, uint64_t times);
void bench_allocate(void *context, uint64_t times);

__attribute__((noinline)) void bench_exchange(void *context, uint64_t times)
{
    const int64_t pool = *(const int64_t *)context;
    int32_t blocks[MAGAZINE];
    for (uint64_t i = 0; i < times; i++) exchange_some(pool, blocks, MAGAZINE);
}

static void exchange_one(void *context, uint64_t times)
{
    const int64_t pool = *(const int64_t *)context;
    int32_t block;
    for (uint64_t i = 0; i < times; i++) exchange_some(pool, &block, 1);
}

typedef struct other {
    int64_t pool;
    CN_ATOMIC(bool) stop;
} other_t;

static void *exchange_until_stopped(void *argument)
{
    other_t *other = argument;
    while (!cn_load_relaxed(&other->stop)) bench_exchange(&other->pool, 100);
    return NULL;
}

static void exchange_rows(void)
{
    other_t other = {.pool = open_pool(1024, 8 << 20, 8 << 20, CENOTE_PREFAULT)};
    measure("get + put of 64 blocks through the ABI", bench_exchange, &other.pool, 200000, "per pair; / 64 a block");
    int64_t ones = open_pool(1024, 8 << 20, 8 << 20, CENOTE_PREFAULT); /* its magazines are split */
    measure("get + put of 1 block through the ABI", exchange_one, &ones, 200000, "per pair");
    close_pool(ones);
    pthread_t thread;
    if (pthread_create(&thread, NULL, exchange_until_stopped, &other) != 0) fail("a thread", CN_ENOMEM);
    measure("the same 64, another thread doing it too", bench_exchange, &other.pool, 100000, "per pair");
    cn_store_relaxed(&other.stop, true);
    pthread_join(thread, NULL);
    close_pool(other.pool);
}

/* ---- growth: the pool's own times, one chunk of 2 MiB each ---- */

enum counter {
#define CENOTE_COUNTER(name, unit, text) COUNTER_##name,
#include "cenote/counters.def"
#undef CENOTE_COUNTER
    COUNTERS
};

static void growth_row(const char *name, bool spares)
{
    const int64_t chunks = 128, bytes = chunks * (int64_t)HUGE;
    double nanos[ROUNDS];
    char note[80];
    int64_t grown = 0, with_spare = 0;
    for (int i = 0; i < ROUNDS; i++) {
        /* Untouched, so that the rows compare publishing with mapping, not with touching. */
        const int64_t pool = open_pool((int64_t)HUGE, spares ? bytes : 0, bytes, 0);
        static int32_t blocks[128];
        for (int64_t taken = 0; taken < chunks;) {
            const int32_t got = cenote_magazine_get(pool, (intptr_t)&blocks[taken], 1);
            if (got < 0 && got != CENOTE_BUSY) fail("growing", got);
            if (got > 0) taken += got;
        }
        int64_t value[COUNTERS];
        (void)cenote_pool_stats(pool, (intptr_t)value, COUNTERS);
        nanos[i] = (double)value[COUNTER_growth_nanos] / (double)value[COUNTER_growths];
        grown += value[COUNTER_growths];
        with_spare += value[COUNTER_growths_spare];
        close_pool(pool);
    }
    qsort(nanos, ROUNDS, sizeof nanos[0], by_size);
    snprintf(note, sizeof note, "mean of 128; %.0f %% found a spare", 100.0 * (double)with_spare / (double)grown);
    row(name, nanos, ROUNDS, note);
}

/* ---- touching ahead ---- */

static void populate_row(const char *name, bool huge)
{
    double nanos[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        void *base;
        if (cn_os_reserve(HUGE, HUGE, &base) != CN_OK || cn_os_commit(base, HUGE) != CN_OK) fail("map", CN_ENOMEM);
        if (huge && cn_os_huge_pages(base, HUGE) != CN_OK) fail("huge pages", CN_ENOTSUP);
        const uint64_t began = cn_os_nanos();
        const int code = cn_os_populate(base, HUGE);
        nanos[i] = (double)(cn_os_nanos() - began);
        if (code != CN_OK) fail("populate", code);
        (void)cn_os_unmap(base, HUGE);
    }
    qsort(nanos, ROUNDS, sizeof nanos[0], by_size);
    row(name, nanos, ROUNDS, "per 2 MiB");
}

/* ---- general allocation ---- */

__attribute__((noinline)) void bench_allocate(void *context, uint64_t times)
{
    const int64_t bytes = *(const int64_t *)context;
    /* The first piece of a slab is page-aligned, as are those that jemalloc's profiler samples: for them it looks twice. */
    const int64_t first = cenote_allocate(-1, bytes, 0, 0);
    for (uint64_t i = 0; i < times; i++) {
        const int64_t address = cenote_allocate(-1, bytes, 0, 0);
        if (address < 0) fail("allocate", address);
        KEEP(address);
        (void)cenote_free(-1, address, bytes, 0);
    }
    (void)cenote_free(-1, first, bytes, 0);
}

static void malloc_free(void *context, uint64_t times)
{
    const size_t bytes = (size_t) * (const int64_t *)context;
    for (uint64_t i = 0; i < times; i++) {
        void *memory = malloc(bytes);
        KEEP(memory);
        free(memory);
    }
}

/* ---- regions ---- */

#define REGION_PIECES 64U

/* 64 pieces of 64 bytes and a reset, per piece. */
void bench_region(void *context, uint64_t times);
__attribute__((noinline)) void bench_region(void *context, uint64_t times)
{
    const int64_t region = *(const int64_t *)context;
    for (uint64_t i = 0; i < times; i += REGION_PIECES) {
        for (uint32_t j = 0; j < REGION_PIECES; j++) {
            const int64_t address = cenote_region_allocate(region, 64, 0, 0);
            if (address < 0) fail("region", address);
            KEEP(address);
        }
        (void)cenote_region_reset(region);
    }
}

/* Opened, one piece of each of 16 blocks, closed. */
static void region_life(void *context, uint64_t times)
{
    const int64_t pool = *(const int64_t *)context;
    for (uint64_t i = 0; i < times; i++) {
        const int64_t region = cenote_region_open(pool, 0, 0);
        for (int j = 0; j < 16; j++) {
            const int64_t address = cenote_region_allocate(region, 40000, 0, 0);
            if (address < 0) fail("region", address);
        }
        if (cenote_region_close(region) != 0) fail("region", region);
    }
}

static void region_rows(void)
{
    int64_t pool = open_pool(65536, 8 << 20, 8 << 20, CENOTE_PREFAULT);
    int64_t own = cenote_region_open(pool, 0, 0), shared = cenote_region_open(pool, CENOTE_REGION_SHARED, 0);
    measure("cenote_region_allocate, 64 B, private", bench_region, &own, 2000000, "a reset every 64");
    measure("cenote_region_allocate, 64 B, shared", bench_region, &shared, 2000000, "a reset every 64, by the epoch");
    measure("region of 16 blocks, opened to closed", region_life, &pool, 20000, "");
    (void)cenote_region_close(own);
    (void)cenote_region_close(shared);
    close_pool(pool);
}

static void table(void)
{
    flag_t flag = {0};
    cn_top_t top = {0};
    printf("%-46s %10s %10s\n", "what", "median ns", "least ns");
    measure("flag read, relaxed (need_expand)", flag_relaxed, &flag, 20000000, "");
    measure("flag read, acquire", flag_acquire, &flag, 20000000, "");
    measure("flag read, seq_cst", flag_seq_cst, &flag, 20000000, "");
    measure("flag written, relaxed", flag_store_relaxed, &flag, 20000000, "");
    measure("flag written, seq_cst", flag_store_seq_cst, &flag, 5000000, "");
    measure("word changed, no atomic", swap_plain, &top, 20000000, "");
    measure("word changed, 8-byte compare-and-swap", swap_cas8, &top, 5000000, "");
    measure("top changed, 16-byte compare-and-swap", swap_cas16, &top, 5000000, "");
    measure("top read, two 8-byte loads", top_load, &top, 20000000, "");
    measure("epoch pin + unpin", pin_unpin, NULL, 5000000, "");
    exchange_rows();
    growth_row("growth, a spare chunk ready", true);
    growth_row("growth, as fast as it can be asked for", false);
    populate_row("populate, small pages", false);
    populate_row("populate, huge pages advised", true);
    region_rows();
    static const int64_t sizes[] = {64, 1024, 65536};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char name[64];
        int64_t bytes = sizes[i];
        snprintf(name, sizeof name, "cenote_allocate + free, %lld B", (long long)bytes);
        measure(name, bench_allocate, &bytes, 1000000, "");
        snprintf(name, sizeof name, "malloc + free, %lld B", (long long)bytes);
        measure(name, malloc_free, &bytes, 1000000, "the C library's");
    }
}

int main(int count, char **arguments)
{
    const int32_t cpu = cenote_cpu_check();
    if (cpu < 0) fail("this processor", cpu);
    if (count == 1) {
        table();
        return 0;
    }
    if (count == 3 && strcmp(arguments[1], "exchange") == 0) {
        int64_t pool = open_pool(1024, 8 << 20, 8 << 20, 0);
        bench_exchange(&pool, strtoull(arguments[2], NULL, 10));
        close_pool(pool);
        return 0;
    }
    if (count == 3 && strcmp(arguments[1], "allocate") == 0) {
        int64_t bytes = 64;
        (void)cenote_free(-1, cenote_allocate(-1, bytes, 0, 0), bytes, 0); /* makes the arena and the thread's cache */
        bench_allocate(&bytes, strtoull(arguments[2], NULL, 10));
        return 0;
    }
    if (count == 3 && strcmp(arguments[1], "region") == 0) {
        int64_t pool = open_pool(65536, 0, 8 << 20, 0), region = cenote_region_open(pool, 0, 0);
        bench_region(&region, strtoull(arguments[2], NULL, 10));
        (void)cenote_region_close(region);
        close_pool(pool);
        return 0;
    }
    fputs("usage: bench_native [exchange N | allocate N | region N]\n", stderr);
    return 2;
}
