/* What only a machine with several NUMA nodes can show: on which node pages really lie.
 *
 * Runs as the first process of an emulated machine (ci/test-numa): two nodes with memory, two processors each, and in
 * one of the boots a third node with processors and no memory. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "arena/cn_meta.h"
#include "arena/cn_node_arena.h"
#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_maps.h"
#include "platform/cn_budget.h"
#include "platform/cn_topology.h"

#define MIB   ((size_t)1024 * 1024)
#define CHUNK (2 * MIB)
#define NODES 2U

static bool has_memoryless_node(void)
{
    return getenv("CN_MEMORYLESS") != NULL; /* from the kernel's command line */
}

/* Moves this thread to the first processor of a node. */
static void run_on(uint32_t node)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(2 * node, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
}

/* How many pages of a piece lie on each node. */
static void count_pages(const void *base, size_t bytes, size_t pages_on[NODES])
{
    memset(pages_on, 0, NODES * sizeof pages_on[0]);
    for (size_t offset = 0; offset < bytes; offset += 4096) {
        void *page = (void *)((uintptr_t)base + offset);
        int node = -1;
        assert_int_equal(syscall(SYS_move_pages, 0, 1UL, &page, NULL, &node, 0), 0);
        assert_in_range(node, 0, NODES - 1);
        pages_on[node]++;
    }
}

static void assert_all_on(uint32_t node, const void *base, size_t bytes)
{
    size_t pages_on[NODES];
    count_pages(base, bytes, pages_on);
    assert_int_equal(pages_on[node], bytes / 4096);
}

static cn_node_arena_t *open_arena(uint32_t node, const cn_map_policy_t *policy)
{
    cn_node_arena_t *arena = NULL;
    assert_int_equal(cn_node_arena_open(node, policy, &arena), CN_OK);
    return arena;
}

static void *chunk_get(cn_node_arena_t *arena, size_t bytes)
{
    void *base = NULL;
    assert_int_equal(cn_node_arena_chunk_get(arena, bytes, CHUNK, &base), CN_OK);
    return base;
}

CN_TEST(numa, the_topology_is_the_emulated_one)
{
    assert_int_equal(cn_topology_load(), CN_OK);
    assert_int_equal(cn_topology_nodes(), NODES);
    assert_int_equal(cn_topology_os_mask(), 3);
    assert_true(cn_topology_may_bind());
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        assert_int_equal(cn_topology_node_of_cpu(cpu), cpu / 2);
    }
    assert_int_equal(cn_topology_distance(0, 0), 10);
    assert_int_equal(cn_topology_distance(0, 1), 21);
    for (uint32_t node = 0; node < NODES; node++) {
        run_on(node);
        assert_int_equal(cn_topology_here(), node);
    }
}

CN_TEST(numa, processors_of_a_node_without_memory_belong_to_the_nearest)
{
    if (!has_memoryless_node()) CN_SKIP("not in this boot");
    assert_int_equal(cn_topology_node_of_cpu(4), 1); /* the distances say so */
    assert_int_equal(cn_topology_node_of_cpu(5), 1);
}

static void check_placement(const cn_map_policy_t *policy)
{
    for (uint32_t node = 0; node < NODES; node++) {
        run_on(1 - node); /* a thread of the other node touches it */
        cn_node_arena_t *arena = open_arena(node, policy);
        unsigned char *chunk = chunk_get(arena, 2 * CHUNK);
        memset(chunk, 1, CHUNK);
        assert_int_equal(cn_node_arena_populate(arena, chunk + CHUNK, CHUNK), CN_OK);
        assert_all_on(node, chunk, 2 * CHUNK);
        assert_int_equal(cn_node_arena_purge(arena, chunk, 2 * CHUNK), CN_OK);
        memset(chunk, 2, 2 * CHUNK);
        assert_all_on(node, chunk, 2 * CHUNK); /* the placement outlives a purge */
        cn_node_arena_chunk_put(arena, chunk, 2 * CHUNK);
        chunk = chunk_get(arena, 2 * CHUNK);
        memset(chunk, 3, 2 * CHUNK);
        assert_all_on(node, chunk, 2 * CHUNK); /* and coming back from the arena */
        cn_node_arena_chunk_put(arena, chunk, 2 * CHUNK);
        assert_int_equal(cn_node_arena_counts(arena).numa_fallbacks, 0);
        cn_node_arena_close(arena);
    }
}

