/* Opens, shares and closes jemalloc arenas by node and policy, and takes memory from them. */
#include "arena/cn_node_arena.h"

#include <jemalloc/jemalloc.h>
#include <stdio.h>
#include <string.h>

#include "arena/cn_meta.h"
#include "arena/cn_request.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"
#include "base/cn_probe.h"
#include "platform/cn_topology.h"

/* jemalloc reads this when it is first used; the environment variable CENOTE_JE_MALLOC_CONF overrides each of them.
 *  narenas:1               only the core's own tables use jemalloc's automatic arenas
 *  percpu_arena:disabled   and none per processor
 *  tcache:true             a thread's automatic cache serves general allocation on its node (cn_tcache.h)
 *  lg_tcache_max:16        caches hold pieces up to 64 KiB, the buffers of network programs; jemalloc's own limit is 32
 *  background_thread:false no thread of jemalloc's inside somebody's process
 *  retain:true             address space is kept and reused: growth stays contiguous
 *  oversize_threshold:0    large allocations are no exception
 *  metadata_thp:disabled   jemalloc's tables do not grow to huge pages
 *  dirty_decay_ms, muzzy_decay_ms are set for each arena in cn_node_arena_configure */
extern const char *cenote_je_malloc_conf;
const char *cenote_je_malloc_conf =
    "narenas:1,percpu_arena:disabled,tcache:true,lg_tcache_max:16,background_thread:false,retain:true,oversize_threshold:0,"
    "metadata_thp:disabled";

#define CN_GROW_LIMIT_BYTES CN_HUGE_PAGE /* jemalloc asks for no more address space than a request needs, or this */
#define CN_DIRTY_DECAY_MS   ((ssize_t)10000)

static cn_os_mutex_t cn_registry_lock = CN_OS_MUTEX_INIT; /* guards the registry */
static cn_node_arena_t *cn_registry;
static bool cn_registry_slot[CN_ARENAS_MAX];

/* ---- jemalloc's controls ---- */

/* Runs a control of one arena, such as "purge"; a value is optional. */
static int cn_arena_control(unsigned index, const char *what, void *value, size_t value_bytes)
{
    char name[64];
    const int length = snprintf(name, sizeof name, "arena.%u.%s", index, what);
    CN_ASSERT(length > 0 && (size_t)length < sizeof name);
    return cenote_je_mallctl(name, NULL, NULL, value, value_bytes);
}

static int cn_node_arena_configure(unsigned index, const cn_map_policy_t *policy)
{
    size_t grow_limit = CN_GROW_LIMIT_BYTES;
    /* What programs free stays ready for a while, then goes back.  With lazy purging it goes to the kernel's list of
     * pages it may take (muzzy) and is never taken from there by us: -1. */
    ssize_t dirty = CN_DIRTY_DECAY_MS;
    ssize_t muzzy = policy->purge_lazy && policy->file == NULL ? -1 : 0;
    const bool done = cn_arena_control(index, "retain_grow_limit", &grow_limit, sizeof grow_limit) == 0 &&
                      cn_arena_control(index, "dirty_decay_ms", &dirty, sizeof dirty) == 0 &&
                      cn_arena_control(index, "muzzy_decay_ms", &muzzy, sizeof muzzy) == 0;
    return done ? CN_OK : CN_ENOTSUP;
}

static int cn_node_arena_create(cn_node_arena_t *arena)
{
    if (CN_FAULT(arena_open)) return CN_ENOMEM;
    extent_hooks_t *hooks = &arena->hooks.table;
    size_t index_bytes = sizeof arena->index;
    const int number = cenote_je_mallctl("arenas.create", &arena->index, &index_bytes, (void *)&hooks, sizeof hooks);
    cn_arena_thread.call = (cn_hook_call_t){0};
    if (number != 0) return CN_ENOMEM;
    arena->caches.jemalloc_arena = arena->index;
    return cn_node_arena_configure(arena->index, &arena->hooks.policy);
}

static void cn_node_arena_destroy(cn_node_arena_t *arena)
{
    const int number = cn_arena_control(arena->index, "destroy", NULL, 0);
    CN_ASSERT(number == 0);
}

