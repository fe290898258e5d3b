/*
 * slow_brute_force.c - failed logons of one source at long intervals, none of which is followed by
 * one that succeeds: guessing below what brute_force.c counts.
 *
 * The median of the last intervals tells it from a burst with a straggler (after CrowdSec's
 * ssh-time-based-bf); bursts that come again and again tell it by their sum. A logon of the source
 * that succeeds ends it. Where an account was seen to log on from this source before, its failures
 * are rather an old password in some program: of those, many more are needed.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/known_pair.h"
#include "behave/logon_attempt.h"
#include "behave/logon_source.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { SOURCES_MAX = 1 << 16, SOURCE_EVENTS = 64, KNOWN_MAX = 1 << 17, GAPS_MAX = 31, TOLD = 1 };

struct slow {
    struct logon_attempts *attempts;
    struct member_window *sources; /* of each: accounts */
    struct key_table *known;       /* (source, account) of which a logon was seen */
    uint64_t threshold, known_threshold, total, seed;
    int64_t interval_ns;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "4",
     .min = 3,
     .max = 32,
     .help = "failed logons of one source within `window`, as accounts that never logged on from "
             "there"},
    {.name = "known_threshold",
     .kind = SETTING_NUMBER,
     .fallback = "24",
     .min = 3,
     .max = 64,
     .help = "failed logons, when the last one's account did"},
    {.name = "total",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 3,
     .max = 64,
     .help = "failed logons whatever their intervals, when they last for `threshold` intervals"},
    {.name = "interval",
     .kind = SETTING_DURATION,
     .fallback = "5m",
     .help = "the median time between the last of them is at least this"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "24h",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct slow *b = mem_alloc(sizeof *b);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), SOURCES_MAX,
                                     SOURCE_EVENTS};

    (void)e;
    b->threshold = setting_number(s, "threshold");
    b->known_threshold = setting_number(s, "known_threshold");
    b->total = setting_number(s, "total");
    b->interval_ns = (int64_t)setting_number(s, "interval");
    b->seed = hash_seed();
    b->attempts = logon_attempts_new();
    b->sources = member_window_new(&spec);
    b->known = known_new(KNOWN_MAX);
    return b;
}

static void close(void *self)
{
    struct slow *b = self;

    logon_attempts_free(b->attempts);
    member_window_free(b->sources);
    key_table_free(b->known);
    free(b);
}

extern const struct behavior_type behavior_slow_brute_force;

static int compare_gaps(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* The median of the times between the last `threshold` failures. */
static int64_t median_gap(const struct slow *b, const struct member_view *v)
{
    int64_t gaps[GAPS_MAX];
    const uint32_t n = (uint32_t)b->threshold - 1;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = v->total - 1 - i;
        gaps[i] = member_view_event(v, at)->time_ns - member_view_event(v, at - 1)->time_ns;
    }
    qsort(gaps, n, sizeof *gaps, compare_gaps);
    return n % 2 ? gaps[n / 2] : gaps[n / 2 - 1] + (gaps[n / 2] - gaps[n / 2 - 1]) / 2;
}

static void tell(const struct slow *b, const struct observation *o, const struct member_view *v,
                 int64_t gap_ns, struct behavior_port *port)
{
    const struct signal_pair key[] = {{S("source"), o->source}, {S("user"), o->user}};
    const unsigned long long gap_s = (unsigned long long)gap_ns / 1000000000;
    struct signal s = {
        .key = key,
        .key_count = logon_source_shared(o) ? 2 : 1,
        .explanation =
            arena_printf(port->arena,
                         "%s%u failed logons from " STR_FMT
                         " as %u account%s within %llu s, %llu s apart on average, "
                         "and none that succeeded",
                         member_at_least(v), v->total, STR_ARG(o->source), v->members,
                         v->members == 1 ? "" : "s", member_seconds(v, o->time_ns), gap_s),
        .measure = {.what = "failed logons at long intervals",
                    .value = v->total,
                    .high = (double)b->threshold - 1},
    };

    member_signal(o, v, TOLD, port->arena, &s);
    behavior_tell(&behavior_slow_brute_force, port, &s);
}

static void take_failure(struct slow *b, const struct observation *o, uint64_t key, bool known,
                         struct behavior_port *port)
{
    const struct member_event e = {o->time_ns, hash64(o->user, b->seed), o->ref};
    const struct member_view v = member_window_add(b->sources, key, &e);

    if (v.total < (known ? b->known_threshold : b->threshold) || v.total < b->threshold)
        return;
    const int64_t gap_ns = median_gap(b, &v);
    const uint64_t lasts = (uint64_t)o->time_ns - (uint64_t)v.first_ns;
    const bool goes_on = v.total >= (known ? b->known_threshold : b->total) &&
                         lasts >= (uint64_t)b->interval_ns * b->threshold;
    if (gap_ns >= b->interval_ns || goes_on)
        tell(b, o, &v, (int64_t)(lasts / (v.total - 1)), port);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct slow *b = self;

    if (!logon_counts(o) || o->source.n == 0)
        return;
    const enum logon_attempt attempt = logon_attempt_of(b->attempts, o);
    const uint64_t source = hash64(o->source, b->seed);
    const uint64_t pair = hash_mix(source, hash64(o->user, b->seed));
    const uint64_t key = logon_source_shared(o) ? pair : source;
    if (attempt == LOGON_SUCCEEDED) {
        member_window_clear(b->sources, key);
        known_add(b->known, pair, o->time_ns);
    } else if (attempt == LOGON_FAILED) {
        take_failure(b, o, key, key_table_find(b->known, pair) != NULL, port);
    }
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct slow *b = self;

    ret->keys = member_window_keys(b->sources) + key_table_count(b->known);
    ret->displaced = member_window_displaced(b->sources) + key_table_displaced(b->known);
    ret->bytes = member_window_bytes(b->sources) + key_table_bytes(b->known) +
                 logon_attempts_bytes(b->attempts);
}

static const uint8_t activities[] = {LOGON_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {LOGON_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_slow_brute_force = {
    .name = "slow_brute_force",
    .title = "Slow brute force",
    .what = "failed logons of one source at long intervals, and none that succeeds",
    .severity = SEVERITY_LOW,
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
