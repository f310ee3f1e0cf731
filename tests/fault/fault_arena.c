/* Fails every fault site that the platform and arena rooms pass, at each of their calls: once, and from then on for
 * good. Whatever fails: a code of errors.def or success, nothing leaks, and all works again afterwards. */
#include <fiu-control.h>
#include <fiu.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "arena/cn_meta.h"
#include "arena/cn_node_arena.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"
#include "cn_test.h"
#include "cn_test_maps.h"
#include "platform/cn_budget.h"
#include "platform/cn_topology.h"

#define MIB   ((size_t)1024 * 1024)
#define CHUNK (MIB / 4)

#ifndef CN_FAULTS

CN_TEST(fault_arena, needs_the_fault_preset)
{
    CN_SKIP("this build has no fault sites; use the fault preset");
}

#else

static const char *const sites[] = {
#define CENOTE_FAULT(site, text) "cenote/" #site,
#include "cenote/faults.def"
#undef CENOTE_FAULT
};

/* ---- failing the n-th call ---- */

static int calls_seen, calls_fail_from, calls_fail_upto;

static int fails(const char *name, int *failnum, void **info, unsigned *flags)
{
    (void)name, (void)failnum, (void)info, (void)flags;
    const int call = ++calls_seen;
    return call >= calls_fail_from && call <= calls_fail_upto;
}

/* Returns how often the site was passed. */
static int with_failing(const char *site, int from, int upto, void (*run)(void))
{
    calls_seen = 0;
    calls_fail_from = from;
    calls_fail_upto = upto;
    assert_int_equal(fiu_enable_external(site, 1, NULL, 0, fails), 0);
    run();
    assert_int_equal(fiu_disable(site), 0);
    return calls_seen;
}

/* ---- what is run ---- */

static char path[64];

/* A result that may come of a failure. */
static bool ok(int result)
{
    assert_true(result == CN_OK || cn_error_text(result) != NULL);
    return result == CN_OK;
}

static void *allocate_in_thread(void *argument)
{
    cn_node_arena_t *arena = argument;
    void *memory;
    if (cn_node_arena_allocate(arena, 1000, 0, CN_ALLOCATE_ZEROED, &memory) == CN_OK) {
        memset(memory, 1, 1000);
        cn_node_arena_free(arena, memory, 1000, 0);
    }
    return NULL;
}

static void use(const cn_map_policy_t *policy)
{
    cn_node_arena_t *arena;
    if (!ok(cn_node_arena_open(0, policy, &arena))) return;
    void *chunk[4] = {NULL}, *memory[4] = {NULL};
    const size_t bytes[4] = {100, 20000, 300000, MIB};
    for (size_t i = 0; i < 4; i++) {
        if (!ok(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[i]))) chunk[i] = NULL;
        if (chunk[i] != NULL && ok(cn_node_arena_populate(arena, chunk[i], CHUNK))) memset(chunk[i], 1, CHUNK);
        if (!ok(cn_node_arena_allocate(arena, bytes[i], 0, 0, &memory[i]))) memory[i] = NULL;
        if (memory[i] != NULL) memset(memory[i], 1, bytes[i]);
    }
    if (chunk[0] != NULL) (void)ok(cn_node_arena_purge(arena, chunk[0], CHUNK));
    cn_os_thread_t thread;
    if (ok(cn_os_thread_start(&thread, "fault", allocate_in_thread, arena))) cn_os_thread_join(&thread);
    for (size_t i = 0; i < 4; i++) {
        if (chunk[i] != NULL) cn_node_arena_chunk_put(arena, chunk[i], CHUNK);
        cn_node_arena_free(arena, memory[i], bytes[i], 0);
    }
    cn_node_arena_trim(arena);
    assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, 0);
    cn_node_arena_close(arena);
}

static void *no_work(void *argument)
{
    return argument;
}

/* Every site is passed here, whatever this machine is like. */
static void scenario(void)
{
    const cn_map_policy_t bound = {.numa = CN_NUMA_PREFERRED, .huge_pages = true, .purge_lazy = true};
    const cn_map_policy_t now = {.numa = CN_NUMA_LOCAL};
    const cn_map_policy_t file = {.numa = CN_NUMA_LOCAL, .file = path, .file_bytes = 16 * CHUNK};
    cn_budget_use_root(NULL);
    (void)ok(cn_topology_load_synthetic(NULL));
    cn_topology_force_bind(true);
    use(&bound);
    use(&now);
    use(&file);

    cn_os_event_t *event;
    if (ok(cn_os_event_create(&event))) cn_os_event_destroy(event);
    cn_os_thread_t thread;
    if (ok(cn_os_thread_start(&thread, "fault", no_work, NULL))) cn_os_thread_join(&thread);
    cn_os_exit_key_t key;
    if (ok(cn_os_at_thread_exit(free, &key))) (void)pthread_key_delete((pthread_key_t)key.id);
}

static bool loses_addresses(const char *site)
{
    return strcmp(site, "cenote/os_unmap") == 0; /* what cannot be unmapped stays mapped */
}

/* Fails each call of a site, once or from there on. */
static void sweep(const char *site, int calls, bool forever)
{
    for (int call = 1; call <= calls; call++) {
        (void)with_failing(site, call, forever ? INT32_MAX : call, scenario);
        if (cn_meta_bytes() != 0) fail_msg("%s, call %d: metadata is left over", site, call);
    }
}

