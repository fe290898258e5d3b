/*
 * beacon.c - connections from within to one destination outside that come like a clock.
 *
 * For each (source, destination) the times and sizes of the newest connections, and the number in
 * each of the last 24 hours. With the first connection of an hour, the 24 hours that are over are
 * scored (beacon_score.h). As RITA does, what is known of the destination moves the score: how many
 * of the hosts speak to it, since when, and a request without a host's name.
 *
 * RITA's score of intervals is high for chance as well: connections at random moments that go on
 * all day have 0.7 and more. So it also takes that `regularity` of the intervals are within a
 * quarter of their median. At random moments a sixth of them are; with a jitter of half the
 * interval, three quarters.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/beacon_score.h"
#include "behave/behavior.h"
#include "behave/day.h"
#include "behave/flow.h"
#include "behave/pressure.h"
#include "behave/ref_ring.h"
#include "behave/sketch.h"

#include <stdlib.h>

enum {
    PAIRS_MAX = 1 << 17,
    DESTINATIONS_MAX = 1 << 17,
    OWNED_BYTES_MAX = 128 << 20,
    RING_FIRST = 8,
    RING_MAX = 512,
    SIZE_UNTOLD = UINT32_MAX,
    STROBE = 86400, /* connections in a day: another behaviour's */
    HOURS_MIN = 6,
    HOURS_IDEAL = 12,
    BARS_MIN = 11,
    NTP_PORT = 123, /* regular by its purpose */
    DNS_PORT = 53,
    SOURCES_BITS = 10,
    SOURCES_OF_BITS = 6, /* of one destination */
    SOURCES_MIN = 10,    /* with fewer hosts no destination is rare or common */
    NEW_S = 7 * DAY_S,
    OLD_S = 30 * DAY_S,
    TELL_S = 1800, /* while it lasts it is told as often */
};

static const double bar_sensitivity = 0.05;
static const double modifier = 0.15, host_modifier = 0.10;
static const double rare_share = 0.02, common_share = 0.50;
static const double medium_from = 0.70, high_from = 0.90;

struct connection {
    uint32_t time_s, bytes;
};

struct scored {          /* a day */
    double score, moved; /* before and after what is known of the destination; at most 1 */
    double whole;        /* as `moved`, perhaps above 1 */
    double parts[BEACON_PARTS];
    struct beacon_mode interval, size;
    bool sized;
    int64_t every_s; /* the median interval, without those within a burst */
    double regular;  /* the share of intervals near it */
    int64_t first_s;
    uint64_t connections;
    double share;      /* of the hosts that speak to the destination; < 0: not known */
    const char *known; /* since when, for people; NULL: not known */
};

struct pair {
    struct connection *ring; /* the newest; `next` is the place of the next one */
    uint64_t *owned;
    struct scored *beacon; /* the last day that was one; NULL: it was none */
    struct day day;
    uint32_t last_s;
    uint32_t told_s; /* of this beacon; 0: not yet */
    uint16_t capacity, count, next;
    bool opens;    /* connections are told when they begin: their ends are no further ones */
    bool hostless; /* a request named no host */
    uint32_t untold;
    struct ref_ring refs;
};

struct destination {
    uint32_t first_s, last_s;
    uint8_t sources[SKETCH_BYTES(SOURCES_OF_BITS)];
};

struct beacon {
    struct key_table *pairs, *destinations;
    uint64_t seed, owned;
    double threshold, regularity;
    uint32_t connections_min;
    const str *ignored;
    uint32_t ignored_count;
    uint32_t first_s; /* of all that was seen; 0: nothing yet */
    uint8_t sources[SKETCH_BYTES(SOURCES_BITS)];
    int64_t times[RING_MAX], sizes[RING_MAX], values[RING_MAX], distinct[RING_MAX];
    double deviations[RING_MAX];
    uint32_t counts[RING_MAX];
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "70",
     .min = 1,
     .max = 100,
     .help = "the score in hundredths from which it is told; below 70 it is low, from 90 high"},
    {.name = "connections",
     .kind = SETTING_NUMBER,
     .fallback = "12",
     .min = 4,
     .max = 86400,
     .help = "connections in 24 hours that it takes"},
    {.name = "regularity",
     .kind = SETTING_NUMBER,
     .fallback = "60",
     .max = 100,
     .help = "percent of the intervals within a quarter of their median that it takes"},
    {.name = "ignore",
     .kind = SETTING_LIST,
     .help = "destinations that are none: addresses, and domains with what is below them"},
};

