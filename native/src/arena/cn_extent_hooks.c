/* The nine functions by which jemalloc gets memory for one arena, and the windows they cut it from. */
#include "arena/cn_extent_hooks.h"

#include <string.h>

#include "arena/cn_tcache.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "platform/cn_budget.h"
#include "platform/cn_topology.h"

#define CN_WINDOW_BYTES         ((size_t)64 << 30) /* what is reserved when addresses are free for the taking */
#define CN_WINDOW_BYTES_LIMITED ((size_t)64 << 20) /* under RLIMIT_AS: leave the rest to the program */

/* A window is opened in steps that double, so that few growths pay for it: mprotect and two advices cost tens of
 * microseconds, whatever the size.  Opened memory costs nothing until it is touched, except under mlockall. */
#define CN_OPEN_BYTES_MIN ((size_t)4 << 20)
#define CN_OPEN_BYTES_MAX ((size_t)256 << 20)

static size_t cn_round_up(size_t bytes, size_t align)
{
    return (bytes + align - 1U) & ~(align - 1U);
}

static cn_extent_hooks_t *cn_hooks_of(extent_hooks_t *table)
{
    return (cn_extent_hooks_t *)(void *)table;
}

static bool cn_hooks_refuse(int code)
{
    if (cn_arena_thread.call.error == CN_OK) cn_arena_thread.call.error = code;
    return true;
}

int cn_extent_hooks_admit(const cn_extent_hooks_t *hooks, uint64_t bytes)
{
    /* Files that do not live in memory are page cache: the kernel writes them out instead. */
    if (hooks->with_file && !hooks->file.in_memory) return CN_OK;
    if (hooks->policy.numa == CN_NUMA_BIND && cn_topology_may_bind() &&
        !cn_budget_node_allows(cn_topology_os_index(hooks->node), bytes)) {
        return CN_ENOMEM;
    }
    return cn_budget_allows(bytes) ? CN_OK : CN_BUDGET;
}

/* Admits `bytes` less what this call has been granted already; false: refused, and said why. */
static bool cn_hooks_admit(const cn_extent_hooks_t *hooks, uint64_t bytes)
{
    cn_hook_call_t *call = &cn_arena_thread.call;
    const uint64_t granted = bytes < call->allowance ? bytes : call->allowance;
    if (bytes != granted) {
        const int result = cn_extent_hooks_admit(hooks, bytes - granted);
        if (result != CN_OK) return !cn_hooks_refuse(result);
    }
    call->allowance -= granted;
    return true;
}

/* ---- windows ---- */

/* The window that an address lies in, or NULL.  Any thread, no lock. */
static const cn_window_t *cn_window_of(const cn_extent_hooks_t *hooks, const void *base)
{
    const uint32_t windows = cn_load_acquire(&hooks->windows); /* shows their bounds; pairs with cn_window_publish */
    for (uint32_t i = 0; i < windows; i++) {
        const uintptr_t offset = (uintptr_t)base - (uintptr_t)hooks->window[i].base;
        if (offset < hooks->window[i].bytes) return &hooks->window[i];
    }
    return NULL;
}

/* Under the lock. */
static void cn_window_publish(cn_extent_hooks_t *hooks, cn_window_t window)
{
    const uint32_t windows = cn_load_relaxed(&hooks->windows); /* ordered by the lock */
    hooks->window[windows] = window;
    cn_store_release(&hooks->windows, windows + 1U); /* pairs with the load in cn_window_of */
    cn_add_relaxed(&hooks->reserved_bytes, window.bytes);
}

/* The one that is cut from, or NULL.  Under the lock. */
static cn_window_t *cn_window_newest(cn_extent_hooks_t *hooks)
{
    const uint32_t windows = cn_load_relaxed(&hooks->windows); /* ordered by the lock */
    return windows == 0 ? NULL : &hooks->window[windows - 1U];
}

/* Reserves a window of at least `bytes`; halves its wish until the system grants it.  Under the lock. */
static int cn_window_add(cn_extent_hooks_t *hooks, size_t bytes)
{
    if (hooks->with_file || cn_load_relaxed(&hooks->windows) == CN_WINDOWS_MAX) return CN_ENOMEM; /* by the lock */
    size_t wish = cn_os_address_space_is_limited() ? CN_WINDOW_BYTES_LIMITED : CN_WINDOW_BYTES;
    void *base;
    while (wish > bytes && cn_os_reserve(wish, CN_HUGE_PAGE, &base) != CN_OK) {
        wish /= 2U;
    }
    if (wish <= bytes) {
        wish = bytes;
        const int result = cn_os_reserve(wish, CN_HUGE_PAGE, &base);
        if (result != CN_OK) return result;
    }
    cn_window_publish(hooks, (cn_window_t){.base = base, .bytes = wish});
    return CN_OK;
}

