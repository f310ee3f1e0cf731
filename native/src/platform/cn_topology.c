/* Turns what hwloc finds into three small tables: nodes, processors, distances. */
#include "platform/cn_topology.h"

#include <hwloc.h>
#include <sched.h>
#include <string.h>

#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"
#include "platform/cn_os.h"

#define CN_CPUS_MAX        8192U /* CONFIG_NR_CPUS of the largest distribution kernels */
#define CN_DISTANCE_LOCAL  10U
#define CN_DISTANCE_REMOTE 20U /* when neither the firmware nor the description says */

typedef struct cn_topology {
    uint32_t nodes;
    bool synthetic;
    bool may_bind;
    uint8_t os_index[CN_NODES_MAX];
    uint8_t node_of_cpu[CN_CPUS_MAX];
    uint16_t distance[CN_NODES_MAX][CN_NODES_MAX];
} cn_topology_t;

/* Written under the lock before cn_topology_state is released, read by all afterwards. */
static cn_topology_t cn_topology;
static int cn_topology_result;
static CN_ATOMIC(uint32_t) cn_topology_is_loaded;
static cn_os_mutex_t cn_topology_lock = CN_OS_MUTEX_INIT;

/* Node 0 has all processors. */
static void cn_topology_single(cn_topology_t *out)
{
    memset(out, 0, sizeof *out);
    out->nodes = 1;
    out->distance[0][0] = CN_DISTANCE_LOCAL;
}

/* What firmware or description say about latency, by hwloc's logical index; 0: nothing. */
static uint64_t cn_topology_latency(const struct hwloc_distances_s *matrix, hwloc_obj_t from, hwloc_obj_t to)
{
    if (matrix == NULL) return 0;
    unsigned row = matrix->nbobjs, column = matrix->nbobjs;
    for (unsigned i = 0; i < matrix->nbobjs; i++) {
        if (matrix->objs[i] == from) row = i;
        if (matrix->objs[i] == to) column = i;
    }
    return row == matrix->nbobjs || column == matrix->nbobjs ? 0 : matrix->values[row * matrix->nbobjs + column];
}

/* How far apart two nodes are, as good as is known: latency, else the size of what contains both. */
static uint64_t cn_topology_apart(hwloc_topology_t topology, const struct hwloc_distances_s *matrix, hwloc_obj_t from,
                                  hwloc_obj_t to)
{
    const uint64_t latency = cn_topology_latency(matrix, from, to);
    if (latency != 0) return latency;
    const hwloc_obj_t common = hwloc_get_common_ancestor_obj(topology, from, to);
    return common->cpuset == NULL ? UINT64_MAX : (uint64_t)hwloc_bitmap_weight(common->cpuset);
}

/* Gives the processors of `from` to node `node`. */
static void cn_topology_take_cpus(cn_topology_t *out, hwloc_obj_t from, uint32_t node)
{
    for (int cpu = hwloc_bitmap_first(from->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(from->cpuset, cpu)) {
        if ((uint32_t)cpu < CN_CPUS_MAX) out->node_of_cpu[cpu] = (uint8_t)node;
    }
}

/* False for nodes that the process's cpuset keeps it from. */
static bool cn_topology_is_allowed(hwloc_topology_t topology, hwloc_obj_t node)
{
    return hwloc_bitmap_isset(hwloc_topology_get_allowed_nodeset(topology), node->os_index) != 0;
}

/* Where no node tells how much memory it has, each may have some. */
static bool cn_topology_tells_memory(hwloc_topology_t topology)
{
    hwloc_obj_t node = NULL;
    while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)) != NULL) {
        if (cn_topology_is_allowed(topology, node) && node->attr->numanode.local_memory != 0) return true;
    }
    return false;
}

static bool cn_topology_has_memory(hwloc_topology_t topology, hwloc_obj_t node, bool told)
{
    return (!told || node->attr->numanode.local_memory != 0) && node->os_index < CN_NODES_MAX &&
           cn_topology_is_allowed(topology, node);
}

static void cn_topology_read(hwloc_topology_t topology, const struct hwloc_distances_s *matrix, cn_topology_t *out)
{
    const bool told = cn_topology_tells_memory(topology);
    hwloc_obj_t with[CN_NODES_MAX];
    hwloc_obj_t node = NULL;
    out->nodes = 0;
    while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)) != NULL) {
        if (!cn_topology_has_memory(topology, node, told) || out->nodes == CN_NODES_MAX) continue;
        out->os_index[out->nodes] = (uint8_t)node->os_index;
        with[out->nodes++] = node;
    }
    if (out->nodes == 0) { /* only nodes beyond our table */
        cn_topology_single(out);
        return;
    }

    while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)) != NULL) {
        if (cn_topology_has_memory(topology, node, told)) continue;
        uint32_t nearest = 0;
        for (uint32_t i = 1; i < out->nodes; i++) {
            if (cn_topology_apart(topology, matrix, node, with[i]) <
                cn_topology_apart(topology, matrix, node, with[nearest])) {
                nearest = i;
            }
        }
        cn_topology_take_cpus(out, node, nearest);
    }
    /* Last, and backwards: where nodes share processors (fast and large memory), the first node has them. */
    for (uint32_t i = out->nodes; i-- > 0;) {
        cn_topology_take_cpus(out, with[i], i);
    }

    for (uint32_t i = 0; i < out->nodes; i++) {
        for (uint32_t j = 0; j < out->nodes; j++) {
            const uint64_t known = cn_topology_latency(matrix, with[i], with[j]);
            out->distance[i][j] = known != 0 && known <= UINT16_MAX ? (uint16_t)known
                                  : i == j                          ? CN_DISTANCE_LOCAL
                                                                    : CN_DISTANCE_REMOTE;
        }
    }
}

