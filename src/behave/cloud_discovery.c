/*
 * cloud_discovery.c - one identity that asks a cloud's interfaces what there is, and may not: keys
 * that were found or stolen are tried so.
 *
 * Counted by account: different operations that only list or describe, over a window that slides,
 * when some of them were denied. Who administers a cloud lists much, and is denied seldom.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { ACCOUNTS_MAX = 1 << 15, EVENTS_MAX = 128, TOLD = 1 };

struct cloud_discovery {
    struct member_window *asked, *denied; /* of each account: operations */
    uint64_t operations, refused, seed;
};

static const struct setting settings_table[] = {
    {.name = "operations",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 2,
     .max = 100,
     .help = "different operations that list or describe, of one account within `window`"},
    {.name = "denied",
     .kind = SETTING_NUMBER,
     .fallback = "2",
     .min = 1,
     .max = 100,
     .help = "of them, different ones that were denied"},
    {.name = "window", .kind = SETTING_DURATION, .fallback = "6h", .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct cloud_discovery *c = mem_alloc(sizeof *c);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), ACCOUNTS_MAX,
                                     EVENTS_MAX};

    (void)e;
    c->operations = setting_number(s, "operations");
    c->refused = setting_number(s, "denied");
    c->asked = member_window_new(&spec);
    c->denied = member_window_new(&spec);
    c->seed = hash_seed();
    return c;
}

static void close(void *self)
{
    struct cloud_discovery *c = self;

    member_window_free(c->asked);
    member_window_free(c->denied);
    free(c);
}

extern const struct behavior_type behavior_cloud_discovery;

static bool is_discovery(str operation)
{
    static const str starts[] = {S("List"), S("Describe"), S("GetCallerIdentity"), S("GetAccount"),
                                 S("Search")};

    for (size_t i = 0; i < countof(starts); i++)
        if (str_starts(operation, starts[i]))
            return true;
    return false;
}

static void tell(const struct cloud_discovery *c, const struct observation *o,
                 const struct member_view *asked, uint32_t denied, struct behavior_port *port)
{
    const struct signal_pair key = {S("user"), o->user};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(port->arena,
                                    STR_FMT " asked for %s%u different lists within %llu s, of "
                                            "which %u were denied, the last by " STR_FMT,
                                    STR_ARG(o->user), member_at_least(asked), asked->members,
                                    member_seconds(asked, o->time_ns), denied,
                                    STR_ARG(observed(o, COLUMN_event_action))),
        .measure = {.what = "operations that list or describe",
                    .value = asked->members,
                    .high = (double)c->operations - 1},
    };

    member_signal(o, asked, TOLD, port->arena, &s);
    behavior_tell(&behavior_cloud_discovery, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct cloud_discovery *c = self;
    const str operation = observed(o, COLUMN_event_action);

    if (o->user.n == 0 || observed(o, COLUMN_cloud_provider).n == 0 || !is_discovery(operation) ||
        o->source_asset.roles & ROLE_SCANNER || o->user_asset.roles & ROLE_SERVICE_ACCOUNT)
        return;
    const uint64_t user = hash64(o->user, c->seed);
    const struct member_event e = {o->time_ns, hash64(operation, c->seed), o->ref};
    struct member_view denied;
    const struct member_view asked = member_window_add(c->asked, user, &e);
    if (o->columns->outcome == OUTCOME_FAILURE)
        (void)member_window_add(c->denied, user, &e);
    if (member_window_look(c->denied, user, o->time_ns, &denied) && denied.members >= c->refused &&
        asked.members >= c->operations)
        tell(c, o, &asked, denied.members, port);
    else
        *asked.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct cloud_discovery *c = self;

    ret->keys = member_window_keys(c->asked) + member_window_keys(c->denied);
    ret->displaced = member_window_displaced(c->asked) + member_window_displaced(c->denied);
    ret->bytes = member_window_bytes(c->asked) + member_window_bytes(c->denied);
}

static const uint8_t activities[] = {ACTIVITY_api, ACTIVITY_api_read, ACTIVITY_web_resource,
                                     ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_action, COLUMN_cloud_provider, COLUMN_COUNT};

const struct behavior_type behavior_cloud_discovery = {
    .name = "cloud_discovery",
    .title = "Cloud discovery",
    .what = "one identity that asks a cloud what there is, and is denied",
    .severity = SEVERITY_LOW,
    .tags = "attack.discovery attack.t1526 attack.t1087.004",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
