/* The C ABI of Cenote: all that Java, or a C program, may call.
 *
 * Integers and addresses in; a count (>= 0) or a negative code of cenote/errors.def out; no exceptions, no callbacks.
 * Every function may be called by any thread.  A handle that is stale or was never given is CENOTE_NOHANDLE, never
 * a crash.  "Lock-free": some thread always gets on; "O(1)": independent of the pool's size.
 * A pool's blocks are numbered from 0; block n starts at
 *     cenote_pool_chunk_base(pool, n / blocks_per_chunk) + n % blocks_per_chunk * stride
 * and keeps that number and address until the pool is destroyed. */
#ifndef CENOTE_H
#define CENOTE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CENOTE_API __attribute__((visibility("default")))

#define CENOTE_ABI_VERSION 1

enum cenote_error {
#define CENOTE_ERROR(name, value, text) CENOTE_##name = (value),
#include "cenote/errors.def"
#undef CENOTE_ERROR
    CENOTE_OK = 0
};

/* Placement of a pool's memory on NUMA nodes. */
#define CENOTE_NUMA_LOCAL 0      /* each thread's blocks come from the node it runs on */
#define CENOTE_NUMA_BIND 1       /* strictly one node; when that is full the kernel kills the process */
#define CENOTE_NUMA_PREFERRED 2  /* one node while it has room */
#define CENOTE_NUMA_INTERLEAVE 3 /* page by page over all nodes */

/* Flags of cenote_pool_open. */
#define CENOTE_PREFAULT 1    /* touch memory ahead, in the background */
#define CENOTE_HUGE_PAGES 2  /* ask for transparent huge pages */
#define CENOTE_PURGE_LAZY 4  /* MADV_FREE: the kernel takes idle pages when it needs them */
#define CENOTE_KEEP_ADDRESSES 8 /* addresses stay mapped for the life of the process: a stale pointer reads zeros or
                                   another pool's bytes and does not fault; costs address space only */
#define CENOTE_ON_DEMAND 32 /* no chunk is made ahead: each is mapped by the growth that needs it */
#define CENOTE_PACKED 16 /* blocks follow each other every 16 bytes, also where two then share a cache line */

/* Flags of cenote_allocate and cenote_region_allocate. */
#define CENOTE_ZEROED 1

/* Flags of cenote_region_open. */
#define CENOTE_REGION_SHARED 1

/* --- The library and the machine ------------------------------------------------------------------------------ */

/* CENOTE_ABI_VERSION of the library.  Wait-free. */
CENOTE_API int32_t cenote_abi_version(void);

/* 0, or CENOTE_NOCX16 on a processor without the 16-byte compare-and-swap.  Call it before anything else. */
CENOTE_API int32_t cenote_cpu_check(void);

/* The text of an error code, or NULL.  Wait-free; never free it. */
CENOTE_API const char *cenote_error_text(int32_t code);

/* NUMA nodes that have memory (>= 1), and the one this thread runs on now. */
CENOTE_API int32_t cenote_node_count(void);
CENOTE_API int32_t cenote_node_here(void);

/* Lets the calling thread run wherever the process's first thread may, for threads that work in the background and were started by
 * one that is bound to a processor: they inherit that.  1: it may; 0: the system refused, nothing has changed. */
CENOTE_API int32_t cenote_thread_roam(void);

/* The limit and the use of this process's container in bytes; INT64_MAX: no limit.  Reads files. */
CENOTE_API int64_t cenote_container_limit(void);
CENOTE_API int64_t cenote_container_used(void);

/* --- Pools of blocks ------------------------------------------------------------------------------------------- */

/* Opens a pool and returns its handle (> 0).
 *   block_bytes      1 .. 2^30; the stride is rounded up to 64 bytes (below 64: to 16)
 *   initial_bytes    memory prepared before this returns, and never given back while the pool is open
 *   maximum_bytes    of all blocks, strides included; at most 2^46 and 2^31-1 blocks
 *   chunk_bytes      unit of growth, 0: 2 MiB; enlarged for blocks that would waste more than an eighth of it
 *   magazine_blocks  1 .. 64, 0: by block size
 *   numa, node       CENOTE_NUMA_*; node for BIND and PREFERRED
 *   flags            CENOTE_PREFAULT | CENOTE_HUGE_PAGES | CENOTE_PURGE_LAZY | CENOTE_KEEP_ADDRESSES | CENOTE_PACKED
 *                    | CENOTE_ON_DEMAND
 *   retained_bytes   idle memory above this goes back within 100 ms or so; INT64_MAX: no bound
 *   retain_nanos     idle memory goes back after this time; 0: never by time
 *   file             address of a NUL-terminated path that backs the memory, or 0
 * Maps memory, starts the background thread with the first pool; O(initial_bytes).
 * CENOTE_EINVAL, CENOTE_ENODEV, CENOTE_ENOMEM, CENOTE_BUDGET, CENOTE_EIO, CENOTE_TOOMANY, CENOTE_NOCX16: nothing is
 * left behind. */
