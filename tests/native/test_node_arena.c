/* Node arenas: chunks, general allocation, sharing, limits, and what is left behind: nothing. */
#include "arena/cn_node_arena.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "arena/cn_meta.h"
#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_cgroup.h"
#include "cn_test_maps.h"
#include "platform/cn_budget.h"
#include "platform/cn_topology.h"

#define MIB   ((size_t)1024 * 1024)
#define CHUNK (2 * MIB)

static const cn_map_policy_t plain = {.numa = CN_NUMA_PREFERRED};

static cn_node_arena_t *open_arena(const cn_map_policy_t *policy)
{
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_node_arena_open(0, policy, &arena), CN_OK);
    assert_non_null(arena);
    return arena;
}

static unsigned char *chunk_get(cn_node_arena_t *arena, size_t bytes, size_t align)
{
    void *base = NULL;
    assert_int_equal(cn_node_arena_chunk_get(arena, bytes, align, &base), CN_OK);
    assert_non_null(base);
    return base;
}

static size_t resident(const void *base, size_t bytes)
{
    size_t result = 0;
    assert_int_equal(cn_os_resident(base, bytes, &result), CN_OK);
    return result;
}

/* ---- opening and closing ---- */

CN_TEST(node_arena, pools_of_the_same_node_and_policy_share_an_arena)
{
    const cn_map_policy_t huge = {.numa = CN_NUMA_PREFERRED, .huge_pages = true};
    const cn_map_policy_t lazy = {.numa = CN_NUMA_PREFERRED, .purge_lazy = true};
    const cn_map_policy_t local = {.numa = CN_NUMA_LOCAL};
    cn_node_arena_t *first = open_arena(&plain), *second = open_arena(&plain);
    cn_node_arena_t *third = open_arena(&huge), *fourth = open_arena(&lazy), *fifth = open_arena(&local);
    assert_ptr_equal(first, second);
    assert_ptr_not_equal(first, third);
    assert_ptr_not_equal(first, fourth);
    assert_ptr_not_equal(first, fifth);
    cn_node_arena_close(second);
    cn_node_arena_chunk_put(first, chunk_get(first, CHUNK, CHUNK), CHUNK); /* still open */
    cn_node_arena_close(first);
    cn_node_arena_close(third);
    cn_node_arena_close(fourth);
    cn_node_arena_close(fifth);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST(node_arena, a_node_that_does_not_exist_is_refused)
{
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_node_arena_open(cn_topology_nodes(), &plain, &arena), CN_ENODEV);
    assert_int_equal(cn_node_arena_open(UINT32_MAX, &plain, &arena), CN_ENODEV);
    assert_null(arena);
}

CN_TEST(node_arena, a_policy_without_sense_is_refused)
{
    cn_node_arena_t *arena = NULL;
    const cn_map_policy_t unknown = {.numa = CN_NUMA_POLICIES};
    const cn_map_policy_t empty = {.file = "cn_test_file", .file_bytes = 0};
    const cn_map_policy_t odd = {.file = "cn_test_file", .file_bytes = 12345};
    const cn_map_policy_t endless = {.file = "cn_test_file", .file_bytes = UINT64_MAX & ~(CHUNK - 1)};
    assert_int_equal(cn_node_arena_open(0, &unknown, &arena), CN_EINVAL);
    assert_int_equal(cn_node_arena_open(0, &empty, &arena), CN_EINVAL);
    assert_int_equal(cn_node_arena_open(0, &odd, &arena), CN_EINVAL);
    assert_int_equal(cn_node_arena_open(0, &endless, &arena), CN_EINVAL);
    assert_null(arena);
    assert_int_equal(access("cn_test_file", F_OK), -1);
}

