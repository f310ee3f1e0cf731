/* The node arenas that serve general allocation. */
#include "pool/cn_general.h"

#include "base/cn_error.h"
#include "platform/cn_topology.h"

static CN_ATOMIC(cn_node_arena_t *) cn_general_arenas[CN_NODES_MAX];

int cn_general_arena(uint32_t node, cn_node_arena_t **out)
{
    if (node >= cn_topology_nodes()) return CN_ENODEV;
    cn_node_arena_t *arena = cn_load_acquire(&cn_general_arenas[node]); /* pairs with the CAS below */
    if (arena == NULL) {
        const cn_map_policy_t policy = {.numa = cn_topology_nodes() > 1U ? CN_NUMA_PREFERRED : CN_NUMA_LOCAL};
        cn_node_arena_t *opened = NULL;
        const int code = cn_node_arena_open(node, &policy, &opened);
        if (code != CN_OK) return code;
        if (cn_cas_acq_rel(&cn_general_arenas[node], &arena, opened)) {
            arena = opened;
        } else {
            cn_node_arena_close(opened); /* another thread was first; it is the same arena, opened twice */
        }
    }
    *out = arena;
    return CN_OK;
}
