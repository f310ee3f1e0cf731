/* A small number for the calling thread, to spread threads over padded slots. */
#ifndef CN_STRIPE_H
#define CN_STRIPE_H

#include <stdint.h>

/* The calling thread's number: dense, from 0, in order of first call.  Not unique for ever; only a hint where
 * to start looking, so that two threads seldom meet.  Any thread, wait-free. */
uint32_t cn_stripe_hint(void);

#endif
