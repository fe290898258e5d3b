/*
 * clock.h - the time of day, injectable. Detection never reads it: event time
 * comes with the event. Reports and file names do, through this.
 */
#pragma once

#include "base/base.h"

struct clock {
    int64_t (*now_ns)(const struct clock *c); /* nanoseconds since 1970-01-01T00:00:00Z */
    int64_t fixed_ns;                         /* what a fixed clock answers */
};

struct clock clock_system(void);
struct clock clock_fixed(int64_t now_ns);

static inline int64_t clock_now_ns(const struct clock *c)
{
    return c->now_ns(c);
}
