/*
 * network_scan.c - one source that tries many ports of a target, or one port of many targets.
 *
 * For each (source, target) the different ports, and for each (source, port) the different targets,
 * of the last `window` are kept exactly, as far as the thresholds can tell them apart; once a scan
 * has begun, a sketch counts what is beyond. What was denied, refused or not answered weighs most:
 * a few of it are enough. What was allowed counts too, but for what is usual: one host that uses
 * one port of many hosts outside, and records of a server's answers, whose "source" is the server.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/flow.h"
#include "behave/growth.h"
#include "behave/pressure.h"
#include "behave/ref_ring.h"
#include "behave/sketch.h"

#include <stdlib.h>

enum {
    KEYS_MAX = 1 << 18,
    OWNED_BYTES_MAX = 64 << 20,
    FIRST_ITEMS = 4,
    SKETCH_BITS = 8,
    NAMED_PORTS = 1024, /* below it a source port is a server's */
};

/* A port or target that was tried. */
struct item {
    uint32_t value, time_s; /* value: a hash, whose lowest bit says that it failed */
    uint64_t ref;
};

/* The ports of a (source, target), or the targets of a (source, port). */
struct spread {
    struct item *items;
    uint8_t *sketch; /* of all since the scan began; NULL: there is none */
    uint64_t *owned;
    uint32_t last_s, began_s;
    uint32_t count, capacity;
    uint32_t failed; /* of those in the window */
    struct growth growth;
};

struct network_scan {
    struct key_table *spreads;
    uint64_t seed, owned;
    uint32_t window_s, items_max;
    uint32_t failed_ports, ports, failed_hosts, hosts; /* thresholds */
};

static const struct setting settings_table[] = {
    {.name = "failed_ports",
     .kind = SETTING_NUMBER,
     .fallback = "15",
     .min = 2,
     .max = 1000,
     .help = "different ports of one target that a source was denied, refused or not answered"},
    {.name = "ports",
     .kind = SETTING_NUMBER,
     .fallback = "100",
     .min = 2,
     .max = 1000,
     .help = "different ports of one target, however it ended"},
    {.name = "failed_hosts",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 2,
     .max = 1000,
     .help =
         "different targets within one's own network that did not let the source in, on a port"},
    {.name = "hosts",
     .kind = SETTING_NUMBER,
     .fallback = "100",
     .min = 2,
     .max = 1000,
     .help = "different targets on one port: within, however it ended; outside, that failed"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "5m",
     .min = NS_PER_S,
     .max = UINT64_C(86400) * NS_PER_S,
     .help = "over which they count"},
};

static int64_t spread_last(const void *state)
{
    return (int64_t)((const struct spread *)state)->last_s * NS_PER_S;
}

static void spread_end(struct spread *s)
{
    if (s->sketch)
        *s->owned -= SKETCH_BYTES(SKETCH_BITS);
    free(s->sketch);
    s->sketch = NULL;
}

static void spread_drop(void *state)
{
    struct spread *s = state;

    spread_end(s);
    if (s->items)
        *s->owned -= s->capacity * sizeof *s->items;
    free(s->items);
}

static uint32_t largest(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct spread), spread_last, spread_drop};
    struct network_scan *p = mem_alloc(sizeof *p);

    (void)e;
    p->failed_ports = (uint32_t)setting_number(s, "failed_ports");
    p->ports = (uint32_t)setting_number(s, "ports");
    p->failed_hosts = (uint32_t)setting_number(s, "failed_hosts");
    p->hosts = (uint32_t)setting_number(s, "hosts");
    p->window_s = (uint32_t)(setting_number(s, "window") / NS_PER_S);
    p->items_max = largest(largest(p->failed_ports, p->ports), largest(p->failed_hosts, p->hosts));
    p->seed = hash_seed();
    p->spreads = key_table_new(&kind, KEYS_MAX);
    return p;
}

static void close(void *self)
{
    struct network_scan *p = self;

    key_table_free(p->spreads);
    free(p);
}

/* ------------------------------------------------------------ what is in the window */