CN_TEST(node_arena, every_node_of_a_described_machine_has_its_own)
{
    assert_int_equal(cn_topology_load_synthetic("node:2 core:4 pu:1"), CN_OK);
    cn_node_arena_t *arena[2];
    for (uint32_t node = 0; node < 2; node++) {
        assert_int_equal(cn_node_arena_open(node, &plain, &arena[node]), CN_OK);
        assert_int_equal(cn_node_arena_node(arena[node]), node);
        unsigned char *chunk = chunk_get(arena[node], CHUNK, CHUNK);
        memset(chunk, 1, CHUNK);
        assert_int_equal(cn_node_arena_counts(arena[node]).numa_fallbacks, 0); /* nobody tried to bind */
        cn_node_arena_chunk_put(arena[node], chunk, CHUNK);
    }
    assert_ptr_not_equal(arena[0], arena[1]);
    cn_node_arena_close(arena[0]);
    cn_node_arena_close(arena[1]);
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

CN_TEST(node_arena, a_refused_binding_is_counted_and_the_memory_serves)
{
    assert_int_equal(cn_topology_load_synthetic("node:2 core:4 pu:1"), CN_OK);
    cn_topology_force_bind(true); /* to a node 1 that this machine does not have, if it is small enough */
    if (access("/sys/devices/system/node/node1", F_OK) == 0) CN_SKIP("this machine has a node 1");
    cn_node_arena_t *arena;
    assert_int_equal(cn_node_arena_open(1, &plain, &arena), CN_OK);
    unsigned char *chunk = chunk_get(arena, CHUNK, CHUNK);
    memset(chunk, 1, CHUNK);
    assert_true(cn_node_arena_counts(arena).numa_fallbacks > 0);
    cn_node_arena_chunk_put(arena, chunk, CHUNK);
    cn_node_arena_close(arena);
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

CN_TEST(node_arena, closing_leaves_no_memory_and_no_addresses)
{
    enum { ROUNDS = 5 };
    int grew = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const uint64_t before = cn_test_mapped_bytes();
        cn_node_arena_t *arena = open_arena(&plain);
        void *chunk[8], *memory[100];
        for (int i = 0; i < 8; i++) {
            chunk[i] = chunk_get(arena, CHUNK, CHUNK);
            memset(chunk[i], 1, CHUNK);
        }
        for (size_t i = 0; i < 100; i++) {
            assert_int_equal(cn_node_arena_allocate(arena, i * 1000 + 1, 0, 0, &memory[i]), CN_OK);
        }
        assert_true(cn_node_arena_counts(arena).reserved_bytes >= 8 * CHUNK);
        assert_true(cn_node_arena_counts(arena).committed_bytes >= 8 * CHUNK);
        for (size_t i = 0; i < 100; i++) {
            cn_node_arena_free(arena, memory[i], i * 1000 + 1, 0);
        }
        for (int i = 0; i < 8; i++) {
            cn_node_arena_chunk_put(arena, chunk[i], CHUNK);
        }
        assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, 0);
        cn_node_arena_close(arena);
        assert_int_equal(cn_test_map(chunk[0], CHUNK).mappings, 0);
        if (cn_test_mapped_bytes() > before + MIB) grew++;
    }
    /* A leak adds eight chunks in every round.  Single rounds may grow: where the kernel places the chunks decides whether
     * jemalloc's radix tree needs one more leaf, which it keeps, and the thread sanitizer maps memory of its own. */
    assert_true(grew < ROUNDS);
}

CN_TEST(node_arena, more_than_the_table_holds_is_refused_and_harms_nobody)
{
    char path[64];
    snprintf(path, sizeof path, "cn_test_arena_%d", (int)getpid());
    cn_map_policy_t policy = {.file = path, .file_bytes = CHUNK}; /* arenas with a file are never shared */
    static cn_node_arena_t *arena[300];
    int opened = 0;
    int result = CN_OK;
    while (opened < 300 && (result = cn_node_arena_open(0, &policy, &arena[opened])) == CN_OK) {
        opened++;
    }
    assert_int_equal(result, CN_TOOMANY);
    assert_true(opened >= 200);
    while (opened > 0) {
        cn_node_arena_close(arena[--opened]);
    }
    unlink(path);
    cn_node_arena_close(open_arena(&plain));
}

/* ---- chunks ---- */

