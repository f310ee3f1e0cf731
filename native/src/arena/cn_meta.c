/* Memory for the core's own tables, from jemalloc's first arena: nothing there is purged while it is in use. */
#include "arena/cn_meta.h"

#include <jemalloc/jemalloc.h>

#include "base/cn_atomic.h"
#include "base/cn_fault.h"

/* Arena 0 by its number and no thread cache: whatever a thread caches would look like a leak. */
#define CN_META_FLAGS (MALLOCX_ALIGN(CN_LINE_PAIR) | MALLOCX_ARENA(0) | MALLOCX_TCACHE_NONE)

static CN_ATOMIC(uint64_t) cn_meta_out;

void *cn_meta_allocate(size_t bytes)
{
    if (bytes == 0 || bytes > PTRDIFF_MAX || CN_FAULT(meta_allocate)) return NULL;
    void *memory = cenote_je_mallocx(bytes, CN_META_FLAGS | MALLOCX_ZERO);
    if (memory != NULL) cn_add_relaxed(&cn_meta_out, bytes);
    return memory;
}

void cn_meta_free(void *memory, size_t bytes)
{
    if (memory == NULL) return;
    cenote_je_sdallocx(memory, bytes, CN_META_FLAGS);
    cn_sub_relaxed(&cn_meta_out, bytes);
}

uint64_t cn_meta_bytes(void)
{
    return cn_load_relaxed(&cn_meta_out);
}
