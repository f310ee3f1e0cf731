/* General allocation: one node arena per NUMA node, opened at first use and kept for the life of the process. */
#ifndef CN_GENERAL_H
#define CN_GENERAL_H

#include "arena/cn_node_arena.h"

/* The arena of a node; CN_ENODEV, CN_ENOMEM.  Lock-free after the first call for the node. */
int cn_general_arena(uint32_t node, cn_node_arena_t **out);

#endif
