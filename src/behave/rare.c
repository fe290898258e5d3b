/*
 * rare.c - a value that comes in few of the spans of time in which its like come at all.
 *
 * Where first_seen.c asks whether a value was ever seen, this asks how often: see rarity.h. It is
 * told at its first event of a bucket. What failed neither counts nor teaches.
 */
#include "behave/rarity.h"

#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "behave/term.h"

#include <stdlib.h>

struct rare {
    struct term terms[TERMS_MAX];
    uint32_t count;
    struct rarity *rarity;
    uint64_t seed, buckets_min, budget;
    double percent;
    int64_t day;
    uint32_t told[TERMS_MAX]; /* of that day */
};

static const struct setting settings_table[] = {
    {.name = "terms",
     .kind = SETTING_LIST,
     .fallback = "process_start: process.name",
     .help = "activities, a colon, fields, and perhaps `by` whose: `http: user_agent.original by "
             "host`"},
    {.name = "bucket",
     .kind = SETTING_DURATION,
     .fallback = "15m",
     .min = UINT64_C(60000000000),
     .max = UINT64_C(86400000000000),
     .help = "the span of time in which a value counts once"},
    {.name = "buckets",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 20,
     .max = 100000,
     .help = "spans that must have been seen before anything is rare"},
    {.name = "percent",
     .kind = SETTING_NUMBER,
     .fallback = "2",
     .min = 1,
     .max = 50,
     .help = "a value is rare when its probability is this or less"},
    {.name = "budget",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 1,
     .max = 100000,
     .help = "rare values of one term that are told of one day"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct rare *r = mem_alloc(sizeof *r);

    if (!terms_read(setting(s, "terms"), r->terms, &r->count, e)) {
        free(r);
        return NULL;
    }
    r->buckets_min = setting_number(s, "buckets");
    r->percent = (double)setting_number(s, "percent");
    r->budget = setting_number(s, "budget");
    r->seed = hash_seed();
    r->rarity = rarity_new((int64_t)setting_number(s, "bucket"));
    return r;
}

static void close(void *self)
{
    struct rare *r = self;

    rarity_free(r->rarity);
    free(r);
}

extern const struct behavior_type behavior_rare;

static void tell(const struct term *t, const struct observation *o, const struct rarity_answer *a,
                 double limit, struct behavior_port *port)
{
    struct signal_pair keys[TERM_FIELDS_MAX + 1];
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = keys,
        .key_count = term_pairs(t, o, keys),
        .explanation = arena_printf(
            port->arena, STR_FMT " was seen in %u of %u spans of time, among %u values",
            STR_ARG(term_text(t, o, port->arena)), a->seen, a->buckets, a->values),
        .measure = {"percent probability", 100 * a->probability, 0, limit, 100,
                    "how often its like come", a->buckets},
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_rare, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct rare *r = self;
    const int64_t today = day_of(o->time_ns);
    uint64_t hash;

    if (today != r->day) {
        r->day = today;
        for (uint32_t i = 0; i < TERMS_MAX; i++)
            r->told[i] = 0;
    }
    for (uint32_t i = 0; i < r->count; i++) {
        const struct term *t = &r->terms[i];
        if (!term_of(t, o, r->seed, &hash))
            continue;
        const uint64_t group = term_hash(term_by(t, o), r->seed + i);
        const struct rarity_answer a = rarity_add(r->rarity, group, hash, o->time_ns);
        if (!a.again && !a.is_random && a.buckets >= r->buckets_min &&
            100 * a.probability <= r->percent && r->told[i]++ < r->budget)
            tell(t, o, &a, r->percent, port);
    }
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct rare *r = self;

    ret->keys = rarity_keys(r->rarity);
    ret->displaced = rarity_displaced(r->rarity);
    ret->bytes = rarity_bytes(r->rarity);
}

static const uint8_t activities[] = {TERM_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {TERM_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_rare = {
    .name = "rare",
    .title = "Rare value",
    .what = "a value that seldom comes among its like: a program, a user agent",
    .severity = SEVERITY_LOW,
    .tags = "attack.execution attack.t1204",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