/* ---- the registry (under its lock) ---- */

static bool cn_policy_is_valid(const cn_map_policy_t *policy)
{
    if ((unsigned)policy->numa >= CN_NUMA_POLICIES) return false;
    return policy->file == NULL || (policy->file_bytes != 0 && policy->file_bytes % cn_os_page_bytes() == 0 &&
                                    policy->file_bytes <= PTRDIFF_MAX);
}

static bool cn_registry_matches(const cn_node_arena_t *arena, uint32_t node, const cn_map_policy_t *policy)
{
    const cn_map_policy_t *has = &arena->hooks.policy;
    return arena->node == node && !arena->hooks.with_file && policy->file == NULL && has->numa == policy->numa &&
           has->huge_pages == policy->huge_pages && has->purge_lazy == policy->purge_lazy;
}

static int cn_registry_add(uint32_t node, const cn_map_policy_t *policy, cn_node_arena_t **out)
{
    uint32_t slot = 0;
    while (slot < CN_ARENAS_MAX && cn_registry_slot[slot]) {
        slot++;
    }
    if (slot == CN_ARENAS_MAX) return CN_TOOMANY;
    cn_node_arena_t *arena = cn_meta_allocate(sizeof *arena);
    if (arena == NULL) return CN_ENOMEM;
    arena->node = node;
    arena->openings = 1;
    int result = cn_extent_hooks_init(&arena->hooks, node, policy);
    if (result == CN_OK) {
        result = cn_node_arena_create(arena);
        if (result != CN_OK) cn_extent_hooks_close(&arena->hooks, false);
    }
    if (result != CN_OK) {
        cn_meta_free(arena, sizeof *arena);
        return result;
    }
    arena->caches.slot = slot;
    cn_registry_slot[slot] = true;
    arena->next = cn_registry;
    cn_registry = arena;
    *out = arena;
    return CN_OK;
}

int cn_node_arena_open(uint32_t node, const cn_map_policy_t *policy, cn_node_arena_t **out)
{
    if (!cn_policy_is_valid(policy)) return CN_EINVAL;
    (void)cn_topology_load(); /* a failure leaves one node */
    if (node >= cn_topology_nodes()) return CN_ENODEV;

    cn_os_mutex_lock(&cn_registry_lock);
    cn_node_arena_t *found = cn_registry;
    while (found != NULL && !cn_registry_matches(found, node, policy)) {
        found = found->next;
    }
    int result = CN_OK;
    if (found != NULL) {
        found->openings++;
        *out = found;
    } else {
        result = cn_registry_add(node, policy, out);
    }
    cn_os_mutex_unlock(&cn_registry_lock);
    return result;
}

static void cn_node_arena_end(cn_node_arena_t *arena, bool keep_addresses)
{
    cn_os_mutex_lock(&cn_registry_lock);
    CN_ASSERT(arena->openings != 0);
    if (--arena->openings == 0) {
        cn_node_arena_t **link = &cn_registry;
        while (*link != arena) {
            link = &(*link)->next;
        }
        *link = arena->next;
        cn_tcache_close(&arena->caches);
        cn_node_arena_destroy(arena);
        cn_extent_hooks_close(&arena->hooks, keep_addresses);
        cn_registry_slot[arena->caches.slot] = false;
        cn_meta_free(arena, sizeof *arena);
    }
    cn_os_mutex_unlock(&cn_registry_lock);
}

void cn_node_arena_close(cn_node_arena_t *arena)
{
    cn_node_arena_end(arena, false);
}

void cn_node_arena_leave(cn_node_arena_t *arena)
{
    if (arena->hooks.with_file) cn_node_arena_end(arena, true);
}

/* ---- chunks ---- */

static int cn_chunk_flags(const cn_node_arena_t *arena, size_t align)
{
    return (int)(MALLOCX_ARENA(arena->index) | MALLOCX_TCACHE_NONE | MALLOCX_ALIGN(align));
}

