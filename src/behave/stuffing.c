/*
 * stuffing.c - names and passwords that leaked elsewhere, each pair tried once: many accounts, each
 * tried once or twice, fast.
 *
 * Of many sources: Elastic's bands for Entra (accounts, failures, addresses, more accounts than
 * addresses), with less than one and a half tries an account. Of one source: from outside, many
 * accounts of which nine in ten were tried once; a spray that goes round once looks the same, and
 * is told as one too (spray.c).
 */
#include "base/mem.h"
#include "behave/logon_spread.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { ONCE_PERCENT = 90, QUIET_MAX = 30, TOLD_STUFFING = 1 };

struct stuffing {
    struct logon_spread *spread;
    uint64_t accounts, sources, shared_accounts, shared_attempts;
};

static const struct setting settings_table[] = {
    {.name = "accounts",
     .kind = SETTING_NUMBER,
     .fallback = "30",
     .min = 5,
     .max = 200,
     .help = "accounts that one source outside fails on within `window`, nine in ten of them once"},
    {.name = "sources",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 2,
     .max = 2000,
     .help = "sources that fail together within `window`"},
    {.name = "shared_accounts",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 3,
     .max = 2000,
     .help = "accounts that these fail on, more than they are themselves"},
    {.name = "shared_attempts",
     .kind = SETTING_NUMBER,
     .fallback = "30",
     .min = 3,
     .max = 4000,
     .help = "failed logons of theirs, at least"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "10m",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct stuffing *p = mem_alloc(sizeof *p);
    const struct spread_spec spec = {(int64_t)setting_number(s, "window"), QUIET_MAX};

    (void)e;
    p->accounts = setting_number(s, "accounts");
    p->sources = setting_number(s, "sources");
    p->shared_accounts = setting_number(s, "shared_accounts");
    p->shared_attempts = setting_number(s, "shared_attempts");
    p->spread = logon_spread_new(&spec);
    return p;
}

static void close(void *self)
{
    struct stuffing *p = self;

    logon_spread_free(p->spread);
    free(p);
}

extern const struct behavior_type behavior_stuffing;

static bool by_one(const struct stuffing *p, const struct observation *o,
                   const struct member_view *v)
{
    return !(o->source_asset.roles & ROLE_INTERNAL) && v->members >= p->accounts &&
           v->counts[1] * 100 >= v->members * ONCE_PERCENT;
}

static bool by_many(const struct stuffing *p, const struct spread *s)
{
    const struct member_view *users = &s->users;

    return s->addresses.members >= p->sources && users->members >= p->shared_accounts &&
           users->total >= p->shared_attempts && users->members > s->addresses.members &&
           users->total * 2 <= users->members * 3;
}

static void tell_one(const struct observation *o, const struct stuffing *p,
                     const struct member_view *v, struct behavior_port *port)
{
    const struct signal_pair key = {S("source"), o->source};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(port->arena,
                                    STR_FMT " failed to log on as %s%u accounts within %llu s, as "
                                            "%u of them once",
                                    STR_ARG(o->source), member_at_least(v), v->members,
                                    member_seconds(v, o->time_ns), v->counts[1]),
        .measure = {.what = "accounts that a source failed on",
                    .value = v->members,
                    .high = (double)p->accounts - 1},
    };

    member_signal(o, v, TOLD_STUFFING, port->arena, &s);
    behavior_tell(&behavior_stuffing, port, &s);
}

static void tell_many(const struct observation *o, const struct stuffing *p,
                      const struct spread *at, struct behavior_port *port)
{
    const struct signal_pair key = {S("tenant"), observed(o, COLUMN_organization_id)};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena,
            "%u sources failed to log on as %u accounts within %llu s, %s%u times in all: as %u of "
            "them once",
            at->addresses.members, at->users.members, member_seconds(&at->users, o->time_ns),
            member_at_least(&at->users), at->users.total, at->users.counts[1]),
        .measure = {.what = "accounts that many sources failed on together",
                    .value = at->users.members,
                    .high = (double)p->shared_accounts - 1},
    };

    member_signal(o, &at->users, TOLD_STUFFING, port->arena, &s);
    behavior_tell(&behavior_stuffing, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct stuffing *p = self;
    struct spread at;

    if (logon_spread_take(p->spread, o, &at) != LOGON_FAILED)
        return;
    if (by_one(p, o, &at.source))
        tell_one(o, p, &at.source, port);
    else
        *at.source.mark = 0;
    if (at.of_tenant && by_many(p, &at))
        tell_many(o, p, &at, port);
    else if (at.of_tenant)
        *at.users.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    logon_spread_stats(((const struct stuffing *)self)->spread, ret);
}

static const uint8_t activities[] = {LOGON_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {SPREAD_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_stuffing = {
    .name = "stuffing",
    .title = "Credential stuffing",
    .what = "many accounts tried about once each, by one source or by many together",
    .severity = SEVERITY_HIGH,
    .tags = "attack.credential-access attack.t1110 attack.t1110.004",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
