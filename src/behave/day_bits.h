/* day_bits.h - on which of the last 64 days something was seen. */
#pragma once

#include "base/base.h"

enum { DAY_BITS = 64 };

struct day_bits {
    int64_t newest; /* the day of bit 0, since 1970 */
    uint64_t bits;
};

/* The day of a time. */
static inline int64_t day_of(int64_t time_ns)
{
    const int64_t day_ns = INT64_C(86400) * 1000000000;
    const int64_t day = time_ns / day_ns;

    return time_ns % day_ns < 0 ? day - 1 : day;
}

/* Days, today apart, on which it was seen; of the last 63. */
static inline uint32_t day_bits_before(const struct day_bits *d, int64_t today)
{
    const uint64_t gone = d->bits ? (uint64_t)(today - d->newest) : DAY_BITS;

    if (gone >= DAY_BITS)
        return 0;
    return (uint32_t)__builtin_popcountll(d->bits << gone & ~UINT64_C(1));
}

static inline void day_bits_set(struct day_bits *d, int64_t today)
{
    const uint64_t gone = d->bits ? (uint64_t)(today - d->newest) : DAY_BITS;

    d->bits = (gone >= DAY_BITS ? 0 : d->bits << gone) | 1;
    d->newest = today;
}
