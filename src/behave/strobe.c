/*
 * strobe.c - so many connections from within to one destination outside that no beacon's rhythm is
 * looked for: 86,400 a day, one a second, is RITA's number. Counted in slots of an hour.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day.h"
#include "behave/flow.h"
#include "behave/growth.h"
#include "behave/ref_ring.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum { PAIRS_MAX = 1 << 17 };

struct pair {
    struct day connections;
    uint32_t first_s, last_s;
    bool opens; /* connections are told when they begin: their ends are no further ones */
    struct growth growth;
    struct ref_ring refs;
};

struct strobe {
    struct key_table *pairs;
    uint64_t seed, threshold;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "86400",
     .min = 100,
     .max = 100000000,
     .help = "connections within 24 hours"},
};

static int64_t pair_last(const void *state)
{
    return (int64_t)((const struct pair *)state)->last_s * NS_PER_S;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct pair), pair_last, NULL};
    struct strobe *t = mem_alloc(sizeof *t);

    (void)e;
    t->threshold = setting_number(s, "threshold");
    t->seed = hash_seed();
    t->pairs = key_table_new(&kind, PAIRS_MAX);
    return t;
}

static void close(void *self)
{
    struct strobe *t = self;

    key_table_free(t->pairs);
    free(t);
}

extern const struct behavior_type behavior_strobe;

static void tell(const struct strobe *t, struct pair *p, const struct flow *f,
                 const struct observation *o, uint64_t count, struct behavior_port *port)
{
    const str destination = flow_destination(f);
    const struct signal_pair key[] = {{S("source"), f->source}, {S("destination"), destination}};
    uint64_t refs[REF_RING];
    struct signal out = {
        .first_ns = (int64_t)growth_since(&p->growth, p->first_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = p->growth.untold,
        .key = key,
        .key_count = countof(key),
        .explanation =
            arena_printf(port->arena, STR_FMT " connected to " STR_FMT " %llu times within 24 h",
                         STR_ARG(f->source), STR_ARG(destination), (unsigned long long)count),
        .measure = {"connections", (double)count, 0, 0, (double)t->threshold - 1, "threshold",
                    count},
        .events = refs,
        .event_count = ref_ring_list(&p->refs, refs),
    };

    out.entity_count = flow_entities(o, f, port->arena, &out.entities);
    behavior_tell(&behavior_strobe, port, &out);
    growth_told(&p->growth, (double)count, p->last_s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct strobe *t = self;
    struct flow f;

    if (!flow_read(o, &f) || !flow_is_outward(&f) || o->source_asset.roles & ROLE_NAT_GATEWAY)
        return;
    struct pair *p = key_table_touch(
        t->pairs, hash_mix(hash64(f.source, t->seed), hash64(flow_destination(&f), t->seed)));
    day_turn(&p->connections, f.time_s / HOUR_S);
    if (day_sum(&p->connections) == 0) /* new, or a day without any */
        *p = (struct pair){.connections = p->connections, .first_s = f.time_s};
    p->last_s = f.time_s;
    if (f.part == FLOW_END && p->opens)
        return;
    p->opens |= f.part == FLOW_BEGIN;
    day_add(&p->connections, 1);
    ref_ring_add(&p->refs, o->ref);
    p->growth.untold++;
    const uint64_t count = day_sum(&p->connections);
    if (count < t->threshold)
        p->growth.next = 0;
    else if (growth_is_due(&p->growth, (double)count, p->last_s))
        tell(t, p, &f, o, count, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct strobe *t = self;

    (void)port;
    if (now_ns > 0)
        key_table_expire(t->pairs, now_ns - (int64_t)DAY_S * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct strobe *t = self;

    ret->keys = key_table_count(t->pairs);
    ret->displaced = key_table_displaced(t->pairs);
    ret->bytes = key_table_bytes(t->pairs);
}

static const uint8_t activities[] = {ACTIVITY_flow,      ACTIVITY_flow_open,   ACTIVITY_flow_close,
                                     ACTIVITY_flow_fail, ACTIVITY_flow_refuse, ACTIVITY_http,
                                     ACTIVITY_tls,       ACTIVITY_none};
static const uint8_t columns[] = {FLOW_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_strobe = {
    .name = "strobe",
    .title = "Strobe",
    .what = "a connection a second and more to one destination outside, all day",
    .severity = SEVERITY_HIGH,
    .tags = "attack.command-and-control attack.t1071",
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