static int64_t pair_last(const void *state)
{
    return (int64_t)((const struct pair *)state)->last_s * NS_PER_S;
}

static void set_beacon(struct pair *p, const struct scored *s)
{
    if (!s && p->beacon) {
        *p->owned -= sizeof *p->beacon;
        free(p->beacon);
        p->beacon = NULL;
    }
    if (s && !p->beacon) {
        *p->owned += sizeof *p->beacon;
        p->told_s = 0;
        p->beacon = mem_alloc(sizeof *p->beacon);
    }
    if (s)
        *p->beacon = *s;
}

static void pair_drop(void *state)
{
    struct pair *p = state;

    if (p->ring)
        *p->owned -= p->capacity * sizeof *p->ring;
    free(p->ring);
    set_beacon(p, NULL);
}

static int64_t destination_last(const void *state)
{
    return (int64_t)((const struct destination *)state)->last_s * NS_PER_S;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind pairs = {sizeof(struct pair), pair_last, pair_drop};
    static const struct key_table_kind destinations = {sizeof(struct destination), destination_last,
                                                       NULL};
    struct beacon *b = mem_alloc(sizeof *b);

    (void)e;
    b->threshold = (double)setting_number(s, "threshold") / 100;
    b->regularity = (double)setting_number(s, "regularity") / 100;
    b->connections_min = (uint32_t)setting_number(s, "connections");
    b->ignored = setting(s, "ignore")->list;
    b->ignored_count = setting(s, "ignore")->list_count;
    b->seed = hash_seed();
    b->pairs = key_table_new(&pairs, PAIRS_MAX);
    b->destinations = key_table_new(&destinations, DESTINATIONS_MAX);
    return b;
}

static void close(void *self)
{
    struct beacon *b = self;

    key_table_free(b->pairs);
    key_table_free(b->destinations);
    free(b);
}

/* ------------------------------------------------------------ connections */

static uint32_t size_of(const struct flow *f)
{
    return f->sent < 0 ? SIZE_UNTOLD : f->sent >= SIZE_UNTOLD ? SIZE_UNTOLD - 1 : (uint32_t)f->sent;
}

/* The ring of the newest, in twice the room. */
static void widen(struct pair *p)
{
    const uint16_t wider = p->capacity ? (uint16_t)(p->capacity * 2) : RING_FIRST;

    *p->owned += (wider - p->capacity) * sizeof *p->ring;
    p->ring = mem_resize(p->ring, wider, sizeof *p->ring);
    p->capacity = wider;
    p->next = p->count;
}

static void keep(struct pair *p, const struct flow *f, uint64_t ref)
{
    if (p->count == p->capacity && p->capacity < RING_MAX)
        widen(p); /* until it is full nothing was overwritten: it is in order from its start */
    p->ring[p->next] = (struct connection){f->time_s, size_of(f)};
    p->next = (uint16_t)((p->next + 1) % p->capacity);
    p->count = p->count < p->capacity ? (uint16_t)(p->count + 1) : p->capacity;
    day_add(&p->day, 1);
    ref_ring_add(&p->refs, ref);
    p->untold++;
}

/* The i-th of those that are kept, the oldest first. */
static const struct connection *kept(const struct pair *p, uint32_t i)
{
    return &p->ring[(p->next + p->capacity - p->count + i) % p->capacity];
}

/* The end of a connection whose beginning was told: only its size is new. */
static void complete(struct pair *p, const struct flow *f)
{
    struct connection *newest = &p->ring[(p->next + p->capacity - 1) % p->capacity];

    if (p->count && newest->bytes == SIZE_UNTOLD)
        newest->bytes = size_of(f);
}

/* ------------------------------------------------------------ the score */

