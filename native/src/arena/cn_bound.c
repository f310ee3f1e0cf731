/* Allocation by jemalloc's automatic thread cache, which is bound to one arena. */
#include "arena/cn_bound.h"

#include <string.h>

#include "arena/cn_request.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"

#define CN_LIKELY(condition) __builtin_expect((condition), 1)

/* The first window is the only one but on machines with little address space.  It may come after the binding. */
static bool cn_bound_owns(cn_arena_thread_t *here, const void *base)
{
    if (CN_LIKELY((uintptr_t)base - here->bound.window_base < here->bound.window_bytes)) return true;
    if (here->bound.arena == NULL) return false;
    cn_extent_hooks_first_window(&here->bound.arena->hooks, &here->bound.window_base, &here->bound.window_bytes);
    return cn_extent_hooks_owns(&here->bound.arena->hooks, base);
}

int cn_bound_to(cn_node_arena_t *arena, uint32_t node, uint32_t allocations)
{
    cn_arena_thread_t *here = &cn_arena_thread;
    if (here->bound.arena != arena) {
        cn_tcache_t *cache = here->cache[arena->caches.slot];
        if (cache == NULL) cache = cn_tcache_create_account(&arena->caches);
        if (cache == NULL) return CN_ENOMEM;
        /* What is cached is the former arena's; the first time there is nothing. */
#ifndef CN_BUG_KEPT_CACHE /* seeded for tests/: memory of one node is handed out as another's */
        if (here->bound.arena != NULL) (void)cenote_je_mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
#endif
        memset(&here->bound, 0, sizeof here->bound);
        if (cenote_je_mallctl("thread.arena", NULL, NULL, &arena->index, sizeof arena->index) != 0) return CN_ENOMEM;
        here->bound.arena = arena;
        here->bound.cache = cache;
    }
    here->bound.node = (int32_t)node;
    here->bound.left = allocations;
    return CN_OK;
}

static inline void cn_bound_account(cn_tcache_t *cache, uint64_t bytes)
{
    if (!CN_LIKELY(cn_load_relaxed(&cache->flush_wanted) == 0)) cn_tcache_flush_own(cache); /* orders nothing */
    cn_tcache_account(cache, bytes);
}

/* Aligned or zeroed. */
static __attribute__((noinline)) void *cn_bound_take_otherwise(size_t bytes, size_t align, bool zeroed)
{
    const bool zero_here = zeroed && align >= CN_HUGE_PAGE; /* see cn_hook_alloc */
    void *memory = cenote_je_mallocx(cn_request_bytes(bytes),
                                     cn_request_flags(align) | (zeroed && !zero_here ? MALLOCX_ZERO : 0));
    if (memory != NULL && zero_here) memset(memory, 0, bytes);
    return memory;
}

int64_t cn_bound_allocate(int32_t node, size_t bytes, size_t align, uint32_t flags)
{
    cn_arena_thread_t *here = &cn_arena_thread;
    if (!CN_LIKELY(here->bound.left != 0 && (node == CN_BOUND_HERE || node == here->bound.node))) return 0;
    if (CN_FAULT(arena_allocate)) return CN_ENOMEM;
    here->bound.left--;
    void *memory = CN_LIKELY(align <= CN_REQUEST_ALIGN && flags == 0)
                       ? cenote_je_malloc(cn_request_bytes(bytes))
                       : cn_bound_take_otherwise(bytes, align, flags != 0);
    const int refused = here->call.error; /* may be set although jemalloc found another way */
    if (!CN_LIKELY(refused == CN_OK)) here->call.error = CN_OK;
    if (!CN_LIKELY(memory != NULL)) return refused != CN_OK ? refused : CN_ENOMEM;
    cn_bound_account(here->bound.cache, bytes);
    return (int64_t)(intptr_t)memory;
}

bool cn_bound_free(int32_t node, void *base, size_t bytes, size_t align)
{
    cn_arena_thread_t *here = &cn_arena_thread;
    if (!CN_LIKELY(node == CN_BOUND_HERE || node == here->bound.node)) return false;
    if (!CN_LIKELY(cn_bound_owns(here, base))) return false;
    cn_bound_account(here->bound.cache, -(uint64_t)bytes);
    cenote_je_sdallocx(base, cn_request_bytes(bytes), cn_request_flags(align));
    return true;
}