int cn_node_arena_chunk_get(cn_node_arena_t *arena, size_t bytes, size_t align, void **out)
{
    const size_t page = cn_os_page_bytes();
    if (bytes == 0 || bytes > PTRDIFF_MAX || bytes % page != 0 || align < page || (align & (align - 1U)) != 0) {
        return CN_EINVAL;
    }
    if (CN_FAULT(arena_allocate)) return CN_ENOMEM;
    /* Asked here and not only in the hooks: memory that jemalloc still has may have lost its pages. */
    int result = cn_extent_hooks_admit(&arena->hooks, bytes);
    if (result != CN_OK) return result;

    cn_arena_thread_t *here = &cn_arena_thread;
    here->call.allowance = bytes;
    void *base = cenote_je_mallocx(bytes, cn_chunk_flags(arena, align));
    const int refused = here->call.error;
    here->call = (cn_hook_call_t){0};
    if (base == NULL) return refused != CN_OK ? refused : CN_ENOMEM;
    result = cn_extent_hooks_ensure(&arena->hooks, base, bytes);
    if (result != CN_OK) {
        cenote_je_sdallocx(base, bytes, cn_chunk_flags(arena, align));
        return result;
    }
    cn_add_relaxed(&arena->chunk_bytes, bytes);
    CN_PROBE3(chunk_map, base, bytes, arena->node);
    *out = base;
    return CN_OK;
}

void cn_node_arena_chunk_put(cn_node_arena_t *arena, void *base, size_t bytes)
{
    /* The pages go now, by our own call; the extent stays among jemalloc's dirty ones, bound and advised, and serves
     * the next chunk without a system call.  Purging the whole arena would take what others have just freed along. */
    (void)cn_extent_hooks_purge(&arena->hooks, base, bytes, false); /* refused: jemalloc does it at decay */
    cenote_je_sdallocx(base, bytes, (int)(MALLOCX_ARENA(arena->index) | MALLOCX_TCACHE_NONE));
    cn_sub_relaxed(&arena->chunk_bytes, bytes);
    CN_PROBE2(chunk_unmap, base, bytes);
}

int cn_node_arena_purge(cn_node_arena_t *arena, void *base, size_t bytes)
{
    int result = cn_extent_hooks_purge(&arena->hooks, base, bytes, arena->hooks.policy.purge_lazy);
    if (result != CN_OK && arena->hooks.policy.purge_lazy) { /* kernels before 4.5 */
        result = cn_extent_hooks_purge(&arena->hooks, base, bytes, false);
    }
    if (result == CN_OK) CN_PROBE2(chunk_purge, base, bytes);
    return result;
}

int cn_node_arena_renew(cn_node_arena_t *arena, void *base, size_t bytes)
{
    const int result = cn_extent_hooks_admit(&arena->hooks, bytes);
    return result != CN_OK ? result : cn_extent_hooks_ensure(&arena->hooks, base, bytes);
}

/* One page after the other, by adding nothing to a word that its owner may be changing. */
static void cn_node_arena_touch(void *base, size_t bytes)
{
    const size_t page = cn_os_page_bytes();
    for (size_t offset = 0; offset < bytes; offset += page) {
        cn_add_relaxed((CN_ATOMIC(uint64_t) *)(void *)((unsigned char *)base + offset), 0U);
    }
}

int cn_node_arena_populate(cn_node_arena_t *arena, void *base, size_t bytes)
{
    int result = cn_extent_hooks_admit(&arena->hooks, bytes);
    size_t present = 0; /* what is there already needs no more room */
    if (result != CN_OK && cn_os_resident(base, bytes, &present) == CN_OK) {
        result = cn_extent_hooks_admit(&arena->hooks, bytes - present);
    }
    if (result == CN_OK) result = cn_extent_hooks_ensure(&arena->hooks, base, bytes);
    if (result == CN_OK) result = cn_os_populate(base, bytes);
    if (result == CN_ENOTSUP) {
        cn_node_arena_touch(base, bytes);
        result = CN_OK;
    }
    return result;
}

/* ---- general allocation ---- */

