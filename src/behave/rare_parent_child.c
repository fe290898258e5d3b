/*
 * rare_parent_child.c - a program that was started by one that does not start it: an office program
 * that starts a shell, a system process with a strange parent.
 *
 * Both ways are asked by rarity.h, of all hosts together: how often this parent starts that child,
 * and how often that child has this parent. A shell starts anything, so its children tell nothing;
 * a mail program starts few, so that a new one does.
 */
#include "behave/rarity.h"

#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day_bits.h"
#include "behave/term.h"

#include <stdlib.h>

struct rare_parent_child {
    struct rarity *rarity;
    uint64_t seed, buckets_min, budget;
    double percent;
    int64_t day;
    uint64_t told; /* of that day */
};

static const struct setting settings_table[] = {
    {.name = "bucket",
     .kind = SETTING_DURATION,
     .fallback = "15m",
     .min = UINT64_C(60000000000),
     .max = UINT64_C(86400000000000),
     .help = "the span of time in which a pair counts once"},
    {.name = "buckets",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 20,
     .max = 100000,
     .help = "spans in which the parent or the child must have been seen before"},
    {.name = "percent",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 1,
     .max = 50,
     .help = "a pair is rare when its probability is this or less"},
    {.name = "budget",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 1,
     .max = 100000,
     .help = "pairs that are told of one day"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct rare_parent_child *r = mem_alloc(sizeof *r);

    (void)e;
    r->buckets_min = setting_number(s, "buckets");
    r->percent = (double)setting_number(s, "percent");
    r->budget = setting_number(s, "budget");
    r->seed = hash_seed();
    r->rarity = rarity_new((int64_t)setting_number(s, "bucket"));
    return r;
}

static void close(void *self)
{
    struct rare_parent_child *r = self;

    rarity_free(r->rarity);
    free(r);
}

/* The program's name: that of its path where the record has no other. */
static str program(const struct observation *o, enum column name, enum column path)
{
    str s = observed(o, name).n ? observed(o, name) : observed(o, path);

    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == '/' || s.p[i - 1] == '\\')
            return str_from_at(s, i);
    return s;
}

extern const struct behavior_type behavior_rare_parent_child;

struct pair {
    str parent, child;
    bool by_parent; /* the parent's children say so, not the child's parents */
    struct rarity_answer answer;
};

static void tell(const struct rare_parent_child *r, const struct pair *p,
                 const struct observation *o, struct behavior_port *port)
{
    const struct rarity_answer *a = &p->answer;
    const struct signal_pair key[] = {{S("parent"), p->parent}, {S("process"), p->child}};
    const struct signal_pair details[] = {
        {S("process.command_line"), observed(o, COLUMN_process_command_line)},
        {S("process.parent.command_line"), observed(o, COLUMN_process_parent_command_line)}};
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .explanation = p->by_parent
                           ? arena_printf(port->arena,
                                          STR_FMT " started " STR_FMT " on " STR_FMT
                                                  ": it did in %u of the %u spans of time in which "
                                                  "it started anything (%u programs)",
                                          STR_ARG(p->parent), STR_ARG(p->child), STR_ARG(o->host),
                                          a->seen, a->buckets, a->values)
                           : arena_printf(port->arena,
                                          STR_FMT " was started by " STR_FMT " on " STR_FMT
                                                  ": it was in %u of the %u spans of time in which "
                                                  "anything started it (%u programs)",
                                          STR_ARG(p->child), STR_ARG(p->parent), STR_ARG(o->host),
                                          a->seen, a->buckets, a->values),
        .measure = {"percent probability", 100 * a->probability, 0, r->percent, 100,
                    p->by_parent ? "what this parent starts" : "what starts this program",
                    a->buckets},
        .details = details,
        .detail_count = countof(details),
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_rare_parent_child, port, &s);
}

static bool is_rare(const struct rare_parent_child *r, const struct rarity_answer *a)
{
    return !a->again && !a->is_random && a->buckets >= r->buckets_min &&
           100 * a->probability <= r->percent;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct rare_parent_child *r = self;
    const int64_t today = day_of(o->time_ns);
    struct pair p = {
        .parent = program(o, COLUMN_process_parent_name, COLUMN_process_parent_executable),
        .child = program(o, COLUMN_process_name, COLUMN_process_executable),
    };

    if (p.parent.n == 0 || p.child.n == 0 || o->columns->outcome == OUTCOME_FAILURE)
        return;
    if (today != r->day) {
        r->day = today;
        r->told = 0;
    }
    const uint64_t parent = term_hash(p.parent, r->seed), child = term_hash(p.child, r->seed);
    const struct rarity_answer children = rarity_add(r->rarity, parent, child, o->time_ns);
    const struct rarity_answer parents = rarity_add(r->rarity, ~child, parent, o->time_ns);
    p.by_parent = is_rare(r, &children);
    if (!p.by_parent && !is_rare(r, &parents))
        return;
    p.answer = p.by_parent ? children : parents;
    if (r->told++ < r->budget)
        tell(r, &p, o, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct rare_parent_child *r = self;

    ret->keys = rarity_keys(r->rarity);
    ret->displaced = rarity_displaced(r->rarity);
    ret->bytes = rarity_bytes(r->rarity);
}

static const uint8_t activities[] = {ACTIVITY_process_start, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_process_name,
                                  COLUMN_process_executable,
                                  COLUMN_process_parent_name,
                                  COLUMN_process_parent_executable,
                                  COLUMN_process_command_line,
                                  COLUMN_process_parent_command_line,
                                  COLUMN_COUNT};

const struct behavior_type behavior_rare_parent_child = {
    .name = "rare_parent_child",
    .title = "Rare parent process",
    .what = "a program that was started by one that does not start it",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.execution attack.t1059",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
