/* The ABI of pools: checks its arguments, finds the pool behind the handle, delegates. */
#include "base/cn_error.h"
#include "cenote/cenote.h"
#include "platform/cn_cpu.h"
#include "pool/cn_handle.h"

#define CENOTE_DESTROY_WAIT_NANOS 100000000ULL

/* A pool and the pin that keeps it. */
typedef struct cenote_visit {
    cn_block_pool_t *pool; /* NULL: no such handle, and no pin is held */
    uint32_t pin;
} cenote_visit_t;

static inline cenote_visit_t cenote_enter(int64_t handle)
{
    cenote_visit_t visit = {.pin = cn_epoch_pin()};
    visit.pool = cn_handle_find(handle);
    if (visit.pool == NULL) cn_epoch_unpin(visit.pin);
    return visit;
}

static inline void cenote_leave(cenote_visit_t visit)
{
    cn_epoch_unpin(visit.pin);
}

static bool cenote_is_negative(int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)
{
    return (a | b | c | d | e | f) < 0;
}

int64_t cenote_pool_open(int64_t block_bytes, int64_t initial_bytes, int64_t maximum_bytes, int64_t chunk_bytes,
                         int32_t magazine_blocks, int32_t numa, int32_t node, int32_t flags, int64_t retained_bytes,
                         int64_t retain_nanos, int64_t file)
{
    const int32_t known = CENOTE_PREFAULT | CENOTE_HUGE_PAGES | CENOTE_PURGE_LAZY | CENOTE_KEEP_ADDRESSES |
                          CENOTE_PACKED | CENOTE_ON_DEMAND;
    if (cn_cpu_check() != CN_OK) return CN_NOCX16;
    if (cenote_is_negative(block_bytes, initial_bytes, maximum_bytes, chunk_bytes, retained_bytes, retain_nanos)) {
        return CN_EINVAL;
    }
    if (magazine_blocks < 0 || numa < 0 || node < 0 || (flags & ~known) != 0) return CN_EINVAL;
    (void)cn_topology_load(); /* a machine that cannot be read is one node */
    const cn_block_pool_options_t options = {
        .block_bytes = (uint64_t)block_bytes,
        .initial_bytes = (uint64_t)initial_bytes,
        .maximum_bytes = (uint64_t)maximum_bytes,
        .chunk_bytes = (uint64_t)chunk_bytes,
        .magazine_blocks = (uint32_t)magazine_blocks,
        .numa = (uint32_t)numa,
        .node = (uint32_t)node,
        .prefault = (flags & CENOTE_PREFAULT) != 0,
        .huge_pages = (flags & CENOTE_HUGE_PAGES) != 0,
        .purge_lazy = (flags & CENOTE_PURGE_LAZY) != 0,
        .keep_addresses = (flags & CENOTE_KEEP_ADDRESSES) != 0,
        .packed = (flags & CENOTE_PACKED) != 0,
        .on_demand = (flags & CENOTE_ON_DEMAND) != 0,
        .retained_bytes_max = (uint64_t)retained_bytes,
        .retain_nanos = (uint64_t)retain_nanos,
        .file = (const char *)(intptr_t)file,
    };
    const int64_t handle = cn_handle_claim();
    if (handle < 0) return handle;
    cn_block_pool_t *pool = NULL;
    const int code = cn_block_pool_open(&options, handle, &pool);
    if (code != CN_OK) {
        cn_handle_abandon(handle);
        return code;
    }
    cn_handle_publish(handle, pool);
    return handle;
}

