/*
 * brute_force.c - many failed logons: from one source, or of one account from several sources; and
 * a logon that succeeds after them.
 *
 * Windows slide (behave/member_window.h). From behind a NAT gateway or VPN, and on a jump host, it
 * is (source, account) that is counted. The numbers are near those of fail2ban (5 within 10 min)
 * and CrowdSec (6 at once).
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/logon_attempt.h"
#include "behave/logon_source.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { SOURCES_MAX = 1 << 16, ACCOUNTS_MAX = 1 << 16, EVENTS_MIN = 64 };

/* Of a window's mark: what was told of it. */
enum { TOLD_FAILURES = 1, TOLD_SUCCESS = 2 };

struct brute_force {
    struct logon_attempts *attempts;
    struct member_window *sources;  /* of each: the accounts that failed */
    struct member_window *accounts; /* of each: the sources that they failed from */
    uint64_t threshold, account_threshold, before_success, seed;
    int64_t window_ns;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "6",
     .min = 2,
     .max = 2000,
     .help = "failed logons of one source within `window`"},
    {.name = "account_threshold",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 2,
     .max = 2000,
     .help = "failed logons of one account from several sources within `window`"},
    {.name = "before_success",
     .kind = SETTING_NUMBER,
     .fallback = "6",
     .min = 2,
     .max = 2000,
     .help = "failed logons of one source, or of an account from it, within `window` before one "
             "that succeeds"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "10m",
     .help = "over which they count"},
};

static uint32_t room_for(uint64_t threshold)
{
    const uint64_t room = threshold * 2;

    return (uint32_t)(room > EVENTS_MIN ? room : EVENTS_MIN);
}

static void *open(const struct settings *s, struct err *e)
{
    struct brute_force *b = mem_alloc(sizeof *b);

    (void)e;
    b->threshold = setting_number(s, "threshold");
    b->account_threshold = setting_number(s, "account_threshold");
    b->before_success = setting_number(s, "before_success");
    b->window_ns = (int64_t)setting_number(s, "window");
    b->seed = hash_seed();
    b->attempts = logon_attempts_new();
    const uint64_t more = b->threshold > b->before_success ? b->threshold : b->before_success;
    const struct member_spec sources = {b->window_ns, SOURCES_MAX, room_for(more)};
    b->sources = member_window_new(&sources);
    const struct member_spec accounts = {b->window_ns, ACCOUNTS_MAX,
                                         room_for(b->account_threshold)};
    b->accounts = member_window_new(&accounts);
    return b;
}

static void close(void *self)
{
    struct brute_force *b = self;

    logon_attempts_free(b->attempts);
    member_window_free(b->sources);
    member_window_free(b->accounts);
    free(b);
}

extern const struct behavior_type behavior_brute_force;

/* The key of a source's window. */
static uint64_t source_hash(const struct brute_force *b, const struct observation *o)
{
    const uint64_t source = hash64(o->source, b->seed);

    return logon_source_shared(o) ? hash_mix(source, hash64(o->user, b->seed)) : source;
}

static void tell(const struct observation *o, const struct member_view *v, uint32_t what,
                 struct behavior_port *port, struct signal *s)
{
    s->measure.value = v->total;
    member_signal(o, v, what, port->arena, s);
    behavior_tell(&behavior_brute_force, port, s);
}

static void count_source(struct brute_force *b, const struct observation *o,
                         struct behavior_port *port)
{
    const struct member_event e = {o->time_ns, hash64(o->user, b->seed), o->ref};
    const struct member_view v = member_window_add(b->sources, source_hash(b, o), &e);
    const struct signal_pair key[] = {{S("source"), o->source}, {S("user"), o->user}};

    if (v.total < b->threshold) {
        *v.mark &= ~(uint32_t)TOLD_FAILURES;
        return;
    }
    struct signal s = {
        .key = key,
        .key_count = logon_source_shared(o) ? 2 : 1,
        .explanation = arena_printf(
            port->arena, "%s%u failed logons from " STR_FMT " as %u account%s within %llu s",
            member_at_least(&v), v.total, STR_ARG(o->source), v.members, v.members == 1 ? "" : "s",
            member_seconds(&v, o->time_ns)),
        .measure = {.what = "failed logons of a source", .high = (double)b->threshold - 1},
    };
    tell(o, &v, TOLD_FAILURES, port, &s);
}

/* One source that many share is no reason to pass over an account that is tried from there. */
static void count_account(struct brute_force *b, const struct observation *o,
                          struct behavior_port *port)
{
    const str from = o->source.n ? o->source : o->host;
    const struct member_event e = {o->time_ns, hash64(from, b->seed), o->ref};
    const struct member_view v = member_window_add(b->accounts, hash64(o->user, b->seed), &e);
    const struct signal_pair key = {S("user"), o->user};

    if (v.total < b->account_threshold || (v.members < 2 && o->source.n)) {
        *v.mark &= ~(uint32_t)TOLD_FAILURES;
        return;
    }
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena, "%s%u failed logons as " STR_FMT " from %u place%s within %llu s",
            member_at_least(&v), v.total, STR_ARG(o->user), v.members, v.members == 1 ? "" : "s",
            member_seconds(&v, o->time_ns)),
        .measure = {.what = "failed logons of an account",
                    .high = (double)b->account_threshold - 1},
    };
    tell(o, &v, TOLD_FAILURES, port, &s);
}

/* After a source's failures, those of this account or of others, a logon from it. */
static void see_success(struct brute_force *b, const struct observation *o,
                        struct behavior_port *port)
{
    const uint64_t key_hash = source_hash(b, o), user = hash64(o->user, b->seed);
    struct member_view v;

    if (o->user.n == 0 || !member_window_look(b->sources, key_hash, o->time_ns, &v) ||
        v.total < b->before_success)
        return;
    const uint32_t own = member_window_of(b->sources, key_hash, user);
    const struct signal_pair key[] = {{S("source"), o->source}, {S("user"), o->user}};
    struct signal s = {
        .severity = SEVERITY_HIGH,
        .title = S("Brute force, then success"),
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena,
                                    STR_FMT " logged on from " STR_FMT
                                            " after %s%u failed logons from there within "
                                            "%llu s, %u of them as this account",
                                    STR_ARG(o->user), STR_ARG(o->source), member_at_least(&v),
                                    v.total, member_seconds(&v, o->time_ns), own),
        .measure = {.what = "failed logons before one that succeeded",
                    .high = (double)b->before_success - 1},
    };
    tell(o, &v, TOLD_SUCCESS, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct brute_force *b = self;

    if (!logon_counts(o))
        return;
    const enum logon_attempt attempt = logon_attempt_of(b->attempts, o);
    if (attempt == LOGON_SUCCEEDED && o->source.n)
        see_success(b, o, port);
    if (attempt != LOGON_FAILED)
        return;
    if (o->source.n)
        count_source(b, o, port);
    if (o->user.n)
        count_account(b, o, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct brute_force *b = self;

    ret->keys = member_window_keys(b->sources) + member_window_keys(b->accounts);
    ret->displaced = member_window_displaced(b->sources) + member_window_displaced(b->accounts);
    ret->bytes = member_window_bytes(b->sources) + member_window_bytes(b->accounts) +
                 logon_attempts_bytes(b->attempts);
}

static const uint8_t activities[] = {LOGON_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {LOGON_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_brute_force = {
    .name = "brute_force",
    .title = "Brute force",
    .what = "many failed logons of one source or account, and one that succeeds after them",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.credential-access attack.t1110 attack.t1110.001",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