CN_TEST(node_arena, a_chunk_is_aligned_writable_and_not_yet_touched)
{
    cn_node_arena_t *arena = open_arena(&plain);
    for (size_t bytes = 64 * 1024; bytes <= 16 * MIB; bytes *= 2) {
        unsigned char *chunk = chunk_get(arena, bytes, bytes);
        assert_int_equal((uintptr_t)chunk & (bytes - 1), 0);
        assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, bytes);
        chunk[0] = 1;
        chunk[bytes - 1] = 1;
        cn_node_arena_chunk_put(arena, chunk, bytes);
    }
    cn_node_arena_t *fresh = open_arena(&(cn_map_policy_t){.numa = CN_NUMA_INTERLEAVE});
    unsigned char *chunk = chunk_get(fresh, 8 * MIB, 2 * MIB);
    assert_int_equal(resident(chunk, 8 * MIB), 0);
    cn_node_arena_chunk_put(fresh, chunk, 8 * MIB);
    cn_node_arena_close(fresh);
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, chunks_do_not_overlap_and_lie_close_together)
{
    cn_node_arena_t *arena = open_arena(&plain);
    unsigned char *chunk[64], *low = (void *)UINTPTR_MAX, *high = NULL;
    for (int i = 0; i < 64; i++) {
        chunk[i] = chunk_get(arena, CHUNK, CHUNK);
        memset(chunk[i], i + 1, CHUNK);
        low = chunk[i] < low ? chunk[i] : low;
        high = chunk[i] > high ? chunk[i] : high;
    }
    for (int i = 0; i < 64; i++) {
        assert_int_equal(chunk[i][0], i + 1);
        assert_int_equal(chunk[i][CHUNK - 1], i + 1);
    }
    assert_true((size_t)(high - low) <= 2 * 64 * CHUNK);
    assert_int_equal(cn_test_map(low, (uint64_t)(high - low) + CHUNK).mappings, 1); /* grown in one mapping */
    for (int i = 0; i < 64; i++) {
        cn_node_arena_chunk_put(arena, chunk[i], CHUNK);
    }
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, a_chunk_of_no_or_odd_size_or_alignment_is_refused)
{
    cn_node_arena_t *arena = open_arena(&plain);
    const size_t page = cn_os_page_bytes();
    void *base = NULL;
    assert_int_equal(cn_node_arena_chunk_get(arena, 0, page, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, page + 1, page, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, page, page / 2, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, page, 3 * page, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, page, 0, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, SIZE_MAX - page + 1, page, &base), CN_EINVAL);
    assert_int_equal(cn_node_arena_chunk_get(arena, (size_t)1 << 50, page, &base), CN_ENOMEM);
    assert_null(base);
    assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, 0);
    cn_node_arena_chunk_put(arena, chunk_get(arena, CHUNK, CHUNK), CHUNK); /* and all is well */
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, putting_a_chunk_gives_its_pages_back_but_not_its_addresses)
{
    cn_node_arena_t *arena = open_arena(&plain);
    unsigned char *chunk = chunk_get(arena, 16 * MIB, CHUNK);
    memset(chunk, 1, 16 * MIB);
    const uint64_t before = cn_test_status_bytes("VmRSS:");
    cn_node_arena_chunk_put(arena, chunk, 16 * MIB);
    assert_true(cn_test_status_bytes("VmRSS:") + 15 * MIB <= before);
    assert_int_equal(resident(chunk, 16 * MIB), 0);
    assert_int_equal(*(volatile unsigned char *)chunk, 0); /* a stale reader does not fault */
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, chunks_that_come_and_go_use_the_same_addresses_again)
{
    cn_node_arena_t *arena = open_arena(&plain);
    unsigned char *first = chunk_get(arena, CHUNK, CHUNK);
    cn_node_arena_chunk_put(arena, first, CHUNK);
    const cn_arena_counts_t before = cn_node_arena_counts(arena);
    for (int i = 0; i < 10000; i++) {
        cn_node_arena_chunk_put(arena, chunk_get(arena, CHUNK, CHUNK), CHUNK);
    }
    const cn_arena_counts_t after = cn_node_arena_counts(arena);
    assert_int_equal(after.reserved_bytes, before.reserved_bytes);
    assert_int_equal(after.committed_bytes, before.committed_bytes);
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, purging_lowers_and_populating_raises_what_is_resident)
{
    cn_node_arena_t *arena = open_arena(&plain);
    unsigned char *chunk = chunk_get(arena, 4 * CHUNK, CHUNK);
    assert_int_equal(cn_node_arena_populate(arena, chunk, 4 * CHUNK), CN_OK);
    assert_int_equal(resident(chunk, 4 * CHUNK), 4 * CHUNK);
    memset(chunk, 7, 4 * CHUNK);
    assert_int_equal(cn_node_arena_populate(arena, chunk, 4 * CHUNK), CN_OK);
    assert_int_equal(chunk[CHUNK], 7); /* populating what is in use changes nothing */
    assert_int_equal(cn_node_arena_purge(arena, chunk + CHUNK, CHUNK), CN_OK);
    assert_int_equal(resident(chunk, 4 * CHUNK), 3 * CHUNK);
    assert_int_equal(chunk[CHUNK], 0);
    assert_int_equal(chunk[CHUNK - 1], 7);
    cn_node_arena_chunk_put(arena, chunk, 4 * CHUNK);
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, lazy_purging_marks_pages_as_free)
{
    const cn_map_policy_t lazy = {.numa = CN_NUMA_LOCAL, .purge_lazy = true};
    cn_node_arena_t *arena = open_arena(&lazy);
    unsigned char *chunk = chunk_get(arena, 8 * CHUNK, CHUNK);
    memset(chunk, 7, 8 * CHUNK);
    assert_int_equal(cn_node_arena_purge(arena, chunk, 8 * CHUNK), CN_OK);
    const cn_test_map_t map = cn_test_map(chunk, 8 * CHUNK);
    assert_true(map.lazy_bytes > 6 * CHUNK || resident(chunk, 8 * CHUNK) < 4 * CHUNK);
    for (size_t i = 0; i < 8 * CHUNK; i += cn_os_page_bytes()) {
        assert_true(chunk[i] == 7 || chunk[i] == 0);
    }
    cn_node_arena_chunk_put(arena, chunk, 8 * CHUNK);
    cn_node_arena_trim(arena);
    assert_int_equal(resident(chunk, 8 * CHUNK), 0); /* a trim means now */
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, huge_pages_are_asked_for_by_policy)
{
    if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) CN_SKIP("this kernel has no huge pages");
    const cn_map_policy_t huge = {.numa = CN_NUMA_LOCAL, .huge_pages = true};
    cn_node_arena_t *with = open_arena(&huge), *without = open_arena(&plain);
    unsigned char *huge_chunk = chunk_get(with, CHUNK, CHUNK), *small_chunk = chunk_get(without, CHUNK, CHUNK);
    assert_true(cn_test_map(huge_chunk, CHUNK).huge_pages);
    assert_false(cn_test_map(small_chunk, CHUNK).huge_pages);
    assert_int_equal(cn_node_arena_counts(with).huge_page_fallbacks, 0);
    cn_node_arena_chunk_put(with, huge_chunk, CHUNK);
    cn_node_arena_chunk_put(without, small_chunk, CHUNK);
    cn_node_arena_close(with);
    cn_node_arena_close(without);
}

