/* Fails every fault site at each of its calls, once and from then on for good, while pools are opened, grow, are
 * trimmed and end.  Each time, in a process of its own: every answer is success or a code of errors.def, nothing leaks,
 * and the same again without faults succeeds.  A site that is never passed fails the test. */
#include "cn_test.h"

#ifndef CN_FAULTS

CN_TEST(fault_pool, needs_the_fault_preset)
{
    CN_SKIP("this build has no fault sites; use the fault preset");
}

#else

#include <fiu-control.h>
#include <fiu.h>
#include <pthread.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_atomic.h"
#include "cenote/cenote.h"
#include "cn_test_maps.h"
#include "platform/cn_budget.h"
#include "platform/cn_os.h"
#include "platform/cn_topology.h"
#include "pool/cn_general.h"
#include "reclaim/cn_epoch.h"

#define BLOCK 4096
#define CHUNK (64 * BLOCK)
#define MAXIMUM (4 * CHUNK)
#define BLOCKS 256
#define NOT_REACHED 3 /* exit code: all right, and the call to fail never came */
#define MAPPED_SLACK ((uint64_t)64 << 20) /* allocator and thread stacks; a window that leaks is 64 GiB */

static const char *const sites[] = {
#define CENOTE_FAULT(site, text) "cenote/" #site,
#include "cenote/faults.def"
#undef CENOTE_FAULT
};
#define SITES (sizeof sites / sizeof sites[0])

/* ---- failing the n-th call ---- */

typedef struct plan {
    const char *site; /* NULL: nothing fails */
    uint32_t call;
    bool forever;
    const char *path;
} plan_t;

/* What a run leaves behind. */
typedef struct leftovers {
    uint64_t meta_bytes;
    uint64_t mapped_bytes;
    uint64_t general_bytes;
} leftovers_t;

static plan_t plan;
static CN_ATOMIC(uint32_t) calls;
static bool clean; /* nothing fails now, so every call has to succeed */

static int fails(const char *name, int *failnum, void **info, unsigned *flags)
{
    (void)name, (void)failnum, (void)info, (void)flags;
    const uint32_t call = cn_add_relaxed(&calls, 1U) + 1U; /* the grower's calls count too */
    return call == plan.call || (plan.forever && call > plan.call);
}

/* A result that may come of a failure: a documented code; without faults only success. */
static bool ok(int64_t result)
{
    CN_CHILD_CHECK(result >= 0 || cenote_error_text((int32_t)result) != NULL);
    if (result < 0 && clean) fprintf(stderr, "           nothing fails any more, and yet: %d\n", (int)result);
    CN_CHILD_CHECK(result >= 0 || !clean);
    return result >= 0;
}

/* ---- what is run ---- */

static int64_t at(const void *pointer)
{
    return (int64_t)(intptr_t)pointer;
}

static void touch(int64_t pool, int32_t block)
{
    const int64_t base = cenote_pool_chunk_base(pool, block / 64);
    CN_CHILD_CHECK(base > 0);
    memset((void *)(intptr_t)(base + block % 64 * BLOCK), 1, BLOCK);
}

/* Takes what is there, up to the limit. */
static int32_t take_all(int64_t pool, int32_t *blocks)
{
    int32_t count = 0;
    for (int tries = 0; count < BLOCKS && tries < 5000;) {
        const int32_t taken = cenote_magazine_get(pool, at(blocks + count), BLOCKS - count < 8 ? BLOCKS - count : 8);
        if (taken == CENOTE_BUSY) { /* the grower has a chunk in hand, or the epoch has one */
            tries++;
            cn_os_sleep(1000000U);
            continue;
        }
        if (!ok(taken)) break;
        for (int32_t i = 0; i < taken; i++) touch(pool, blocks[count + i]);
        count += taken;
    }
    CN_CHILD_CHECK(!clean || count == BLOCKS);
    return count;
}

/* What cannot be put stays ours: the pool says so and takes none. */
static void put_all(int64_t pool, const int32_t *blocks, int32_t count)
{
    for (int32_t i = 0; i < count; i += 8) {
        (void)ok(cenote_magazine_put(pool, at(blocks + i), count - i < 8 ? count - i : 8));
    }
}

