/* Opening, cutting from, resetting and closing regions. */
#include "pool/cn_region.h"

#include <string.h>

#include "arena/cn_meta.h"
#include "base/cn_assert.h"
#include "base/cn_error.h"
#include "base/cn_probe.h"
#include "depot/cn_schedule.h"
#include "pool/cn_general.h"
#include "pool/cn_handle.h"

_Static_assert(offsetof(cn_region_t, handle) == 0, "a handle is the first member");

const uint8_t cn_region_next[CN_REGION_STATES][CN_REGION_EVENTS] = { /* absent: 0, CN_REGION_NEVER */
    [CN_REGION_OPEN] = {[CN_REGION_CLOSE] = CN_REGION_CLOSING},
    [CN_REGION_CLOSING] = {[CN_REGION_DONE] = CN_REGION_CLOSED},
};

bool cn_region_step(cn_region_t *region, uint8_t from, cn_region_event_t event)
{
    const uint8_t to = cn_region_next[from][event];
    return to != CN_REGION_NEVER && cn_cas_acq_rel(&region->state, &from, to);
}

/* ---- bodies ---- */

static size_t cn_region_body_bytes(uint32_t subregions, uint32_t nodes)
{
    return sizeof(cn_region_body_t) + subregions * sizeof(cn_subregion_t) + nodes * sizeof(cn_region_chain_t);
}

static cn_region_body_t *cn_region_body_make(int64_t pool, uint32_t subregions, uint32_t nodes)
{
    cn_region_body_t *body = cn_meta_allocate(cn_region_body_bytes(subregions, nodes));
    if (body == NULL) return NULL;
    body->pool = pool;
    body->subregions = subregions;
    body->nodes = nodes;
    body->chain = (cn_region_chain_t *)(void *)&body->sub[subregions];
    for (uint32_t i = 0; i < subregions; i++) cn_store_relaxed(&body->sub[i].cursor, CN_REGION_NONE);
    return body;
}

static void cn_region_body_free(cn_region_body_t *body)
{
    cn_meta_free(body, cn_region_body_bytes(body->subregions, body->nodes));
}

/* Adds a magazine to the chain.  Nothing is ever taken from it, so a plain list will do. */
static void cn_region_link(cn_region_chain_t *chain, cn_magazine_t *magazine)
{
    cn_magazine_t *seen = cn_load_relaxed(&chain->first);
    do {
        cn_store_relaxed(&magazine->next, seen);
    } while (!cn_cas_acq_rel(&chain->first, &seen, magazine)); /* release: the entries; read after the epoch */
    if (seen == NULL) cn_store_relaxed(&chain->last, magazine);
    cn_add_relaxed(&chain->magazines, 1);
}

/* A header of that node's depot to write a block into, for the calling thread alone; NULL: no memory. */
static cn_magazine_t *cn_region_header(cn_block_pool_t *pool, cn_region_body_t *body, uint32_t node)
{
    cn_magazine_t *filling = cn_exchange_acq_rel(&body->chain[node].filling, NULL); /* pairs with cn_region_file */
    return filling != NULL ? filling : cn_depot_pop_empty(&pool->node[node].depot);
}

static void cn_region_file(cn_block_pool_t *pool, cn_region_body_t *body, uint32_t node, cn_magazine_t *magazine)
{
    cn_magazine_t *none = NULL;
    if (magazine->count == 0) {
        cn_depot_push_empty(&pool->node[node].depot, magazine);
    } else if (magazine->count == pool->magazine_blocks ||
               /* release: its entries; pairs with the exchange in cn_region_header */
               !cn_cas_acq_rel(&body->chain[node].filling, &none, magazine)) {
        cn_region_link(&body->chain[node], magazine);
    }
}

/* Takes one more block from the pool and enters it in the body: CN_OK or why not. */
static int cn_region_add_block(cn_block_pool_t *pool, cn_region_body_t *body, uint32_t *block)
{
    uint32_t node = cn_block_pool_node_here(pool);
    cn_magazine_t *magazine = cn_region_header(pool, body, node); /* first: without it the block could not be kept */
    if (magazine == NULL) return CN_ENOMEM;
    const int taken = cn_block_pool_get(pool, block, 1);
    if (taken < 0) {
        cn_region_file(pool, body, node, magazine);
        return taken;
    }
    const uint32_t home = cn_block_pool_home(pool, *block);
    cn_magazine_t *better = home == node ? NULL : cn_region_header(pool, body, home);
    if (better != NULL) { /* else it will go back to this node: its memory is far, and nothing is lost */
        cn_region_file(pool, body, node, magazine);
        magazine = better;
        node = home;
    }
    magazine->block[magazine->count++] = *block;
    cn_add_relaxed(&body->blocks, 1U);
    cn_region_file(pool, body, node, magazine);
    return CN_OK;
}

