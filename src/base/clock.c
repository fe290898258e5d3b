#include "base/clock.h"

#include <time.h>

static int64_t system_now_ns(const struct clock *c)
{
    struct timespec ts;

    (void)c;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int64_t fixed_now_ns(const struct clock *c)
{
    return c->fixed_ns;
}

struct clock clock_system(void)
{
    return (struct clock){.now_ns = system_now_ns};
}

struct clock clock_fixed(int64_t now_ns)
{
    return (struct clock){.now_ns = fixed_now_ns, .fixed_ns = now_ns};
}
