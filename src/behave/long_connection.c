/*
 * long_connection.c - connections from within to one destination outside that last for hours.
 *
 * Durations of the last 24 hours are summed for each (source, destination), in slots of an hour, of
 * connections that lasted at least `each`: many short ones are browsing. After RITA's long
 * connections, whose steps are 1, 4, 8 and 12 hours.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day.h"
#include "behave/flow.h"
#include "behave/ref_ring.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum { PAIRS_MAX = 1 << 17, LOW_S = 4 * HOUR_S, MEDIUM_S = 8 * HOUR_S, HIGH_S = 12 * HOUR_S };

struct pair {
    struct day seconds;
    uint32_t first_s, last_s;
    uint32_t untold;
    uint64_t told_next_s; /* 0: nothing is told */
    struct ref_ring refs;
};

struct long_connection {
    struct key_table *pairs;
    uint64_t seed, threshold_s, each_s;
    const str *ignored;
    uint32_t ignored_count;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_DURATION,
     .fallback = "4h",
     .min = UINT64_C(60) * NS_PER_S,
     .max = UINT64_C(86400) * NS_PER_S,
     .help = "time that the connections of 24 hours last together"},
    {.name = "each",
     .kind = SETTING_DURATION,
     .fallback = "10m",
     .help = "shorter connections do not count"},
    {.name = "ignore",
     .kind = SETTING_LIST,
     .help = "destinations that do not count: addresses, and domains with what is below them"},
};

static int64_t pair_last(const void *state)
{
    return (int64_t)((const struct pair *)state)->last_s * NS_PER_S;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct pair), pair_last, NULL};
    struct long_connection *l = mem_alloc(sizeof *l);

    (void)e;
    l->threshold_s = setting_number(s, "threshold") / NS_PER_S;
    l->each_s = setting_number(s, "each") / NS_PER_S;
    l->ignored = setting(s, "ignore")->list;
    l->ignored_count = setting(s, "ignore")->list_count;
    l->seed = hash_seed();
    l->pairs = key_table_new(&kind, PAIRS_MAX);
    return l;
}

static void close(void *self)
{
    struct long_connection *l = self;

    key_table_free(l->pairs);
    free(l);
}

static enum severity severity_of(uint64_t seconds)
{
    return seconds >= HIGH_S     ? SEVERITY_HIGH
           : seconds >= MEDIUM_S ? SEVERITY_MEDIUM
           : seconds >= LOW_S    ? SEVERITY_LOW
                                 : SEVERITY_INFORMATIONAL;
}

extern const struct behavior_type behavior_long_connection;

static void tell(const struct long_connection *l, struct pair *p, const struct flow *f,
                 const struct observation *o, uint64_t seconds, struct behavior_port *port)
{
    const str destination = flow_destination(f);
    const struct signal_pair key[] = {{S("source"), f->source}, {S("destination"), destination}};
    const double hours = (double)seconds / HOUR_S;
    const uint32_t day_start =
        p->seconds.hour < DAY_HOURS ? 0 : (p->seconds.hour - DAY_HOURS + 1) * HOUR_S;
    uint64_t refs[REF_RING];
    struct signal out = {
        .severity = severity_of(seconds),
        .first_ns = (int64_t)(p->first_s > day_start ? p->first_s : day_start) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = p->untold,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena,
                                    "connections of " STR_FMT " to " STR_FMT
                                    " lasted %.1f h together within 24 h",
                                    STR_ARG(f->source), STR_ARG(destination), hours),
        .measure = {"hours connected", hours, 0, 0, (double)l->threshold_s / HOUR_S, "threshold",
                    p->refs.count},
        .events = refs,
        .event_count = ref_ring_list(&p->refs, refs),
    };

    out.entity_count = flow_entities(o, f, port->arena, &out.entities);
    behavior_tell(&behavior_long_connection, port, &out);
    p->untold = 0;
    p->told_next_s = seconds + l->threshold_s;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct long_connection *l = self;
    int64_t duration_ns;
    struct flow f;

    if (!observed_number(o, COLUMN_event_duration, &duration_ns) || duration_ns <= 0 ||
        (uint64_t)duration_ns / NS_PER_S < l->each_s || !flow_read(o, &f) || !flow_is_outward(&f) ||
        o->source_asset.roles & ROLE_NAT_GATEWAY)
        return;
    const str destination = flow_destination(&f);
    struct pair *p = key_table_touch(
        l->pairs, hash_mix(hash64(f.source, l->seed), hash64(destination, l->seed)));
    day_turn(&p->seconds, f.time_s / HOUR_S);
    if (day_sum(&p->seconds) == 0) /* new, or a day without any */
        *p = (struct pair){.seconds = p->seconds, .first_s = f.time_s};
    p->last_s = f.time_s;
    day_add(&p->seconds, (uint64_t)duration_ns / NS_PER_S);
    ref_ring_add(&p->refs, o->ref);
    p->untold++;
    const uint64_t seconds = day_sum(&p->seconds);
    if (seconds < l->threshold_s) {
        p->told_next_s = 0;
        return;
    }
    if (seconds >= p->told_next_s && !place_is_listed(destination, l->ignored, l->ignored_count))
        tell(l, p, &f, o, seconds, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct long_connection *l = self;

    (void)port;
    if (now_ns > 0)
        key_table_expire(l->pairs, now_ns - (int64_t)DAY_S * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct long_connection *l = self;

    ret->keys = key_table_count(l->pairs);
    ret->displaced = key_table_displaced(l->pairs);
    ret->bytes = key_table_bytes(l->pairs);
}

static const uint8_t activities[] = {ACTIVITY_flow, ACTIVITY_flow_close, ACTIVITY_tunnel_close,
                                     ACTIVITY_none};
static const uint8_t columns[] = {FLOW_COLUMNS, COLUMN_event_duration, COLUMN_COUNT};

const struct behavior_type behavior_long_connection = {
    .name = "long_connection",
    .title = "Long connection",
    .what = "connections to one destination outside that last for hours",
    .severity = SEVERITY_LOW,
    .tags = "attack.command-and-control attack.t1095 attack.t1572",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .advance = advance,
    .stats = stats,
};
