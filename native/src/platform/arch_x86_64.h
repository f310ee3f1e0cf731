/* The 16-byte compare-and-swap and the spin hint of x86-64. */
#ifndef ARCH_X86_64_H
#define ARCH_X86_64_H

#include <cpuid.h>
#include <stdbool.h>

#ifndef __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16
#error "compile with -mcx16: without it the builtin calls libatomic, which may take a lock"
#endif

static inline void cn_arch_pause(void)
{
    __builtin_ia32_pause();
}

/* Makes a full fence of an atomic exchange that was just done: a locked instruction is one (Intel SDM volume 3A, 8.2.3.9). */
static inline void cn_arch_fence_after_swap(void)
{
    __asm__ __volatile__("" ::: "memory");
}

/* CPUID.01H:ECX.CMPXCHG16B[bit 13] (Intel SDM volume 2A, CPUID). */
static inline bool cn_arch_has_cas16(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & (1U << 13)) != 0;
}

#endif
