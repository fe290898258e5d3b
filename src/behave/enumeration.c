/*
 * enumeration.c - one source that tries names of accounts that nobody was seen to log on as.
 *
 * Records seldom say whether an account exists; but an account of which a logon was seen does. So
 * failed logons are counted by source and account, without accounts that are known to log on.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/known_pair.h"
#include "behave/logon_attempt.h"
#include "behave/logon_source.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { SOURCES_MAX = 1 << 16, SOURCE_EVENTS = 256, KNOWN_MAX = 1 << 17, TOLD = 1 };

struct enumeration {
    struct logon_attempts *attempts;
    struct member_window *sources;
    struct key_table *known; /* accounts of which a logon was seen */
    uint64_t accounts, seed;
};

static const struct setting settings_table[] = {
    {.name = "accounts",
     .kind = SETTING_NUMBER,
     .fallback = "6",
     .min = 2,
     .max = 200,
     .help = "unknown accounts that one source fails on within `window`"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "10m",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct enumeration *n = mem_alloc(sizeof *n);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), SOURCES_MAX,
                                     SOURCE_EVENTS};

    (void)e;
    n->accounts = setting_number(s, "accounts");
    n->seed = hash_seed();
    n->attempts = logon_attempts_new();
    n->sources = member_window_new(&spec);
    n->known = known_new(KNOWN_MAX);
    return n;
}

static void close(void *self)
{
    struct enumeration *n = self;

    logon_attempts_free(n->attempts);
    member_window_free(n->sources);
    key_table_free(n->known);
    free(n);
}

extern const struct behavior_type behavior_enumeration;

static void tell(const struct enumeration *n, const struct observation *o,
                 const struct member_view *v, struct behavior_port *port)
{
    const struct signal_pair key = {S("source"), o->source};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(port->arena,
                                    STR_FMT " tried %u accounts that nobody was seen to log on as "
                                            "within %llu s, the last of them " STR_FMT,
                                    STR_ARG(o->source), v->members, member_seconds(v, o->time_ns),
                                    STR_ARG(o->user)),
        .measure = {.what = "unknown accounts that a source tried",
                    .value = v->members,
                    .high = (double)n->accounts - 1},
    };

    member_signal(o, v, TOLD, port->arena, &s);
    behavior_tell(&behavior_enumeration, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct enumeration *n = self;

    if (!logon_counts(o) || o->user.n == 0 || o->source.n == 0)
        return;
    const uint64_t user = hash64(o->user, n->seed);
    const enum logon_attempt attempt = logon_attempt_of(n->attempts, o);
    if (attempt == LOGON_SUCCEEDED)
        known_add(n->known, user, o->time_ns);
    if ((attempt != LOGON_FAILED && attempt != LOGON_TRIED) || logon_source_shared(o) ||
        key_table_find(n->known, user))
        return;
    const struct member_event e = {o->time_ns, user, o->ref};
    const struct member_view v = member_window_add(n->sources, hash64(o->source, n->seed), &e);
    if (v.members >= n->accounts)
        tell(n, o, &v, port);
    else
        *v.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct enumeration *n = self;

    ret->keys = member_window_keys(n->sources) + key_table_count(n->known);
    ret->displaced = member_window_displaced(n->sources) + key_table_displaced(n->known);
    ret->bytes = member_window_bytes(n->sources) + key_table_bytes(n->known) +
                 logon_attempts_bytes(n->attempts);
}

static const uint8_t activities[] = {LOGON_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {LOGON_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_enumeration = {
    .name = "enumeration",
    .title = "User enumeration",
    .what = "one source that tries accounts that nobody was seen to log on as",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.credential-access attack.t1110.001 attack.reconnaissance attack.t1589.001",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