static void use_pool(int32_t flags, const char *path)
{
    const int64_t pool = cenote_pool_open(BLOCK, CHUNK, MAXIMUM, CHUNK, 8, CENOTE_NUMA_LOCAL, 0, flags, INT64_MAX, 0, at(path));
    if (!ok(pool)) return;
    static int32_t blocks[BLOCKS];
    int64_t values[64];
    int32_t count = take_all(pool, blocks);
    put_all(pool, blocks, count);
    (void)ok(cenote_pool_trim(pool, 0));
    count = take_all(pool, blocks);
    put_all(pool, blocks, count);
    (void)ok(cenote_pool_trim(pool, CHUNK));
    CN_CHILD_CHECK(cenote_pool_freeze(pool) == 1 && cenote_pool_thaw(pool) == 1);
    CN_CHILD_CHECK(cenote_pool_stats(pool, at(values), 64) > 0);
    (void)ok(cenote_pool_resident(pool));
    CN_CHILD_CHECK(cenote_pool_close(pool) == 1);
    CN_CHILD_CHECK(cenote_pool_destroy(pool) == 0);
}

static void use_general(int32_t node)
{
    const int64_t bytes[] = {100, 20000, 3 << 20};
    for (size_t i = 0; i < 3; i++) {
        const int64_t memory = cenote_allocate(node, bytes[i], 64, CENOTE_ZEROED);
        if (!ok(memory)) continue;
        memset((void *)(intptr_t)memory, 1, (size_t)bytes[i]);
        CN_CHILD_CHECK(cenote_free(node, memory, bytes[i], 64) == 0);
        const int64_t plain = cenote_allocate(node, bytes[i], 0, 0);
        if (ok(plain)) CN_CHILD_CHECK(cenote_free(-1, plain, bytes[i], 0) == 0);
    }
}

/* Private and shared, small and large pieces, a reset; the region goes before the pool, and after it. */
static void use_regions(void)
{
    const int64_t pool = cenote_pool_open(BLOCK, 0, MAXIMUM, CHUNK, 8, CENOTE_NUMA_LOCAL, 0, 0, INT64_MAX, 0, 0);
    if (!ok(pool)) return;
    int64_t last = 0;
    for (int32_t flags = 0; flags < 2; flags++) {
        const int64_t region = cenote_region_open(pool, flags, 0);
        if (!ok(region)) continue;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 30; i++) {
                const int64_t bytes = i % 10 == 9 ? 3 * BLOCK : BLOCK / 3;
                const int64_t piece = cenote_region_allocate(region, bytes, 64, i % 2);
                if (piece != CENOTE_BUSY && ok(piece)) memset((void *)(intptr_t)piece, 1, (size_t)bytes);
            }
            if (round == 0) (void)ok(cenote_region_reset(region));
        }
        CN_CHILD_CHECK(cenote_region_bytes(region) >= 0);
        if (flags == 0) CN_CHILD_CHECK(cenote_region_close(region) == 0);
        else last = region;
    }
    CN_CHILD_CHECK(cenote_pool_close(pool) == 1);
    CN_CHILD_CHECK(cenote_pool_destroy(pool) == 0);
    if (last > 0) CN_CHILD_CHECK(cenote_region_close(last) == 0);
}

/* Passes every site: two nodes, bound pages, huge pages, lazy and prompt purging, a file, a thread that ends. */
static void *scenario(void *argument)
{
    (void)argument;
    cn_budget_use_root(NULL); /* so that it is read anew */
    (void)ok(cn_topology_load_synthetic("node:2 core:1 pu:1"));
    cn_topology_force_bind(true);
    use_pool(CENOTE_PREFAULT | CENOTE_HUGE_PAGES, NULL);
    use_pool(CENOTE_PURGE_LAZY, NULL);
    use_pool(0, plan.path);
    use_regions();
    use_general(0);
    use_general(1);
    use_general(-1);
    return NULL;
}