/* ---- limits ---- */

static void addresses_run_out(void *unused)
{
    (void)unused;
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(0, &plain, &arena) == CN_OK);
    const rlim_t limit = cn_test_mapped_bytes() + 256 * MIB;
    CN_CHILD_CHECK(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) == 0);
    static void *chunk[256];
    int got = 0, result = CN_OK;
    while (got < 256 && (result = cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got])) == CN_OK) {
        memset(chunk[got++], 1, CHUNK);
    }
    CN_CHILD_CHECK(result == CN_ENOMEM);
    CN_CHILD_CHECK(got >= 64); /* half of what there was, at least */
    for (int i = 0; i < 100; i++) {
        void *more;
        CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &more) == CN_ENOMEM);
    }
    cn_node_arena_chunk_put(arena, chunk[0], CHUNK);
    CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[0]) == CN_OK); /* usable afterwards */
    memset(chunk[0], 1, CHUNK);
    void *memory;
    CN_CHILD_CHECK(cn_node_arena_allocate(arena, 512 * MIB, 0, 0, &memory) == CN_ENOMEM);
    while (got > 0) {
        cn_node_arena_chunk_put(arena, chunk[--got], CHUNK);
    }
    CN_CHILD_CHECK(cn_node_arena_counts(arena).allocated_bytes == 0);
    cn_node_arena_close(arena);
    CN_CHILD_CHECK(cn_meta_bytes() == 0);
}

CN_TEST(node_arena, running_out_of_addresses_is_an_answer_and_the_arena_goes_on)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) CN_SKIP("RLIMIT_AS is set already");
    CN_TEST_IN_CHILD(addresses_run_out, NULL);
}