/* ---- giving back ---- */

static void cn_region_free_large(cn_region_body_t *body)
{
    cn_region_large_t *large = cn_exchange_acq_rel(&body->large, NULL); /* pairs with cn_region_allocate_large */
    while (large != NULL) {
        cn_region_large_t *next = cn_load_relaxed(&large->next);
        const int code = cn_general_give(CN_BOUND_HERE, large->address, large->bytes, large->align);
        CN_ASSERT(code == CN_OK);
        cn_meta_free(large, sizeof *large);
        large = next;
    }
    cn_store_relaxed(&body->large_bytes, 0U);
}

/* Hands the chains to their depots, each by one exchange.  Nobody else may be cutting from the body. */
static void cn_region_give_back(cn_block_pool_t *pool, cn_region_body_t *body)
{
    for (uint32_t i = 0; i < body->subregions; i++) cn_store_relaxed(&body->sub[i].cursor, CN_REGION_NONE);
    for (uint32_t i = 0; i < body->nodes; i++) {
        cn_region_chain_t *chain = &body->chain[i];
        cn_magazine_t *filling = cn_exchange_acq_rel(&chain->filling, NULL); /* pairs with cn_region_file */
        if (filling != NULL) cn_region_link(chain, filling);
        cn_magazine_t *first = cn_load_acquire(&chain->first); /* pairs with cn_region_link */
        if (first == NULL) continue;
        cn_depot_push_list(&pool->node[i].depot, first, cn_load_relaxed(&chain->last), cn_load_relaxed(&chain->magazines));
        cn_store_relaxed(&chain->first, NULL);
        cn_store_relaxed(&chain->last, NULL);
        cn_store_relaxed(&chain->magazines, 0);
    }
    const uint64_t blocks = cn_load_relaxed(&body->blocks);
    cn_store_relaxed(&body->blocks, 0U);
    if (blocks == 0) return;
    cn_count_add(&pool->count, CN_COUNT_blocks_in, blocks);
    cn_count_add(&pool->count, CN_COUNT_exchanges, 1U);
}

/* Runs when no thread can be inside the body any more. */
static void cn_region_release(cn_retired_t *retired)
{
    cn_region_body_t *body = (cn_region_body_t *)((char *)retired - offsetof(cn_region_body_t, retired));
    cn_region_free_large(body);
    const uint32_t pin = cn_epoch_pin();
    cn_block_pool_t *pool = cn_handle_find(body->pool);
    if (pool != NULL) { /* else blocks and headers went with it */
        cn_region_give_back(pool, body);
        /* after the blocks are there: whoever reads 0 finds them; pairs with cn_pool_is_reclaiming */
        if (body->is_counted) (void)cn_sub_acq_rel(&pool->bodies_waiting, 1);
    }
    cn_epoch_unpin(pin);
    cn_region_t *region = body->closing;
    if (region != NULL) {
        const bool done = cn_region_step(region, CN_REGION_CLOSING, CN_REGION_DONE);
        CN_ASSERT(done);
        cn_meta_free(region, sizeof *region);
    }
    cn_region_body_free(body);
}

/* The body is out of reach. */
static void cn_region_retire(cn_block_pool_t *pool, cn_region_body_t *body)
{
    body->is_counted = pool != NULL && cn_load_relaxed(&body->blocks) != 0;
    if (body->is_counted) cn_add_relaxed(&pool->bodies_waiting, 1);
#ifdef CN_BUG_IN_PLACE /* seeded for tests/: the chain goes back while other threads may still be cutting from it */
    if (pool != NULL) {
        cn_os_yield();
        cn_region_give_back(pool, body);
    }
#endif
    cn_epoch_retire(&body->retired, cn_region_release);
}

/* ---- cutting ---- */

static inline uint32_t cn_region_self(void)
{
    return cn_stripe_hint() + 1U;
}

