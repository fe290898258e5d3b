/*
 * detector.c - all rules of a set against one event.
 *
 * An event's log sources and its EventID lead to a bucket (dispatch.h). The
 * values of its fields are looked up in the bucket's literals, what is found
 * wakes rules, and only these are evaluated, with predicates that are shared
 * among the bucket's rules and known after the first evaluation. Log sources
 * that rename fields are run by themselves, as there a predicate means another
 * field. What a rule means is told in naive.c, and tests/unit/test_detector.c
 * holds the two together.
 */
#include "detect/detector.h"

#include "base/mem.h"
#include "base/order.h"
#include "detect/detector_route.h"
#include "detect/event_id.h"
#include "detect/reason.h"
#include "detect/scalar.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct detector {
    const struct ruleset *rs;
    struct compiled_rules *compiled;
    bool owns_compiled;
    struct dispatch *dispatch;
    _Atomic bool *explainable; /* by rule: its regexes are there, as it has matched before */
};

struct detector_scratch {
    struct event_values values;
    struct predicate_states states;
    struct routes routes;
    uint32_t predicate_count;
    uint32_t run; /* one bucket for one log source of one event; stamps of others are old */
    uint32_t *wake_stamp, *rule_stamp;
    uint32_t *candidates, candidate_count; /* the bucket's numbers of rules */
    uint32_t *matches, match_count;
    uint64_t *matched; /* bit by rule, all clear between events */
};

/* ------------------------------------------------------------ building */

struct detector *detector_new_with(const struct detector_options *o)
{
    struct detector *d = mem_alloc(sizeof *d);

    d->rs = o->rs;
    d->owns_compiled = !o->compiled;
    d->compiled = o->compiled ? o->compiled : compiled_rules_new(o->rs, o->profile);
    d->dispatch = dispatch_new(o->rs, &d->compiled->predicates, &d->compiled->trees, o->profile);
    d->explainable = mem_array(o->rs->count, sizeof *d->explainable);
    return d;
}

struct detector *detector_new(const struct ruleset *rs)
{
    return detector_new_with(&(struct detector_options){.rs = rs});
}

void detector_free(struct detector *d)
{
    if (!d)
        return;
    free(d->explainable);
    dispatch_free(d->dispatch);
    if (d->owns_compiled)
        compiled_rules_free(d->compiled);
    free(d);
}

struct detector_scratch *detector_scratch_new(const struct detector *d)
{
    struct detector_scratch *s = mem_alloc(sizeof *s);
    uint32_t rules = d->rs->count, predicates = d->compiled->predicates.count;

    event_values_init(&s->values, d->compiled->predicates.names);
    predicate_states_init(&s->states, predicates);
    routes_init(&s->routes, d->dispatch);
    s->predicate_count = predicates;
    s->wake_stamp = mem_array(predicates, sizeof *s->wake_stamp);
    s->rule_stamp = mem_array(rules, sizeof *s->rule_stamp);
    s->candidates = mem_array(rules, sizeof *s->candidates);
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
    routes_done(&s->routes);
    free(s->wake_stamp);
    free(s->rule_stamp);
    free(s->candidates);
    free(s->matches);
    free(s->matched);
    free(s);
}

/* ------------------------------------------------------------ waking */

/* One bucket at work. */
struct bucket_run {
    const struct detector *d;
    struct detector_scratch *s;
    const struct bucket *bucket;
};

static inline void add_candidate(struct detector_scratch *s, uint32_t rule)
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
    s->states.states[w->predicate] =
        s->states.generation << 2 | (uint32_t)(w->exact ? TRUTH_TRUE : TRUTH_MAYBE);
    for (uint32_t i = 0; i < w->watchers; i++)
        add_candidate(s, r->bucket->watchers[w->first_watcher + i]);
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

static inline void scan_value(struct bucket_run *r, const struct literal_index *x, bool numbers,
                              uint32_t at)
{
    const struct field *field = &r->s->values.ev->fields[at];

    if (field->type == VALUE_NULL)
        return;
    literal_index_scan(x, event_values_folded(&r->s->values, at), wake, r);
    if (numbers && field->type == VALUE_NUMBER)
        scan_number(r, x, event_values_text(&r->s->values, at));
}

static inline void scan_field(struct bucket_run *r, const struct field_wakes *f)
{
    struct event_values *v = &r->s->values;
    uint32_t i = event_values_first(v, f->field);

    if (i == VALUE_NONE)
        return;
    for (uint32_t k = 0; k < f->presence_count; k++)
        wake(r, f->presence[k]);
    for (; f->literals && i != VALUE_NONE; i = event_values_next(v, i))
        scan_value(r, f->literals, f->numbers, i);
}

/* Keywords may stand in any value. One look over the record's bytes mostly says that none does. */
static void scan_keywords(struct bucket_run *r)
{
    const struct keyword_wakes *k = &r->bucket->keywords;
    const struct event *ev = r->s->values.ev;

    if (!keyword_needles_may_match(&k->needles, r->s->states.simd, &r->s->values))
        return;
    for (uint32_t i = 0; i < ev->field_count; i++)
        scan_value(r, k->literals, k->numbers, i);
}

/* ------------------------------------------------------------ evaluating */

static void note_found(void *ctx, uint32_t target)
{
    (void)target;
    *(bool *)ctx = true;
}

/* Is a value of the predicate's field in its list, or does it begin, end or contain what is? */
static bool is_listed(struct bucket_run *r, const struct literal_index *list,
                      const struct predicate *q)
{
    struct event_values *v = &r->s->values;
    bool found = false;

    for (uint32_t i = event_values_first(v, q->field); i != VALUE_NONE && !found;
         i = event_values_next(v, i))
        if (v->ev->fields[i].type != VALUE_NULL)
            literal_index_scan(list, event_values_folded(v, i), note_found, &found);
    return found;
}

