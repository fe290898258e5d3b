/*
 * first_seen.c - a tuple of values that was not seen before.
 *
 * As Elastic's new_terms rules have it: a term is new when it was not seen within `window`; each
 * sight renews it. Nothing is told of a term's tuples until they were watched for `learning`. Of
 * one tuple and day `budget` are told, and the rest counted: where new values are usual they mean
 * nothing. What failed neither counts nor teaches.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "behave/known_pair.h"
#include "behave/term.h"

#include <stdlib.h>

enum { KNOWN_MAX = 1 << 20 };

struct watched_term {
    struct term term;
    int64_t first_ns, day;
    uint32_t told; /* of that day */
    bool begun;
};

struct first_seen {
    struct watched_term terms[TERMS_MAX];
    uint32_t count;
    struct key_table *known;
    uint64_t seed, budget;
    int64_t window_ns, learning_ns;
};

static const struct setting settings_table[] = {
    {.name = "terms",
     .kind = SETTING_LIST,
     .fallback = "logon: user + host",
     .help = "activities, a colon and fields: `process_start: process.name + host`"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "14d",
     .min = UINT64_C(3600000000000),
     .max = UINT64_C(31536000000000000),
     .help = "a term that was not seen for so long is new again"},
    {.name = "learning",
     .kind = SETTING_DURATION,
     .fallback = "7d",
     .max = UINT64_C(31536000000000000),
     .help = "nothing is told of a term until it was watched for so long"},
    {.name = "budget",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 1,
     .max = 100000,
     .help = "new values of one term that are told of one day"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct first_seen *f = mem_alloc(sizeof *f);
    struct term terms[TERMS_MAX];

    if (!terms_read(setting(s, "terms"), terms, &f->count, e)) {
        free(f);
        return NULL;
    }
    for (uint32_t i = 0; i < f->count; i++)
        f->terms[i].term = terms[i];
    f->window_ns = (int64_t)setting_number(s, "window");
    f->learning_ns = (int64_t)setting_number(s, "learning");
    f->budget = setting_number(s, "budget");
    f->seed = hash_seed();
    f->known = known_new(KNOWN_MAX);
    return f;
}

static void close(void *self)
{
    struct first_seen *f = self;

    key_table_free(f->known);
    free(f);
}

extern const struct behavior_type behavior_first_seen;

static void tell(const struct first_seen *f, const struct watched_term *w,
                 const struct observation *o, struct behavior_port *port)
{
    const double days = (double)((uint64_t)o->time_ns - (uint64_t)w->first_ns) / 86400e9;
    struct signal_pair keys[TERM_FIELDS_MAX + 1];
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = keys,
        .key_count = term_pairs(&w->term, o, keys),
        .explanation = arena_printf(
            port->arena,
            "first %s with " STR_FMT " in %llu days; such records were watched for "
            "%.1f days",
            activity_row(o->columns->activity)->name, STR_ARG(term_text(&w->term, o, port->arena)),
            (unsigned long long)f->window_ns / UINT64_C(86400000000000), days),
        .measure = {"times seen before", 0, 1, 1, 0, "what was seen within the window",
                    key_table_count(f->known)},
        .events = &o->ref,
        .event_count = 1,
    };

    s.measure.high = s.measure.low;
    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_first_seen, port, &s);
}

/* Is the term's budget of the day not yet spent? */
static bool spend(const struct first_seen *f, struct watched_term *w, int64_t now_ns)
{
    const int64_t today = day_of(now_ns);

    if (today != w->day) {
        w->day = today;
        w->told = 0;
    }
    return w->told++ < f->budget;
}

static void look(struct first_seen *f, uint32_t place, const struct observation *o,
                 struct behavior_port *port)
{
    struct watched_term *w = &f->terms[place];
    uint64_t hash;

    if (!term_of(&w->term, o, f->seed + place, &hash))
        return;
    if (!w->begun) {
        w->begun = true;
        w->first_ns = o->time_ns;
    }
    hash = hash_mix(hash, term_hash(term_by(&w->term, o), f->seed));
    const bool is_new = !key_table_find(f->known, hash);
    known_add(f->known, hash, o->time_ns);
    if (is_new && (uint64_t)o->time_ns - (uint64_t)w->first_ns >= (uint64_t)f->learning_ns &&
        spend(f, w, o->time_ns))
        tell(f, w, o, port);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct first_seen *f = self;
    const int64_t from =
        o->time_ns < INT64_MIN + f->window_ns ? INT64_MIN : o->time_ns - f->window_ns;

    if (o->source_asset.roles & ROLE_SCANNER)
        return;
    key_table_expire(f->known, from);
    for (uint32_t i = 0; i < f->count; i++)
        look(f, i, o, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct first_seen *f = self;

    ret->keys = key_table_count(f->known);
    ret->displaced = key_table_displaced(f->known);
    ret->bytes = key_table_bytes(f->known);
}

static const uint8_t activities[] = {TERM_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {TERM_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_first_seen = {
    .name = "first_seen",
    .title = "First seen",
    .what = "values that were never seen together before: an account on a host, a program",
    .severity = SEVERITY_LOW,
    .tags = "attack.initial-access attack.t1078",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