CN_TEST(numa, strictly_bound_chunks_lie_on_their_node)
{
    check_placement(&(cn_map_policy_t){.numa = CN_NUMA_BIND});
}

CN_TEST(numa, chunks_that_prefer_a_node_lie_there)
{
    check_placement(&(cn_map_policy_t){.numa = CN_NUMA_PREFERRED});
}

CN_TEST(numa, huge_pages_lie_on_their_node)
{
    check_placement(&(cn_map_policy_t){.numa = CN_NUMA_PREFERRED, .huge_pages = true});
}

CN_TEST(numa, local_chunks_lie_where_they_are_touched)
{
    cn_node_arena_t *arena = open_arena(0, &(cn_map_policy_t){.numa = CN_NUMA_LOCAL});
    unsigned char *chunk = chunk_get(arena, 2 * CHUNK);
    for (uint32_t node = 0; node < NODES; node++) {
        run_on(node);
        memset(chunk + node * CHUNK, 1, CHUNK);
        assert_all_on(node, chunk + node * CHUNK, CHUNK);
    }
    cn_node_arena_chunk_put(arena, chunk, 2 * CHUNK);
    cn_node_arena_close(arena);
}

CN_TEST(numa, interleaved_chunks_lie_on_all_nodes)
{
    cn_node_arena_t *arena = open_arena(0, &(cn_map_policy_t){.numa = CN_NUMA_INTERLEAVE});
    unsigned char *chunk = chunk_get(arena, 4 * CHUNK);
    memset(chunk, 1, 4 * CHUNK);
    size_t pages_on[NODES];
    count_pages(chunk, 4 * CHUNK, pages_on);
    assert_int_equal(pages_on[0], 4 * CHUNK / 4096 / 2);
    assert_int_equal(pages_on[1], 4 * CHUNK / 4096 / 2);
    cn_node_arena_chunk_put(arena, chunk, 4 * CHUNK);
    cn_node_arena_close(arena);
}

CN_TEST(numa, general_allocations_lie_on_the_node_of_their_arena)
{
    cn_node_arena_t *arena[NODES];
    for (uint32_t node = 0; node < NODES; node++) {
        arena[node] = open_arena(node, &(cn_map_policy_t){.numa = CN_NUMA_BIND});
    }
    run_on(0);
    for (int i = 0; i < 500; i++) { /* freed and taken in turns: no cache may mix the nodes */
        for (uint32_t node = 0; node < NODES; node++) {
            unsigned char *memory = NULL;
            const size_t bytes = 100 + 300 * (size_t)i;
            assert_int_equal(cn_node_arena_allocate(arena[node], bytes, 0, 0, (void **)&memory), CN_OK);
            memset(memory, 1, bytes);
            assert_all_on(node, (void *)((uintptr_t)memory & ~(uintptr_t)4095), 4096);
            cn_node_arena_free(arena[node], memory, bytes, 0);
        }
    }
    for (uint32_t node = 0; node < NODES; node++) {
        cn_node_arena_close(arena[node]);
    }
}

static void fill_preferred(void *unused)
{
    (void)unused;
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(1, &(cn_map_policy_t){.numa = CN_NUMA_PREFERRED}, &arena) == CN_OK);
    static void *chunk[160];
    for (int i = 0; i < 160; i++) { /* 320 MiB: more than the node has, less than both */
        CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[i]) == CN_OK);
        memset(chunk[i], 1, CHUNK);
    }
    size_t on_node = 0;
    for (int i = 0; i < 160; i++) {
        void *page = chunk[i];
        int node = -1;
        CN_CHILD_CHECK(syscall(SYS_move_pages, 0, 1UL, &page, NULL, &node, 0) == 0);
        on_node += node == 1;
    }
    CN_CHILD_CHECK(on_node > 80 && on_node < 160);
}

CN_TEST(numa, a_full_node_that_is_preferred_lets_the_other_help)
{
    CN_TEST_IN_CHILD(fill_preferred, NULL);
}

static void fill_bound(void *unused)
{
    (void)unused;
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(1, &(cn_map_policy_t){.numa = CN_NUMA_BIND}, &arena) == CN_OK);
    static void *chunk[160];
    int got = 0, result = CN_OK;
    while (got < 160 && (result = cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got])) == CN_OK) {
        memset(chunk[got++], 1, CHUNK); /* the kernel would kill us when the node is full */
    }
    CN_CHILD_CHECK(result == CN_ENOMEM);
    CN_CHILD_CHECK(got > 80);
    cn_node_arena_chunk_put(arena, chunk[--got], CHUNK);
    cn_node_arena_chunk_put(arena, chunk[--got], CHUNK);
    CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got]) == CN_OK);
    memset(chunk[got], 1, CHUNK);
}