static bool evaluate(struct bucket_run *r, uint32_t predicate)
{
    const struct predicates *p = &r->d->compiled->predicates;
    const struct literal_index *list = r->bucket->lists[predicate];
    uint32_t place = r->bucket->predicates[predicate];

    /* A number may be written in several ways: then each literal is looked at by itself. */
    if (list && is_listed(r, list, &p->items[place]))
        return true;
    if (list && !literal_index_has_numbers(list))
        return false;
    return predicate_evaluate(p, &r->s->states, &r->s->values, place);
}

static bool is_true(struct bucket_run *r, uint32_t predicate)
{
    struct predicate_states *s = &r->s->states;
    uint32_t state = s->states[predicate];

    if (state >> 2 == s->generation) {
        if ((state & 3) != TRUTH_MAYBE)
            return state & 1;
    } else if (r->bucket->indexed[predicate]) {
        return false;
    }
    bool truth = evaluate(r, predicate);
    s->states[predicate] = s->generation << 2 | (uint32_t)truth;
    return truth;
}

static bool rule_is_true(struct bucket_run *r, uint32_t rule)
{
    const struct step *steps = r->bucket->programs.steps;
    uint32_t at = r->bucket->entries[rule];

    while (at < STEP_REJECT)
        at = is_true(r, steps[at].predicate) ? steps[at].on_true : steps[at].on_false;
    return at == STEP_ACCEPT;
}

static void add_match(struct detector_scratch *s, uint32_t rule)
{
    uint64_t bit = (uint64_t)1 << (rule % 64);

    if (s->matched[rule / 64] & bit)
        return;
    s->matched[rule / 64] |= bit;
    s->matches[s->match_count++] = rule;
}

static void next_run(const struct detector *d, struct detector_scratch *s)
{
    s->candidate_count = 0;
    predicate_states_next(&s->states, s->predicate_count);
    if (++s->run == 0) { /* the numbers have been used up: old stamps would look new */
        memset(s->wake_stamp, 0, s->predicate_count * sizeof *s->wake_stamp);
        memset(s->rule_stamp, 0, d->rs->count * sizeof *s->rule_stamp);
        s->run = 1;
    }
}

static void run_bucket(const struct detector *d, struct detector_scratch *s, const struct bucket *b)
{
    struct bucket_run r = {d, s, b};

    next_run(d, s);
    for (uint32_t i = 0; i < b->field_count; i++)
        scan_field(&r, &b->fields[i]);
    if (b->keywords.literals)
        scan_keywords(&r);
    for (uint32_t i = 0; i < b->always_count; i++)
        add_candidate(s, b->always[i]);
    for (uint32_t i = 0; i < s->candidate_count; i++)
        if (rule_is_true(&r, s->candidates[i]))
            add_match(s, b->rules[s->candidates[i]]);
    for (uint32_t i = 0; i < b->certain_count; i++)
        add_match(s, b->certain[i]);
}

/* ------------------------------------------------------------ an event */

/* The EventID, when the event has one and it is a plain number. */
static bool read_event_id(struct event_values *v, uint32_t field, uint32_t *ret)
{
    uint32_t at = field == INTERN_NONE ? VALUE_NONE : event_values_first(v, field);

    return at != VALUE_NONE && event_values_next(v, at) == VALUE_NONE &&
           v->ev->fields[at].type != VALUE_NULL && event_id_read(event_values_text(v, at), ret);
}

uint32_t detector_match(const struct detector *d, struct detector_scratch *s,
                        const struct event *ev, const uint32_t **ret_rules)
{
    const struct route *route = routes_find(&s->routes, ev);
    const uint32_t event_id_field = dispatch_event_id_field(d->dispatch);

    s->match_count = 0;
    event_values_read(&s->values, ev);
    for (uint32_t i = 0; i < route->part_count; i++) {
        const struct route_part *part = &route->parts[i];
        uint32_t id = 0;
        event_values_rename(&s->values, &part->renames);
        bool known = read_event_id(&s->values, event_id_field, &id);
        for (uint32_t k = 0; k < part->family_count; k++)
            run_bucket(d, s, family_bucket(part->families[k], known, id));
    }
    for (uint32_t i = 0; i < s->match_count; i++)
        s->matched[s->matches[i] / 64] = 0;
    sort_u32(s->matches, s->match_count);
    *ret_rules = s->matches;
    return s->match_count;
}

/* ------------------------------------------------------------ asking */

uint32_t detector_explain(const struct detector *d, struct detector_scratch *s, uint32_t rule,
                          const struct event *settled, struct arena *a, struct matched_field **ret)
{
    const struct reason_question q = {
        .compiled = d->compiled,
        .rule = d->rs->rules[rule],
        .rule_number = rule,
        .states = &s->states,
        .values = &s->values,
        .settled = settled,
    };

    if (!atomic_load_explicit(&d->explainable[rule], memory_order_acquire)) {
        dispatch_prepare_rule(d->dispatch, rule);
        atomic_store_explicit(&d->explainable[rule], true, memory_order_release);
    }
    return reason_find(&q, a, ret);
}

uint32_t detector_field_count(const struct detector *d)
{
    return intern_count(d->compiled->predicates.names);
}

str detector_field_name(const struct detector *d, uint32_t field)
{
    return intern_str(d->compiled->predicates.names, field);
}

const uint64_t *detector_fields_seen(const struct detector_scratch *s)
{
    return s->values.seen;
}

uint64_t detector_regex_limits(const struct detector_scratch *s)
{
    return s->states.regex_limits;
}