/* Binds and advises memory that nobody has touched yet.  What the kernel refuses is counted; it serves anyway. */
static void cn_window_place(cn_extent_hooks_t *hooks, void *base, size_t bytes)
{
    if (hooks->policy.numa != CN_NUMA_LOCAL && cn_topology_may_bind()) {
        const uint64_t nodes = hooks->policy.numa == CN_NUMA_INTERLEAVE
                                   ? cn_topology_os_mask()
                                   : UINT64_C(1) << cn_topology_os_index(hooks->node);
        if (cn_os_bind(base, bytes, hooks->policy.numa, nodes) != CN_OK) cn_add_relaxed(&hooks->numa_fallbacks, 1U);
    }
    if (hooks->policy.huge_pages && cn_os_huge_pages(base, bytes) != CN_OK) {
        cn_add_relaxed(&hooks->huge_page_fallbacks, 1U);
    }
}

/* Makes the window usable up to `end` or more, without gaps, so that what is opened is one mapping.  Under the lock. */
static int cn_window_open(cn_extent_hooks_t *hooks, cn_window_t *window, size_t end)
{
    if (end <= window->opened) return CN_OK;
    unsigned char *base = window->base + window->opened;
    const size_t need = cn_round_up(end, CN_HUGE_PAGE) - window->opened;
    const size_t left = window->bytes - window->opened;
    size_t bytes = window->opened < CN_OPEN_BYTES_MIN ? CN_OPEN_BYTES_MIN : window->opened;
    if (bytes > CN_OPEN_BYTES_MAX) bytes = CN_OPEN_BYTES_MAX;
    if (bytes < need) bytes = need;
    if (bytes > left) bytes = left;

    int result = cn_os_commit(base, bytes);
    if (result != CN_OK && need < bytes) { /* strict overcommit, or RLIMIT_DATA: then only what must be */
        bytes = need;
        result = cn_os_commit(base, bytes);
    }
    if (result != CN_OK) return result;
    cn_window_place(hooks, base, bytes);
    window->opened += bytes;
    return CN_OK;
}

static size_t cn_window_gap(const cn_window_t *window, size_t align)
{
    const uintptr_t first = (uintptr_t)window->base + window->used;
    return (size_t)(-first & (align - 1U));
}

static bool cn_window_fits(const cn_window_t *window, size_t bytes, size_t align)
{
    const size_t left = window->bytes - window->used;
    const size_t gap = cn_window_gap(window, align);
    return gap <= left && bytes <= left - gap;
}

/* Cuts a region from the newest window; reserves one more when it does not fit. */
static int cn_window_take(cn_extent_hooks_t *hooks, size_t bytes, size_t align, void **out)
{
    if (bytes > (size_t)PTRDIFF_MAX - align - CN_HUGE_PAGE) return CN_ENOMEM;
    cn_os_mutex_lock(&hooks->lock);
    int result = CN_OK;
    cn_window_t *window = cn_window_newest(hooks);
    if (window == NULL || !cn_window_fits(window, bytes, align)) {
        /* Windows are reserved on a huge page's border. */
        result = cn_window_add(hooks, cn_round_up(align > CN_HUGE_PAGE ? bytes + align : bytes, CN_HUGE_PAGE));
        window = cn_window_newest(hooks);
    }
    if (result == CN_OK) {
        const size_t start = window->used + cn_window_gap(window, align);
        result = cn_window_open(hooks, window, start + bytes);
        if (result == CN_OK) {
            *out = window->base + start;
            window->used = start + bytes;
        }
    }
    cn_os_mutex_unlock(&hooks->lock);
    return result;
}

/* ---- hooks: true means refused, except for alloc ---- */

static int cn_table_map(cn_extent_hooks_t *hooks, size_t bytes, void **out)
{
    int result = cn_os_reserve(bytes, CN_HUGE_PAGE, out);
    if (result != CN_OK) return result;
    result = cn_os_commit(*out, bytes);
    if (result != CN_OK) {
        (void)cn_os_unmap(*out, bytes);
        return result;
    }
    cn_add_relaxed(&hooks->table_bytes, bytes);
    return CN_OK;
}

static void *cn_hook_alloc_table(cn_extent_hooks_t *hooks, size_t bytes)
{
    void *base = hooks->first_table;
    if (base != NULL && bytes == CN_HUGE_PAGE) { /* during creation, by one thread */
        hooks->first_table = NULL;
        return base;
    }
    const int result = cn_table_map(hooks, bytes, &base);
    if (result != CN_OK) (void)cn_hooks_refuse(result);
    return result == CN_OK ? base : NULL;
}

