/* Every system call of the core, behind one function each: here errno becomes an error code and faults are planted.
 *
 * All functions: any thread, no locks of ours.  They return 0 or a negative code of errors.def.  Sizes and
 * addresses are multiples of the page size; asserts check it. */
#ifndef CN_OS_H
#define CN_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cn_atomic.h"

size_t cn_os_page_bytes(void);

/* Reserves address space without memory (PROT_NONE, no swap reservation), aligned to `align` (a power of two, at
 * least a page).  The caller owns it until cn_os_unmap. */
int cn_os_reserve(size_t bytes, size_t align, void **out);

/* Makes reserved memory readable and writable.  Pages are zero and appear at first touch. */
int cn_os_commit(void *base, size_t bytes);

/* Gives pages and addresses back. */
int cn_os_unmap(void *base, size_t bytes);

/* Touches every page for writing without changing what it holds.  CN_ENOTSUP on kernels before 5.14, then the
 * caller touches the pages itself. */
int cn_os_populate(void *base, size_t bytes);

/* Asks for transparent huge pages.  CN_ENOTSUP when the kernel was built without them. */
int cn_os_huge_pages(void *base, size_t bytes);

/* Gives pages back when the kernel wants them (MADV_FREE): until then the old contents may or may not be there. */
int cn_os_purge_lazy(void *base, size_t bytes);

/* Gives pages back at once (MADV_DONTNEED); they read as zero afterwards. */
int cn_os_purge_now(void *base, size_t bytes);

/* How memory is placed on NUMA nodes. */
typedef enum cn_numa {
    CN_NUMA_LOCAL = 0,      /* where the touching thread runs: the kernel's default, no call */
    CN_NUMA_BIND = 1,       /* strictly on the node; the kernel kills when the node is full */
    CN_NUMA_PREFERRED = 2,  /* on the node while it has room, else elsewhere */
    CN_NUMA_INTERLEAVE = 3, /* page by page over all nodes that have memory */
    CN_NUMA_POLICIES
} cn_numa_t;

/* Sets the placement of not yet touched memory.  `nodes` has a bit for every OS node index (interleave: several).
 * CN_ENOTSUP when the kernel or the container refuses (ENOSYS, EPERM), CN_ENODEV for a node that is not there. */
int cn_os_bind(void *base, size_t bytes, cn_numa_t numa, uint64_t nodes);

/* A file that backs memory. */
typedef struct cn_os_file {
    void *base;
    size_t bytes;
    int descriptor;
    bool synced;    /* MAP_SYNC was granted: the file lies on DAX */
    bool in_memory; /* on tmpfs or hugetlbfs: its pages count against the container's limit */
} cn_os_file_t;

/* Maps `bytes` of a file (made and lengthened when needed) shared, with MAP_SYNC where the file lies on DAX.  Its
 * blocks are not reserved: touching a page when the disk is full raises SIGBUS, so cn_os_file_commit comes first.
 * CN_EIO with the file's contents untouched when it cannot be opened, sized or mapped; CN_ENOMEM. */
int cn_os_map_file(const char *path, size_t bytes, size_t align, cn_os_file_t *out);

/* Reserves the blocks behind a piece of the file; what is there stays.  CN_ENOMEM when the disk is full, CN_ENOTSUP
 * when the file system cannot reserve. */
int cn_os_file_commit(const cn_os_file_t *file, const void *base, size_t bytes);

/* Gives blocks and pages of a piece back at once (MADV_REMOVE punches a hole); it reads as zero afterwards.
 * CN_ENOTSUP on file systems without holes. */
int cn_os_purge_file(void *base, size_t bytes);

/* Unmaps and closes; the file stays. */
void cn_os_unmap_file(cn_os_file_t *file);

/* Closes the file and puts empty memory in the place of its mapping, for good: addresses read zeros and do not fault.
 * CN_ENOMEM: the mapping of the file stays. */
int cn_os_forget_file(cn_os_file_t *file);

/* Reads a small file whole, adds a NUL and cuts what does not fit.  CN_EIO when it cannot be read. */
int cn_os_read_file(const char *path, char *text, size_t bytes_max, size_t *bytes);

/* True under RLIMIT_AS: address space is not for the taking then. */
bool cn_os_address_space_is_limited(void);

/* Bytes of [base, base + bytes) that are in memory now (mincore). */
int cn_os_resident(const void *base, size_t bytes, size_t *out);

/* Monotonic nanoseconds. */
uint64_t cn_os_nanos(void);

/* Lets other threads run; sleeps. */
void cn_os_yield(void);
void cn_os_sleep(uint64_t nanos);

/* Lets the calling thread run wherever the process's first thread may.  A new thread inherits the processors of the one that
 * starts it, and a program that binds its busy threads often opens its pools on one of them: work in the background
 * would stand in the way of just that thread.  False: refused, nothing has changed. */
bool cn_os_thread_roam(void);

/* Starts a background thread with all signals blocked and a small stack, named `name` (15 letters), that roams.  CN_ENOMEM. */
typedef struct cn_os_thread {
    uint64_t id;
} cn_os_thread_t;
int cn_os_thread_start(cn_os_thread_t *thread, const char *name, void *(*run)(void *), void *argument);
void cn_os_thread_join(cn_os_thread_t *thread);

/* Runs `before` before every fork of this process, `parent` and `child` after it.  For good; 0 or CN_ENOMEM. */
int cn_os_at_fork(void (*before)(void), void (*parent)(void), void (*child)(void));

/* Runs `run` at the end of every thread that has set a value other than NULL, with that value. */
typedef struct cn_os_exit_key {
    uint32_t id;
} cn_os_exit_key_t;
int cn_os_at_thread_exit(void (*run)(void *), cn_os_exit_key_t *key);
int cn_os_exit_value_set(cn_os_exit_key_t key, void *value);

/* A word that the kernel can wait on. */
typedef CN_ATOMIC(uint32_t) cn_os_word_t;

/* An event that one thread waits for, with a time limit. */
typedef struct cn_os_event cn_os_event_t;
int cn_os_event_create(cn_os_event_t **out); /* CN_ENOMEM */
void cn_os_event_destroy(cn_os_event_t *event);
void cn_os_event_set(cn_os_event_t *event);                      /* wakes the waiter; remembered until waited for */
bool cn_os_event_wait(cn_os_event_t *event, uint64_t nanos_max); /* true: was set; false: time is up */

/* A mutex for set-up and tear-down paths (never on a path that moves blocks). */
typedef struct cn_os_mutex {
    cn_os_word_t word;
} cn_os_mutex_t;
/* clang-format off */
#define CN_OS_MUTEX_INIT {{0}}
/* clang-format on */
void cn_os_mutex_lock(cn_os_mutex_t *mutex);
void cn_os_mutex_unlock(cn_os_mutex_t *mutex);

#endif
