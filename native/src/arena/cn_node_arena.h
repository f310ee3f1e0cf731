/* Node arenas: the jemalloc arenas that serve one NUMA node under one mapping policy.
 *
 * The only room that names jemalloc.  An arena is shared by every pool that asks for the same node and policy and
 * lives until the last of them closes it.  Its extent hooks (cn_extent_hooks.h) map inside address space reserved in
 * windows, so growth stays contiguous; they bind and advise each piece once, when it is committed.
 * Addresses that an arena once committed stay readable until the arena is destroyed: a stale pointer reads
 * zeros or another owner's bytes, and does not fault. */
#ifndef CN_NODE_ARENA_H
#define CN_NODE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cn_atomic.h"
#include "platform/cn_os.h"

typedef struct cn_map_policy {
    cn_numa_t numa;
    bool huge_pages;  /* ask for transparent huge pages */
    bool purge_lazy;  /* MADV_FREE instead of MADV_DONTNEED */
    const char *file; /* NULL: anonymous memory; else the backing file, for this arena alone (never shared) */
    uint64_t file_bytes;
} cn_map_policy_t;

typedef struct cn_node_arena cn_node_arena_t;

/* What an arena has done, for metrics. */
typedef struct cn_arena_counts {
    uint64_t reserved_bytes;      /* address space in windows, now */
    uint64_t committed_bytes;     /* of it usable, now */
    uint64_t numa_fallbacks;      /* bindings refused */
    uint64_t huge_page_fallbacks; /* MADV_HUGEPAGE refused */
    uint64_t allocated_bytes;     /* handed out and not yet back: chunks and general allocations */
    bool file_synced;             /* MAP_SYNC in force */
} cn_arena_counts_t;

/* Opens the arena for (node, policy), or shares one that is open.  Any thread; takes a mutex; may map memory.
 * CN_ENODEV for a node that does not exist, CN_ENOMEM, CN_EIO, CN_EINVAL. */
int cn_node_arena_open(uint32_t node, const cn_map_policy_t *policy, cn_node_arena_t **out);

/* Ends one opening.  The last one destroys the arena and returns its memory and addresses to the system; the caller
 * must have returned everything it took.  Any thread; takes a mutex. */
void cn_node_arena_close(cn_node_arena_t *arena);

/* Ends one opening for somebody whose users may still read through stale pointers: an arena that can be shared stays open
 * for good, that of a file goes and leaves empty memory behind at its addresses. */
void cn_node_arena_leave(cn_node_arena_t *arena);

/* Takes `bytes` aligned to `align` (both multiples of a page, align a power of two), committed and bound but not
 * touched; contents are undefined.  Any thread; may take a jemalloc mutex and make system calls.  Asks the
 * container's budget first: CN_BUDGET when it says no, CN_ENOMEM. */
int cn_node_arena_chunk_get(cn_node_arena_t *arena, size_t bytes, size_t align, void **out);

/* Returns such a piece; its pages go back to the system at once, its addresses to the arena. */
void cn_node_arena_chunk_put(cn_node_arena_t *arena, void *base, size_t bytes);

/* Gives the pages of a piece back to the system by the arena's purge mode; the owner keeps the addresses. */
int cn_node_arena_purge(cn_node_arena_t *arena, void *base, size_t bytes);

/* Makes a purged piece usable again: asks the container's budget for its pages, and reserves a file's blocks, without
 * which a full disk would raise SIGBUS.  CN_BUDGET, CN_ENOMEM, CN_EIO: it stays purged. */
int cn_node_arena_renew(cn_node_arena_t *arena, void *base, size_t bytes);

/* Touches every page of a piece, at the node and page size of the policy.  May be called while the piece is in use.
 * Falls back to touching by an atomic add of 0 when the kernel has no MADV_POPULATE_WRITE. */
int cn_node_arena_populate(cn_node_arena_t *arena, void *base, size_t bytes);

#define CN_ALLOCATE_ZEROED 1U

/* General allocation (any size > 0; align 0 (16 bytes) or a power of two; flags CN_ALLOCATE_*), with the calling thread's
 * explicit jemalloc thread cache for this arena.  CN_EINVAL for sizes of 0 or above PTRDIFF_MAX and bad alignments,
 * CN_ENOMEM, CN_BUDGET. */
int cn_node_arena_allocate(cn_node_arena_t *arena, size_t bytes, size_t align, uint32_t flags, void **out);

/* Frees it; bytes, align as they were given (sized free).  Any thread. */
void cn_node_arena_free(cn_node_arena_t *arena, void *base, size_t bytes, size_t align);

/* The address lies in memory that the arena may have handed out.  Any thread, no lock. */
bool cn_node_arena_owns(const cn_node_arena_t *arena, const void *base);

/* Usable bytes behind a request (>= bytes). */
size_t cn_node_arena_usable(size_t bytes, size_t align);

/* Gives cached free memory back: flushes thread caches of this arena that are not in use, then purges. */
void cn_node_arena_trim(cn_node_arena_t *arena);

cn_arena_counts_t cn_node_arena_counts(const cn_node_arena_t *arena);
uint32_t cn_node_arena_node(const cn_node_arena_t *arena);

#endif
