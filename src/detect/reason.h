/*
 * reason.h - why a rule matched, from what matching has at hand: the predicates
 * of its tree, and the event's values, folded already. naive_explain() says what
 * the answer has to be.
 */
#pragma once

#include "detect/compiled_rules.h"
#include "detect/naive.h"

/* What is asked of a rule that matched the event which v holds. */
struct reason_question {
    const struct compiled_rules *compiled;
    const struct sigma_rule *rule;
    uint32_t rule_number;
    struct predicate_states *states;
    struct event_values *values; /* names stand for something else afterwards */
    const struct event *settled; /* the same event with text for values */
};

/* As naive_explain(); the regexes of the rule's predicates have been prepared. */
uint32_t reason_find(const struct reason_question *q, struct arena *a, struct matched_field **ret);