CENOTE_API int64_t cenote_pool_open(int64_t block_bytes, int64_t initial_bytes, int64_t maximum_bytes,
                                    int64_t chunk_bytes, int32_t magazine_blocks, int32_t numa, int32_t node,
                                    int32_t flags, int64_t retained_bytes, int64_t retain_nanos, int64_t file);

/* Takes up to `want` blocks (1 .. 128) and writes their numbers to the int32_t array at `blocks`, the one to be used
 * first last: of the depot at most one magazine, of memory never used before as many as wanted.  Returns how many, >= 1.  O(1); lock-free except that a growth may make system calls.  The caller
 * owns the blocks until cenote_magazine_put.
 * CENOTE_EXHAUSTED, CENOTE_FROZEN, CENOTE_ENOMEM, CENOTE_BUDGET: none to be had; CENOTE_BUSY: try again;
 * CENOTE_CLOSED. */
CENOTE_API int32_t cenote_magazine_get(int64_t pool, int64_t blocks, int32_t want);

/* Gives back `count` blocks (1 .. the pool's magazine_blocks), by any thread, each once.  O(1), lock-free; works after
 * close too.  Returns 0.
 * CENOTE_BADBLOCK (a number the pool never gave), CENOTE_ENOMEM: none is taken. */
CENOTE_API int32_t cenote_magazine_put(int64_t pool, int64_t blocks, int32_t count);

/* Fills the int64_t array at `out` with stride, chunk_bytes, blocks_per_chunk, magazine_blocks, blocks_max,
 * chunks_max, as far as `count` reaches.  Fixed for the pool's life.  Returns how many it knows. */
CENOTE_API int32_t cenote_pool_shape(int64_t pool, int64_t out, int32_t count);

/* The address of a chunk that blocks came from, or CENOTE_EINVAL.  Fixed until the pool is destroyed. Wait-free. */
CENOTE_API int64_t cenote_pool_chunk_base(int64_t pool, int32_t chunk);

/* Fills the int64_t array at `out` with the counters of cenote/counters.def, in that order, as far as `count`
 * reaches.  Returns how many it knows.  Costs the pool's users nothing. */
CENOTE_API int32_t cenote_pool_stats(int64_t pool, int64_t out, int32_t count);

/* The growth-latency histogram: fills counts per bucket; cenote_histogram_floor(i) is the least value in nanoseconds
 * that falls into bucket i (each bucket is at most 12.5 % wide).  Returns how many buckets there are. */
CENOTE_API int32_t cenote_pool_histogram(int64_t pool, int64_t out, int32_t count);
CENOTE_API int64_t cenote_histogram_floor(int32_t bucket);

/* Bytes of the pool that are in memory now, as the kernel says.  O(chunks), system calls. */
CENOTE_API int64_t cenote_pool_resident(int64_t pool);

/* Gives idle memory back until at most keep_bytes of it are left, and never below initial_bytes.  Returns the bytes
 * taken out of service, or CENOTE_BUSY while another thread trims the pool, which it soon has done; their pages go back when no
 * thread can still be inside the pool.  O(free blocks). */
CENOTE_API int64_t cenote_pool_trim(int64_t pool, int64_t keep_bytes);

/* Closes or opens the admission to growth.  1: changed, 0: it was so already or the pool is closing. Lock-free. */
CENOTE_API int32_t cenote_pool_freeze(int64_t pool);
CENOTE_API int32_t cenote_pool_thaw(int64_t pool);

/* Refuses gets and growth from now on; puts go on.  1, or 0 when it was closed already. */
CENOTE_API int32_t cenote_pool_close(int64_t pool);

