/*
 * detector.c - all rules of a set against one event.
 *
 * Rules that name the same log source share a bucket. For an event the buckets
 * of its log sources are run: the values of its fields are looked up in the
 * bucket's literals, what is found wakes rules, and only these are evaluated,
 * with predicates that are shared among all rules and known after the first
 * evaluation. Log sources that rename fields are run by themselves, as there a
 * predicate means another field. What a rule means is told in naive.c, and
 * tests/unit/test_detector.c holds the two together.
 */
#include "detect/detector.h"

#include "base/hash.h"
#include "base/mem.h"
#include "detect/bucket.h"
#include "detect/scalar.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ROUTES_MAX = 256, /* log sources remembered by a scratch; the rest are looked up each time */
    ROUTE_WORD_MAX = 64,
};

struct detector {
    const struct ruleset *rs;
    struct naive *naive; /* for the reasons of a match */
    struct arena *arena;
    struct predicates predicates;
    struct rule_programs programs;
    struct bucket *buckets;
    uint32_t bucket_count, bucket_capacity, wake_count_max, rule_count_max;
};

/* The buckets whose rules apply to a log source. */
struct route {
    char words[3][ROUTE_WORD_MAX];
    struct logsource source; /* its words are in `words` */
    uint32_t *buckets, bucket_count;
};

struct detector_scratch {
    struct event_values values;
    struct predicate_states states;
    struct route *routes;
    uint32_t route_count;
    uint32_t run; /* one bucket for one log source of one event; stamps of others are old */
    uint32_t *wake_stamp, *rule_stamp;
    uint32_t *bucket_stamp; /* by bucket: the predicates' generation in which it was run */
    uint32_t *candidates, candidate_count;
    uint32_t *matches, match_count;
    uint64_t *matched; /* bit by rule, all clear between events */
};

/* ------------------------------------------------------------ building */

static struct bucket *bucket_of(struct detector *d, const struct logsource *source)
{
    for (uint32_t i = 0; i < d->bucket_count; i++) {
        const struct logsource *have = &d->buckets[i].source;
        if (logsource_applies(have, source) && logsource_applies(source, have))
            return &d->buckets[i];
    }
    struct bucket *room = arena_push(d->arena, (void **)&d->buckets, &d->bucket_count,
                                     &d->bucket_capacity, sizeof *room);
    *room = (struct bucket){.source = *source};
    return room;
}

/* The rules of the bucket in `of_rule`, with their covers, brought together. */
static void build_bucket(struct detector *d, uint32_t bucket, const uint32_t *of_rule,
                         const struct rule_cover *covers)
{
    uint32_t *rules = mem_array(d->rs->count, sizeof *rules), count = 0;
    struct rule_cover *own = mem_array(d->rs->count, sizeof *own);

    for (uint32_t i = 0; i < d->rs->count; i++)
        if (of_rule[i] == bucket) {
            own[count] = covers[i];
            rules[count++] = i;
        }
    struct bucket *b = &d->buckets[bucket];
    bucket_build(b, &d->predicates, rules, own, count, d->arena);
    if (b->wake_count > d->wake_count_max)
        d->wake_count_max = b->wake_count;
    if (count > d->rule_count_max)
        d->rule_count_max = count;
    free(rules);
    free(own);
}

struct detector *detector_new(const struct ruleset *rs)
{
    struct detector *d = mem_alloc(sizeof *d);
    struct arena *scratch CLEANUP(arena_freep) = arena_new(1 << 20);
    uint32_t *of_rule = mem_array(rs->count, sizeof *of_rule);
    struct rule_cover *covers = mem_array(rs->count, sizeof *covers);

    d->rs = rs;
    d->naive = naive_new(rs);
    d->arena = arena_new(1 << 20);
    predicates_init(&d->predicates);
    d->programs.entries = arena_array(d->arena, rs->count, sizeof *d->programs.entries);
    for (uint32_t i = 0; i < rs->count; i++) {
        of_rule[i] = (uint32_t)(bucket_of(d, &rs->rules[i]->logsource) - d->buckets);
        rule_program_build(&d->programs, &d->predicates, i, rs->rules[i]->expr, d->arena, scratch,
                           &covers[i]);
    }
    for (uint32_t i = 0; i < d->bucket_count; i++)
        build_bucket(d, i, of_rule, covers);
    free(of_rule);
    free(covers);
    return d;
}

void detector_free(struct detector *d)
{
    if (!d)
        return;
    for (uint32_t i = 0; i < d->bucket_count; i++)
        bucket_done(&d->buckets[i]);
    predicates_done(&d->predicates);
    naive_free(d->naive);
    arena_free(d->arena);
    free(d);
}

struct detector_scratch *detector_scratch_new(const struct detector *d)
{
    struct detector_scratch *s = mem_alloc(sizeof *s);
    uint32_t rules = d->rs->count;

