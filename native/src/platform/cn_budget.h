/* How much memory the container still allows (cgroup v2 memory.max, v1 memory.limit_in_bytes).
 *
 * Over that limit the kernel kills the process when a page is touched; no call returns an error.  So the core asks
 * here before it maps a chunk.  Page cache that the kernel can drop does not count as used. */
#ifndef CN_BUDGET_H
#define CN_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cn_budget {
    uint64_t limit_bytes; /* UINT64_MAX: no limit */
    uint64_t used_bytes;  /* not reclaimable by dropping page cache */
} cn_budget_t;

/* Reads limit and use of this process's cgroup.  A process without a limit costs two short file reads the first
 * time and none later.  0, or a negative code when the files say something unreadable (then *out says no limit). */
int cn_budget_read(cn_budget_t *out);

/* True when `bytes` more fit under the limit with a reserve of 1/64 of it left for everyone else. */
bool cn_budget_allows(uint64_t bytes);

/* True when `bytes` more fit on the NUMA node with that kernel index, page cache that can be dropped included, with
 * 1/64 of the node left.  For strict binding only: the kernel kills when such a node is full.  A few dozen
 * microseconds. */
bool cn_budget_node_allows(uint32_t os_index, uint64_t bytes);

/* For tests: reads below `root` instead of /proc/self/cgroup and /sys/fs/cgroup; NULL goes back. */
void cn_budget_use_root(const char *root);

#endif