/* Comes in three ways (jemalloc 5.3.0, src/extent.c and src/base.c):
 *  - a region to grow by: uncommitted, page alignment;
 *  - after that was refused, the very size asked for: *commit set, the caller's alignment;
 *  - a block for jemalloc's tables: *commit and *zero set, size and alignment in huge pages.  User memory never looks
 *    like that, because cn_node_arena_allocate zeroes such alignments itself. */
static void *cn_hook_alloc(extent_hooks_t *table, void *new_base, size_t bytes, size_t align, bool *zero, bool *commit,
                           unsigned arena)
{
    (void)arena;
    cn_extent_hooks_t *hooks = cn_hooks_of(table);
    if (new_base != NULL) return NULL; /* growing in place: jemalloc copes */
    if (*commit && *zero && align >= CN_HUGE_PAGE && bytes % CN_HUGE_PAGE == 0) {
        return cn_hook_alloc_table(hooks, bytes);
    }
    /* This call has been refused memory already; more address space would not help, and would add up.  In a file that
     * is too short for the region, the very size may still fit, and nothing adds up. */
    if (cn_arena_thread.call.error != CN_OK && !(hooks->with_file && *commit)) return NULL;

    void *base = NULL;
    if (*commit && !cn_hooks_admit(hooks, bytes)) return NULL;
    int result = cn_window_take(hooks, bytes, align, &base);
    if (result == CN_OK && *zero && hooks->with_file && cn_os_purge_file(base, bytes) != CN_OK) {
        memset(base, 0, bytes); /* a file may hold something */
    }
    if (result == CN_OK && *commit) result = cn_extent_hooks_ensure(hooks, base, bytes);
    if (result != CN_OK) {
        (void)cn_hooks_refuse(result);
        return NULL;
    }
    if (*commit) cn_add_relaxed(&hooks->committed_bytes, bytes);
    *zero = *zero || !hooks->with_file;
    return base;
}

/* Refused for windows, so that jemalloc keeps the addresses for reuse. */
static bool cn_hook_dalloc(extent_hooks_t *table, void *base, size_t bytes, bool committed, unsigned arena)
{
    (void)committed, (void)arena;
    cn_extent_hooks_t *hooks = cn_hooks_of(table);
    if (cn_window_of(hooks, base) != NULL) return true;
    if (cn_os_unmap(base, bytes) != CN_OK) return true;
    cn_sub_relaxed(&hooks->table_bytes, bytes);
    return false;
}

/* The windows go as a whole, in cn_extent_hooks_close. */
static void cn_hook_destroy(extent_hooks_t *table, void *base, size_t bytes, bool committed, unsigned arena)
{
    (void)table, (void)base, (void)bytes, (void)committed, (void)arena;
}

static bool cn_hook_commit(extent_hooks_t *table, void *base, size_t bytes, size_t offset, size_t length,
                           unsigned arena)
{
    (void)bytes, (void)arena;
    cn_extent_hooks_t *hooks = cn_hooks_of(table);
    if (!cn_hooks_admit(hooks, length)) return true;
    const int result = cn_extent_hooks_ensure(hooks, (unsigned char *)base + offset, length);
    if (result != CN_OK) return cn_hooks_refuse(result);
    cn_add_relaxed(&hooks->committed_bytes, length);
    return false;
}

/* Must leave zeros behind, as commit promises them: so never lazily. */
static bool cn_hook_decommit(extent_hooks_t *table, void *base, size_t bytes, size_t offset, size_t length,
                             unsigned arena)
{
    (void)bytes, (void)arena;
    cn_extent_hooks_t *hooks = cn_hooks_of(table);
    if (cn_window_of(hooks, base) == NULL) return true;
    if (cn_extent_hooks_purge(hooks, (unsigned char *)base + offset, length, false) != CN_OK) return true;
    cn_sub_relaxed(&hooks->committed_bytes, length);
    return false;
}

static bool cn_hook_purge_lazy(extent_hooks_t *table, void *base, size_t bytes, size_t offset, size_t length,
                               unsigned arena)
{
    (void)bytes, (void)arena;
    return cn_extent_hooks_purge(cn_hooks_of(table), (unsigned char *)base + offset, length, true) != CN_OK;
}

static bool cn_hook_purge_forced(extent_hooks_t *table, void *base, size_t bytes, size_t offset, size_t length,
                                 unsigned arena)
{
    (void)bytes, (void)arena;
    return cn_extent_hooks_purge(cn_hooks_of(table), (unsigned char *)base + offset, length, false) != CN_OK;
}

static bool cn_hook_split(extent_hooks_t *table, void *base, size_t bytes, size_t first, size_t second, bool committed,
                          unsigned arena)
{
    (void)table, (void)base, (void)bytes, (void)first, (void)second, (void)committed, (void)arena;
    return false;
}

