#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t system_now_ns(const struct clock *c)
{
    (void)c;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_steady_ns(const struct clock *c)
{
    (void)c;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t fixed_now_ns(const struct clock *c)
{
    return c->fixed_ns;
}

static int64_t fixed_steady_ns(const struct clock *c)
{
    return c->fixed_steady_ns;
}

struct clock clock_system(void)
{
    return (struct clock){.now_ns = system_now_ns, .steady_ns = system_steady_ns};
}

struct clock clock_fixed(int64_t now_ns)
{
    return (struct clock){.now_ns = fixed_now_ns,
                          .steady_ns = fixed_steady_ns,
                          .fixed_ns = now_ns,
                          .fixed_steady_ns = now_ns};
}
