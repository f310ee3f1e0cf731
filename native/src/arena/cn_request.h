/* What the two ways of general allocation share: the arena itself, and how a request is put to jemalloc. */
#ifndef CN_REQUEST_H
#define CN_REQUEST_H

#include <jemalloc/jemalloc.h>

#include "arena/cn_extent_hooks.h"
#include "arena/cn_tcache.h"

struct cn_node_arena {
    cn_extent_hooks_t hooks; /* first, as jemalloc calls them */
    cn_tcache_list_t caches;
    cn_node_arena_t *next;
    uint32_t openings; /* under the registry's lock */
    uint32_t node;
    unsigned index; /* jemalloc's */
    CN_ATOMIC(uint64_t) chunk_bytes;
};

/* Every piece is aligned to this; jemalloc's smallest class is 8 bytes, and aligned like that. */
#define CN_REQUEST_ALIGN ((size_t)16)

static inline size_t cn_request_bytes(size_t bytes)
{
    return bytes < CN_REQUEST_ALIGN ? CN_REQUEST_ALIGN : bytes;
}

static inline int cn_request_flags(size_t align)
{
    return align <= CN_REQUEST_ALIGN ? 0 : (int)MALLOCX_ALIGN(align);
}

#endif