CN_TEST(node_arena, a_budget_that_is_used_up_refuses_chunks_and_big_allocations)
{
    cn_test_tree_t tree;
    assert_true(cn_test_tree_make(&tree));
    assert_true(cn_test_tree_write(&tree, "/proc/self/cgroup", "0::/app\n"));
    assert_true(cn_test_tree_write(&tree, "/sys/fs/cgroup/app/memory.max", "104857600\n"));
    assert_true(cn_test_tree_write(&tree, "/sys/fs/cgroup/app/memory.current", "104857600\n"));
    assert_true(cn_test_tree_write(&tree, "/sys/fs/cgroup/app/memory.stat", ""));
    cn_node_arena_t *arena = open_arena(&plain);
    unsigned char *chunk = chunk_get(arena, CHUNK, CHUNK);
    cn_budget_use_root(tree.root);

    void *memory = NULL;
    uint64_t reserved = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &memory), CN_BUDGET);
        assert_int_equal(cn_node_arena_allocate(arena, 8 * MIB, 0, 0, &memory), CN_BUDGET);
        assert_int_equal(cn_node_arena_populate(arena, chunk, CHUNK), i == 0 ? CN_BUDGET : CN_OK);
        if (i == 0) memset(chunk, 1, CHUNK); /* resident now: populating needs nothing more */
        if (i == 10) reserved = cn_node_arena_counts(arena).committed_bytes;
    }
    assert_null(memory);
    assert_int_equal(cn_node_arena_counts(arena).committed_bytes, reserved); /* refusals use nothing up */
    assert_int_equal(cn_node_arena_counts(arena).allocated_bytes, CHUNK);

    assert_true(cn_test_tree_write(&tree, "/sys/fs/cgroup/app/memory.current", "1048576\n"));
    cn_node_arena_chunk_put(arena, chunk_get(arena, CHUNK, CHUNK), CHUNK); /* the limit has room again */
    cn_budget_use_root(NULL);
    cn_test_tree_remove(&tree);
    cn_node_arena_chunk_put(arena, chunk, CHUNK);
    cn_node_arena_close(arena);
}

CN_TEST(node_arena, strict_binding_to_a_full_node_refuses_before_the_kernel_kills)
{
    cn_test_tree_t tree;
    assert_true(cn_test_tree_make(&tree));
    assert_true(cn_test_tree_write(&tree, "/sys/devices/system/node/node0/meminfo",
                                   "Node 0 MemTotal: 1048576 kB\nNode 0 MemFree: 17408 kB\n")); /* 1 MiB too many */
    assert_int_equal(cn_topology_load_synthetic("node:2 core:4 pu:1"), CN_OK);
    cn_topology_force_bind(true);
    cn_budget_use_root(tree.root);
    const cn_map_policy_t strict = {.numa = CN_NUMA_BIND};
    cn_node_arena_t *bound = open_arena(&strict), *preferring = open_arena(&plain);
    void *base = NULL;
    assert_int_equal(cn_node_arena_chunk_get(bound, CHUNK, CHUNK, &base), CN_ENOMEM);
    assert_int_equal(cn_node_arena_allocate(bound, CHUNK, 0, 0, &base), CN_ENOMEM);
    cn_node_arena_chunk_put(bound, chunk_get(bound, MIB / 2, MIB / 2), MIB / 2);
    cn_node_arena_chunk_put(preferring, chunk_get(preferring, CHUNK, CHUNK), CHUNK); /* goes elsewhere instead */
    cn_node_arena_close(bound);
    cn_node_arena_close(preferring);
    cn_budget_use_root(NULL);
    cn_test_tree_remove(&tree);
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

static void fill_cgroup(void *group)
{
    if (!cn_test_cgroup_enter(group)) _exit(CN_CHILD_SKIP);
    cn_budget_use_root(NULL);
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(0, &plain, &arena) == CN_OK);
    static void *chunk[256];
    int got = 0, result = CN_OK;
    while (got < 256 && (result = cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got])) == CN_OK) {
        memset(chunk[got++], 1, CHUNK); /* one too many and the kernel would kill us here */
    }
    CN_CHILD_CHECK(result == CN_BUDGET);
    CN_CHILD_CHECK(got >= 20 && got <= 32);
    cn_node_arena_chunk_put(arena, chunk[--got], CHUNK);
    cn_node_arena_chunk_put(arena, chunk[--got], CHUNK);
    CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got]) == CN_OK);
    memset(chunk[got], 1, CHUNK);
}

