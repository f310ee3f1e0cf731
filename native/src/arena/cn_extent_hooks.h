/* Where the memory of one jemalloc arena comes from: windows of reserved address space, opened piece by piece.
 *
 *   window   |######## opened: readable, bound, advised ########|........ reserved: PROT_NONE ........|
 *            |region|region|region ...                          ^ opened
 *
 * jemalloc asks for regions (hook alloc), commits pieces of them (hook commit: the container's budget is asked, a
 * file's blocks are reserved) and gives pieces back (hook decommit: the pages go, the addresses stay readable).
 * jemalloc's own tables lie in mappings of their own, outside the windows: never purged, bound, or in a file. */
#ifndef CN_EXTENT_HOOKS_H
#define CN_EXTENT_HOOKS_H

#include <jemalloc/jemalloc.h>

#include "arena/cn_node_arena.h"
#include "base/cn_atomic.h"
#include "platform/cn_os.h"

#define CN_HUGE_PAGE   ((size_t)2 * 1024 * 1024) /* x86-64 and aarch64 with 4 KiB pages; elsewhere only an alignment */
#define CN_WINDOWS_MAX 128U

typedef struct cn_window {
    unsigned char *base; /* as long as the arena lives */
    size_t bytes;
    size_t used;   /* handed out to jemalloc; under the lock */
    size_t opened; /* >= used; readable and writable up to here; under the lock */
} cn_window_t;

typedef struct cn_extent_hooks {
    extent_hooks_t table; /* first: jemalloc hands this address to every hook */
    uint32_t node;
    cn_map_policy_t policy;
    bool with_file;
    cn_os_file_t file; /* the only window, when there is a file */
    void *first_table; /* mapped ahead of jemalloc's first block of tables; NULL when it has that */

    cn_os_mutex_t lock;          /* guards growing: of a window and of their number */
    CN_ATOMIC(uint32_t) windows; /* released when one more can be read */
    cn_window_t window[CN_WINDOWS_MAX];

    CN_ATOMIC(uint64_t) reserved_bytes;
    CN_ATOMIC(uint64_t) committed_bytes;
    CN_ATOMIC(uint64_t) table_bytes; /* jemalloc's own */
    CN_ATOMIC(uint64_t) numa_fallbacks;
    CN_ATOMIC(uint64_t) huge_page_fallbacks;
} cn_extent_hooks_t;

/* Fills `hooks` (zeroed memory) for an arena of that node and policy; maps the file if there is one, and the first
 * block for jemalloc's tables: the creation of an arena that fails in the middle costs jemalloc an arena number for
 * good. */
int cn_extent_hooks_init(cn_extent_hooks_t *hooks, uint32_t node, const cn_map_policy_t *policy);

/* Unmaps every window, when the jemalloc arena is gone; keep_addresses: the window of a file stays, empty, for good. */
void cn_extent_hooks_close(cn_extent_hooks_t *hooks, bool keep_addresses);

/* Gives the pages of a piece back: at once, or when the kernel wants them. */
int cn_extent_hooks_purge(cn_extent_hooks_t *hooks, void *base, size_t bytes, bool lazy);

/* May this arena have `bytes` more?  CN_BUDGET when the container's limit is near, CN_ENOMEM when its node is full and
 * memory is bound to it strictly: in both cases the kernel would kill the process later. */
int cn_extent_hooks_admit(const cn_extent_hooks_t *hooks, uint64_t bytes);

/* Reserves the disk blocks behind a piece, where memory is a file. */
int cn_extent_hooks_ensure(cn_extent_hooks_t *hooks, void *base, size_t bytes);

/* What the hooks know and say of the call of jemalloc that runs on their thread.  Zero between calls. */
typedef struct cn_hook_call {
    int error;          /* why a hook refused, or 0 */
    uint64_t allowance; /* bytes that have been admitted already */
} cn_hook_call_t;

/* The first window: reserved at first need, and then where it is for as long as the arena lives.  *bytes 0: none yet. */
void cn_extent_hooks_first_window(const cn_extent_hooks_t *hooks, uintptr_t *base, size_t *bytes);

/* The address lies in memory that jemalloc was given.  Any thread, no lock. */
bool cn_extent_hooks_owns(const cn_extent_hooks_t *hooks, const void *base);

bool cn_extent_hooks_is_valid(cn_extent_hooks_t *hooks);

#endif
