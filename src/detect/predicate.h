/*
 * predicate.h - the tests that rules make, each kept once however many rules
 * make it, and evaluated at most once for an event.
 *
 * A predicate is an item of a rule without its negation: a field, and values of
 * which any or all must be found. A check is one test in the form in which it
 * is evaluated: text folded, regex compiled.
 */
#pragma once

#include "base/intern.h"
#include "detect/event_value.h"
#include "detect/profile.h"
#include "detect/regex_literal.h"
#include "sigma/rule.h"
#include "simd/simd.h"
#include "text/ip.h"
#include "text/regex.h"

enum check_kind {
    CHECK_EXACT, /* these four compare `text` with the folded value */
    CHECK_PREFIX,
    CHECK_SUFFIX,
    CHECK_CONTAINS,
    CHECK_ANY,   /* '*': any value but null */
    CHECK_TEXTS, /* texts with '*' between; of these three the folded value contains `text` */
    CHECK_GLOB,  /* all other patterns, and those that mind case */
    CHECK_REGEX,
    CHECK_CIDR,
    CHECK_COMPARE,
    CHECK_NULL,
    CHECK_EXISTS,
    CHECK_FIELDREF,
};

struct check {
    enum check_kind kind;
    str text;                      /* may be empty */
    struct sigma_string folded;    /* CHECK_TEXTS */
    const struct sigma_test *test; /* the first that was made so */
    uint32_t extra;                /* CHECK_REGEX, CHECK_CIDR: place; CHECK_FIELDREF: name */
    const struct regex_literal
        *factors; /* CHECK_REGEX: what else every match holds; `text` is the rarest */
    uint32_t factor_count;
    float share; /* of the field's values in which `text` is expected, 0..1 */
};

struct check_range {
    uint32_t first, count;
};

enum { FIELD_KEYWORD = UINT32_MAX }; /* all fields */

struct predicate {
    uint32_t field;                    /* place of its name, or FIELD_KEYWORD */
    bool all;                          /* every value, instead of any */
    uint32_t first_value, value_count; /* places in `values` */
};

struct predicates {
    struct arena *arena;
    struct intern *names; /* of the fields; their numbers are places in: */
    str *field_names;     /* after predicates_finish() */
    struct predicate *items;
    struct check_range *values;
    struct check *checks;
    struct ip_network *networks;
    const struct sigma_test **patterns; /* by place of CHECK_REGEX */
    uint32_t field_count;
    uint32_t count, capacity, value_count, value_capacity, check_count, check_capacity;
    uint32_t pattern_count, pattern_capacity, network_count, network_capacity;
    struct intern *keys;    /* what makes two items the same; its ids are places in `items` */
    struct regex **regexes; /* by place; NULL until a bucket needs it: predicates_prepare() */
};

/* What is known of a bucket's predicates for the event at work, of one worker. */
struct predicate_states {
    uint32_t *states;    /* by the bucket's number: generation * 4 + enum truth */
    uint32_t generation; /* of the event seen through one of its log sources */
    struct regex_state *regex;
    uint64_t regex_limits;
    const struct simd *simd;
};

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_MAYBE };

void predicates_init(struct predicates *p);
void predicates_done(struct predicates *p);
uint32_t predicates_add(struct predicates *p, const struct sigma_item *item); /* its place */

/* After the last one was added. Fills the checks' shares; `profile` may be NULL. */
void predicates_finish(struct predicates *p, const struct profile *profile);

/* Makes anew what is not frozen: names, and room for regexes. False: a name stands twice. */
bool predicates_thawed(struct predicates *p) MUST_USE;

/* Compiles the regexes of a predicate. Not for two threads at once. */
void predicates_prepare(const struct predicates *p, uint32_t place);

/* The text alone decides: no value of a field makes them true that does not hold it. */
static inline bool check_is_exact(const struct check *c)
{
    return c->kind <= CHECK_CONTAINS;
}

void predicate_states_init(struct predicate_states *s, uint32_t count);
void predicate_states_done(struct predicate_states *s);
void predicate_states_next(struct predicate_states *s, uint32_t count);

/* Evaluates without looking at what is known. */
bool predicate_evaluate(const struct predicates *p, struct predicate_states *s,
                        struct event_values *v, uint32_t place);

/* The places of the values that a predicate looks at, one after another; VALUE_NONE: no more. */
static inline uint32_t predicate_first(const struct predicate *q, const struct event_values *v)
{
    if (q->field == FIELD_KEYWORD)
        return v->ev->field_count ? 0 : VALUE_NONE;
    return event_values_first(v, q->field);
}

static inline uint32_t predicate_next(const struct predicate *q, const struct event_values *v,
                                      uint32_t at)
{
    if (q->field == FIELD_KEYWORD)
        return at + 1 < v->ev->field_count ? at + 1 : VALUE_NONE;
    return event_values_next(v, at);
}

/* Is a check of the predicate true of the value at `at`? VALUE_NONE: of a field that is absent. */
bool check_is_true_of(const struct predicates *p, struct predicate_states *s,
                      struct event_values *v, const struct predicate *q, const struct check *c,
                      uint32_t at);