CN_TEST(node_arena, a_real_container_limit_refuses_before_the_kernel_kills)
{
    if (CN_TEST_HAS_TSAN) CN_SKIP("the thread sanitizer's own memory would count");
    cn_test_cgroup_t group;
    if (!cn_test_cgroup_make(&group, 64 * MIB)) CN_SKIP("no memory cgroup of version 1 that we may make");
    const int result = cn_test_child(fill_cgroup, &group);
    cn_test_cgroup_remove(&group);
    if (result == CN_CHILD_SKIP) skip();
    assert_int_equal(result, 0);
}

/* ---- files ---- */

CN_TEST(node_arena, a_file_backs_an_arena_up_to_its_size)
{
    char path[64];
    snprintf(path, sizeof path, "cn_test_arena_%d", (int)getpid());
    const cn_map_policy_t policy = {.numa = CN_NUMA_LOCAL, .file = path, .file_bytes = 8 * CHUNK};
    cn_node_arena_t *arena = open_arena(&policy);
    unsigned char *chunk[9];
    for (int i = 0; i < 8; i++) {
        chunk[i] = chunk_get(arena, CHUNK, CHUNK);
        memset(chunk[i], i + 1, CHUNK);
    }
    void *more = NULL;
    assert_int_equal(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &more), CN_ENOMEM);
    assert_int_equal(cn_node_arena_counts(arena).reserved_bytes, 8 * CHUNK);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(chunk[i][CHUNK - 1], i + 1);
    }
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_true((size_t)found.st_blocks * 512 >= 8 * CHUNK);
    assert_int_equal(cn_node_arena_purge(arena, chunk[0], CHUNK), CN_OK);
    assert_int_equal(stat(path, &found), 0);
    assert_true((size_t)found.st_blocks * 512 < 8 * CHUNK);                  /* purging a file gives blocks back */
    assert_int_equal(cn_node_arena_populate(arena, chunk[0], CHUNK), CN_OK); /* and they come again */
    assert_int_equal(stat(path, &found), 0);
    assert_true((size_t)found.st_blocks * 512 >= 8 * CHUNK);
    for (int i = 0; i < 8; i++) {
        cn_node_arena_chunk_put(arena, chunk[i], CHUNK);
    }
    cn_node_arena_close(arena);
    assert_int_equal(access(path, F_OK), 0);
    unlink(path);
}

CN_TEST(node_arena, zeroed_memory_is_zero_in_a_file_with_old_contents)
{
    char path[64];
    snprintf(path, sizeof path, "cn_test_arena_%d", (int)getpid());
    const cn_map_policy_t policy = {.numa = CN_NUMA_LOCAL, .purge_lazy = true, .file = path, .file_bytes = 8 * CHUNK};
    FILE *file = fopen(path, "we");
    for (size_t i = 0; i < 8 * CHUNK; i++) {
        fputc('x', file);
    }
    fclose(file);
    cn_node_arena_t *arena = open_arena(&policy);
    for (size_t bytes = 16; bytes <= CHUNK; bytes *= 8) {
        unsigned char *memory = NULL;
        assert_int_equal(cn_node_arena_allocate(arena, bytes, 0, CN_ALLOCATE_ZEROED, (void **)&memory), CN_OK);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(memory[i], 0);
        }
        memset(memory, 'y', bytes);
        cn_node_arena_free(arena, memory, bytes, 0);
    }
    cn_node_arena_trim(arena);
    cn_node_arena_close(arena);
    unlink(path);
}

CN_TEST(node_arena, a_file_that_cannot_be_had_is_refused)
{
    const cn_map_policy_t policy = {.numa = CN_NUMA_LOCAL, .file = "no/such/folder/file", .file_bytes = CHUNK};
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_node_arena_open(0, &policy, &arena), CN_EIO);
    assert_null(arena);
    assert_int_equal(cn_meta_bytes(), 0);
}

CN_TEST_MAIN(node_arena)
