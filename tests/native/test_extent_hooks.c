/* The hooks that jemalloc calls, called by hand: windows, refusals, and what an arena's tables live in. */
#include "arena/cn_extent_hooks.h"

#include <string.h>
#include <sys/resource.h>

#include "arena/cn_tcache.h"
#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_maps.h"
#include "platform/cn_budget.h"

#define MIB ((size_t)1024 * 1024)

static cn_extent_hooks_t hooks;

static void begin(const cn_map_policy_t *policy)
{
    memset(&hooks, 0, sizeof hooks);
    assert_int_equal(cn_extent_hooks_init(&hooks, 0, policy), CN_OK);
}

static void end(void)
{
    assert_true(cn_extent_hooks_is_valid(&hooks));
    cn_extent_hooks_close(&hooks, false);
    assert_int_equal(cn_load_relaxed(&hooks.reserved_bytes), 0);
    cn_arena_thread.call = (cn_hook_call_t){0};
}

static const cn_map_policy_t plain = {.numa = CN_NUMA_LOCAL};

/* As jemalloc grows: uncommitted, page-aligned. */
static unsigned char *region(size_t bytes)
{
    bool zero = false, commit = false;
    unsigned char *base = hooks.table.alloc(&hooks.table, NULL, bytes, 4096, &zero, &commit, 1);
    if (base != NULL) assert_false(commit);
    return base;
}

CN_TEST(extent_hooks, regions_follow_each_other_in_one_window)
{
    begin(&plain);
    unsigned char *next = region(2 * MIB);
    for (int i = 0; i < 200; i++) {
        unsigned char *base = region(2 * MIB + 4096 * (size_t)i);
        assert_non_null(base);
        assert_ptr_equal(base, next + 2 * MIB + (i == 0 ? 0 : 4096 * (size_t)(i - 1)));
        next = base;
        *next = 1; /* opened */
    }
    assert_int_equal(cn_load_relaxed(&hooks.windows), 1);
    assert_true(cn_extent_hooks_is_valid(&hooks));
    end();
}

CN_TEST(extent_hooks, committing_counts_and_decommitting_leaves_readable_zeros)
{
    begin(&plain);
    unsigned char *base = region(4 * MIB);
    assert_int_equal(cn_load_relaxed(&hooks.committed_bytes), 0);
    assert_false(hooks.table.commit(&hooks.table, base, 4 * MIB, MIB, 2 * MIB, 1));
    assert_int_equal(cn_load_relaxed(&hooks.committed_bytes), 2 * MIB);
    memset(base + MIB, 5, 2 * MIB);
    assert_false(hooks.table.decommit(&hooks.table, base, 4 * MIB, MIB, 2 * MIB, 1));
    assert_int_equal(cn_load_relaxed(&hooks.committed_bytes), 0);
    assert_int_equal(base[MIB], 0);
    size_t resident = 1;
    assert_int_equal(cn_os_resident(base + 2 * MIB, MIB, &resident), CN_OK);
    assert_int_equal(resident, 0);
    end();
}

CN_TEST(extent_hooks, decommitting_is_never_lazy)
{
    const cn_map_policy_t lazy = {.numa = CN_NUMA_LOCAL, .purge_lazy = true};
    begin(&lazy);
    unsigned char *base = region(2 * MIB);
    assert_false(hooks.table.commit(&hooks.table, base, 2 * MIB, 0, 2 * MIB, 1));
    memset(base, 5, 2 * MIB);
    assert_false(hooks.table.purge_lazy(&hooks.table, base, 2 * MIB, 0, MIB, 1));
    assert_false(hooks.table.decommit(&hooks.table, base, 2 * MIB, 0, 2 * MIB, 1));
    for (size_t i = 0; i < 2 * MIB; i += 512) {
        assert_int_equal(base[i], 0); /* jemalloc takes committed memory for zeroed */
    }
    end();
}

CN_TEST(extent_hooks, windows_keep_their_addresses_and_tables_do_not)
{
    begin(&plain);
    unsigned char *base = region(2 * MIB);
    assert_true(hooks.table.dalloc(&hooks.table, base, 2 * MIB, true, 1)); /* refused: to be kept */

    bool zero = true, commit = true;
    unsigned char *table = hooks.table.alloc(&hooks.table, NULL, 2 * MIB, 2 * MIB, &zero, &commit, 1);
    assert_non_null(table);
    assert_int_equal((uintptr_t)table & (2 * MIB - 1), 0);
    assert_true(table < hooks.window[0].base || table >= hooks.window[0].base + hooks.window[0].bytes);
    assert_int_equal(cn_load_relaxed(&hooks.table_bytes), 2 * MIB); /* the one that was mapped ahead */
    unsigned char *second = hooks.table.alloc(&hooks.table, NULL, 4 * MIB, 2 * MIB, &zero, &commit, 1);
    assert_non_null(second);
    assert_int_equal(cn_load_relaxed(&hooks.table_bytes), 6 * MIB);
    assert_false(hooks.table.dalloc(&hooks.table, second, 4 * MIB, true, 1));
    memset(table, 1, 2 * MIB);
    assert_true(hooks.table.decommit(&hooks.table, table, 2 * MIB, 0, 2 * MIB, 1)); /* tables are not purged */
    assert_int_equal(table[MIB], 1);
    assert_false(hooks.table.dalloc(&hooks.table, table, 2 * MIB, true, 1));
    assert_int_equal(cn_load_relaxed(&hooks.table_bytes), 0);
    assert_int_equal(cn_test_map(table, 2 * MIB).mappings, 0);
    end();
}

