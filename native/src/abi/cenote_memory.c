/* The ABI of general allocation. */
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_topology.h"
#include "pool/cn_general.h"

#define CENOTE_BYTES_MAX ((int64_t)1 << 62)

static bool cenote_is_bad(int64_t bytes, int64_t align)
{
    return bytes <= 0 || bytes > CENOTE_BYTES_MAX || align < 0 || (align & (align - 1)) != 0;
}

static int cenote_arena_of(int32_t node, cn_node_arena_t **out)
{
    if (node < -1) return CN_ENODEV;
    (void)cn_topology_load(); /* a machine that cannot be read is one node */
    return cn_general_arena(node == -1 ? cn_topology_here() : (uint32_t)node, out);
}

int64_t cenote_allocate(int32_t node, int64_t bytes, int64_t align, int32_t flags)
{
    if (cenote_is_bad(bytes, align) || (flags & ~CENOTE_ZEROED) != 0) return CN_EINVAL;
    cn_node_arena_t *arena = NULL;
    int code = cenote_arena_of(node, &arena);
    if (code != CN_OK) return code;
    void *memory = NULL;
    code = cn_node_arena_allocate(arena, (size_t)bytes, (size_t)align,
                                  (flags & CENOTE_ZEROED) != 0 ? CN_ALLOCATE_ZEROED : 0U, &memory);
    return code != CN_OK ? code : (int64_t)(intptr_t)memory;
}

int32_t cenote_free(int32_t node, int64_t address, int64_t bytes, int64_t align)
{
    if (address == 0 || cenote_is_bad(bytes, align)) return CN_EINVAL;
    cn_node_arena_t *arena = NULL;
    const int code = cenote_arena_of(node, &arena);
    if (code != CN_OK) return code;
    if (node == -1 && cn_topology_nodes() > 1U) { /* taken on whichever node its thread ran on then */
        arena = cn_node_arena_of((const void *)(intptr_t)address);
    }
    cn_node_arena_free(arena, (void *)(intptr_t)address, (size_t)bytes, (size_t)align);
    return CN_OK;
}

int64_t cenote_usable_bytes(int64_t bytes, int64_t align)
{
    if (cenote_is_bad(bytes, align)) return CN_EINVAL;
    return (int64_t)cn_node_arena_usable((size_t)bytes, (size_t)align);
}
