/* General allocation: one node arena per NUMA node, opened at first use and kept for the life of the process. */
#ifndef CN_GENERAL_H
#define CN_GENERAL_H

#include "arena/cn_node_arena.h"

/* The arena of a node; CN_ENODEV, CN_ENOMEM.  Lock-free after the first call for the node. */
int cn_general_arena(uint32_t node, cn_node_arena_t **out);

/* What is left when cn_bound_allocate says 0: binds the thread to the node it runs on, and allocates on `node`.  The
 * address, or CN_ENODEV, CN_ENOMEM, CN_BUDGET. */
int64_t cn_general_allocate(int32_t node, size_t bytes, size_t align, uint32_t flags);

/* What is left when cn_bound_free says false: memory of another node, or a thread that is not bound yet.  CN_ENODEV;
 * CN_EINVAL for an address that no allocation on that node can have. */
int cn_general_free(int32_t node, void *base, size_t bytes, size_t align);

#endif
