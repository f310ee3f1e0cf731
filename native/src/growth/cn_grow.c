/* The growth state machine's table and its one mover. */
#include "growth/cn_grow.h"

#include "base/cn_assert.h"
#include "base/cn_error.h"

const uint8_t cn_grow_next[CN_GROW_STATES][CN_GROW_EVENTS] = { /* absent: 0, CN_GROW_NEVER */
    [CN_GROW_READY] = {[CN_ADMIT] = CN_GROW_GROWING, [CN_FREEZE] = CN_GROW_FROZEN, [CN_CLOSE] = CN_GROW_CLOSING},
    [CN_GROW_GROWING] =
        {[CN_DONE] = CN_GROW_READY, [CN_FREEZE] = CN_GROW_G_FREEZING, [CN_CLOSE] = CN_GROW_G_CLOSING},
    [CN_GROW_G_FREEZING] =
        {[CN_DONE] = CN_GROW_FROZEN, [CN_THAW] = CN_GROW_GROWING, [CN_CLOSE] = CN_GROW_G_CLOSING},
    [CN_GROW_G_CLOSING] = {[CN_DONE] = CN_GROW_CLOSING},
    [CN_GROW_FROZEN] = {[CN_THAW] = CN_GROW_READY, [CN_CLOSE] = CN_GROW_CLOSING},
    [CN_GROW_CLOSING] = {[CN_DONE] = CN_GROW_CLOSED},
};

void cn_grow_init(cn_grow_t *grow)
{
    cn_store_relaxed(&grow->state, (uint8_t)CN_GROW_READY);
}

bool cn_grow_step(cn_grow_t *grow, uint8_t from, cn_grow_event_t event)
{
    const uint8_t to = cn_grow_next[from][event];
    /* acquire on the way in: what the last grower published; release on the way out: what this one did */
    return to != CN_GROW_NEVER && cn_cas_acq_rel(&grow->state, &from, to);
}

int cn_grow_admit(cn_grow_t *grow)
{
    const uint8_t seen = cn_load_acquire(&grow->state);
    switch (seen) {
    case CN_GROW_READY:
        return cn_grow_step(grow, seen, CN_ADMIT) ? CN_OK : CN_BUSY;
    case CN_GROW_GROWING:
    case CN_GROW_G_FREEZING:
        return CN_BUSY;
    case CN_GROW_FROZEN:
        return CN_FROZEN;
    default:
        return CN_CLOSED;
    }
}

void cn_grow_leave(cn_grow_t *grow)
{
    for (;;) {
        const uint8_t seen = cn_load_acquire(&grow->state);
        CN_ASSERT(seen == CN_GROW_GROWING || seen == CN_GROW_G_FREEZING || seen == CN_GROW_G_CLOSING);
#ifdef CN_BUG_FORGOTTEN_REQUEST /* seeded for tests/: a freeze or close that came meanwhile is lost */
        cn_store_release(&grow->state, (uint8_t)CN_GROW_READY);
        return;
#endif
        if (cn_grow_step(grow, seen, CN_DONE)) return; /* else a request came in between; at most a few can */
    }
}

bool cn_grow_request(cn_grow_t *grow, cn_grow_event_t event)
{
    for (;;) {
        const uint8_t seen = cn_load_acquire(&grow->state);
        if (cn_grow_next[seen][event] == CN_GROW_NEVER) return false;
        if (cn_grow_step(grow, seen, event)) return true;
    }
}

uint8_t cn_grow_state(const cn_grow_t *grow)
{
    return cn_load_acquire(&grow->state);
}
