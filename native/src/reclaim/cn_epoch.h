/* Epoch-based reclamation: memory retired in an epoch is released when no reader can still see it.
 *
 * Fraser, Practical lock-freedom (University of Cambridge, UCAM-CL-TR-579, 2004), section 5.2.3.
 * One domain serves the process.  A reader pins, reads shared pointers, unpins.  Whoever takes something out of
 * reach retires it; it is released two epochs later, by cn_epoch_collect.  A stalled reader delays releases and
 * shows as a stall; it never makes one wrong.
 *
 * Pins live in slots claimed anew each time, not in threads: nothing is registered and thread death leaves nothing. */
#ifndef CN_EPOCH_H
#define CN_EPOCH_H

#include "base/cn_atomic.h"

#define CN_EPOCH_SLOTS 128U

/* What is retired; embedded in the thing itself, so that retiring never allocates. */
typedef struct cn_retired {
    CN_ATOMIC(struct cn_retired *) next;
    uint64_t epoch;
    void (*release)(struct cn_retired *self); /* called once, by a thread that holds no pin */
} cn_retired_t;

/* Pins the current epoch for the caller.  Any thread; may nest (each pin has its own slot); a full fence.
 * Lock-free while fewer than CN_EPOCH_SLOTS pins are held; beyond that it yields until one is let go.
 * Returns the slot to give to cn_epoch_unpin. */
uint32_t cn_epoch_pin(void);
void cn_epoch_unpin(uint32_t slot);

/* Hands over something that no new reader can find any more.  Any thread, lock-free. */
void cn_epoch_retire(cn_retired_t *item, void (*release)(cn_retired_t *self));

/* Tries to move the epoch on and releases what is due; returns how many it released.  Any thread without a pin. */
uint32_t cn_epoch_collect(void);

/* In the child of a fork: threads that held pins do not live there.  The forking thread holds none: nothing of ours calls out
 * under one. */
void cn_epoch_in_child(void);

uint64_t cn_epoch_now(void);
uint32_t cn_epoch_pins(void);    /* held at the moment of looking, each looked at once, after a full fence */
uint64_t cn_epoch_pending(void); /* retired and not yet released */
uint64_t cn_epoch_stalls(void);  /* collections that a pinned reader held back */

#endif
