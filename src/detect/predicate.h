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
#include "sigma/rule.h"
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
    struct intern *names; /* of the fields */
    struct predicate *items;
    struct check_range *values;
    struct check *checks;
    struct regex **regexes;
    struct ip_network *networks;
    uint32_t count, capacity, value_count, value_capacity, check_count, check_capacity;
    uint32_t regex_count, regex_capacity, network_count, network_capacity;
    struct intern *keys; /* what makes two items the same; its ids are places in `items` */
};

/* What is known of the predicates for the event at work, of one worker. */
struct predicate_states {
    uint32_t *states;    /* generation * 2 + truth */
    uint32_t generation; /* of the event seen through one of its log sources */
    struct regex_state *regex;
    uint64_t regex_limits;
};

void predicates_init(struct predicates *p);
void predicates_done(struct predicates *p);
uint32_t predicates_add(struct predicates *p, const struct sigma_item *item); /* its place */

void predicate_states_init(struct predicate_states *s, const struct predicates *p);
void predicate_states_done(struct predicate_states *s);
/* Forgets everything: another event, or another log source of it. */
void predicate_states_next(struct predicate_states *s, const struct predicates *p);

static inline void predicate_state_set(struct predicate_states *s, uint32_t place, bool truth)
{
    s->states[place] = s->generation * 2 + truth;
}

bool predicate_evaluate(const struct predicates *p, struct predicate_states *s,
                        struct event_values *v, uint32_t place);

static inline bool predicate_is_true(const struct predicates *p, struct predicate_states *s,
                                     struct event_values *v, uint32_t place)
{
    if (s->states[place] / 2 == s->generation)
        return s->states[place] & 1;
    bool truth = predicate_evaluate(p, s, v, place);
    predicate_state_set(s, place, truth);
    return truth;
}
