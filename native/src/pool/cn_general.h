/* General allocation: one node arena per NUMA node, opened at first use and kept for the life of the process. */
#ifndef CN_GENERAL_H
#define CN_GENERAL_H

#include "arena/cn_bound.h"
#include "base/cn_error.h"

/* The arena of a node; CN_ENODEV, CN_ENOMEM.  Lock-free after the first call for the node. */
int cn_general_arena(uint32_t node, cn_node_arena_t **out);

/* What is left when cn_bound_allocate says 0: binds the thread to the node it runs on, and allocates on `node`.  The
 * address, or CN_ENODEV, CN_ENOMEM, CN_BUDGET. */
int64_t cn_general_allocate(int32_t node, size_t bytes, size_t align, uint32_t flags);

/* What is left when cn_bound_free says false: memory of another node, or a thread that is not bound yet.  CN_ENODEV;
 * CN_EINVAL for an address that no allocation on that node can have. */
int cn_general_free(int32_t node, void *base, size_t bytes, size_t align);

/* Both ways in one: what every caller wants. */
static inline int64_t cn_general_take(int32_t node, size_t bytes, size_t align, uint32_t flags)
{
    const int64_t address = cn_bound_allocate(node, bytes, align, flags);
    return __builtin_expect(address != 0, 1) ? address : cn_general_allocate(node, bytes, align, flags);
}

static inline int cn_general_give(int32_t node, int64_t address, size_t bytes, size_t align)
{
    void *base = (void *)(intptr_t)address;
    return __builtin_expect(cn_bound_free(node, base, bytes, align), 1) ? CN_OK : cn_general_free(node, base, bytes, align);
}

#endif
