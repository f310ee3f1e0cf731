/* The tagged top: a pointer and a stamp, replaced together by one 16-byte compare-and-swap.
 *
 * The __sync builtin on a 128-bit integer is the one form that GCC and Clang inline (with -mcx16) and that
 * ThreadSanitizer understands; __atomic and C11 atomics of this size call libatomic.  It is a full barrier, so
 * acq_rel holds on success and acquire on failure.
 *
 * The stamp is 64 bits wide and moves by one at every change: at one change a nanosecond it wraps after 584 years. */
#ifndef CN_CAS16_H
#define CN_CAS16_H

#include "base/cn_atomic.h"

#if defined(__x86_64__)
#include "platform/arch_x86_64.h"
#elif defined(__aarch64__)
#include "platform/arch_aarch64.h"
#else
#error "cenote needs a 16-byte compare-and-swap: x86-64 or aarch64"
#endif

/* What a top held, or shall hold. */
typedef struct cn_pair {
    _Alignas(16) void *head;
    uint64_t stamp;
} cn_pair_t;

/* Swapped whole by cn_cas16_acq_rel, read in two halves by cn_top_load. */
typedef struct cn_top {
    _Alignas(16) CN_ATOMIC(void *) head;
    CN_ATOMIC(uint64_t) stamp; /* every change moves it: no ABA */
} cn_top_t;

_Static_assert(sizeof(cn_pair_t) == 16 && sizeof(cn_top_t) == 16, "one cmpxchg16b covers it");
_Static_assert(offsetof(cn_pair_t, stamp) == offsetof(cn_top_t, stamp), "the same layout");

/* Reads the top as two 8-byte loads, stamp first: a pair torn by a concurrent change has an old stamp, and the
 * compare-and-swap that uses it fails.  A 16-byte atomic load costs twenty times as much. */
static inline cn_pair_t cn_top_load(const cn_top_t *top)
{
    cn_pair_t seen;
    seen.stamp = cn_load_acquire(&top->stamp); /* before head; pairs with cn_cas16_acq_rel */
    seen.head = cn_load_acquire(&top->head);   /* shows what head points to; pairs with cn_cas16_acq_rel */
    return seen;
}

/* Replaces *seen by want; on failure *seen is what was there.  Lock-free. */
static inline bool cn_cas16_acq_rel(cn_top_t *top, cn_pair_t *seen, cn_pair_t want)
{
    union {
        cn_pair_t pair;
        unsigned __int128 bits;
    } before = {.pair = *seen}, after = {.pair = want}, found;
    found.bits = __sync_val_compare_and_swap((unsigned __int128 *)(void *)top, before.bits, after.bits);
    if (found.bits == before.bits) return true;
    *seen = found.pair;
    return false;
}

#endif
