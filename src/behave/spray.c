/*
 * spray.c - a few passwords tried on many accounts: by one source, or by many that each stay below
 * what is told of one.
 *
 * One source: many accounts, each tried a few times. The share of accounts within the band is that
 * of Elastic's rule for Okta. Many sources: over all of a tenant's sources that had few failures,
 * enough addresses and accounts, and between one and a half and five tries an account on average;
 * less is stuffing (stuffing.c), more is guessing (brute_force.c).
 */
#include "base/mem.h"
#include "behave/logon_spread.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { BAND_PERCENT = 60, BAND_HIGH = 8, TOLD_SPRAY = 1, TOLD_SUCCESS = 2 };

struct spray {
    struct logon_spread *spread;
    uint64_t accounts, attempts, sources, source_accounts, source_attempts;
};

static const struct setting settings_table[] = {
    {.name = "accounts",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 3,
     .max = 200,
     .help = "accounts that one source fails on within `window`, most of them up to 8 times"},
    {.name = "attempts",
     .kind = SETTING_NUMBER,
     .fallback = "12",
     .min = 3,
     .max = 200,
     .help = "failed logons of that source, at least"},
    {.name = "sources",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 2,
     .max = 2000,
     .help = "sources that fail together, each no more than 5 times, within `window`"},
    {.name = "shared_accounts",
     .kind = SETTING_NUMBER,
     .fallback = "8",
     .min = 2,
     .max = 2000,
     .help = "accounts that these fail on"},
    {.name = "shared_attempts",
     .kind = SETTING_NUMBER,
     .fallback = "25",
     .min = 3,
     .max = 4000,
     .help = "failed logons of theirs, at least"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "15m",
     .help = "over which they count"},
};

enum { QUIET_MAX = 5 };

static void *open(const struct settings *s, struct err *e)
{
    struct spray *p = mem_alloc(sizeof *p);
    const struct spread_spec spec = {(int64_t)setting_number(s, "window"), QUIET_MAX};

    (void)e;
    p->accounts = setting_number(s, "accounts");
    p->attempts = setting_number(s, "attempts");
    p->sources = setting_number(s, "sources");
    p->source_accounts = setting_number(s, "shared_accounts");
    p->source_attempts = setting_number(s, "shared_attempts");
    p->spread = logon_spread_new(&spec);
    return p;
}

static void close(void *self)
{
    struct spray *p = self;

    logon_spread_free(p->spread);
    free(p);
}

extern const struct behavior_type behavior_spray;

static bool by_one(const struct spray *p, const struct member_view *v)
{
    return v->members >= p->accounts && v->total >= p->attempts &&
           member_view_band(v, 1, BAND_HIGH) * 100 >= v->members * BAND_PERCENT;
}

static void tell_one(const struct observation *o, const struct spray *p,
                     const struct member_view *v, struct behavior_port *port)
{
    const struct signal_pair key = {S("source"), o->source};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena,
            STR_FMT " failed to log on as %u accounts within %llu s, %s%u times in all and at most "
                    "%u times as one",
            STR_ARG(o->source), v->members, member_seconds(v, o->time_ns), member_at_least(v),
            v->total, member_view_largest(v)),
        .measure = {.what = "accounts that a source failed on",
                    .value = v->members,
                    .high = (double)p->accounts - 1},
    };

    member_signal(o, v, TOLD_SPRAY, port->arena, &s);
    behavior_tell(&behavior_spray, port, &s);
}

/* Two tries of three accounts are three halves: the mean without division. */
static bool by_many(const struct spray *p, const struct spread *s)
{
    const struct member_view *users = &s->users;

    return s->addresses.members >= p->sources && users->members >= p->source_accounts &&
           users->total >= p->source_attempts && users->members >= s->addresses.members &&
           users->total * 2 > users->members * 3 && users->total <= users->members * 5;
}

static void tell_many(const struct observation *o, const struct spray *p, const struct spread *at,
                      struct behavior_port *port)
{
    const struct signal_pair key = {S("tenant"), observed(o, COLUMN_organization_id)};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena,
            "%u sources failed to log on as %u accounts within %llu s, %s%u times in all, none of "
            "them more than %u times",
            at->addresses.members, at->users.members, member_seconds(&at->users, o->time_ns),
            member_at_least(&at->users), at->users.total, QUIET_MAX),
        .measure = {.what = "sources that failed on many accounts together",
                    .value = at->addresses.members,
                    .high = (double)p->sources - 1},
    };

    member_signal(o, &at->users, TOLD_SPRAY, port->arena, &s);
    behavior_tell(&behavior_spray, port, &s);
}

static void tell_success(const struct observation *o, const struct member_view *v,
                         struct behavior_port *port)
{
    const struct signal_pair key[] = {{S("source"), o->source}, {S("user"), o->user}};
    struct signal s = {
        .severity = SEVERITY_HIGH,
        .title = S("Password spray, then success"),
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(
            port->arena,
            STR_FMT " logged on from " STR_FMT ", which failed on %u accounts within %llu s before",
            STR_ARG(o->user), STR_ARG(o->source), v->members, member_seconds(v, o->time_ns)),
        .measure = {.what = "accounts that a source failed on", .value = v->members},
    };

    member_signal(o, v, TOLD_SUCCESS, port->arena, &s);
    behavior_tell(&behavior_spray, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct spray *p = self;
    struct spread at;
    const enum logon_attempt attempt = logon_spread_take(p->spread, o, &at);

    if (attempt == LOGON_SUCCEEDED && at.of_source && *at.source.mark & TOLD_SPRAY)
        tell_success(o, &at.source, port);
    if (attempt != LOGON_FAILED)
        return;
    if (by_one(p, &at.source))
        tell_one(o, p, &at.source, port);
    else
        *at.source.mark &= ~(uint32_t)TOLD_SPRAY;
    if (at.of_tenant && by_many(p, &at))
        tell_many(o, p, &at, port);
    else if (at.of_tenant)
        *at.users.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    logon_spread_stats(((const struct spray *)self)->spread, ret);
}

static const uint8_t activities[] = {LOGON_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {SPREAD_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_spray = {
    .name = "spray",
    .title = "Password spray",
    .what = "a few passwords tried on many accounts, by one source or by many together",
    .severity = SEVERITY_HIGH,
    .tags = "attack.credential-access attack.t1110 attack.t1110.003",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