    event_values_init(&s->values, d->predicates.names);
    predicate_states_init(&s->states, &d->predicates);
    s->routes = mem_array(ROUTES_MAX + 1, sizeof *s->routes);
    s->wake_stamp = mem_array(d->wake_count_max, sizeof *s->wake_stamp);
    s->rule_stamp = mem_array(rules, sizeof *s->rule_stamp);
    s->bucket_stamp = mem_array(d->bucket_count, sizeof *s->bucket_stamp);
    s->candidates = mem_array(d->rule_count_max, sizeof *s->candidates);
    s->matches = mem_array(rules, sizeof *s->matches);
    s->matched = mem_array((rules + 63) / 64, sizeof *s->matched);
    return s;
}

void detector_scratch_free(struct detector_scratch *s)
{
    if (!s)
        return;
    event_values_done(&s->values);
    predicate_states_done(&s->states);
    for (uint32_t i = 0; i <= ROUTES_MAX; i++)
        free(s->routes[i].buckets);
    free(s->routes);
    free(s->wake_stamp);
    free(s->rule_stamp);
    free(s->bucket_stamp);
    free(s->candidates);
    free(s->matches);
    free(s->matched);
    free(s);
}

/* ------------------------------------------------------------ log sources */

static bool is_route_of(const struct route *r, const struct logsource *source)
{
    return str_eq(r->source.product, source->product) &&
           str_eq(r->source.category, source->category) &&
           str_eq(r->source.service, source->service);
}

/* Fills a route; without keeping the words of the source when they are too long to be kept. */
static void route_fill(const struct detector *d, struct route *r, const struct logsource *source)
{
    if (!r->buckets)
        r->buckets = mem_array(d->bucket_count, sizeof *r->buckets);
    r->bucket_count = 0;
    for (uint32_t i = 0; i < d->bucket_count; i++)
        if (logsource_applies(&d->buckets[i].source, source))
            r->buckets[r->bucket_count++] = i;
}

static const struct route *route_of(const struct detector *d, struct detector_scratch *s,
                                    const struct logsource *source)
{
    const str words[3] = {source->product, source->category, source->service};
    bool fits = s->route_count < ROUTES_MAX;

    for (uint32_t i = 0; i < s->route_count; i++)
        if (is_route_of(&s->routes[i], source))
            return &s->routes[i];
    for (size_t i = 0; i < countof(words); i++)
        fits = fits && words[i].n <= ROUTE_WORD_MAX;
    struct route *r = &s->routes[fits ? s->route_count : ROUTES_MAX];
    route_fill(d, r, source);
    if (!fits)
        return r;
    s->route_count++;
    str *kept[3] = {&r->source.product, &r->source.category, &r->source.service};
    for (size_t i = 0; i < countof(words); i++) {
        if (words[i].n)
            memcpy(r->words[i], words[i].p, words[i].n);
        *kept[i] = (str){r->words[i], words[i].n};
    }
    return r;
}

/* ------------------------------------------------------------ matching */

/* One bucket at work. */
struct bucket_run {
    const struct detector *d;
    struct detector_scratch *s;
    const struct bucket *bucket;
};

static void add_candidate(struct detector_scratch *s, uint32_t rule)
{
    if (s->rule_stamp[rule] == s->run)
        return;
    s->rule_stamp[rule] = s->run;
    s->candidates[s->candidate_count++] = rule;
}

static void wake(void *ctx, uint32_t place)
{
    const struct bucket_run *r = ctx;
    struct detector_scratch *s = r->s;
    const struct wake *w = &r->bucket->wakes[place];

    if (s->wake_stamp[place] == s->run)
        return;
    s->wake_stamp[place] = s->run;
    if (w->exact)
        predicate_state_set(&s->states, w->predicate, true);
    for (uint32_t i = 0; i < w->rule_count; i++)
        add_candidate(s, r->bucket->watchers[w->first_rule + i]);
}

/* A number that is not written as an integer may be one: 1e3, 4624.0. */
static void scan_number(struct bucket_run *r, const struct literal_index *x, str value)
{
    const double exact_max = 1e15;
    char text[32];
    double number;

    if (scalar_is_integer(value) || !scalar_number(value, &number) || number > exact_max ||
        number < -exact_max || number != (double)(int64_t)number)
        return;
    int n = snprintf(text, sizeof text, "%lld", (long long)number);
    literal_index_number(x, (str){text, (size_t)n}, wake, r);
}

static void scan_value(struct bucket_run *r, const struct field_wakes *f, uint32_t at)
{
    const struct field *field = &r->s->values.ev->fields[at];

    if (field->type == VALUE_NULL)
        return;
    literal_index_scan(f->literals, event_values_folded(&r->s->values, at), wake, r);
    if (field->type == VALUE_NUMBER)
        scan_number(r, f->literals, event_values_text(&r->s->values, at));
}

