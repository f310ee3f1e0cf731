/* What the processor must be able to do. */
#ifndef CN_CPU_H
#define CN_CPU_H

/* 0, or CN_NOCX16 when the processor lacks the 16-byte compare-and-swap. */
int cn_cpu_check(void);

#endif
