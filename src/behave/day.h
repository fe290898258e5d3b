/* day.h - sums for each of the last 24 hours, of an hour's slots that are used again the next day.
 */
#pragma once

#include "base/base.h"

enum { DAY_HOURS = 24, HOUR_S = 3600, DAY_S = 86400 };

struct day {
    uint32_t hour; /* the newest, since 1970 */
    uint32_t slots[DAY_HOURS];
};

/* Makes `hour` the newest: hours between are empty. An hour before the newest changes nothing. */
static inline void day_turn(struct day *d, uint32_t hour)
{
    for (uint32_t h = d->hour + 1; h <= hour && h <= d->hour + DAY_HOURS; h++)
        d->slots[h % DAY_HOURS] = 0;
    d->hour = hour > d->hour ? hour : d->hour;
}

/* In the newest hour; what is beyond 32 bits stays the largest number. */
static inline void day_add(struct day *d, uint64_t value)
{
    uint32_t *slot = &d->slots[d->hour % DAY_HOURS];

    *slot = value > UINT32_MAX - *slot ? UINT32_MAX : *slot + (uint32_t)value;
}

static inline uint64_t day_sum(const struct day *d)
{
    uint64_t sum = 0;

    for (int i = 0; i < DAY_HOURS; i++)
        sum += d->slots[i];
    return sum;
}

/* The oldest hour first. */
static inline void day_list(const struct day *d, uint32_t ret[DAY_HOURS])
{
    for (uint32_t i = 0; i < DAY_HOURS; i++)
        ret[i] = d->slots[(d->hour + 1 + i) % DAY_HOURS];
}
