/* Counters that threads add to without meeting: one padded stripe each, summed by the reader.
 *
 * Adding is one relaxed add on a line that few threads share; reading costs the writers nothing. */
#ifndef CN_COUNT_H
#define CN_COUNT_H

#include "base/cn_atomic.h"
#include "base/cn_stripe.h"

enum cn_counter {
#define CENOTE_COUNTER(name, unit, text) CN_COUNT_##name,
#include "cenote/counters.def"
#undef CENOTE_COUNTER
    CN_COUNTERS
};

#define CN_COUNT_STRIPES 8U

typedef struct cn_count_stripe {
    _Alignas(CN_LINE_PAIR) CN_ATOMIC(uint64_t) value[CN_COUNTERS];
} cn_count_stripe_t;

_Static_assert(sizeof(cn_count_stripe_t) % CN_LINE_PAIR == 0, "stripes share no line");

typedef struct cn_count {
    cn_count_stripe_t stripe[CN_COUNT_STRIPES];
} cn_count_t;

static inline void cn_count_add(cn_count_t *count, enum cn_counter which, uint64_t amount)
{
    cn_add_relaxed(&count->stripe[cn_stripe_hint() % CN_COUNT_STRIPES].value[which], amount);
}

/* The sum over all stripes; additions under way may or may not be in it.  Modulo 2^64, so that a counter of what
 * there is "now" may be raised on one stripe and lowered on another. */
static inline uint64_t cn_count_sum(const cn_count_t *count, enum cn_counter which)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < CN_COUNT_STRIPES; i++) {
        sum += cn_load_relaxed(&count->stripe[i].value[which]);
    }
    return sum;
}

/* Raises a maximum to at least `value`. */
static inline void cn_count_max(cn_count_t *count, enum cn_counter which, uint64_t value)
{
    uint64_t seen = cn_load_relaxed(&count->stripe[0].value[which]);
    while (seen < value && !cn_cas_acq_rel(&count->stripe[0].value[which], &seen, value)) {
    }
}

/* A latency histogram: powers of two, each cut in eight, so a value is known to 12.5 %.
 * Buckets 0..7 hold 0..7 ns exactly.  Unit: nanoseconds, up to 2^40 (18 minutes); longer ones go to the last. */
#define CN_HISTOGRAM_SUB 8U
#define CN_HISTOGRAM_BUCKETS (CN_HISTOGRAM_SUB * 38U)

typedef struct cn_histogram {
    CN_ATOMIC(uint64_t) bucket[CN_HISTOGRAM_BUCKETS];
} cn_histogram_t;

static inline uint32_t cn_histogram_index(uint64_t nanos)
{
    if (nanos < CN_HISTOGRAM_SUB) return (uint32_t)nanos;
    const uint32_t power = 63U - (uint32_t)__builtin_clzll(nanos); /* >= 3 */
    const uint32_t index = (power - 2U) * CN_HISTOGRAM_SUB + (uint32_t)((nanos >> (power - 3U)) & 7U);
    return index < CN_HISTOGRAM_BUCKETS ? index : CN_HISTOGRAM_BUCKETS - 1U;
}

/* The smallest value that falls into bucket `index`. */
static inline uint64_t cn_histogram_floor(uint32_t index)
{
    if (index < CN_HISTOGRAM_SUB) return index;
    const uint32_t power = index / CN_HISTOGRAM_SUB + 2U;
    return ((uint64_t)(CN_HISTOGRAM_SUB + index % CN_HISTOGRAM_SUB)) << (power - 3U);
}

static inline void cn_histogram_add(cn_histogram_t *histogram, uint64_t nanos)
{
    cn_add_relaxed(&histogram->bucket[cn_histogram_index(nanos)], 1U);
}

#endif