/* Neighbours merge within a window; two windows that happen to touch stay apart, as they are unmapped one by one. */
static bool cn_hook_merge(extent_hooks_t *table, void *base, size_t bytes, void *next, size_t next_bytes,
                          bool committed, unsigned arena)
{
    (void)bytes, (void)next_bytes, (void)committed, (void)arena;
    cn_extent_hooks_t *hooks = cn_hooks_of(table);
    return cn_window_of(hooks, base) != cn_window_of(hooks, next);
}

/* ---- for cn_node_arena ---- */

int cn_extent_hooks_ensure(cn_extent_hooks_t *hooks, void *base, size_t bytes)
{
    if (!hooks->with_file) return CN_OK;
    const int result = cn_os_file_commit(&hooks->file, base, bytes);
    return result == CN_ENOTSUP ? CN_OK : result; /* a file system that cannot reserve: the best there is */
}

int cn_extent_hooks_purge(cn_extent_hooks_t *hooks, void *base, size_t bytes, bool lazy)
{
    if (hooks->with_file) return cn_os_purge_file(base, bytes);
    return lazy ? cn_os_purge_lazy(base, bytes) : cn_os_purge_now(base, bytes);
}

int cn_extent_hooks_init(cn_extent_hooks_t *hooks, uint32_t node, const cn_map_policy_t *policy)
{
    hooks->table = (extent_hooks_t){
        .alloc = cn_hook_alloc,
        .dalloc = cn_hook_dalloc,
        .destroy = cn_hook_destroy,
        .commit = cn_hook_commit,
        .decommit = cn_hook_decommit,
        .purge_lazy = cn_hook_purge_lazy,
        .purge_forced = cn_hook_purge_forced,
        .split = cn_hook_split,
        .merge = cn_hook_merge,
    };
    hooks->node = node;
    hooks->policy = *policy;
    hooks->policy.file = NULL; /* the caller's string is not kept */
    hooks->with_file = policy->file != NULL;
    int result = cn_table_map(hooks, CN_HUGE_PAGE, &hooks->first_table);
    if (result != CN_OK || !hooks->with_file) return result;

    result = cn_os_map_file(policy->file, policy->file_bytes, CN_HUGE_PAGE, &hooks->file);
    if (result != CN_OK) {
        (void)cn_os_unmap(hooks->first_table, CN_HUGE_PAGE);
        return result;
    }
    const cn_window_t window = {
        .base = hooks->file.base,
        .bytes = hooks->file.bytes,
        .opened = hooks->file.bytes,
    };
    cn_window_publish(hooks, window);
    cn_window_place(hooks, hooks->file.base, hooks->file.bytes);
    return CN_OK;
}

void cn_extent_hooks_close(cn_extent_hooks_t *hooks, bool keep_addresses)
{
    if (hooks->first_table != NULL) (void)cn_os_unmap(hooks->first_table, CN_HUGE_PAGE);
    if (hooks->with_file && keep_addresses) {
        (void)cn_os_forget_file(&hooks->file); /* refused: the file stays mapped, and readable */
    } else if (hooks->with_file) {
        cn_os_unmap_file(&hooks->file);
    } else {
        for (uint32_t i = 0; i < cn_load_relaxed(&hooks->windows); i++) { /* nobody else is here any more */
            (void)cn_os_unmap(hooks->window[i].base, hooks->window[i].bytes);
        }
    }
    cn_store_relaxed(&hooks->windows, 0U);
    cn_store_relaxed(&hooks->reserved_bytes, 0U);
    cn_store_relaxed(&hooks->committed_bytes, 0U);
}

void cn_extent_hooks_first_window(const cn_extent_hooks_t *hooks, uintptr_t *base, size_t *bytes)
{
    const bool has = cn_load_acquire(&hooks->windows) != 0; /* shows its bounds; pairs with cn_window_publish */
    *base = has ? (uintptr_t)hooks->window[0].base : 0;
    *bytes = has ? hooks->window[0].bytes : 0;
}

bool cn_extent_hooks_owns(const cn_extent_hooks_t *hooks, const void *base)
{
    return cn_window_of(hooks, base) != NULL;
}

bool cn_extent_hooks_is_valid(cn_extent_hooks_t *hooks)
{
    bool valid = true;
    uint64_t reserved = 0, opened = 0;
    cn_os_mutex_lock(&hooks->lock);
    for (uint32_t i = 0; i < cn_load_relaxed(&hooks->windows); i++) { /* ordered by the lock */
        const cn_window_t *window = &hooks->window[i];
        valid = valid && window->used <= window->opened && window->opened <= window->bytes;
        reserved += window->bytes;
        opened += window->opened;
    }
    valid = valid && reserved == cn_load_relaxed(&hooks->reserved_bytes);
    cn_os_mutex_unlock(&hooks->lock);
    return valid && cn_load_relaxed(&hooks->committed_bytes) <= opened;
}
