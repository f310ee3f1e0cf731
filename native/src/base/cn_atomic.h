/* Atomic operations whose memory order is in their name.
 *
 * CN_ATOMIC(T) wraps a T in a struct, so that a naked read or write of a shared field does not compile.
 * Every use of a release or acquire form names its partner in a comment; docs/memory-order.md lists the pairs. */
#ifndef CN_ATOMIC_H
#define CN_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CN_ATOMIC(T) \
    struct { \
        T cn_value; \
    }

/* Two cache lines: the second is fetched with the first by the adjacent-line prefetcher
 * (Intel 64 and IA-32 Architectures Optimization Reference Manual, 2.6: spatial prefetcher). */
#define CN_LINE_PAIR 128

#define cn_load_relaxed(p) __atomic_load_n(&(p)->cn_value, __ATOMIC_RELAXED)
#define cn_load_acquire(p) __atomic_load_n(&(p)->cn_value, __ATOMIC_ACQUIRE)
#define cn_load_seq_cst(p) __atomic_load_n(&(p)->cn_value, __ATOMIC_SEQ_CST)

#define cn_store_relaxed(p, v) __atomic_store_n(&(p)->cn_value, (v), __ATOMIC_RELAXED)
#define cn_store_release(p, v) __atomic_store_n(&(p)->cn_value, (v), __ATOMIC_RELEASE)
#define cn_store_seq_cst(p, v) __atomic_store_n(&(p)->cn_value, (v), __ATOMIC_SEQ_CST)

/* Return the value before. */
#define cn_add_relaxed(p, v) __atomic_fetch_add(&(p)->cn_value, (v), __ATOMIC_RELAXED)
#define cn_add_acq_rel(p, v) __atomic_fetch_add(&(p)->cn_value, (v), __ATOMIC_ACQ_REL)
#define cn_sub_relaxed(p, v) __atomic_fetch_sub(&(p)->cn_value, (v), __ATOMIC_RELAXED)
#define cn_sub_acq_rel(p, v) __atomic_fetch_sub(&(p)->cn_value, (v), __ATOMIC_ACQ_REL)
#define cn_exchange_acq_rel(p, v) __atomic_exchange_n(&(p)->cn_value, (v), __ATOMIC_ACQ_REL)

/* Strong; on failure *seen holds what was there. */
#define cn_cas_acq_rel(p, seen, want) \
    __atomic_compare_exchange_n(&(p)->cn_value, (seen), (want), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define cn_cas_seq_cst(p, seen, want) \
    __atomic_compare_exchange_n(&(p)->cn_value, (seen), (want), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

#define cn_fence_seq_cst() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
