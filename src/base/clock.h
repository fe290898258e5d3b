/*
 * clock.h - the time of day and a steady time, injectable. Detection never reads
 * them: event time comes with the event. Reports and file names read the first,
 * the edges of live batches both, through this.
 */
#pragma once

#include "base/base.h"

struct clock {
    int64_t (*now_ns)(const struct clock *c);    /* nanoseconds since 1970-01-01T00:00:00Z */
    int64_t (*steady_ns)(const struct clock *c); /* of no known beginning; never steps */
    int64_t fixed_ns, fixed_steady_ns;           /* what a fixed clock answers */
};

struct clock clock_system(void);
struct clock clock_fixed(int64_t now_ns); /* its steady time is now_ns too, until it is set */

static inline int64_t clock_now_ns(const struct clock *c)
{
    return c->now_ns(c);
}

static inline int64_t clock_steady_ns(const struct clock *c)
{
    return c->steady_ns(c);
}
