/* NUMA nodes: this machine's, and machines that are described. */
#include "platform/cn_topology.h"

#include <sched.h>

#include "base/cn_error.h"
#include "cn_test.h"

CN_TEST(topology, this_machine_has_a_node_for_every_processor)
{
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
    assert_int_equal(cn_topology_load(), CN_OK);
    assert_false(cn_topology_is_synthetic());
    const uint32_t nodes = cn_topology_nodes();
    assert_in_range(nodes, 1, CN_NODES_MAX);
    assert_int_equal(__builtin_popcountll(cn_topology_os_mask()), nodes);
    for (uint32_t cpu = 0; cpu < (uint32_t)sysconf(_SC_NPROCESSORS_CONF); cpu++) {
        assert_true(cn_topology_node_of_cpu(cpu) < nodes);
    }
    assert_true(cn_topology_here() < nodes);
    assert_int_equal(cn_topology_may_bind(), nodes > 1);
}

CN_TEST(topology, the_kernel_agrees_about_the_node_i_run_on)
{
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &before)) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
        unsigned now, node;
        assert_int_equal(getcpu(&now, &node), 0);
        assert_int_equal(now, cpu);
        assert_int_equal(cn_topology_os_index(cn_topology_here()), node);
    }
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

CN_TEST(topology, two_nodes_share_the_processors_between_them)
{
    assert_int_equal(cn_topology_load_synthetic("node:2 core:4 pu:1"), CN_OK);
    assert_true(cn_topology_is_synthetic());
    assert_false(cn_topology_may_bind());
    assert_int_equal(cn_topology_nodes(), 2);
    assert_int_equal(cn_topology_os_index(0), 0);
    assert_int_equal(cn_topology_os_index(1), 1);
    assert_int_equal(cn_topology_os_mask(), 3);
    for (uint32_t cpu = 0; cpu < 8; cpu++) {
        assert_int_equal(cn_topology_node_of_cpu(cpu), cpu / 4);
    }
    assert_int_equal(cn_topology_node_of_cpu(8), 0); /* no such processor: anything but a crash */
    assert_int_equal(cn_topology_node_of_cpu(UINT32_MAX), 0);
    assert_int_equal(cn_topology_distance(0, 0), 10);
    assert_true(cn_topology_distance(0, 1) > 10);
    assert_true(cn_topology_here() < 2);
}

CN_TEST(topology, nodes_attached_to_packages_are_found)
{
    assert_int_equal(cn_topology_load_synthetic("pack:2 [numa] l3:2 core:4 pu:2"), CN_OK);
    assert_int_equal(cn_topology_nodes(), 2);
    for (uint32_t cpu = 0; cpu < 32; cpu++) {
        assert_int_equal(cn_topology_node_of_cpu(cpu), cpu / 16);
    }
}

CN_TEST(topology, processors_of_a_node_without_memory_use_the_nearest_with_some)
{
    /* Two groups of two packages; the last package of each has no memory: its group's other node is nearest. */
    assert_int_equal(cn_topology_load_synthetic("group:2 pack:2 [numa(memory=1GB)] core:2 pu:1"), CN_OK);
    assert_int_equal(cn_topology_nodes(), 4);
    assert_int_equal(cn_topology_load_synthetic("group:2 [numa(memory=1GB)] pack:2 [numa(memory=0)] core:2 pu:1"),
                     CN_OK);
    assert_int_equal(cn_topology_nodes(), 2);
    for (uint32_t cpu = 0; cpu < 8; cpu++) {
        assert_int_equal(cn_topology_node_of_cpu(cpu), cpu / 4);
    }
}

CN_TEST(topology, where_no_node_tells_of_memory_each_counts)
{
    assert_int_equal(cn_topology_load_synthetic("pack:2 [numa(memory=0)] core:2 pu:1"), CN_OK);
    assert_int_equal(cn_topology_nodes(), 2);
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        assert_int_equal(cn_topology_node_of_cpu(cpu), cpu / 2);
    }
}

CN_TEST(topology, one_node_is_always_here)
{
    assert_int_equal(cn_topology_load_synthetic("pack:1 core:2 pu:1"), CN_OK);
    assert_int_equal(cn_topology_nodes(), 1);
    assert_int_equal(cn_topology_here(), 0);
    assert_int_equal(cn_topology_distance(0, 0), 10);
}

CN_TEST(topology, many_nodes_are_cut_to_the_table)
{
    assert_int_equal(cn_topology_load_synthetic("node:96 core:1 pu:1"), CN_OK);
    assert_int_equal(cn_topology_nodes(), CN_NODES_MAX);
    for (uint32_t cpu = 0; cpu < 96; cpu++) {
        assert_true(cn_topology_node_of_cpu(cpu) < CN_NODES_MAX);
    }
}

CN_TEST(topology, nonsense_is_refused_and_leaves_one_node)
{
    assert_int_equal(cn_topology_load_synthetic("node:two"), CN_EINVAL);
    assert_int_equal(cn_topology_nodes(), 1);
    assert_int_equal(cn_topology_here(), 0);
    assert_int_equal(cn_topology_load_synthetic(NULL), CN_OK);
}

static void load_described(void *description)
{
    setenv("HWLOC_SYNTHETIC", description, 1);
    CN_CHILD_CHECK(cn_topology_load_synthetic(NULL) == CN_OK);
    CN_CHILD_CHECK(cn_topology_nodes() == 2);
    CN_CHILD_CHECK(cn_topology_is_synthetic());
    CN_CHILD_CHECK(!cn_topology_may_bind()); /* or memory would be bound to nodes that do not exist */
}

CN_TEST(topology, a_description_in_the_environment_is_known_to_be_one)
{
    CN_TEST_IN_CHILD(load_described, "node:2 core:2 pu:1");
}

CN_TEST_MAIN(topology)