static bool cn_request_is_valid(size_t bytes, size_t align)
{
    return bytes != 0 && bytes <= PTRDIFF_MAX && (align & (align - 1U)) == 0 && align <= PTRDIFF_MAX;
}

/* Where to account `bytes` (modulo 2^64: a thread may free more than it took), and what to tell jemalloc. */
static int cn_request_account(cn_node_arena_t *arena, const cn_arena_thread_t *here, uint64_t bytes)
{
    cn_tcache_t *cache = cn_tcache_here(here, &arena->caches);
    if (cache == NULL) {
        cn_add_relaxed(&arena->caches.allocated_bytes, bytes);
        return (int)(MALLOCX_ARENA(arena->index) | MALLOCX_TCACHE_NONE);
    }
    if (cn_load_relaxed(&cache->flush_wanted) != 0) cn_tcache_flush_own(cache); /* a request, orders nothing */
    cn_tcache_account(cache, bytes);
    return cache->flags;
}

int cn_node_arena_allocate(cn_node_arena_t *arena, size_t bytes, size_t align, uint32_t flags, void **out)
{
    if (!cn_request_is_valid(bytes, align) || (flags & ~CN_ALLOCATE_ZEROED) != 0) return CN_EINVAL;
    if (CN_FAULT(arena_allocate)) return CN_ENOMEM;
    const bool zeroed = (flags & CN_ALLOCATE_ZEROED) != 0;
    const bool zero_here = zeroed && align >= CN_HUGE_PAGE; /* see cn_hook_alloc */
    cn_arena_thread_t *here = &cn_arena_thread;
    const int all =
        cn_request_account(arena, here, bytes) | cn_request_flags(align) | (zeroed && !zero_here ? MALLOCX_ZERO : 0);

    void *memory = cenote_je_mallocx(cn_request_bytes(bytes), all);
    const int refused = here->call.error; /* may be set although jemalloc found another way */
    if (__builtin_expect(refused != CN_OK, 0)) here->call.error = CN_OK;
    if (memory == NULL) {
        (void)cn_request_account(arena, here, -(uint64_t)bytes);
        return refused != CN_OK ? refused : CN_ENOMEM;
    }
    if (zero_here) memset(memory, 0, bytes);
    *out = memory;
    return CN_OK;
}

void cn_node_arena_free(cn_node_arena_t *arena, void *base, size_t bytes, size_t align)
{
    if (base == NULL) return;
    cenote_je_sdallocx(base, cn_request_bytes(bytes),
                       cn_request_account(arena, &cn_arena_thread, -(uint64_t)bytes) | cn_request_flags(align));
}

bool cn_node_arena_owns(const cn_node_arena_t *arena, const void *base)
{
    return cn_extent_hooks_owns(&arena->hooks, base);
}

size_t cn_node_arena_usable(size_t bytes, size_t align)
{
    return cn_request_is_valid(bytes, align) ? cenote_je_nallocx(cn_request_bytes(bytes), cn_request_flags(align)) : 0;
}

void cn_node_arena_trim(cn_node_arena_t *arena)
{
    cn_tcache_flush(&arena->caches);
    (void)cn_arena_control(arena->index, "purge", NULL, 0); /* cannot fail for an arena that is there */
}

/* ---- for metrics ---- */

cn_arena_counts_t cn_node_arena_counts(const cn_node_arena_t *arena)
{
    const cn_extent_hooks_t *hooks = &arena->hooks;
    return (cn_arena_counts_t){
        .reserved_bytes = cn_load_relaxed(&hooks->reserved_bytes),
        .committed_bytes = cn_load_relaxed(&hooks->committed_bytes),
        .numa_fallbacks = cn_load_relaxed(&hooks->numa_fallbacks),
        .huge_page_fallbacks = cn_load_relaxed(&hooks->huge_page_fallbacks),
        .allocated_bytes = cn_load_relaxed(&arena->chunk_bytes) + cn_tcache_allocated(&arena->caches),
        .file_synced = hooks->with_file && hooks->file.synced,
    };
}

uint32_t cn_node_arena_node(const cn_node_arena_t *arena)
{
    return arena->node;
}