CN_TEST(numa, a_full_node_that_is_bound_to_refuses_and_nobody_is_killed)
{
    CN_TEST_IN_CHILD(fill_bound, NULL);
}

/* ---- cgroups of version 2, which not every host has ---- */

static bool write_text(const char *path, const char *text)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    const ssize_t length = (ssize_t)strlen(text);
    const bool written = file >= 0 && write(file, text, (size_t)length) == length;
    if (file >= 0) close(file);
    return written;
}

static void fill_group(void *unused)
{
    (void)unused;
    CN_CHILD_CHECK(write_text("/sys/fs/cgroup/app/cgroup.procs", "0"));
    cn_budget_use_root(NULL);
    cn_budget_t budget;
    CN_CHILD_CHECK(cn_budget_read(&budget) == CN_OK && budget.limit_bytes == 64 * MIB);
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(0, &(cn_map_policy_t){.numa = CN_NUMA_PREFERRED}, &arena) == CN_OK);
    static void *chunk[64];
    int got = 0, result = CN_OK;
    while (got < 64 && (result = cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk[got])) == CN_OK) {
        memset(chunk[got++], 1, CHUNK);
    }
    CN_CHILD_CHECK(result == CN_BUDGET);
    CN_CHILD_CHECK(got >= 20 && got <= 32);
}

static void kept_to_node_1(void *unused)
{
    (void)unused;
    CN_CHILD_CHECK(write_text("/sys/fs/cgroup/kept/cgroup.procs", "0"));
    CN_CHILD_CHECK(cn_topology_load_synthetic(NULL) == CN_OK);
    CN_CHILD_CHECK(cn_topology_nodes() == 1 && cn_topology_os_index(0) == 1 && cn_topology_here() == 0);
    CN_CHILD_CHECK(!cn_topology_may_bind()); /* there is nowhere else */
    cn_node_arena_t *arena;
    CN_CHILD_CHECK(cn_node_arena_open(0, &(cn_map_policy_t){.numa = CN_NUMA_PREFERRED}, &arena) == CN_OK);
    void *chunk;
    CN_CHILD_CHECK(cn_node_arena_chunk_get(arena, CHUNK, CHUNK, &chunk) == CN_OK);
    memset(chunk, 1, CHUNK);
    int node = -1;
    CN_CHILD_CHECK(syscall(SYS_move_pages, 0, 1UL, &chunk, NULL, &node, 0) == 0 && node == 1);
}

CN_TEST(numa, a_process_that_is_kept_to_one_node_sees_only_that_one)
{
    assert_true(write_text("/sys/fs/cgroup/cgroup.subtree_control", "+cpuset"));
    assert_int_equal(mkdir("/sys/fs/cgroup/kept", 0755), 0);
    assert_true(write_text("/sys/fs/cgroup/kept/cpuset.mems", "1"));
    CN_TEST_IN_CHILD(kept_to_node_1, NULL);
}

CN_TEST(numa, a_limit_of_cgroup_version_2_refuses_before_the_kernel_kills)
{
    assert_true(write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory"));
    assert_int_equal(mkdir("/sys/fs/cgroup/app", 0755), 0);
    assert_true(write_text("/sys/fs/cgroup/app/memory.max", "67108864"));
    CN_TEST_IN_CHILD(fill_group, NULL);
}

CN_TEST(numa, nothing_is_left_over)
{
    assert_int_equal(cn_meta_bytes(), 0);
}

int main(void)
{
    (void)mkdir("/proc", 0755);
    (void)mkdir("/sys", 0755);
    (void)mkdir("/dev", 0755);
    if (mount("proc", "/proc", "proc", 0, NULL) != 0 || mount("sysfs", "/sys", "sysfs", 0, NULL) != 0 ||
        mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL) != 0) {
        perror("numa_guest: mount");
    } else {
        const int failed = _cmocka_run_group_tests("numa", cn_tests, cn_tests_count, NULL, NULL);
        printf("numa_guest: %s\n", failed == 0 ? "every test passed" : "a test failed");
    }
    fflush(NULL);
    sync();
    if (getpid() == 1) (void)reboot(RB_AUTOBOOT); /* with -no-reboot the emulator ends */
    return 1;
}
