/*
 * brute_force.c - many failed logons from one source.
 *
 * The window slides: at each failure it holds the failures of the last `window`. A source that is
 * set as a scanner or a NAT gateway is not counted.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/ref_ring.h"
#include "correlate/window.h"

#include <stdlib.h>

enum { KEYS_MAX = 1 << 18 };

struct brute_force {
    struct windows *failures;
    uint64_t threshold, seed;
    int64_t window_ns;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 2,
     .max = 10000,
     .help = "failed logons of one source within `window`"},
    {.name = "window", .kind = SETTING_DURATION, .fallback = "5m", .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct brute_force *b = mem_alloc(sizeof *b);

    (void)e;
    b->threshold = setting_number(s, "threshold");
    b->window_ns = (int64_t)setting_number(s, "window");
    b->seed = hash_seed();
    const struct window_spec spec = {
        .kind = WINDOW_COUNT,
        .span_ns = b->window_ns,
        .bounds = {{BOUND_GTE, (double)b->threshold}},
        .bound_count = 1,
        .keys_max = KEYS_MAX,
    };
    b->failures = windows_new(&spec);
    return b;
}

static void close(void *self)
{
    struct brute_force *b = self;

    windows_free(b->failures);
    free(b);
}

extern const struct behavior_type behavior_brute_force;

static void tell(struct brute_force *b, const struct observation *o, const struct window_answer *a,
                 struct behavior_port *port)
{
    const struct signal_pair key = {S("source"), o->source};
    struct signal s = {
        .first_ns = a->began ? a->first_ns : o->time_ns,
        .last_ns = o->time_ns,
        .count = a->began ? (uint64_t)a->value : 1,
        .key = &key,
        .key_count = 1,
        .explanation =
            arena_printf(port->arena, "%g failed logons from " STR_FMT " within %llu s", a->value,
                         STR_ARG(o->source), (unsigned long long)b->window_ns / 1000000000),
        .measure = {"failed logons", a->value, 0, 0, (double)b->threshold - 1, "threshold", 0},
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_brute_force, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct brute_force *b = self;
    const struct window_event e = {.time_ns = o->time_ns};

    if (o->columns->outcome != OUTCOME_FAILURE || o->source.n == 0 ||
        o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY))
        return;
    const struct window_answer a = windows_feed(b->failures, hash64(o->source, b->seed), &e);
    if (a.holds)
        tell(b, o, &a, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct brute_force *b = self;

    ret->keys = windows_keys(b->failures);
    ret->displaced = windows_displaced(b->failures);
    ret->bytes = windows_bytes(b->failures);
}

static const uint8_t activities[] = {ACTIVITY_logon, ACTIVITY_authenticate, ACTIVITY_ticket,
                                     ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_brute_force = {
    .name = "brute_force",
    .title = "Brute force",
    .what = "many failed logons from one source",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.credential-access attack.t1110",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
