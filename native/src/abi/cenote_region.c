/* The ABI of regions: checks its arguments, finds the region behind the handle, delegates. */
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "pool/cn_handle.h"
#include "pool/cn_region.h"

/* Retirements that may wait before whoever frees by the owner's way looks after them. */
#define CENOTE_PENDING_MAX 64U

static cn_region_t *cenote_region_enter(int64_t handle, uint32_t *pin)
{
    *pin = cn_epoch_pin();
    cn_region_t *region = cn_region_handle_find(handle);
    if (region == NULL) cn_epoch_unpin(*pin);
    return region;
}

/* Two epochs, unless a thread is inside: then the grower, or the next. */
static void cenote_region_collect(void)
{
    for (int i = 0; i < 3 && cn_epoch_pending() != 0; i++) (void)cn_epoch_collect();
}

int64_t cenote_region_open(int64_t pool, int32_t flags, int32_t subregions)
{
    const bool shared = (flags & CENOTE_REGION_SHARED) != 0;
    if ((flags & ~CENOTE_REGION_SHARED) != 0 || subregions < 0 || subregions > (int32_t)CN_SUBREGIONS_MAX) return CN_EINVAL;
    if (!shared && subregions != 0) return CN_EINVAL;
    const int64_t handle = cn_region_handle_claim();
    if (handle < 0) return handle;
    const uint32_t count = !shared ? 0U : subregions == 0 ? CN_SUBREGIONS_DEFAULT : (uint32_t)subregions;
    const uint32_t pin = cn_epoch_pin();
    cn_block_pool_t *found = cn_handle_find(pool);
    cn_region_t *region = NULL;
    const int code = found == NULL ? CN_NOHANDLE : cn_region_open(found, handle, count, &region);
    cn_epoch_unpin(pin);
    if (code != CN_OK) {
        cn_region_handle_abandon(handle);
        return code;
    }
    cn_region_handle_publish(handle, region);
    return handle;
}

static int64_t cenote_region_try(int64_t region, int64_t bytes, int64_t align, int32_t flags)
{
    uint32_t pin;
    cn_region_t *found = cenote_region_enter(region, &pin);
    if (found == NULL) return CN_NOHANDLE;
    const int64_t address =
        cn_region_allocate(found, (size_t)bytes, align == 0 ? 16U : (size_t)align, (flags & CENOTE_ZEROED) != 0);
    cn_epoch_unpin(pin);
    return address;
}

int64_t cenote_region_allocate(int64_t region, int64_t bytes, int64_t align, int32_t flags)
{
    if (bytes <= 0 || bytes > (int64_t)1 << 62 || align < 0 || (align & (align - 1)) != 0) return CN_EINVAL;
    if ((flags & ~CENOTE_ZEROED) != 0) return CN_EINVAL;
    const int64_t address = cenote_region_try(region, bytes, align, flags);
    if (address != CN_BUSY) return address;
    cenote_region_collect(); /* blocks of a region that was reset may wait for their epoch; inside, our pin held that back */
    return cenote_region_try(region, bytes, align, flags);
}

int32_t cenote_region_reset(int64_t region)
{
    uint32_t pin;
    cn_region_t *found = cenote_region_enter(region, &pin);
    if (found == NULL) return CN_NOHANDLE;
    const bool shared = found->owner == 0;
    const int code = cn_region_reset(found);
    cn_epoch_unpin(pin);
    if (code == CN_OK && shared) cenote_region_collect();
    return code;
}

int32_t cenote_region_close(int64_t region)
{
    uint32_t pin;
    cn_region_t *found = cenote_region_enter(region, &pin);
    if (found == NULL) return CN_NOHANDLE;
    const bool shared = found->owner == 0;
    const int code = cn_region_close(found);
    cn_epoch_unpin(pin);
    if (code == CN_OK && (shared || cn_epoch_pending() > CENOTE_PENDING_MAX)) cenote_region_collect();
    return code;
}

int64_t cenote_region_bytes(int64_t region)
{
    uint32_t pin;
    cn_region_t *found = cenote_region_enter(region, &pin);
    if (found == NULL) return CN_NOHANDLE;
    const int64_t bytes = cn_region_bytes(found);
    cn_epoch_unpin(pin);
    return bytes;
}
