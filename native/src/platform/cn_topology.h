/* The machine's NUMA nodes, as hwloc sees them.
 *
 * Loaded once per process (or replaced by a synthetic description in tests).  Nodes are numbered 0..count-1 here; the
 * kernel's own number is the OS index.  Nodes without memory, and nodes that the process's cpuset keeps it from, are
 * left out of the count; processors of such a node belong to the nearest node that counts. */
#ifndef CN_TOPOLOGY_H
#define CN_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#define CN_NODES_MAX 64U

/* Loads the topology if it is not loaded yet.  0 or a negative code; on failure there is one node, all processors'. */
int cn_topology_load(void);

/* For tests: replaces the topology by an hwloc synthetic description such as "node:2 core:4 pu:1"; NULL goes back to
 * the machine's own.  Binding is off while a synthetic topology is in force.  No other thread may use the topology. */
int cn_topology_load_synthetic(const char *description);

uint32_t cn_topology_nodes(void);                          /* >= 1 */
uint32_t cn_topology_os_index(uint32_t node);              /* the kernel's number */
uint64_t cn_topology_os_mask(void);                        /* a bit per node with memory, by OS index */
uint32_t cn_topology_node_of_cpu(uint32_t cpu);            /* by OS processor number */
uint32_t cn_topology_distance(uint32_t from, uint32_t to); /* 10 = local, as in the ACPI SLIT */
bool cn_topology_is_synthetic(void);

/* True when binding memory means something: several nodes, and they are real. */
bool cn_topology_may_bind(void);

/* For tests, until the next load: binds although it means nothing, so that refusals can be seen on any machine. */
void cn_topology_force_bind(bool may_bind);

/* The node of the processor this thread runs on now; 0 when there is one node.  Wait-free, one vDSO call. */
uint32_t cn_topology_here(void);

#endif