static void run_scenario(void)
{
    pthread_t thread;
    CN_CHILD_CHECK(pthread_create(&thread, NULL, scenario, NULL) == 0);
    pthread_join(thread, NULL);
    for (int i = 0; i < 1000 && cn_epoch_pending() != 0; i++) (void)cn_epoch_collect();
    CN_CHILD_CHECK(cn_epoch_pending() == 0);
}

static leftovers_t look(void)
{
    cn_node_arena_t *general = NULL;
    CN_CHILD_CHECK(cn_general_arena(0, &general) == 0);
    return (leftovers_t){
        .meta_bytes = cn_meta_bytes(),
        .mapped_bytes = cn_test_mapped_bytes(),
        .general_bytes = cn_node_arena_counts(general).allocated_bytes,
    };
}

/* ---- one process for each call that fails ---- */

static leftovers_t run_twice(void)
{
    CN_CHILD_CHECK(fiu_init(0) == 0);
    clean = plan.site == NULL;
    if (!clean) CN_CHILD_CHECK(fiu_enable_external(plan.site, 1, NULL, 0, fails) == 0);
    run_scenario();
    if (!clean) CN_CHILD_CHECK(fiu_disable(plan.site) == 0);
    clean = true;
    run_scenario();
    return look();
}

static int reference_pipe[2];

static void measure_reference(void *argument)
{
    (void)argument;
    const leftovers_t found = run_twice();
    CN_CHILD_CHECK(write(reference_pipe[1], &found, sizeof found) == (ssize_t)sizeof found);
}

static void run_with_failure(void *argument)
{
    const leftovers_t *reference = argument;
    const leftovers_t found = run_twice();
    const bool keeps_addresses = strcmp(plan.site, "cenote/os_unmap") == 0; /* what cannot be unmapped stays mapped */
    if (found.meta_bytes != reference->meta_bytes || found.general_bytes != 0 ||
        (!keeps_addresses && found.mapped_bytes > reference->mapped_bytes + MAPPED_SLACK)) {
        fprintf(stderr, "           left over: %lld bytes of metadata, %llu allocated, %lld mapped\n",
                (long long)(found.meta_bytes - reference->meta_bytes), (unsigned long long)found.general_bytes,
                (long long)(found.mapped_bytes - reference->mapped_bytes));
        _exit(1);
    }
    _exit(cn_load_relaxed(&calls) >= plan.call ? 0 : NOT_REACHED);
}

CN_TEST(fault_pool, whatever_call_fails_nothing_is_lost_and_the_pool_serves_afterwards)
{
    char path[64];
    snprintf(path, sizeof path, "cn_test_fault_pool_%d", (int)getpid());
    plan = (plan_t){.path = path};
    leftovers_t reference;
    assert_int_equal(pipe(reference_pipe), 0);
    assert_int_equal(cn_test_child(measure_reference, NULL), 0);
    assert_int_equal(read(reference_pipe[0], &reference, sizeof reference), sizeof reference);
    assert_int_equal(reference.general_bytes, 0);

    uint32_t runs = 0;
    for (size_t i = 0; i < SITES; i++) {
        uint32_t passed = 0;
        for (int forever = 0; forever < 2; forever++) {
            for (uint32_t call = 1, missed = 0; missed < 2; call++, runs++) { /* the grower's turns vary a little */
                plan = (plan_t){.site = sites[i], .call = call, .forever = forever != 0, .path = path};
                const int code = cn_test_child(run_with_failure, &reference);
                if (code != 0 && code != NOT_REACHED) {
                    unlink(path);
                    fail_msg("%s, call %u%s: exit %d", sites[i], call, forever != 0 ? " and all after" : "", code);
                }
                missed = code == NOT_REACHED ? missed + 1U : 0;
                if (code == 0 && forever == 0) passed = call;
            }
        }
        print_message("           %-22s %u calls\n", sites[i] + strlen("cenote/"), passed);
        if (passed == 0) fail_msg("%s is never passed: 100 %% of the sites have to be", sites[i]);
    }
    unlink(path);
    print_message("           %u processes\n", runs);
}

#endif

CN_TEST_MAIN(fault_pool)