/* What block addresses are multiples of, a page at most. */
static size_t cn_region_block_align(const cn_block_pool_t *pool)
{
    const size_t align = pool->stride & -pool->stride, page = cn_os_page_bytes();
    return align < page ? align : page;
}

static inline uintptr_t cn_region_block_base(const cn_block_pool_t *pool, uint32_t block)
{
    const uint32_t per_chunk = pool->table.blocks_per_chunk;
    return cn_chunk_base(&pool->table, block / per_chunk) + (uint64_t)(block % per_chunk) * pool->stride;
}

/* Where in the block a piece begins when `used` bytes are gone. */
static inline uint64_t cn_region_start(uintptr_t base, uint64_t used, size_t align)
{
    return ((base + used + align - 1U) & ~(align - 1U)) - base;
}

static int64_t cn_region_allocate_large(cn_block_pool_t *pool, cn_region_body_t *body, size_t bytes, size_t align, bool zeroed)
{
    cn_region_large_t *large = cn_meta_allocate(sizeof *large);
    if (large == NULL) return CN_ENOMEM;
    large->address = cn_general_take(CN_BOUND_HERE, bytes, align, zeroed ? CN_ALLOCATE_ZEROED : 0U);
    large->bytes = bytes;
    large->align = align;
    const int64_t address = large->address;
    if (address < 0) {
        cn_meta_free(large, sizeof *large);
        return address;
    }
    cn_add_relaxed(&body->large_bytes, bytes);
    cn_count_add(&pool->count, CN_COUNT_region_larges, 1U);
    cn_region_large_t *seen = cn_load_relaxed(&body->large);
    do {
        cn_store_relaxed(&large->next, seen);
    } while (!cn_cas_acq_rel(&body->large, &seen, large)); /* shows the piece; pairs with cn_region_free_large */
    return address;
}

/* Cuts the piece from a block of its own, and leaves the rest of that to the sub-region if it is more than it has. */
static int64_t cn_region_allocate_block(cn_block_pool_t *pool, cn_region_body_t *body, cn_subregion_t *sub, size_t bytes,
                                        size_t align)
{
    uint32_t block;
    uint64_t seen = cn_load_acquire(&sub->cursor);
    const int code = cn_region_add_block(pool, body, &block);
    if (code != CN_OK) return code;
    const uintptr_t base = cn_region_block_base(pool, block);
    const uint64_t start = cn_region_start(base, 0, align);
    const uint64_t used = start + bytes;
    cn_schedule_point();
    /* lost: another thread of the sub-region has brought a block, and the rest of this one stays unused */
    if (seen == CN_REGION_NONE || (uint32_t)seen > used) {
        cn_store_relaxed(&sub->base, base);
        (void)cn_cas_acq_rel(&sub->cursor, &seen, (uint64_t)block << 32 | used); /* pairs with cn_region_cut */
    }
    return (int64_t)(base + start);
}