static uint32_t gather(struct beacon *b, const struct pair *p, const struct beacon_life *l,
                       uint32_t *ret_sizes)
{
    uint32_t times = 0, sizes = 0;

    for (uint32_t i = 0; i < p->count; i++) {
        const struct connection *c = kept(p, i);
        if (c->time_s < l->from_s || c->time_s >= l->to_s)
            continue;
        b->times[times++] = c->time_s;
        if (c->bytes != SIZE_UNTOLD)
            b->sizes[sizes++] = c->bytes;
    }
    *ret_sizes = sizes;
    return times;
}

/* The first connection of the day: the oldest that is kept, or the first hour that has one. */
static int64_t first_of(const struct beacon *b, const uint32_t bins[DAY_HOURS], uint32_t times,
                        uint64_t connections, int64_t to_s)
{
    uint32_t hour = 0;

    if (times >= connections)
        return b->times[0];
    while (hour < DAY_HOURS && bins[hour] == 0)
        hour++;
    const int64_t first = to_s - (int64_t)(DAY_HOURS - hour) * HOUR_S;
    return first < b->times[0] ? first : b->times[0];
}

/* The median interval, and the share of intervals within a quarter of it. Connections that come
 * together are one: intervals below an eighth of the third quartile do not count. */
static void find_rhythm(struct beacon *b, uint32_t times, struct scored *ret)
{
    int64_t *intervals = b->distinct;
    uint32_t n = 0, short_ones = 0, near = 0;

    for (uint32_t i = 1; i < times; i++)
        if (b->times[i] > b->times[i - 1])
            intervals[n++] = b->times[i] - b->times[i - 1];
    if (n == 0)
        return;
    beacon_sort(intervals, n);
    while (intervals[short_ones] * 8 < intervals[n * 3 / 4])
        short_ones++;
    ret->every_s = intervals[short_ones + (n - short_ones) / 2];
    for (uint32_t i = short_ones; i < n; i++)
        near += intervals[i] * 4 >= ret->every_s * 3 && intervals[i] * 4 <= ret->every_s * 5;
    ret->regular = (double)near / (n - short_ones);
}

/* The 24 hours before `hour`. */
static bool score_day(struct beacon *b, struct pair *p, uint32_t hour, struct scored *ret)
{
    struct beacon_space space = {b->values, b->deviations, b->distinct, b->counts};
    struct beacon_life life = {.to_s = (int64_t)hour * HOUR_S};
    struct beacon_spread timing, sizing;
    struct beacon_bars bars;
    uint32_t bins[DAY_HOURS], sizes;
    double coverage, consistency;

    *ret = (struct scored){.connections = day_sum(&p->day), .share = -1};
    if (ret->connections < b->connections_min || ret->connections >= STROBE)
        return false;
    life.from_s = life.to_s - DAY_S > b->first_s ? life.to_s - DAY_S : b->first_s;
    const uint32_t times = gather(b, p, &life, &sizes);
    if (times == 0)
        return false;
    ret->first_s = b->times[0];
    find_rhythm(b, times, ret);
    if (ret->regular < b->regularity)
        return false;
    day_list(&p->day, bins);
    life.first_s = first_of(b, bins, times, ret->connections, life.to_s);
    life.last_s = b->times[times - 1];
    if (!beacon_timing(b->times, times, &space, &timing, &ret->interval) ||
        !beacon_histogram(bins, DAY_HOURS, bar_sensitivity, BARS_MIN, &ret->parts[BEACON_HOURS],
                          &bars))
        return false;
    ret->sized = beacon_sizes(b->sizes, sizes, &space, &sizing, &ret->size);
    life.bars = bars.count;
    life.longest_run = bars.longest_run;
    if (!beacon_duration(&life, HOURS_MIN, HOURS_IDEAL, &coverage, &consistency,
                         &ret->parts[BEACON_LASTING]))
        return false;
    ret->parts[BEACON_TIMES] = timing.score;
    ret->parts[BEACON_SIZES] = ret->sized ? sizing.score : 0;
    /* Without sizes the other three decide. */
    const double of_sizes = ret->sized ? 0.25 : 0, of_others = (1 - of_sizes) / 3;
    const double weights[BEACON_PARTS] = {
        [BEACON_TIMES] = of_others,
        [BEACON_SIZES] = of_sizes,
        [BEACON_LASTING] = of_others,
        [BEACON_HOURS] = of_others,
    };
    return beacon_sum(ret->parts, weights, &ret->score);
}

