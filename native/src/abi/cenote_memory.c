/* The ABI of general allocation. */
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "pool/cn_general.h"

#define CENOTE_BYTES_MAX ((int64_t)1 << 62)

_Static_assert(CENOTE_ZEROED == CN_ALLOCATE_ZEROED, "flags go through as they are");

static bool cenote_is_bad(int64_t bytes, int64_t align)
{
    return bytes <= 0 || bytes > CENOTE_BYTES_MAX || align < 0 || (align & (align - 1)) != 0;
}

int64_t cenote_allocate(int32_t node, int64_t bytes, int64_t align, int32_t flags)
{
    if (cenote_is_bad(bytes, align) || (flags & ~CENOTE_ZEROED) != 0) return CN_EINVAL;
    if (node < CN_BOUND_HERE) return CN_ENODEV;
    return cn_general_take(node, (size_t)bytes, (size_t)align, (uint32_t)flags);
}

int32_t cenote_free(int32_t node, int64_t address, int64_t bytes, int64_t align)
{
    if (address == 0 || cenote_is_bad(bytes, align)) return CN_EINVAL;
    if (node < CN_BOUND_HERE) return CN_ENODEV;
    return cn_general_give(node, address, (size_t)bytes, (size_t)align);
}

int64_t cenote_usable_bytes(int64_t bytes, int64_t align)
{
    if (cenote_is_bad(bytes, align)) return CN_EINVAL;
    return (int64_t)cn_node_arena_usable((size_t)bytes, (size_t)align);
}