CN_TEST(extent_hooks, the_second_try_of_jemalloc_gets_the_alignment_it_asks_for)
{
    begin(&plain);
    (void)region(4096);
    for (size_t align = 4096; align <= 64 * MIB; align *= 8) {
        bool zero = false, commit = true;
        unsigned char *base = hooks.table.alloc(&hooks.table, NULL, 3 * MIB, align, &zero, &commit, 1);
        assert_non_null(base);
        assert_true(commit && zero);
        assert_int_equal((uintptr_t)base & (align - 1), 0);
        memset(base, 1, 3 * MIB);
    }
    end();
}

CN_TEST(extent_hooks, growing_in_place_is_not_offered)
{
    begin(&plain);
    unsigned char *base = region(2 * MIB);
    bool zero = false, commit = false;
    assert_null(hooks.table.alloc(&hooks.table, base + 2 * MIB, 2 * MIB, 4096, &zero, &commit, 1));
    end();
}

CN_TEST(extent_hooks, neighbours_merge_within_a_window_only)
{
    begin(&plain);
    unsigned char *one = region(2 * MIB), *two = region(2 * MIB);
    assert_false(hooks.table.split(&hooks.table, one, 2 * MIB, MIB, MIB, true, 1));
    assert_false(hooks.table.merge(&hooks.table, one, 2 * MIB, two, 2 * MIB, true, 1));
    assert_true(hooks.table.merge(&hooks.table, one, 2 * MIB, (unsigned char *)&hooks, 2 * MIB, true, 1));
    end();
}

CN_TEST(extent_hooks, more_than_a_window_gets_a_window_of_its_own)
{
    begin(&plain);
    unsigned char *small = region(2 * MIB);
    unsigned char *large = region((size_t)100 << 30);
    assert_non_null(large);
    assert_int_equal(cn_load_relaxed(&hooks.windows), 2);
    assert_int_equal(cn_test_map(large, (size_t)100 << 30).resident_bytes, 0);
    *small = 1;
    large[((size_t)100 << 30) - 1] = 1;
    assert_int_equal(cn_load_relaxed(&hooks.reserved_bytes), ((uint64_t)64 << 30) + ((uint64_t)100 << 30));
    end();
    assert_int_equal(cn_test_map(large, (size_t)100 << 30).mappings, 0);
}

CN_TEST(extent_hooks, what_cannot_be_reserved_is_refused_again_and_again_at_no_cost)
{
    begin(&plain);
    for (int i = 0; i < 1000; i++) {
        cn_arena_thread.call = (cn_hook_call_t){0};
        assert_null(region((size_t)1 << 50));
        assert_int_equal(cn_arena_thread.call.error, CN_ENOMEM);
    }
    assert_int_equal(cn_load_relaxed(&hooks.windows), 0);
    cn_arena_thread.call = (cn_hook_call_t){0};
    assert_non_null(region(2 * MIB));
    end();
}

CN_TEST(extent_hooks, after_a_refusal_a_call_gets_no_more_addresses)
{
    begin(&plain);
    assert_non_null(region(2 * MIB));
    cn_arena_thread.call.error = CN_BUDGET;
    assert_null(region(2 * MIB));
    cn_arena_thread.call.error = CN_OK;
    assert_non_null(region(2 * MIB));
    end();
}

static void few_addresses(void *unused)
{
    (void)unused;
    const rlim_t limit = cn_test_mapped_bytes() + 512 * MIB;
    CN_CHILD_CHECK(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) == 0);
    memset(&hooks, 0, sizeof hooks);
    CN_CHILD_CHECK(cn_extent_hooks_init(&hooks, 0, &plain) == CN_OK);
    CN_CHILD_CHECK(region(2 * MIB) != NULL);
    CN_CHILD_CHECK(hooks.window[0].bytes <= 64 * MIB); /* not all that is left: threads need stacks */
    CN_CHILD_CHECK(region(200 * MIB) != NULL);
    CN_CHILD_CHECK(region(400 * MIB) == NULL);
    CN_CHILD_CHECK(cn_extent_hooks_is_valid(&hooks));
}

CN_TEST(extent_hooks, where_addresses_are_few_a_window_takes_few)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) CN_SKIP("RLIMIT_AS is set already");
    CN_TEST_IN_CHILD(few_addresses, NULL);
}

static void no_data(void *unused)
{
    (void)unused;
    memset(&hooks, 0, sizeof hooks);
    CN_CHILD_CHECK(cn_extent_hooks_init(&hooks, 0, &plain) == CN_OK);
    CN_CHILD_CHECK(region(4 * MIB) != NULL);
    /* Strict overcommit looks alike: addresses are there, but making them usable is refused. */
    const rlim_t limit = cn_test_status_bytes("VmData:") + 3 * MIB;
    CN_CHILD_CHECK(setrlimit(RLIMIT_DATA, &(struct rlimit){limit, limit}) == 0);
    CN_CHILD_CHECK(region(2 * MIB) != NULL); /* the doubled step does not fit; what must be does */
    for (int i = 0; i < 300; i++) {
        cn_arena_thread.call = (cn_hook_call_t){0};
        CN_CHILD_CHECK(region(8 * MIB) == NULL);
        CN_CHILD_CHECK(cn_arena_thread.call.error == CN_ENOMEM);
    }
    CN_CHILD_CHECK(cn_load_relaxed(&hooks.windows) == 1);
    CN_CHILD_CHECK(cn_extent_hooks_is_valid(&hooks));
}

CN_TEST(extent_hooks, memory_that_cannot_be_opened_is_refused_and_uses_nothing_up)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) CN_SKIP("RLIMIT_DATA is set already");
    CN_TEST_IN_CHILD(no_data, NULL);
}

CN_TEST_MAIN(extent_hooks)