/* Asks hwloc; `description` NULL means the machine. */
static int cn_topology_discover(const char *description, cn_topology_t *out)
{
    cn_topology_single(out);
    hwloc_topology_t topology;
    if (CN_FAULT(topology_load) || hwloc_topology_init(&topology) != 0) return CN_ENOMEM;

    if (description != NULL && hwloc_topology_set_synthetic(topology, description) != 0) {
        hwloc_topology_destroy(topology);
        return CN_EINVAL;
    }
    /* Only nodes and processors; and no visit to every processor for its cpuid, which would move this thread about.
     * Nodes that are out of bounds too: a cpuset names only nodes with memory, and the processors of the others need a
     * home. */
    (void)hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_STRUCTURE);
    (void)hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
                                                 HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING |
                                                 HWLOC_TOPOLOGY_FLAG_NO_MEMATTRS | HWLOC_TOPOLOGY_FLAG_NO_CPUKINDS);
    if (hwloc_topology_load(topology) != 0) {
        hwloc_topology_destroy(topology);
        return CN_ENOTSUP;
    }
    struct hwloc_distances_s *matrix = NULL;
    unsigned matrices = 1;
    const int got = hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &matrices, &matrix,
                                                HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
    if (got != 0 || matrices == 0) matrix = NULL;
    cn_topology_read(topology, matrix, out);
    out->synthetic = !hwloc_topology_is_thissystem(topology);
    out->may_bind = out->nodes > 1U && !out->synthetic;
    if (matrix != NULL) hwloc_distances_release(topology, matrix);
    hwloc_topology_destroy(topology);
    return CN_OK;
}

int cn_topology_load(void)
{
    if (cn_load_acquire(&cn_topology_is_loaded) == 0) { /* shows the tables; pairs with the store below */
        cn_os_mutex_lock(&cn_topology_lock);
        if (cn_load_relaxed(&cn_topology_is_loaded) == 0) { /* ordered by the lock */
            cn_topology_result = cn_topology_discover(NULL, &cn_topology);
            cn_store_release(&cn_topology_is_loaded, 1U); /* pairs with the load above */
        }
        cn_os_mutex_unlock(&cn_topology_lock);
    }
    return cn_topology_result;
}

int cn_topology_load_synthetic(const char *description)
{
    cn_os_mutex_lock(&cn_topology_lock);
    const int result = cn_topology_discover(description, &cn_topology);
    cn_topology_result = result;
    cn_store_release(&cn_topology_is_loaded, 1U); /* pairs with the load in cn_topology_load */
    cn_os_mutex_unlock(&cn_topology_lock);
    return result;
}

static const cn_topology_t *cn_topology_get(void)
{
    (void)cn_topology_load(); /* a failure leaves the single node */
    return &cn_topology;
}

uint32_t cn_topology_nodes(void)
{
    return cn_topology_get()->nodes;
}

uint32_t cn_topology_os_index(uint32_t node)
{
    CN_ASSERT(node < cn_topology_nodes());
    return cn_topology.os_index[node];
}

uint64_t cn_topology_os_mask(void)
{
    const cn_topology_t *topology = cn_topology_get();
    uint64_t mask = 0;
    for (uint32_t i = 0; i < topology->nodes; i++) {
        mask |= UINT64_C(1) << topology->os_index[i];
    }
    return mask;
}

uint32_t cn_topology_node_of_cpu(uint32_t cpu)
{
    const cn_topology_t *topology = cn_topology_get();
    return cpu < CN_CPUS_MAX ? topology->node_of_cpu[cpu] : 0U;
}

uint32_t cn_topology_distance(uint32_t from, uint32_t to)
{
    CN_ASSERT(from < cn_topology_nodes() && to < cn_topology_nodes());
    return cn_topology.distance[from][to];
}

bool cn_topology_is_synthetic(void)
{
    return cn_topology_get()->synthetic;
}

bool cn_topology_may_bind(void)
{
    return cn_topology_get()->may_bind;
}

void cn_topology_force_bind(bool may_bind)
{
    (void)cn_topology_get();
    cn_topology.may_bind = may_bind;
}

uint32_t cn_topology_here(void)
{
    if (cn_topology_nodes() == 1U) return 0;
    const int cpu = sched_getcpu();
    return cpu < 0 ? 0 : cn_topology_node_of_cpu((uint32_t)cpu);
}