/* What is known of the destination moves the score. */
static void move(const struct beacon *b, const struct pair *p, const struct destination *d,
                 uint32_t now_s, struct scored *s)
{
    const double all = sketch_count(b->sources, SOURCES_BITS);
    const uint32_t age_s = now_s - d->first_s, watched_s = now_s - b->first_s;

    s->whole = s->score;
    if (all >= SOURCES_MIN) {
        const double share = sketch_count(d->sources, SOURCES_OF_BITS) / all;
        s->share = share > 1 ? 1 : share;
        s->whole += s->share <= rare_share ? modifier : s->share >= common_share ? -modifier : 0;
    }
    if (age_s >= OLD_S) {
        s->known = "for 30 days or more";
        s->whole -= modifier;
    } else if (age_s <= NEW_S && watched_s - age_s >= NEW_S) {
        s->known = "for 7 days or less";
        s->whole += modifier;
    }
    s->whole += p->hostless ? host_modifier : 0;
    s->moved = s->whole > 1 ? 1 : s->whole < 0 ? 0 : s->whole;
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_beacon;

enum { DETAILS = 8 };

static void add_detail(struct signal_pair *list, uint32_t *count, const char *name, str value)
{
    list[(*count)++] = (struct signal_pair){str_from(name), value};
}

static uint32_t details(const struct scored *s, struct arena *a, const struct signal_pair **ret)
{
    static const char *const names[BEACON_PARTS] = {
        [BEACON_TIMES] = "score of intervals",
        [BEACON_SIZES] = "score of sizes",
        [BEACON_LASTING] = "score of duration",
        [BEACON_HOURS] = "score of hours",
    };
    struct signal_pair *list = arena_array(a, DETAILS, sizeof *list);
    uint32_t count = 0;

    add_detail(list, &count, "score without modifiers", arena_printf(a, "%.3f", s->score));
    for (int i = 0; i < BEACON_PARTS; i++)
        if (i != BEACON_SIZES || s->sized)
            add_detail(list, &count, names[i], arena_printf(a, "%.3f", s->parts[i]));
    if (s->share >= 0)
        add_detail(list, &count, "hosts that speak to it",
                   arena_printf(a, "%.1f %%", s->share * 100));
    if (s->known)
        add_detail(list, &count, "destination is known", str_from(s->known));
    *ret = list;
    return count;
}

static str sentence(const struct scored *s, str source, str destination, struct arena *a)
{
    const str size =
        s->sized ? arena_printf(a, ", mostly of %lld bytes", (long long)s->size.value) : (str){0};

    return arena_printf(a,
                        STR_FMT " connected to " STR_FMT
                                " %llu times in 24 h, about every %lld s (%.0f %% of the intervals "
                                "are within a quarter of that)" STR_FMT ": beacon score %.3f",
                        STR_ARG(source), STR_ARG(destination), (unsigned long long)s->connections,
                        (long long)s->every_s, s->regular * 100, STR_ARG(size), s->moved);
}

static enum severity severity_of(const struct scored *s)
{
    if (s->whole > 1)
        return SEVERITY_CRITICAL;
    return s->moved >= high_from     ? SEVERITY_HIGH
           : s->moved >= medium_from ? SEVERITY_MEDIUM
                                     : SEVERITY_LOW;
}

static void tell(const struct beacon *b, struct pair *p, const struct flow *f,
                 const struct observation *o, struct behavior_port *port)
{
    const struct scored *s = p->beacon;
    const str destination = flow_destination(f);
    const struct signal_pair key[] = {{S("source"), f->source}, {S("destination"), destination}};
    uint64_t refs[REF_RING];
    struct signal out = {
        .severity = severity_of(s),
        .first_ns = (p->told_s ? p->told_s : s->first_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = p->untold,
        .key = key,
        .key_count = countof(key),
        .explanation = sentence(s, f->source, destination, port->arena),
        .measure = {"beacon score", s->moved, 0, 0, b->threshold, "threshold", s->connections},
        .events = refs,
        .event_count = ref_ring_list(&p->refs, refs),
    };

    out.detail_count = details(s, port->arena, &out.details);
    out.entity_count = flow_entities(o, f, port->arena, &out.entities);
    behavior_tell(&behavior_beacon, port, &out);
    p->untold = 0;
    p->told_s = f->time_s;
}

/* ------------------------------------------------------------ what comes */

static struct destination *know(struct beacon *b, const struct flow *f, uint64_t source,
                                uint64_t destination)
{
    struct destination *d = key_table_touch(b->destinations, destination);

    if (d->last_s == 0)
        d->first_s = f->time_s;
    d->last_s = f->time_s;
    sketch_add(d->sources, SOURCES_OF_BITS, source);
    sketch_add(b->sources, SOURCES_BITS, source);
    return d;
}

static bool counts(const struct observation *o, const struct flow *f)
{
    const uint32_t roles = o->source_asset.roles;

    return flow_is_outward(f) && !(roles & ROLE_NAT_GATEWAY) && f->port != NTP_PORT &&
           !(f->port == DNS_PORT && roles & ROLE_DNS_SERVER);
}

/* With the first connection of `hour`: were the 24 hours before it a beacon's? */
static void judge(struct beacon *b, struct pair *p, const struct destination *d,
                  const struct flow *f, uint32_t hour)
{
    struct scored scored;
    bool found;

    day_turn(&p->day, hour - 1);
    found = score_day(b, p, hour, &scored);
    if (found) {
        move(b, p, d, f->time_s, &scored);
        found = scored.moved >= b->threshold &&
                !place_is_listed(flow_destination(f), b->ignored, b->ignored_count);
    }
    set_beacon(p, found ? &scored : NULL);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct beacon *b = self;
    struct flow f;

    if (!flow_read(o, &f) || !counts(o, &f))
        return;
    const uint64_t source = hash64(f.source, b->seed);
    const uint64_t destination = hash64(flow_destination(&f), b->seed + 1);
    b->first_s = b->first_s ? b->first_s : f.time_s;
    const struct destination *d = know(b, &f, source, destination);
    pressure_relieve(b->pairs, &b->owned, OWNED_BYTES_MAX);
    struct pair *p = key_table_touch(b->pairs, hash_mix(source, destination));
    p->owned = &b->owned;
    if (f.part == FLOW_END && p->opens) {
        complete(p, &f);
        return;
    }
    const uint32_t hour = f.time_s / HOUR_S;
    const bool turns = p->count && hour > p->day.hour;
    if (turns)
        judge(b, p, d, &f, hour);
    day_turn(&p->day, hour);
    p->opens |= f.part == FLOW_BEGIN;
    p->hostless |= o->columns->activity == ACTIVITY_http && f.name.n == 0;
    p->last_s = f.time_s;
    keep(p, &f, o->ref);
    if (p->beacon && (turns || f.time_s - p->told_s >= TELL_S))
        tell(b, p, &f, o, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct beacon *b = self;

    (void)port;
    if (now_ns < 0)
        return;
    key_table_expire(b->pairs, now_ns - (int64_t)DAY_S * NS_PER_S);
    key_table_expire(b->destinations, now_ns - (int64_t)OLD_S * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct beacon *b = self;

    ret->keys = key_table_count(b->pairs);
    ret->displaced = key_table_displaced(b->pairs);
    ret->bytes = key_table_bytes(b->pairs) + key_table_bytes(b->destinations) + b->owned;
}

static const uint8_t activities[] = {ACTIVITY_flow,      ACTIVITY_flow_open,   ACTIVITY_flow_close,
                                     ACTIVITY_flow_fail, ACTIVITY_flow_refuse, ACTIVITY_http,
                                     ACTIVITY_tls,       ACTIVITY_none};
static const uint8_t columns[] = {FLOW_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_beacon = {
    .name = "beacon",
    .title = "Beaconing",
    .what = "connections to one destination outside that come like a clock",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.command-and-control attack.t1071 attack.t1573",
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
