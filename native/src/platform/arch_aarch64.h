/* The 16-byte compare-and-swap and the spin hint of aarch64. */
#ifndef ARCH_AARCH64_H
#define ARCH_AARCH64_H

#include <stdbool.h>

static inline void cn_arch_pause(void)
{
    __asm__ __volatile__("isb" ::: "memory"); /* longer than yield, which most cores treat as a nop */
}

/* Makes a full fence of an atomic exchange that was just done: a later load may pass the store of LDAXR/STLXR. */
static inline void cn_arch_fence_after_swap(void)
{
    __asm__ __volatile__("dmb ish" ::: "memory");
}

/* Every ARMv8 core has the LDXP/STXP pair; the builtin takes CASPAL where the core has LSE. */
static inline bool cn_arch_has_cas16(void)
{
    return true;
}

#endif
