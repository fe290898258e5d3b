/*
 * dcsync.c - an account that copies the directory as only domain controllers do.
 *
 * Windows tells in event 4662 who used the rights to replicate (event/windows.c names it). Domain
 * controllers replicate as their computer accounts: a computer is taken for one when it is listed,
 * or when it was seen to issue Kerberos tickets. Others are told only with `computers`, because
 * the logs of some controllers may be missing.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/known_pair.h"
#include "behave/member_signal.h"

#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS_MAX = 1 << 14, EVENTS_MAX = 64, CONTROLLERS_MAX = 1 << 12, TOLD = 1 };

struct dcsync {
    struct member_window *accounts;
    struct key_table *controllers; /* hosts that issue tickets */
    uint64_t seed;
    bool computers;
};

static const struct setting settings_table[] = {
    {.name = "computers",
     .kind = SETTING_FLAG,
     .fallback = "false",
     .help = "tell computers' accounts too that are not known as domain controllers"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "1h",
     .help = "requests of an account within this are told as one"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct dcsync *d = mem_alloc(sizeof *d);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), ACCOUNTS_MAX,
                                     EVENTS_MAX};

    (void)e;
    d->computers = setting_flag(s, "computers");
    d->accounts = member_window_new(&spec);
    d->controllers = known_new(CONTROLLERS_MAX);
    d->seed = hash_seed();
    return d;
}

static void close(void *self)
{
    struct dcsync *d = self;

    member_window_free(d->accounts);
    key_table_free(d->controllers);
    free(d);
}

extern const struct behavior_type behavior_dcsync;

/* "dc01" of "dc01$@corp"; empty for accounts of people. */
static str computer_of(str user)
{
    const char *end = memchr(user.p, '$', user.n);

    return end ? (str){user.p, (size_t)(end - user.p)} : (str){0};
}

static bool is_expected(const struct dcsync *d, const struct observation *o)
{
    const str computer = computer_of(o->user);

    if ((o->user_asset.roles | o->source_asset.roles) & ROLE_DOMAIN_CONTROLLER)
        return true;
    return computer.n &&
           (!d->computers || key_table_find(d->controllers, hash64(computer, d->seed)) != NULL);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct dcsync *d = self;

    if (o->columns->activity == ACTIVITY_ticket) {
        if (o->host.n)
            known_add(d->controllers, hash64(o->host, d->seed), o->time_ns);
        return;
    }
    if (!str_eq(observed(o, COLUMN_event_action), S("directory-replication-requested")) ||
        o->user.n == 0 || is_expected(d, o))
        return;
    const struct member_event e = {o->time_ns, hash64(o->host, d->seed), o->ref};
    const struct member_view v = member_window_add(d->accounts, hash64(o->user, d->seed), &e);
    const struct signal_pair key = {S("user"), o->user};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation =
            arena_printf(port->arena,
                         STR_FMT " asked " STR_FMT " for a copy of the directory, as only domain "
                                 "controllers do",
                         STR_ARG(o->user), STR_ARG(o->host)),
        .measure = {.what = "requests to replicate the directory", .value = v.total},
    };
    member_signal(o, &v, TOLD, port->arena, &s);
    behavior_tell(&behavior_dcsync, port, &s);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct dcsync *d = self;

    ret->keys = member_window_keys(d->accounts) + key_table_count(d->controllers);
    ret->displaced = member_window_displaced(d->accounts) + key_table_displaced(d->controllers);
    ret->bytes = member_window_bytes(d->accounts) + key_table_bytes(d->controllers);
}

static const uint8_t activities[] = {ACTIVITY_entity_change, ACTIVITY_ticket, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_action, COLUMN_COUNT};

const struct behavior_type behavior_dcsync = {
    .name = "dcsync",
    .title = "DCSync",
    .what = "an account that copies the directory as only domain controllers do",
    .severity = SEVERITY_CRITICAL,
    .tags = "attack.credential-access attack.t1003 attack.t1003.006",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
