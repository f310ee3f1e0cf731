/* Binds threads to the arena of their node, and finds the arena of any other node for a request. */
#include "pool/cn_general.h"

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

/* Binds the thread to the node it runs on now; false: it goes without. */
static bool cn_general_bind(void)
{
    (void)cn_topology_load(); /* a machine that cannot be read is one node */
    const uint32_t node = cn_topology_here();
    cn_node_arena_t *arena = NULL;
    return cn_general_arena(node, &arena) == CN_OK && cn_bound_to(arena, node, CN_BOUND_LOOK) == CN_OK;
}

int64_t cn_general_allocate(int32_t node, size_t bytes, size_t align, uint32_t flags)
{
    if (cn_general_bind()) {
        const int64_t address = cn_bound_allocate(node, bytes, align, flags);
        if (address != 0) return address;
    }
    cn_node_arena_t *arena = NULL;
    int code = cn_general_arena(node == CN_BOUND_HERE ? cn_topology_here() : (uint32_t)node, &arena);
    if (code != CN_OK) return code;
    void *memory = NULL;
    code = cn_node_arena_allocate(arena, bytes, align, flags, &memory);
    return code != CN_OK ? code : (int64_t)(intptr_t)memory;
}

int cn_general_free(int32_t node, void *base, size_t bytes, size_t align)
{
    if (node >= 0 && (uint32_t)node >= cn_topology_nodes()) return CN_ENODEV;
    for (uint32_t i = 0; i < CN_NODES_MAX; i++) {
        if (node != CN_BOUND_HERE && (uint32_t)node != i) continue;
        cn_node_arena_t *arena = cn_load_acquire(&cn_general_arenas[i]); /* pairs with the CAS in cn_general_arena */
        if (arena == NULL || !cn_node_arena_owns(arena, base)) continue;
        if (cn_general_bind() && cn_bound_free(node, base, bytes, align)) return CN_OK; /* the thread's first */
        cn_node_arena_free(arena, base, bytes, align);
        return CN_OK;
    }
    return CN_EINVAL;
}