CN_TEST(fault_arena, whatever_call_fails_nothing_leaks_and_all_works_afterwards)
{
    snprintf(path, sizeof path, "cn_test_fault_%d", (int)getpid());
    assert_int_equal(fiu_init(0), 0);
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
        const int calls = with_failing(sites[i], 0, 0, scenario);
        if (calls == 0) print_message("           %s is passed by others only\n", sites[i]);
        for (int forever = 0; forever < 2; forever++) {
            sweep(sites[i], calls, forever);
            /* Once more, and now it counts: jemalloc keeps a table for every gibibyte of addresses that it has seen. */
            const uint64_t before = cn_test_mapped_bytes();
            sweep(sites[i], calls, forever);
            const uint64_t after = cn_test_mapped_bytes();
            if (after > before + MIB && !loses_addresses(sites[i])) {
                fail_msg("%s: %llu bytes stay mapped", sites[i], (unsigned long long)(after - before));
            }
        }
    }
    scenario();
    unlink(path);
}

/* ---- what each failure means to the caller ---- */

static const cn_map_policy_t huge = {.numa = CN_NUMA_PREFERRED, .huge_pages = true};

static void bind_fails(void)
{
    cn_node_arena_t *arena;
    void *chunk;
    cn_topology_force_bind(true);
    assert_int_equal(cn_node_arena_open(0, &huge, &arena), CN_OK);
    assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk), CN_OK);
    memset(chunk, 1, CHUNK);
    assert_true(cn_node_arena_counts(arena).numa_fallbacks > 0);
    cn_node_arena_chunk_put(arena, chunk, CHUNK);
    cn_node_arena_close(arena);
}

static void huge_pages_fail(void)
{
    cn_node_arena_t *arena;
    void *chunk;
    assert_int_equal(cn_node_arena_open(0, &huge, &arena), CN_OK);
    assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk), CN_OK);
    memset(chunk, 1, CHUNK);
    assert_true(cn_node_arena_counts(arena).huge_page_fallbacks > 0);
    cn_node_arena_chunk_put(arena, chunk, CHUNK);
    cn_node_arena_close(arena);
}

static void populate_fails(void)
{
    cn_node_arena_t *arena;
    void *chunk;
    size_t resident = 0;
    assert_int_equal(cn_node_arena_open(0, &huge, &arena), CN_OK);
    assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk), CN_OK);
    assert_int_equal(cn_node_arena_populate(arena, chunk, CHUNK), CN_OK); /* touches the pages itself */
    assert_int_equal(cn_os_resident(chunk, CHUNK, &resident), CN_OK);
    assert_int_equal(resident, CHUNK);
    cn_node_arena_chunk_put(arena, chunk, CHUNK);
    cn_node_arena_close(arena);
}

static void memory_fails(void)
{
    cn_node_arena_t *arena;
    void *chunk, *memory;
    int result = cn_node_arena_open(0, &huge, &arena);
    if (result == CN_OK) {
        assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk), CN_ENOMEM);
        assert_int_equal(cn_node_arena_allocate(arena, 100, 0, 0, &memory), CN_ENOMEM);
        cn_node_arena_close(arena);
    }
    assert_true(result == CN_OK || result == CN_ENOMEM);
}

static void caches_fail(void)
{
    cn_node_arena_t *arena;
    void *memory;
    assert_int_equal(cn_node_arena_open(0, &huge, &arena), CN_OK);
    assert_int_equal(cn_node_arena_allocate(arena, 100, 0, 0, &memory), CN_OK); /* goes without a cache */
    assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, 100);
    cn_node_arena_free(arena, memory, 100, 0);
    cn_node_arena_close(arena);
}

static void topology_fails(void)
{
    assert_true(cn_topology_load_synthetic(NULL) < 0);
    assert_int_equal(cn_topology_nodes(), 1);
    assert_int_equal(cn_topology_here(), 0);
    cn_node_arena_t *arena;
    assert_int_equal(cn_node_arena_open(0, &huge, &arena), CN_OK);
    cn_node_arena_close(arena);
}

static void budget_fails(void)
{
    cn_budget_t budget;
    cn_budget_use_root(NULL);
    assert_int_equal(cn_budget_read(&budget), CN_EIO);
    assert_true(cn_budget_allows(MIB)); /* no answer is no limit */
}

CN_TEST(fault_arena, each_failure_means_what_the_headers_say)
{
    assert_int_equal(fiu_init(0), 0);
    assert_true(with_failing("cenote/os_bind", 1, INT32_MAX, bind_fails) > 0);
    assert_true(with_failing("cenote/os_huge_pages", 1, INT32_MAX, huge_pages_fail) > 0);
    assert_true(with_failing("cenote/os_populate", 1, INT32_MAX, populate_fails) > 0);
    assert_true(with_failing("cenote/os_reserve", 1, INT32_MAX, memory_fails) > 0);
    assert_true(with_failing("cenote/os_commit", 1, INT32_MAX, memory_fails) > 0);
    assert_true(with_failing("cenote/arena_allocate", 1, INT32_MAX, memory_fails) > 0);
    assert_true(with_failing("cenote/arena_open", 1, INT32_MAX, memory_fails) > 0);
    assert_true(with_failing("cenote/arena_tcache", 1, INT32_MAX, caches_fail) > 0);
    assert_true(with_failing("cenote/topology_load", 1, INT32_MAX, topology_fails) > 0);
    assert_true(with_failing("cenote/budget_read", 1, INT32_MAX, budget_fails) > 0);
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
    cn_budget_use_root(NULL);
    assert_int_equal(cn_meta_bytes(), 0);
}

#endif

CN_TEST_MAIN(fault_arena)