/* Returns the memory of a closed pool.  The caller warrants that nobody uses a block any more.  The handle is void at
 * once; threads still inside a call on it finish safely, then memory and addresses go back, before this returns unless
 * such a thread is stalled.  CENOTE_EINVAL when the pool is not closed. */
CENOTE_API int32_t cenote_pool_destroy(int64_t pool);

/* --- Regions: many pieces, freed at once ----------------------------------------------------------------------- */

/* Opens a region that cuts pieces from blocks of the pool, and returns its handle (> 0; no pool has it).  Private: for the
 * calling thread alone.  CENOTE_REGION_SHARED: for all threads, which cut from `subregions` blocks at a time (1 .. 64,
 * 0: 8; 0 when private), each thread always from the same one.  Blocks of 64 KiB and more make a good pool for it.
 * Maps nothing.  CENOTE_EINVAL, CENOTE_NOHANDLE (the pool), CENOTE_CLOSED (the pool), CENOTE_ENOMEM, CENOTE_TOOMANY (65536). */
CENOTE_API int64_t cenote_region_open(int64_t pool, int32_t flags, int32_t subregions);

/* Cuts a piece (1 .. 2^62 bytes; align 0 (16 bytes) or a power of two; flags CENOTE_ZEROED) and returns its address (> 0).
 * It is the caller's until the region is reset or closed.  A piece larger than the pool's blocks comes from general
 * allocation, does not count against the pool's maximum, and costs as much to free.  O(1), lock-free but for the growth of
 * the pool and such pieces; a thread alone in its sub-region never meets another.
 * CENOTE_EINVAL; CENOTE_NOTOWNER; CENOTE_NOHANDLE, also when the pool was destroyed; CENOTE_CLOSED, also of a pool that
 * is closed, when another block is needed; CENOTE_EXHAUSTED, CENOTE_FROZEN, CENOTE_ENOMEM, CENOTE_BUDGET; CENOTE_BUSY: try
 * again. */
CENOTE_API int64_t cenote_region_allocate(int64_t region, int64_t bytes, int64_t align, int32_t flags);

/* Frees every piece; the region goes on.  Returns 0.  O(nodes + large pieces): the blocks go back by one exchange.  Private:
 * its owner only, at once.  Shared: any thread; other threads may be allocating: their pieces are of before or of after,
 * and the blocks go back when none of them can still be cutting from those.
 * CENOTE_NOTOWNER, CENOTE_NOHANDLE, CENOTE_CLOSED, CENOTE_ENOMEM (shared): nothing is freed. */
CENOTE_API int32_t cenote_region_reset(int64_t region);

/* Frees every piece and the region; the handle is void at once.  Any thread, also of a private region: its owner may be
 * dead.  Threads that are inside a call on it finish safely.  Returns 0.  Costs as reset.  CENOTE_NOHANDLE, also the second
 * time; CENOTE_CLOSED: another thread is closing it at this moment. */
CENOTE_API int32_t cenote_region_close(int64_t region);

/* Bytes of blocks and large pieces that the region holds. */
CENOTE_API int64_t cenote_region_bytes(int64_t region);

/* --- General allocation ---------------------------------------------------------------------------------------- */

/* Any size from 1 to 2^62 bytes on a node; align 0 (16 bytes) or a power of two; flags CENOTE_ZEROED.  Node -1 is the one
 * this thread runs on; it looks at every 64th allocation, so a thread that has moved gets some pieces more from its former
 * node.  Returns the address (> 0).  Costs about what a jemalloc call does, up to 64 KiB from the thread's cache; what it
 * caches goes back when the thread ends.
 * CENOTE_EINVAL, CENOTE_ENODEV, CENOTE_ENOMEM, CENOTE_BUDGET: nothing is allocated. */
CENOTE_API int64_t cenote_allocate(int32_t node, int64_t bytes, int64_t align, int32_t flags);

/* Frees it: node as in the allocation, or -1; bytes and align as there.  By any thread, once; memory of another node than
 * this thread's goes home.  Returns 0, CENOTE_ENODEV, CENOTE_EINVAL (also: no allocation on that node has this address). */
CENOTE_API int32_t cenote_free(int32_t node, int64_t address, int64_t bytes, int64_t align);

/* Bytes that an allocation of this size really has. */
CENOTE_API int64_t cenote_usable_bytes(int64_t bytes, int64_t align);

#ifdef __cplusplus
}
#endif

#endif
