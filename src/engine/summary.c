/*
 * summary.c - the builder: counters, tables of findings, logons and gaps.
 *
 * Everything that is counted is a sum, a maximum or a range, and each table
 * keeps its first keys in the order of input, so that merging batches in input
 * order gives what one pass would. Gaps: see gap.c.
 */
#include "engine/summary.h"

#include "base/mem.h"
#include "engine/gap.h"
#include "engine/logon.h"
#include "engine/tally.h"
#include "engine/watch.h"
#include "sigma/attack.h"
#include "text/time.h"

#include <stdlib.h>

enum { HOST_TEXT_MAX = 256, HOUR_TEXT = 13 }; /* bytes; "2026-05-04T10" */

struct summary_builder {
    struct summary total; /* its counters and time range; tables are built on demand */
    struct tally_index techniques, hosts, rules, hours, levels;
    struct logon_index logons;
    struct gap_index gaps;
    struct arena *arena; /* what summary_of() gives */
};

struct summary_builder *summary_builder_new(uint32_t keys_max)
{
    struct summary_builder *b = mem_alloc(sizeof *b);

    tally_init(&b->techniques, keys_max);
    tally_init(&b->hosts, keys_max);
    tally_init(&b->rules, keys_max);
    tally_init(&b->hours, keys_max);
    tally_init(&b->levels, keys_max);
    logon_init(&b->logons, keys_max);
    gap_init(&b->gaps, keys_max == UINT32_MAX);
    b->arena = arena_new(1 << 12);
    return b;
}

void summary_builder_free(struct summary_builder *b)
{
    if (!b)
        return;
    tally_done(&b->techniques);
    tally_done(&b->hosts);
    tally_done(&b->rules);
    tally_done(&b->hours);
    tally_done(&b->levels);
    logon_done(&b->logons);
    gap_done(&b->gaps);
    arena_free(b->arena);
    free(b);
}

void summary_builder_clear(struct summary_builder *b)
{
    b->total = (struct summary){0};
    tally_clear(&b->techniques);
    tally_clear(&b->hosts);
    tally_clear(&b->rules);
    tally_clear(&b->hours);
    tally_clear(&b->levels);
    logon_clear(&b->logons);
    gap_clear(&b->gaps);
    arena_reset(b->arena);
}

void summary_add_event(struct summary_builder *b, struct watch *watch, const struct event *ev)
{
    struct watched w;

    b->total.events++;
    b->total.events_without_logsource += ev->logsource_count == 0;
    if (ev->has_time)
        time_range_add(&b->total.first_ns, &b->total.last_ns, &b->total.has_time, ev->time_ns,
                       ev->time_ns);
    else
        b->total.events_without_time++;
    watch_event(watch, ev, &w);
    if (!w.dull && !logon_is_marked(&w) && !gap_is_clearing(&w)) {
        w.dull = true;
        watched_note_dull(&w);
    }
    gap_event(&b->gaps, &w);
    logon_event(&b->logons, &w);
}

static bool tagged_before(const struct sigma_rule *rule, uint32_t tag)
{
    for (uint32_t i = 0; i < tag; i++)
        if (str_ieq(rule->tags[i], rule->tags[tag]))
            return true;
    return false;
}

static void techniques_add(struct summary_builder *b, const struct sigma_rule *rule,
                           struct tally one)
{
    char room[ATTACK_ID_MAX];

    for (uint32_t i = 0; i < rule->tag_count; i++) {
        one.key = attack_technique_of_tag(rule->tags[i], room);
        if (one.key.n && !tagged_before(rule, i))
            tally_add(&b->techniques, &one);
    }
}

void summary_add_finding(struct summary_builder *b, const struct finding *f)
{
    char time[TIME_TEXT_MAX];
    struct tally one = {
        .count = 1,
        .level = f->rule->level,
        .first_ns = f->event->time_ns,
        .last_ns = f->event->time_ns,
        .has_time = f->event->has_time,
    };

    b->total.findings++;
    techniques_add(b, f->rule, one);
    one.key = str_clip(f->host, HOST_TEXT_MAX);
    if (f->host.p)
        tally_add(&b->hosts, &one);
    one.key = str_from(sigma_level_name(f->rule->level));
    if (f->rule->level == LEVEL_NONE)
        one.key = S("none");
    tally_add(&b->levels, &one);
    if (f->event->has_time) {
        time_format(f->event->time_ns, 0, time);
        one.key = (str){time, HOUR_TEXT};
        tally_add(&b->hours, &one);
    }
    one.key = sigma_rule_identity(f->rule);
    one.rule = f->rule;
    tally_add(&b->rules, &one);
}

void summary_add_problem(struct summary_builder *b, enum problem_kind kind)
{
    assert(kind < PROBLEM_KIND_COUNT);
    b->total.problems[kind]++;
}

void summary_merge(struct summary_builder *into, const struct summary_builder *from)
{
    const struct summary *add = &from->total;

    into->total.events += add->events;
    into->total.findings += add->findings;
    into->total.events_without_time += add->events_without_time;
    into->total.events_without_logsource += add->events_without_logsource;
    for (int i = 0; i < PROBLEM_KIND_COUNT; i++)
        into->total.problems[i] += add->problems[i];
    if (add->has_time)
        time_range_add(&into->total.first_ns, &into->total.last_ns, &into->total.has_time,
                       add->first_ns, add->last_ns);
    tally_merge(&into->techniques, &from->techniques);
    tally_merge(&into->hosts, &from->hosts);
    tally_merge(&into->rules, &from->rules);
    tally_merge(&into->hours, &from->hours);
    tally_merge(&into->levels, &from->levels);
    logon_merge(&into->logons, &from->logons);
    gap_merge(&into->gaps, &from->gaps);
}

int64_t summary_last_ns(const struct summary_builder *b)
{
    return b->total.has_time ? b->total.last_ns : INT64_MIN;
}

struct summary summary_of(struct summary_builder *b)
{
    struct summary s = b->total;

    arena_reset(b->arena);
    s.techniques = tally_table_of(&b->techniques, b->arena);
    s.hosts = tally_table_of(&b->hosts, b->arena);
    s.rules = tally_table_of(&b->rules, b->arena);
    s.hours = tally_table_of(&b->hours, b->arena);
    s.levels = tally_table_of(&b->levels, b->arena);
    logon_table_of(&b->logons, b->arena, &s);
    gap_table_of(&b->gaps, b->arena, &s);
    return s;
}