int32_t cenote_magazine_get(int64_t pool, int64_t blocks, int32_t want)
{
    if (blocks == 0 || want <= 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const int32_t taken = cn_block_pool_get(visit.pool, (uint32_t *)(intptr_t)blocks, (uint32_t)want);
    cenote_leave(visit);
    if (taken == CN_BUSY) (void)cn_epoch_collect(); /* a chunk may wait for its epoch; inside, our pin held that back */
    return taken;
}

int32_t cenote_magazine_put(int64_t pool, int64_t blocks, int32_t count)
{
    if (blocks == 0 || count <= 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const int32_t code = cn_block_pool_put(visit.pool, (const uint32_t *)(intptr_t)blocks, (uint32_t)count);
    cenote_leave(visit);
    return code;
}

/* Copies as many values as there is room for; returns how many there are. */
static int32_t cenote_fill(int64_t out, int32_t room, const uint64_t *value, uint32_t count)
{
    int64_t *to = (int64_t *)(intptr_t)out;
#ifdef CN_BUG_READ_BEYOND /* seeded for ci/sanitize-jvm: one value too many */
    to[0] = (int64_t)value[count];
#endif
#ifdef CN_BUG_SIGNED_OVERFLOW /* seeded for ci/sanitize-jvm: wraps */
    to[0] = room + INT32_MAX;
#endif
    for (uint32_t i = 0; i < count && i < (uint32_t)room; i++) to[i] = (int64_t)value[i];
    return (int32_t)count;
}

int32_t cenote_pool_shape(int64_t pool, int64_t out, int32_t count)
{
    if (out == 0 || count <= 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const cn_chunk_table_t *table = &visit.pool->table;
    const uint64_t shape[] = {visit.pool->stride,           table->chunk_bytes, table->blocks_per_chunk,
                              visit.pool->magazine_blocks, table->blocks_max,  table->chunks_max};
    cenote_leave(visit);
    return cenote_fill(out, count, shape, sizeof shape / sizeof shape[0]);
}

int64_t cenote_pool_chunk_base(int64_t pool, int32_t chunk)
{
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const uintptr_t base = chunk < 0 ? 0 : cn_chunk_base(&visit.pool->table, (uint32_t)chunk);
    cenote_leave(visit);
    return base != 0 ? (int64_t)base : CN_EINVAL;
}

int32_t cenote_pool_stats(int64_t pool, int64_t out, int32_t count)
{
    if (out == 0 || count <= 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    uint64_t value[CN_COUNTERS];
    cn_block_pool_counts(visit.pool, value);
    cenote_leave(visit);
    return cenote_fill(out, count, value, CN_COUNTERS);
}

int32_t cenote_pool_histogram(int64_t pool, int64_t out, int32_t count)
{
    if (out == 0 || count <= 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    uint64_t value[CN_HISTOGRAM_BUCKETS];
    for (uint32_t i = 0; i < CN_HISTOGRAM_BUCKETS; i++) value[i] = cn_load_relaxed(&visit.pool->growth_nanos.bucket[i]);
    cenote_leave(visit);
    return cenote_fill(out, count, value, CN_HISTOGRAM_BUCKETS);
}

int64_t cenote_histogram_floor(int32_t bucket)
{
    if (bucket < 0 || (uint32_t)bucket >= CN_HISTOGRAM_BUCKETS) return CN_EINVAL;
    return (int64_t)cn_histogram_floor((uint32_t)bucket);
}

int64_t cenote_pool_resident(int64_t pool)
{
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    uint64_t resident = 0;
    const int code = cn_block_pool_resident(visit.pool, &resident);
    cenote_leave(visit);
    return code != CN_OK ? code : (int64_t)resident;
}

int64_t cenote_pool_trim(int64_t pool, int64_t keep_bytes)
{
    if (keep_bytes < 0) return CN_EINVAL;
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const int64_t bytes = cn_block_pool_trim(visit.pool, (uint64_t)keep_bytes);
    cenote_leave(visit);
    for (int i = 0; i < 3; i++) (void)cn_epoch_collect(); /* two epochs, unless a thread is inside: then the grower */
    return bytes;
}

static int32_t cenote_request(int64_t pool, cn_grow_event_t event)
{
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    const bool changed = event == CN_CLOSE ? cn_block_pool_close(visit.pool) : cn_block_pool_request(visit.pool, event);
    cenote_leave(visit);
    return changed ? 1 : 0;
}

int32_t cenote_pool_freeze(int64_t pool)
{
    return cenote_request(pool, CN_FREEZE);
}

int32_t cenote_pool_thaw(int64_t pool)
{
    return cenote_request(pool, CN_THAW);
}

int32_t cenote_pool_close(int64_t pool)
{
    return cenote_request(pool, CN_CLOSE);
}

int32_t cenote_pool_destroy(int64_t pool)
{
    const cenote_visit_t visit = cenote_enter(pool);
    if (visit.pool == NULL) return CN_NOHANDLE;
    if (!cn_block_pool_is_closed(visit.pool)) {
        cenote_leave(visit);
        return CN_EINVAL;
    }
    cn_block_pool_t *removed = cn_handle_remove(pool);
    cenote_leave(visit);
    if (removed == NULL) return CN_NOHANDLE; /* another thread destroys it */
    cn_block_pool_destroy(removed);
    const uint64_t until = cn_os_nanos() + CENOTE_DESTROY_WAIT_NANOS;
    while (cn_epoch_pending() != 0 && cn_os_nanos() < until) {
        if (cn_epoch_collect() == 0) cn_os_yield();
    }
    return CN_OK;
}
