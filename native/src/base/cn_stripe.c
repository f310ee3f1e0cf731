/* Numbers threads as they come. */
#include "base/cn_stripe.h"

#include "base/cn_atomic.h"

static CN_ATOMIC(uint32_t) cn_stripe_next;
static _Thread_local uint32_t cn_stripe_own; /* number + 1; 0: none yet */

uint32_t cn_stripe_hint(void)
{
    if (cn_stripe_own == 0) {
        cn_stripe_own = cn_add_relaxed(&cn_stripe_next, 1U) + 1U; /* only distinctness counts */
    }
    return cn_stripe_own - 1U;
}