/* The piece's address; 0: the sub-region has no room for it. */
static inline uintptr_t cn_region_cut(const cn_block_pool_t *pool, cn_subregion_t *sub, size_t bytes, size_t align, bool alone)
{
    uint64_t seen = cn_load_acquire(&sub->cursor); /* shows the block; pairs with cn_region_allocate_block */
    while (seen != CN_REGION_NONE) {
        const uintptr_t base = alone ? cn_load_relaxed(&sub->base) : cn_region_block_base(pool, (uint32_t)(seen >> 32));
        const uint64_t start = cn_region_start(base, (uint32_t)seen, align);
        if (start > pool->stride || bytes > pool->stride - start) return 0;
        const uint64_t want = (seen >> 32 << 32) | (start + bytes);
#ifdef CN_BUG_PLAIN_CUT /* seeded for tests/: two threads of a sub-region cut the same piece */
        if (true) {
#else
        if (alone) {
#endif
            cn_store_relaxed(&sub->cursor, want); /* its owner is the only one that cuts */
            return base + start;
        }
        if (cn_cas_acq_rel(&sub->cursor, &seen, want)) return base + start;
    }
    return 0;
}

int64_t cn_region_allocate(cn_region_t *region, size_t bytes, size_t align, bool zeroed)
{
    const uint32_t self = cn_region_self();
    if (region->owner != 0 && region->owner != self) return CN_NOTOWNER;
    cn_region_body_t *body = cn_load_acquire(&region->body); /* pairs with cn_region_reset */
    if (body == NULL) return CN_CLOSED;
    cn_block_pool_t *pool = cn_handle_find(region->pool);
    if (pool == NULL) return CN_NOHANDLE;
    cn_subregion_t *sub = &body->sub[region->owner != 0 ? 0U : self % body->subregions];
    uintptr_t address = cn_region_cut(pool, sub, bytes, align, region->owner != 0);
    if (address == 0) {
        const size_t block_align = cn_region_block_align(pool);
        const size_t slack = align > block_align ? align - block_align : 0; /* before the first piece of a block, at most */
        if (slack >= pool->stride || bytes > pool->stride - slack) {
            return cn_region_allocate_large(pool, body, bytes, align, zeroed);
        }
        const int64_t cut = cn_region_allocate_block(pool, body, sub, bytes, align);
        if (cut < 0) return cut;
        address = (uintptr_t)cut;
    }
    if (zeroed) memset((void *)address, 0, bytes); /* under the pin: nobody gets the block before we are done */
    return (int64_t)address;
}

/* ---- the region's life ---- */

int cn_region_open(cn_block_pool_t *pool, int64_t handle, uint32_t subregions, cn_region_t **out)
{
    if (cn_block_pool_is_closed(pool)) return CN_CLOSED;
    cn_region_t *region = cn_meta_allocate(sizeof *region);
    cn_region_body_t *body =
        region == NULL ? NULL : cn_region_body_make(pool->handle, subregions == 0 ? 1U : subregions, pool->nodes);
    if (body == NULL) {
        cn_meta_free(region, sizeof *region);
        return CN_ENOMEM;
    }
    region->handle = handle;
    region->pool = pool->handle;
    region->owner = subregions == 0 ? cn_region_self() : 0;
    cn_store_relaxed(&region->body, body); /* the handle's publication shows all of it */
    cn_store_relaxed(&region->state, (uint8_t)CN_REGION_OPEN);
    cn_count_add(&pool->count, CN_COUNT_regions_open, 1U);
    CN_PROBE3(region_open, handle, pool->handle, subregions);
    *out = region;
    return CN_OK;
}

/* By its owner: nobody else is inside. */
static void cn_region_reset_private(cn_block_pool_t *pool, cn_region_body_t *body)
{
    cn_region_free_large(body);
    const uint64_t cursor = cn_load_relaxed(&body->sub[0].cursor);
    if (cn_load_relaxed(&body->blocks) == 1U && cursor != CN_REGION_NONE) {
        cn_store_relaxed(&body->sub[0].cursor, cursor >> 32 << 32); /* one block: it is kept, and used from its start */
    } else if (pool != NULL) {
        cn_region_give_back(pool, body);
    }
}

static int cn_region_reset_shared(cn_region_t *region, cn_block_pool_t *pool, cn_region_body_t *body)
{
    cn_region_body_t *fresh = cn_region_body_make(region->pool, body->subregions, body->nodes);
    if (fresh == NULL) return CN_ENOMEM;
    do {
        if (body == NULL) {
            cn_region_body_free(fresh);
            return CN_CLOSED;
        }
        /* release: an empty body; pairs with cn_region_allocate.  No ABA: the epoch keeps what we saw */
    } while (!cn_cas_acq_rel(&region->body, &body, fresh));
    cn_region_retire(pool, body);
    return CN_OK;
}

int cn_region_reset(cn_region_t *region)
{
    if (region->owner != 0 && region->owner != cn_region_self()) return CN_NOTOWNER;
    cn_region_body_t *body = cn_load_acquire(&region->body); /* pairs with cn_region_reset_shared */
    if (body == NULL) return CN_CLOSED;
    cn_block_pool_t *pool = cn_handle_find(region->pool);
    if (region->owner != 0) {
        cn_region_reset_private(pool, body);
    } else {
        const int code = cn_region_reset_shared(region, pool, body);
        if (code != CN_OK) return code;
    }
    if (pool != NULL) cn_count_add(&pool->count, CN_COUNT_region_resets, 1U);
    return CN_OK;
}

int cn_region_close(cn_region_t *region)
{
    const bool is_owner = region->owner == cn_region_self();
    if (!cn_region_step(region, CN_REGION_OPEN, CN_REGION_CLOSE)) return CN_CLOSED;
    cn_block_pool_t *pool = cn_handle_find(region->pool);
    CN_PROBE2(region_close, region->handle, cn_region_bytes(region));
    (void)cn_region_handle_remove(region->handle); /* before the body is retired: nobody new finds the region */
    cn_region_body_t *body = cn_exchange_acq_rel(&region->body, NULL); /* whoever loads it now is told CN_CLOSED */
    CN_ASSERT(body != NULL);
    if (is_owner) { /* nobody else cuts: the memory need not wait */
        cn_region_free_large(body);
        if (pool != NULL) cn_region_give_back(pool, body);
    }
    body->closing = region;
    if (pool != NULL) cn_count_add(&pool->count, CN_COUNT_regions_open, UINT64_MAX);
    cn_region_retire(pool, body);
    return CN_OK;
}

int64_t cn_region_bytes(const cn_region_t *region)
{
    const cn_region_body_t *body = cn_load_acquire(&region->body); /* pairs with cn_region_reset_shared */
    if (body == NULL) return CN_CLOSED;
    const cn_block_pool_t *pool = cn_handle_find(region->pool);
    const uint64_t blocks = pool == NULL ? 0 : cn_load_relaxed(&body->blocks) * pool->stride;
    return (int64_t)(blocks + cn_load_relaxed(&body->large_bytes));
}

/* ---- validity ---- */

/* Counts how often a block is entered in the body. */
static uint64_t cn_region_entries(const cn_region_body_t *body, uint32_t block, uint64_t *all)
{
    uint64_t found = 0;
    *all = 0;
    for (uint32_t i = 0; i < body->nodes; i++) {
        const cn_magazine_t *filling = cn_load_relaxed(&body->chain[i].filling);
        const cn_magazine_t *next = cn_load_relaxed(&body->chain[i].first);
        for (const cn_magazine_t *m = filling != NULL ? filling : next; m != NULL; m = next) {
            next = m == filling ? next : cn_load_relaxed(&m->next);
            *all += m->count;
            for (uint32_t e = 0; e < m->count; e++) found += m->block[e] == block ? 1U : 0U;
        }
    }
    return found;
}

static bool cn_region_chain_is_valid(const cn_region_body_t *body, const cn_region_chain_t *chain)
{
    int64_t links = 0;
    const cn_magazine_t *last = NULL;
    for (const cn_magazine_t *m = cn_load_relaxed(&chain->first); m != NULL; m = cn_load_relaxed(&m->next)) {
        uint64_t all;
        last = m;
        if (++links > cn_load_relaxed(&chain->magazines) || m->count == 0) return false;
        for (uint32_t e = 0; e < m->count; e++) {
            if (cn_region_entries(body, m->block[e], &all) != 1U) return false;
        }
    }
    return links == cn_load_relaxed(&chain->magazines) && last == cn_load_relaxed(&chain->last);
}

bool cn_region_is_valid(const cn_region_t *region)
{
    const uint8_t state = cn_load_acquire(&region->state); /* pairs with cn_region_step */
    const cn_region_body_t *body = cn_load_acquire(&region->body); /* pairs with cn_region_reset_shared */
    if ((state == CN_REGION_OPEN) != (body != NULL)) return false;
    if (body == NULL) return true;
    const cn_block_pool_t *pool = cn_handle_find(region->pool);
    if (pool == NULL) return true; /* what it holds went with the pool */
    uint64_t all = 0;
    (void)cn_region_entries(body, UINT32_MAX, &all);
    bool valid = all == cn_load_relaxed(&body->blocks) && (region->owner == 0 || body->subregions == 1U);
    for (uint32_t i = 0; i < body->nodes; i++) valid = valid && cn_region_chain_is_valid(body, &body->chain[i]);
    for (uint32_t i = 0; i < body->subregions; i++) {
        const uint64_t cursor = cn_load_relaxed(&body->sub[i].cursor);
        if (cursor == CN_REGION_NONE) continue;
        valid = valid && (uint32_t)cursor <= pool->stride && cn_region_entries(body, (uint32_t)(cursor >> 32), &all) == 1U;
        for (uint32_t j = 0; j < i; j++) { /* no block under two cursors */
            valid = valid && cn_load_relaxed(&body->sub[j].cursor) >> 32 != cursor >> 32;
        }
    }
    return valid;
}
