/* The container's memory limit: version 1 and 2, levels, nonsense, and a real cgroup where we may make one. */
#include "platform/cn_budget.h"

#include <sys/mman.h>

#include "base/cn_error.h"
#include "cn_test.h"
#include "cn_test_cgroup.h"

#define MIB ((uint64_t)1024 * 1024)

static cn_test_tree_t tree;

static void tree_begin(const char *cgroup)
{
    assert_true(cn_test_tree_make(&tree));
    assert_true(cn_test_tree_write(&tree, "/proc/self/cgroup", cgroup));
    cn_budget_use_root(tree.root);
}

static void tree_write(const char *path, const char *text)
{
    assert_true(cn_test_tree_write(&tree, path, text));
}

static void tree_end(void)
{
    cn_test_tree_remove(&tree);
    cn_budget_use_root(NULL);
}

/* Another look, as if for the first time. */
static void tree_changed(void)
{
    cn_budget_use_root(tree.root);
}

static cn_budget_t budget_read(void)
{
    cn_budget_t budget;
    assert_int_equal(cn_budget_read(&budget), CN_OK);
    return budget;
}

static void level2(const char *directory, const char *maximum, const char *current, const char *stat)
{
    char path[256];
    snprintf(path, sizeof path, "%s/memory.max", directory);
    tree_write(path, maximum);
    snprintf(path, sizeof path, "%s/memory.current", directory);
    tree_write(path, current);
    snprintf(path, sizeof path, "%s/memory.stat", directory);
    tree_write(path, stat);
}

static void level1(const char *directory, const char *limit, const char *usage, const char *stat)
{
    char path[256];
    snprintf(path, sizeof path, "%s/memory.limit_in_bytes", directory);
    tree_write(path, limit);
    snprintf(path, sizeof path, "%s/memory.usage_in_bytes", directory);
    tree_write(path, usage);
    snprintf(path, sizeof path, "%s/memory.stat", directory);
    tree_write(path, stat);
}

CN_TEST(budget, version_2_counts_what_the_kernel_cannot_drop)
{
    tree_begin("0::/app\n");
    level2(
        "/sys/fs/cgroup/app", "104857600\n", "60000000\n",
        "anon 30000000\nfile 30000000\ninactive_anon 1\nactive_anon 2\ninactive_file 10000000\nactive_file 20000000\n");
    const cn_budget_t budget = budget_read();
    assert_int_equal(budget.limit_bytes, 100 * MIB);
    assert_int_equal(budget.used_bytes, 30000000);
    tree_end();
}

CN_TEST(budget, version_1_counts_what_the_kernel_cannot_drop)
{
    tree_begin("5:cpu,cpuacct:/app\n4:memory:/app\n1:name=systemd:/\n0::/\n");
    level1("/sys/fs/cgroup/memory/app", "104857600\n", "60000000\n",
           "cache 1\ninactive_file 5\nactive_file 6\ntotal_inactive_file 10000000\ntotal_active_file 20000000\n");
    const cn_budget_t budget = budget_read();
    assert_int_equal(budget.limit_bytes, 100 * MIB);
    assert_int_equal(budget.used_bytes, 30000000);
    tree_end();
}

CN_TEST(budget, no_cgroup_and_no_files_mean_no_limit)
{
    tree_begin("");
    assert_int_equal(budget_read().limit_bytes, UINT64_MAX);
    assert_true(cn_budget_allows(UINT64_MAX / 2));
    tree_end();

    tree_begin("0::/gone\n");
    assert_int_equal(budget_read().limit_bytes, UINT64_MAX);
    tree_end();

    cn_budget_use_root("no/such/root");
    assert_int_equal(budget_read().limit_bytes, UINT64_MAX);
    cn_budget_use_root(NULL);
}

CN_TEST(budget, max_and_the_huge_number_of_version_1_mean_no_limit)
{
    tree_begin("0::/app\n");
    level2("/sys/fs/cgroup/app", "max\n", "1\n", "");
    assert_int_equal(budget_read().limit_bytes, UINT64_MAX);
    tree_end();

    tree_begin("4:memory:/app\n");
    level1("/sys/fs/cgroup/memory/app", "9223372036854771712\n", "1\n", "");
    assert_int_equal(budget_read().limit_bytes, UINT64_MAX);
    tree_end();
}

