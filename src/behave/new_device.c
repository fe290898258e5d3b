/*
 * new_device.c - an account that logs on from a device it never used before.
 *
 * A device is what the client calls itself, without its numbers, so that an update is no new one;
 * or else the name of the machine that it came from. An account must have been seen on `days`
 * earlier days: of one that is new, every device is.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day_bits.h"
#include "behave/habit.h"
#include "behave/term.h"

#include <stdlib.h>

enum { DEVICE_TEXT = 256 };

struct new_device {
    struct habits habits;
    uint64_t seed;
    uint32_t days;
};

static const struct setting settings_table[] = {
    {.name = "days",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 1,
     .max = DAY_BITS - 1,
     .help = "earlier days on which the account must have logged on"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct new_device *n = mem_alloc(sizeof *n);

    (void)e;
    n->days = (uint32_t)setting_number(s, "days");
    n->seed = hash_seed();
    habits_init(&n->habits);
    return n;
}

static void close(void *self)
{
    struct new_device *n = self;

    habits_done(&n->habits);
    free(n);
}

/* The user agent without digits and what joins them; of a machine, its name. */
static str device_of(const struct observation *o, struct arena *a)
{
    const str agent = observed(o, COLUMN_user_agent), host = observed(o, COLUMN_source_domain);
    char *text = arena_bytes(a, DEVICE_TEXT);
    size_t n = 0;

    if (agent.n == 0)
        return host;
    for (size_t i = 0; i < agent.n && n < DEVICE_TEXT; i++) {
        const char c = agent.p[i];
        if (!((c >= '0' && c <= '9') || c == '.' || c == '_'))
            text[n++] = c;
    }
    return (str){text, n};
}

extern const struct behavior_type behavior_new_device;

static void tell(const struct habit *h, str device, const struct observation *o,
                 struct behavior_port *port)
{
    const str agent = observed(o, COLUMN_user_agent);
    const str shown = agent.n ? agent : device;
    const struct signal_pair key[] = {{S("user"), o->user}, {S("device"), device}};
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .explanation =
            arena_printf(port->arena,
                         STR_FMT " logged on from '" STR_FMT "', which is new to it: on %u days "
                                 "before it used %u devices",
                         STR_ARG(o->user), STR_ARG(shown), h->days, h->held),
        .measure = {"logons from it before", 0, 1, 1, 1, "the account's own devices", h->days},
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_new_device, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct new_device *n = self;

    if (o->user.n == 0 || o->columns->outcome == OUTCOME_FAILURE ||
        o->user_asset.roles & ROLE_SERVICE_ACCOUNT)
        return;
    const str device = device_of(o, port->arena);
    if (device.n == 0)
        return;
    const struct habit h = habits_add(&n->habits, hash64(o->user, n->seed),
                                      term_hash(device, n->seed), n->days, o->time_ns);
    if (h.is_new)
        tell(&h, device, o, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct new_device *n = self;

    ret->keys = habits_keys(&n->habits);
    ret->displaced = habits_displaced(&n->habits);
    ret->bytes = habits_bytes(&n->habits);
}

static const uint8_t activities[] = {ACTIVITY_logon, ACTIVITY_session_open, ACTIVITY_tunnel_open,
                                     ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_user_agent, COLUMN_source_domain, COLUMN_COUNT};

const struct behavior_type behavior_new_device = {
    .name = "new_device",
    .title = "New device",
    .what = "an account that logs on from a device it never used before",
    .severity = SEVERITY_LOW,
    .tags = "attack.initial-access attack.t1078",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