static void scan_field(struct bucket_run *r, const struct field_wakes *f)
{
    struct event_values *v = &r->s->values;

    if (f->field == FIELD_KEYWORD) {
        for (uint32_t i = 0; i < v->ev->field_count; i++)
            scan_value(r, f, i);
        return;
    }
    uint32_t i = event_values_first(v, f->field);
    if (i == VALUE_NONE)
        return;
    for (uint32_t k = 0; k < f->presence_count; k++)
        wake(r, f->presence[k]);
    for (; f->literals && i != VALUE_NONE; i = v->next[i])
        scan_value(r, f, i);
}

static void next_run(const struct detector *d, struct detector_scratch *s)
{
    s->candidate_count = 0;
    if (++s->run == 0) { /* the numbers have been used up: old stamps would look new */
        memset(s->wake_stamp, 0, d->wake_count_max * sizeof *s->wake_stamp);
        memset(s->rule_stamp, 0, d->rs->count * sizeof *s->rule_stamp);
        s->run = 1;
    }
}

static void run_bucket(const struct detector *d, struct detector_scratch *s, uint32_t bucket)
{
    struct bucket_run r = {d, s, &d->buckets[bucket]};

    if (s->bucket_stamp[bucket] == s->states.generation)
        return; /* two of the event's log sources lead here */
    s->bucket_stamp[bucket] = s->states.generation;
    next_run(d, s);
    for (uint32_t i = 0; i < r.bucket->field_count; i++)
        scan_field(&r, &r.bucket->fields[i]);
    for (uint32_t i = 0; i < r.bucket->always_count; i++)
        add_candidate(s, r.bucket->always[i]);
    for (uint32_t i = 0; i < s->candidate_count; i++) {
        uint32_t rule = s->candidates[i];
        uint64_t bit = (uint64_t)1 << (rule % 64);
        if (s->matched[rule / 64] & bit)
            continue;
        if (!rule_program_run(&d->programs, &d->predicates, &s->states, &s->values, rule))
            continue;
        s->matched[rule / 64] |= bit;
        s->matches[s->match_count++] = rule;
    }
}

/* The log sources that rename as sources[from] does, and have not been run before it. */
static void run_sources(const struct detector *d, struct detector_scratch *s,
                        const struct logsource *sources, uint32_t count, uint32_t from)
{
    const struct field_rename *renames = sources[from].renames;

    for (uint32_t i = 0; i < from; i++)
        if (sources[i].renames == renames)
            return;
    event_values_rename(&s->values, &sources[from]);
    uint32_t before = s->states.generation;
    predicate_states_next(&s->states, &d->predicates);
    if (s->states.generation < before) /* it has started anew */
        memset(s->bucket_stamp, 0, d->bucket_count * sizeof *s->bucket_stamp);
    for (uint32_t i = from; i < count; i++) {
        if (sources[i].renames != renames)
            continue;
        const struct route *route = route_of(d, s, &sources[i]);
        for (uint32_t k = 0; k < route->bucket_count; k++)
            run_bucket(d, s, route->buckets[k]);
    }
}

static int compare_rules(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

uint32_t detector_match(const struct detector *d, struct detector_scratch *s,
                        const struct event *ev, const uint32_t **ret_rules)
{
    static const struct logsource none; /* such events are seen by rules that ask for no source */
    const struct logsource *sources = ev->logsource_count ? ev->logsources : &none;
    uint32_t count = ev->logsource_count ? ev->logsource_count : 1;

    s->match_count = 0;
    event_values_read(&s->values, ev);
    for (uint32_t i = 0; i < count; i++)
        run_sources(d, s, sources, count, i);
    for (uint32_t i = 0; i < s->match_count; i++)
        s->matched[s->matches[i] / 64] = 0;
    if (s->match_count > 1)
        qsort(s->matches, s->match_count, sizeof *s->matches, compare_rules);
    *ret_rules = s->matches;
    return s->match_count;
}

/* ------------------------------------------------------------ asking */

uint32_t detector_explain(const struct detector *d, uint32_t rule, const struct event *ev,
                          struct arena *a, struct matched_field **ret)
{
    return naive_explain(d->naive, rule, ev, a, ret);
}

uint32_t detector_field_count(const struct detector *d)
{
    return intern_count(d->predicates.names);
}

str detector_field_name(const struct detector *d, uint32_t field)
{
    return intern_str(d->predicates.names, field);
}

const uint64_t *detector_fields_seen(const struct detector_scratch *s)
{
    return s->values.seen;
}

uint64_t detector_regex_limits(const struct detector_scratch *s)
{
    return s->states.regex_limits;
}