CN_TEST(budget, a_limit_without_a_use_or_with_words_is_an_error_and_no_limit)
{
    cn_budget_t budget = {1, 1};
    tree_begin("0::/app\n");
    tree_write("/sys/fs/cgroup/app/memory.current", "1\n");
    tree_write("/sys/fs/cgroup/app/memory.max", "104857600\n"); /* but no memory.stat */
    assert_int_equal(cn_budget_read(&budget), CN_EIO);
    assert_int_equal(budget.limit_bytes, UINT64_MAX);
    assert_true(cn_budget_allows(1));

    tree_write("/sys/fs/cgroup/app/memory.stat", "");
    tree_write("/sys/fs/cgroup/app/memory.current", "much\n");
    assert_int_equal(cn_budget_read(&budget), CN_EIO);
    tree_end();
}

CN_TEST(budget, the_tightest_level_counts_wherever_it_is)
{
    tree_begin("0::/pod/app/part\n");
    level2("/sys/fs/cgroup/pod", "209715200\n", "200000000\n", "");        /* 9 MiB left */
    level2("/sys/fs/cgroup/pod/app", "max\n", "150000000\n", "");          /* no limit */
    level2("/sys/fs/cgroup/pod/app/part", "104857600\n", "4194304\n", ""); /* 96 MiB left */
    assert_int_equal(budget_read().limit_bytes, 200 * MIB);
    assert_false(cn_budget_allows(32 * MIB));

    level2("/sys/fs/cgroup/pod", "2097152000\n", "200000000\n", "");
    tree_changed();
    assert_int_equal(budget_read().limit_bytes, 100 * MIB);
    assert_true(cn_budget_allows(32 * MIB));
    tree_end();
}

CN_TEST(budget, version_1_walks_up_too)
{
    tree_begin("4:memory:/docker/abc\n");
    level1("/sys/fs/cgroup/memory/docker/abc", "9223372036854771712\n", "1\n", "");
    level1("/sys/fs/cgroup/memory/docker", "104857600\n", "52428800\n", "total_inactive_file 0\n");
    const cn_budget_t budget = budget_read();
    assert_int_equal(budget.limit_bytes, 100 * MIB);
    assert_int_equal(budget.used_bytes, 50 * MIB);
    tree_end();
}

CN_TEST(budget, the_mark_that_throttles_counts_as_a_limit)
{
    tree_begin("0::/app\n");
    level2("/sys/fs/cgroup/app", "104857600\n", "0\n", "");
    tree_write("/sys/fs/cgroup/app/memory.high", "52428800\n");
    assert_int_equal(budget_read().limit_bytes, 50 * MIB);
    tree_write("/sys/fs/cgroup/app/memory.high", "max\n");
    assert_int_equal(budget_read().limit_bytes, 100 * MIB);
    tree_end();
}

CN_TEST(budget, a_container_that_sees_only_its_own_directory_finds_it)
{
    tree_begin(
        "4:memory:/docker/abc/deep\n0::/\n"); /* the host's path, but only /docker/abc is mounted, and elsewhere */
    tree_write("/proc/self/mountinfo",
               "22 1 0:19 / /sys rw - sysfs sysfs rw\n"
               "30 22 0:25 /docker/abc /groups/cpu rw - cgroup cgroup rw,cpu\n"
               "31 22 0:26 /docker/abc /groups/mem ro,nosuid shared:9 - cgroup cgroup rw,memory\n");
    level1("/groups/mem", "104857600\n", "1048576\n", "");
    level1("/groups/mem/deep", "52428800\n", "1048576\n", "");
    assert_int_equal(budget_read().limit_bytes, 50 * MIB);
    tree_end();
}

CN_TEST(budget, a_path_outside_of_the_mount_uses_what_is_mounted)
{
    tree_begin("0::/../other\n");
    level2("/sys/fs/cgroup", "104857600\n", "1048576\n", "");
    assert_int_equal(budget_read().limit_bytes, 100 * MIB);
    tree_end();
}