static struct item *new_item(const struct network_scan *p, struct spread *s)
{
    if (s->count == p->items_max) { /* the one that was seen longest ago makes room */
        struct item *oldest = s->items;
        for (uint32_t i = 1; i < s->count; i++)
            if (s->items[i].time_s < oldest->time_s)
                oldest = &s->items[i];
        s->failed -= oldest->value & 1;
        return oldest;
    }
    if (s->count == s->capacity) {
        const uint32_t wider = s->capacity ? s->capacity * 2 : FIRST_ITEMS;
        *s->owned += (wider - s->capacity) * sizeof *s->items;
        s->items = mem_resize(s->items, wider, sizeof *s->items);
        s->capacity = wider;
    }
    return &s->items[s->count++];
}

/* Drops what is older than the window, and counts `value`. */
static void spread_add(const struct network_scan *p, struct spread *s, const struct item *new)
{
    const uint32_t from_s = new->time_s > p->window_s ? new->time_s - p->window_s : 0;
    struct item *same = NULL;
    uint32_t kept = 0;

    s->failed = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->items[i].time_s < from_s)
            continue;
        struct item *item = &s->items[kept++];
        *item = s->items[i];
        s->failed += item->value & 1;
        if ((item->value | 1) == (new->value | 1))
            same = item;
    }
    s->count = kept;
    if (same) {
        s->failed += new->value & ~same->value & 1;
        *same = (struct item){new->value | (same->value & 1), new->time_s, new->ref};
        return;
    }
    *new_item(p, s) = *new;
    s->failed += new->value & 1;
}

