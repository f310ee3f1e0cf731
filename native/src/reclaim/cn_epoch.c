/* The process's one epoch domain. */
#include "reclaim/cn_epoch.h"

#include "base/cn_assert.h"
#include "base/cn_stripe.h"
#include "platform/cn_cas16.h"
#include "platform/cn_os.h"

/* 0: free; else epoch << 1 | 1 */
typedef struct cn_epoch_slot {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) pinned;
} cn_epoch_slot_t;

/*   0  now        written once per epoch, read by every pin
 * 128  limbo      written by every retirement
 * 256  slots      one line pair each, written by the pin that holds it */
static struct {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) now;
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(cn_retired_t *) limbo;
    CN_ATOMIC(uint64_t) pending;
    CN_ATOMIC(uint64_t) stalls;
    cn_epoch_slot_t slot[CN_EPOCH_SLOTS];
} cn_epoch;

uint32_t cn_epoch_pin(void)
{
    uint32_t slot = cn_stripe_hint() % CN_EPOCH_SLOTS;
    for (uint32_t tries = 1;; tries++) {
        /* An epoch that is stale by the time it is written only holds the domain back longer. */
        const uint64_t mark = cn_load_acquire(&cn_epoch.now) << 1 | 1U;
#ifdef CN_BUG_UNFENCED_PIN /* seeded for tests/: the pin may become visible after the reads it protects */
        if (cn_load_relaxed(&cn_epoch.slot[slot].pinned) == 0) {
            cn_store_relaxed(&cn_epoch.slot[slot].pinned, mark);
            return slot;
        }
#else
        uint64_t seen = 0;
        /* seq_cst and the fence: the pin is visible before any read it protects; pairs with the fences in
         * cn_epoch_retire and cn_epoch_advance */
        if (cn_cas_seq_cst(&cn_epoch.slot[slot].pinned, &seen, mark)) {
            cn_arch_fence_after_swap();
            return slot;
        }
#endif
        slot = (slot + 1U) % CN_EPOCH_SLOTS;
        if (tries % CN_EPOCH_SLOTS == 0) cn_os_yield();
    }
}

void cn_epoch_unpin(uint32_t slot)
{
    CN_ASSERT(slot < CN_EPOCH_SLOTS);
    /* release: the reads are done before the slot is free; pairs with the acquire load in cn_epoch_advance */
    cn_store_release(&cn_epoch.slot[slot].pinned, 0U);
}

static void cn_epoch_push(cn_retired_t *first, cn_retired_t *last)
{
    cn_retired_t *seen = cn_load_relaxed(&cn_epoch.limbo);
    do {
        cn_store_relaxed(&last->next, seen);
    } while (!cn_cas_acq_rel(&cn_epoch.limbo, &seen, first)); /* shows the items to cn_epoch_collect */
}

void cn_epoch_retire(cn_retired_t *item, void (*release)(cn_retired_t *self))
{
    item->release = release;
    cn_fence_seq_cst(); /* the item is out of reach before its epoch is read; pairs with the CAS in cn_epoch_pin */
    item->epoch = cn_load_acquire(&cn_epoch.now);
    cn_add_relaxed(&cn_epoch.pending, 1U);
    cn_epoch_push(item, item);
}

/* Moves the epoch on if every pin is of the current one. */
static void cn_epoch_advance(void)
{
    uint64_t now = cn_load_acquire(&cn_epoch.now);
    cn_fence_seq_cst(); /* what was unlinked before is seen by any pin that this scan misses */
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) {
        const uint64_t pinned = cn_load_acquire(&cn_epoch.slot[i].pinned); /* pairs with cn_epoch_unpin */
        if (pinned != 0 && pinned >> 1 != now) {
            cn_add_relaxed(&cn_epoch.stalls, 1U);
            return;
        }
    }
    (void)cn_cas_seq_cst(&cn_epoch.now, &now, now + 1U); /* lost: another thread moved it, as good */
}

uint32_t cn_epoch_collect(void)
{
    if (cn_load_relaxed(&cn_epoch.limbo) == NULL) return 0;
    cn_epoch_advance();
    const uint64_t now = cn_load_acquire(&cn_epoch.now);
    cn_retired_t *item = cn_exchange_acq_rel(&cn_epoch.limbo, NULL); /* the whole list, once: no ABA, and an end */
    cn_retired_t *keep_first = NULL, *keep_last = NULL;
    uint32_t released = 0;
    while (item != NULL) {
        cn_retired_t *next = cn_load_relaxed(&item->next);
        if (now >= item->epoch + 2U) {
            cn_sub_relaxed(&cn_epoch.pending, 1U);
            item->release(item);
            released++;
        } else {
            cn_store_relaxed(&item->next, keep_first);
            if (keep_first == NULL) keep_last = item;
            keep_first = item;
        }
        item = next;
    }
    if (keep_first != NULL) cn_epoch_push(keep_first, keep_last);
    return released;
}

void cn_epoch_in_child(void)
{
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) {
        cn_store_relaxed(&cn_epoch.slot[i].pinned, 0U); /* one thread is all there is */
    }
}

uint64_t cn_epoch_now(void)
{
    return cn_load_acquire(&cn_epoch.now);
}

uint32_t cn_epoch_pins(void)
{
    uint32_t pins = 0;
    cn_fence_seq_cst(); /* as in cn_epoch_advance */
    for (uint32_t i = 0; i < CN_EPOCH_SLOTS; i++) {
        pins += cn_load_acquire(&cn_epoch.slot[i].pinned) != 0 ? 1U : 0U; /* pairs with cn_epoch_unpin */
    }
    return pins;
}

uint64_t cn_epoch_pending(void)
{
    return cn_load_relaxed(&cn_epoch.pending);
}

uint64_t cn_epoch_stalls(void)
{
    return cn_load_relaxed(&cn_epoch.stalls);
}