CN_TEST(budget, a_hybrid_host_counts_memory_in_version_1)
{
    tree_begin("4:memory:/app\n0::/app\n");
    tree_write("/proc/self/mountinfo", "31 22 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                       "32 22 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    tree_write("/sys/fs/cgroup/unified/app/cgroup.procs", "");
    level1("/sys/fs/cgroup/memory/app", "104857600\n", "1048576\n", "");
    assert_int_equal(budget_read().limit_bytes, 100 * MIB);
    tree_end();
}

CN_TEST(budget, a_controller_with_a_longer_name_is_not_memory)
{
    tree_begin("4:memoryx:/app\n3:xmemory:/app\n2:cpu,memory,pids:/right\n");
    tree_write("/proc/self/mountinfo", "31 22 0:26 / /a rw - cgroup cgroup rw,xmemory\n"
                                       "32 22 0:27 / /b rw - cgroup cgroup rw,memoryx\n"
                                       "33 22 0:28 / /c rw - cgroup cgroup rw,cpu,memory,pids\n");
    level1("/c/right", "104857600\n", "1048576\n", "");
    assert_int_equal(budget_read().limit_bytes, 100 * MIB);
    tree_end();
}

CN_TEST(budget, the_last_sixty_fourth_is_for_others)
{
    tree_begin("0::/app\n");
    level2("/sys/fs/cgroup/app", "104857600\n", "0\n", "");
    const uint64_t room = 100 * MIB - 100 * MIB / 64;
    assert_false(cn_budget_allows(room + 1));
    assert_true(cn_budget_allows(room));
    tree_end();
}

CN_TEST(budget, what_was_allowed_is_remembered_until_the_next_look)
{
    tree_begin("0::/app\n");
    level2("/sys/fs/cgroup/app", "104857600\n", "0\n", "");
    /* Nothing is touched, so the file keeps saying 0: an eighth of the room may be granted on one look. */
    uint64_t granted = 0;
    for (int i = 0; i < 6 && cn_budget_allows(2 * MIB); i++) {
        granted += 2 * MIB;
    }
    assert_int_equal(granted, 12 * MIB);
    level2("/sys/fs/cgroup/app", "104857600\n", "104857600\n", "");
    assert_false(cn_budget_allows(2 * MIB)); /* beyond the eighth: looks again */
    tree_end();
}

CN_TEST(budget, a_limit_that_is_raised_is_seen)
{
    tree_begin("0::/app\n");
    level2("/sys/fs/cgroup/app", "104857600\n", "104857600\n", "");
    assert_false(cn_budget_allows(MIB));
    level2("/sys/fs/cgroup/app", "209715200\n", "104857600\n", "");
    assert_true(cn_budget_allows(MIB)); /* a refusal is never taken from memory */
    tree_end();
}

CN_TEST(budget, a_full_node_allows_no_more)
{
    tree_begin("");
    tree_write("/sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:       262144 kB\n"
                                                         "Node 1 MemFree:         20480 kB\n"
                                                         "Node 1 MemUsed:        200000 kB\n"
                                                         "Node 1 Active:          99999 kB\n"
                                                         "Node 1 Active(file):     1024 kB\n"
                                                         "Node 1 Inactive(file):   2048 kB\n");
    const uint64_t room = 23 * MIB - 4 * MIB; /* free and droppable, less a 64th of 256 MiB */
    assert_true(cn_budget_node_allows(1, room));
    assert_false(cn_budget_node_allows(1, room + 1));
    assert_true(cn_budget_node_allows(7, UINT64_MAX)); /* nobody tells about node 7 */
    tree_write("/sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 262144 kB\nNode 1 MemFree: 4096 kB\n");
    assert_false(cn_budget_node_allows(1, 1));
    tree_end();
}

static void in_real_cgroup(void *argument)
{
    if (!cn_test_cgroup_enter(argument)) _exit(CN_CHILD_SKIP);
    cn_budget_use_root(NULL);
    cn_budget_t before, after;
    CN_CHILD_CHECK(cn_budget_read(&before) == CN_OK);
    CN_CHILD_CHECK(before.limit_bytes <= 64 * MIB);
    CN_CHILD_CHECK(cn_budget_allows(16 * MIB));
    CN_CHILD_CHECK(!cn_budget_allows(128 * MIB));
    char *memory = mmap(NULL, 32 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CN_CHILD_CHECK(memory != MAP_FAILED);
    for (size_t i = 0; i < 32 * MIB; i += 4096) {
        memory[i] = 1;
    }
    CN_CHILD_CHECK(cn_budget_read(&after) == CN_OK);
    CN_CHILD_CHECK(after.used_bytes >= before.used_bytes + 31 * MIB);
}

CN_TEST(budget, a_real_cgroup_of_version_1_limits_this_process)
{
    if (CN_TEST_HAS_TSAN) CN_SKIP("the thread sanitizer's own memory would count");
    cn_test_cgroup_t group;
    if (!cn_test_cgroup_make(&group, 64 * MIB)) CN_SKIP("no memory cgroup of version 1 that we may make");
    const int result = cn_test_child(in_real_cgroup, &group);
    cn_test_cgroup_remove(&group);
    if (result == CN_CHILD_SKIP) skip();
    assert_int_equal(result, 0);
}

CN_TEST_MAIN(budget)