/* The newest events, the oldest of them first. */
static uint32_t newest_refs(const struct spread *s, uint64_t ret[REF_RING])
{
    struct ref_ring newest = {0};
    uint32_t from_s = 0;

    /* Items are in no order: take who is newer than the last taken until there are none. */
    for (uint32_t left = s->count; left > 0;) {
        uint32_t next_s = UINT32_MAX;
        for (uint32_t i = 0; i < s->count; i++)
            if (s->items[i].time_s >= from_s && s->items[i].time_s < next_s)
                next_s = s->items[i].time_s;
        for (uint32_t i = 0; i < s->count; i++)
            if (s->items[i].time_s == next_s) {
                ref_ring_add(&newest, s->items[i].ref);
                left--;
            }
        from_s = next_s + 1;
    }
    return ref_ring_list(&newest, ret);
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_network_scan;

/* One of the two ways to look at a source's flows. */
struct look {
    bool sweep;
    bool from_outside; /* anyone is scanned from there all the time: no more than low */
    uint32_t failed_least, least;
    struct signal_pair key[2];
};

static str sentence(const struct spread *s, const struct look *look, double value, struct arena *a)
{
    const char *about = s->sketch && value > s->count ? "about " : "";
    const str source = look->key[0].value, other = look->key[1].value;
    const uint32_t lasted_s = s->last_s - s->began_s + 1;

    if (look->sweep)
        return arena_printf(
            a,
            STR_FMT " tried port " STR_FMT " of %s%.0f hosts within %u s: %u of the "
                    "last %u did not let it in",
            STR_ARG(source), STR_ARG(other), about, value, lasted_s, s->failed, s->count);
    return arena_printf(a,
                        STR_FMT " tried %s%.0f ports of " STR_FMT " within %u s: %u of the last %u "
                                "did not let it in",
                        STR_ARG(source), about, value, STR_ARG(other), lasted_s, s->failed,
                        s->count);
}

static void tell(struct spread *s, const struct look *look, const struct observation *o,
                 double value, struct behavior_port *port)
{
    const bool by_failures = s->failed >= look->failed_least;
    uint64_t refs[REF_RING];
    struct signal out = {
        .title = look->sweep ? S("Host sweep") : S("Port scan"),
        .severity =
            look->from_outside && port->severity > SEVERITY_LOW ? SEVERITY_LOW : SEVERITY_NONE,
        .first_ns = (int64_t)growth_since(&s->growth, s->began_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = s->growth.untold,
        .key = look->key,
        .key_count = countof(look->key),
        .explanation = sentence(s, look, value, port->arena),
        .measure = {look->sweep ? "different hosts" : "different ports", value, 0, 0,
                    (by_failures ? look->failed_least : look->least) - 1, "threshold", s->count},
        .events = refs,
        .event_count = newest_refs(s, refs),
    };

    out.entity_count = behavior_entities(o, port->arena, &out.entities);
    behavior_tell(&behavior_network_scan, port, &out);
    growth_told(&s->growth, value, s->last_s);
}

/* When it began: at the first of the events in the window. */
static void spread_begin(struct spread *s)
{
    s->sketch = mem_alloc(SKETCH_BYTES(SKETCH_BITS));
    *s->owned += SKETCH_BYTES(SKETCH_BITS);
    s->began_s = UINT32_MAX;
    s->growth = (struct growth){.untold = s->count};
    for (uint32_t i = 0; i < s->count; i++) {
        sketch_add(s->sketch, SKETCH_BITS, hash_mix(s->items[i].value | 1, 0));
        if (s->items[i].time_s < s->began_s)
            s->began_s = s->items[i].time_s;
    }
}

static void judge(struct network_scan *p, struct spread *s, const struct look *look,
                  const struct observation *o, uint32_t value, struct behavior_port *port)
{
    if (s->failed < look->failed_least && s->count < look->least) {
        spread_end(s);
        return;
    }
    if (!s->sketch) {
        spread_begin(s);
    } else {
        sketch_add(s->sketch, SKETCH_BITS, hash_mix(value | 1, 0));
        s->growth.untold++;
    }
    double count = s->count;
    if (s->count == p->items_max) {
        const double about = sketch_count(s->sketch, SKETCH_BITS);
        count = about > count ? about : count;
    }
    if (growth_is_due(&s->growth, count, s->last_s))
        tell(s, look, o, count, port);
}

static void look_at(struct network_scan *p, const struct look *look, str value,
                    const struct flow *flow, const struct observation *o,
                    struct behavior_port *port)
{
    const uint64_t of = hash64(look->key[1].value, p->seed ^ look->sweep);
    const uint64_t hash = hash64(value, p->seed);
    const struct item item = {((uint32_t)hash & ~1u) | flow->failed, flow->time_s, o->ref};

    pressure_relieve(p->spreads, &p->owned, OWNED_BYTES_MAX);
    struct spread *s = key_table_touch(p->spreads, hash_mix(hash64(flow->source, p->seed), of));
    s->owned = &p->owned;
    s->last_s = flow->time_s;
    spread_add(p, s, &item);
    judge(p, s, look, o, item.value, port);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct network_scan *p = self;
    const str to_port = observed(o, COLUMN_destination_port);
    struct flow flow;

    if (o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY) || !flow_read(o, &flow) ||
        flow.port == 0)
        return;
    if (!flow.failed && flow.source_port && flow.source_port < NAMED_PORTS &&
        flow.port >= NAMED_PORTS)
        return; /* a server's answer */
    const struct look ports = {
        .from_outside = !flow.from_inside,
        .failed_least = p->failed_ports,
        .least = p->ports,
        .key = {{S("source"), flow.source}, {S("target"), flow.target}},
    };
    look_at(p, &ports, to_port, &flow, o, port);
    const bool resolver = o->source_asset.roles & ROLE_DNS_SERVER && flow.port == 53;
    if (resolver || (!flow.failed && !flow.to_inside))
        return;
    const struct look hosts = {
        .sweep = true,
        .from_outside = !flow.from_inside,
        .failed_least = flow.to_inside ? p->failed_hosts : p->hosts,
        .least = p->hosts,
        .key = {{S("source"), flow.source}, {S("port"), to_port}},
    };
    look_at(p, &hosts, flow.target, &flow, o, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct network_scan *p = self;

    (void)port;
    if (now_ns > 0)
        key_table_expire(p->spreads, now_ns - (int64_t)p->window_s * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct network_scan *p = self;

    ret->keys = key_table_count(p->spreads);
    ret->displaced = key_table_displaced(p->spreads);
    ret->bytes = key_table_bytes(p->spreads) + p->owned;
}

static const uint8_t activities[] = {ACTIVITY_flow,      ACTIVITY_flow_open,   ACTIVITY_flow_close,
                                     ACTIVITY_flow_fail, ACTIVITY_flow_refuse, ACTIVITY_none};
static const uint8_t columns[] = {FLOW_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_network_scan = {
    .name = "network_scan",
    .title = "Port scan",
    .what = "one source that tries many ports of a host, or a port of many hosts",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.discovery attack.t1046",
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
