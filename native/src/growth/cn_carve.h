/* Lazy carving: a cursor into the chunk that blocks are being cut from, so that publishing a chunk is O(1).
 *
 * One word: chunk index << 32 | next slot.  Threads advance it by compare-and-swap; the admitted grower replaces an
 * exhausted one; the trimmer detaches one whose carved blocks it all holds.  A cursor that comes back to an old value
 * means what it says, so ABA does no harm here. */
#ifndef CN_CARVE_H
#define CN_CARVE_H

#include "base/cn_atomic.h"
#include "growth/cn_chunk.h"

#define CN_CARVE_NONE UINT64_MAX

typedef struct cn_carve {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) cursor;
} cn_carve_t;

static inline void cn_carve_init(cn_carve_t *carve)
{
    cn_store_relaxed(&carve->cursor, CN_CARVE_NONE);
}

static inline uint32_t cn_carve_chunk(uint64_t cursor)
{
    return (uint32_t)(cursor >> 32);
}

static inline uint32_t cn_carve_slot(uint64_t cursor)
{
    return (uint32_t)cursor;
}

static inline uint64_t cn_carve_cursor(const cn_carve_t *carve)
{
    return cn_load_acquire(&carve->cursor); /* pairs with cn_carve_publish */
}

/* Blocks that are left under the cursor. */
static inline uint32_t cn_carve_left(const cn_carve_t *carve, const cn_chunk_table_t *table)
{
    const uint64_t cursor = cn_carve_cursor(carve);
    if (cursor == CN_CARVE_NONE) return 0;
    return cn_chunk_capacity(table, cn_carve_chunk(cursor)) - cn_carve_slot(cursor);
}

/* Cuts up to `want` blocks and returns how many; *first is the number of the first, the others follow it.
 * Lock-free, any thread. */
static inline uint32_t cn_carve_take(cn_carve_t *carve, const cn_chunk_table_t *table, uint32_t want, uint32_t *first)
{
    uint64_t seen = cn_carve_cursor(carve);
    for (;;) {
        if (seen == CN_CARVE_NONE) return 0;
        const uint32_t chunk = cn_carve_chunk(seen), slot = cn_carve_slot(seen);
        const uint32_t left = cn_chunk_capacity(table, chunk) - slot;
        const uint32_t taken = want < left ? want : left;
        if (taken == 0) return 0;
        if (cn_cas_acq_rel(&carve->cursor, &seen, seen + taken)) {
            *first = chunk * table->blocks_per_chunk + slot;
            return taken;
        }
    }
}

/* Starts carving a chunk.  Only the thread that cn_grow_admit admitted, and only when nothing is left. */
static inline void cn_carve_publish(cn_carve_t *carve, uint32_t chunk)
{
#ifdef CN_BUG_RELAXED_READY /* seeded for tests/: the ready flag does not show what it stands for */
    cn_store_relaxed(&carve->cursor, (uint64_t)chunk << 32);
#else
    cn_store_release(&carve->cursor, (uint64_t)chunk << 32); /* shows the chunk; pairs with cn_carve_cursor */
#endif
}

/* Ends carving if the cursor still is what the caller saw. */
static inline bool cn_carve_detach(cn_carve_t *carve, uint64_t seen)
{
    return cn_cas_acq_rel(&carve->cursor, &seen, CN_CARVE_NONE);
}

#endif
