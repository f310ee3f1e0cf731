/* Makes, finds, flushes and ends the threads' caches. */
#include "arena/cn_tcache.h"

#include <jemalloc/jemalloc.h>

#include "arena/cn_meta.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_fault.h"

static cn_os_mutex_t cn_tcache_lock = CN_OS_MUTEX_INIT; /* guards all lists, and writing to a thread's table */
static bool cn_tcache_has_key;
static cn_os_exit_key_t cn_tcache_key;
_Thread_local cn_arena_thread_t cn_arena_thread;

/* Out of the arena's list and the thread's table; what it cached goes back to the arena.  Under the lock. */
static void cn_tcache_end(cn_tcache_t *cache)
{
    cn_tcache_list_t *list = cache->list;
    if (cache->previous_in_arena != NULL) {
        cache->previous_in_arena->next_in_arena = cache->next_in_arena;
    } else {
        list->first = cache->next_in_arena;
    }
    if (cache->next_in_arena != NULL) cache->next_in_arena->previous_in_arena = cache->previous_in_arena;
    cache->thread->cache[list->slot] = NULL;

    if (cache->flags != 0) {
        const int number = cenote_je_mallctl("tcache.destroy", NULL, NULL, &cache->index, sizeof cache->index);
        CN_ASSERT(number == 0);
    }
    cn_add_relaxed(&list->allocated_bytes, cn_load_relaxed(&cache->allocated_bytes));
    cn_meta_free(cache, sizeof *cache);
}

/* Runs when a thread that had caches ends; its thread-local memory is still there. */
static void cn_tcache_thread_exit(void *argument)
{
    cn_arena_thread_t *thread = argument;
    thread->bound.left = 0; /* what jemalloc's automatic cache holds goes back by jemalloc's own destructor */
    thread->bound.arena = NULL;
    thread->bound.cache = NULL;
    thread->bound.window_bytes = 0;
    cn_os_mutex_lock(&cn_tcache_lock);
    for (uint32_t i = 0; i < CN_ARENAS_MAX; i++) {
        if (thread->cache[i] != NULL) cn_tcache_end(thread->cache[i]);
    }
    cn_os_mutex_unlock(&cn_tcache_lock);
    thread->will_exit = false; /* a later destructor of another library may allocate once more, and ask anew */
}

/* Sees to it that cn_tcache_thread_exit runs for the calling thread.  Under the lock. */
static int cn_tcache_watch(cn_arena_thread_t *thread)
{
    if (thread->will_exit) return CN_OK;
    if (!cn_tcache_has_key) {
        const int result = cn_os_at_thread_exit(cn_tcache_thread_exit, &cn_tcache_key);
        if (result != CN_OK) return result;
        cn_tcache_has_key = true;
    }
    const int result = cn_os_exit_value_set(cn_tcache_key, thread);
    thread->will_exit = result == CN_OK;
    return result;
}

/* The thread's entry for the arena.  Under the lock. */
static cn_tcache_t *cn_tcache_entry(cn_tcache_list_t *list)
{
    cn_arena_thread_t *thread = &cn_arena_thread;
    if (thread->cache[list->slot] != NULL) return thread->cache[list->slot];
    if (cn_tcache_watch(thread) != CN_OK) return NULL;
    cn_tcache_t *cache = cn_meta_allocate(sizeof *cache);
    if (cache == NULL) return NULL;
    cache->thread = thread;
    cache->list = list;
    cache->next_in_arena = list->first;
    if (list->first != NULL) list->first->previous_in_arena = cache;
    list->first = cache;
    thread->cache[list->slot] = cache;
    return cache;
}

/* Under the lock. */
static cn_tcache_t *cn_tcache_make(cn_tcache_list_t *list)
{
    if (CN_FAULT(arena_tcache)) return NULL;
    cn_tcache_t *cache = cn_tcache_entry(list);
    if (cache == NULL) return NULL;
    size_t index_bytes = sizeof cache->index;
    if (cenote_je_mallctl("tcache.create", &cache->index, &index_bytes, NULL, 0) != 0) {
        return NULL; /* jemalloc has 4093 of them; more threads go without */
    }
    cache->flags = (int)(MALLOCX_ARENA(list->jemalloc_arena) | MALLOCX_TCACHE(cache->index));
    return cache;
}

cn_tcache_t *cn_tcache_create(cn_tcache_list_t *list)
{
    cn_os_mutex_lock(&cn_tcache_lock);
    cn_tcache_t *cache = cn_tcache_make(list);
    cn_os_mutex_unlock(&cn_tcache_lock);
    return cache;
}

cn_tcache_t *cn_tcache_create_account(cn_tcache_list_t *list)
{
    cn_os_mutex_lock(&cn_tcache_lock);
    cn_tcache_t *cache = CN_FAULT(arena_tcache) ? NULL : cn_tcache_entry(list);
    cn_os_mutex_unlock(&cn_tcache_lock);
    return cache;
}

void cn_tcache_flush_own(cn_tcache_t *cache)
{
    cn_store_relaxed(&cache->flush_wanted, 0U); /* a request that comes meanwhile: the flush below, or the next */
    if (cache->flags != 0) {
        const int number = cenote_je_mallctl("tcache.flush", NULL, NULL, &cache->index, sizeof cache->index);
        CN_ASSERT(number == 0);
    }
    if (cache->thread->bound.cache == cache) (void)cenote_je_mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
}

void cn_tcache_flush(cn_tcache_list_t *list)
{
    cn_tcache_t *own = NULL;
    cn_os_mutex_lock(&cn_tcache_lock);
    for (cn_tcache_t *cache = list->first; cache != NULL; cache = cache->next_in_arena) {
        if (cache->thread == &cn_arena_thread) {
            own = cache;
        } else {
            cn_store_relaxed(&cache->flush_wanted, 1U); /* orders nothing */
        }
    }
    cn_os_mutex_unlock(&cn_tcache_lock);
    if (own != NULL) cn_tcache_flush_own(own);
}

void cn_tcache_close(cn_tcache_list_t *list)
{
    cn_os_mutex_lock(&cn_tcache_lock);
    while (list->first != NULL) {
        cn_tcache_end(list->first);
    }
    cn_os_mutex_unlock(&cn_tcache_lock);
}

uint64_t cn_tcache_allocated(const cn_tcache_list_t *list)
{
    cn_os_mutex_lock(&cn_tcache_lock);
    uint64_t bytes = cn_load_relaxed(&list->allocated_bytes);
    for (const cn_tcache_t *cache = list->first; cache != NULL; cache = cache->next_in_arena) {
        bytes += cn_load_relaxed(&cache->allocated_bytes);
    }
    cn_os_mutex_unlock(&cn_tcache_lock);
    return bytes;
}
