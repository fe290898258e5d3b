/*
 * rule_program.h - a rule's condition as steps: test a predicate, go on at one
 * of two places. Each test is made at most once on the way, and the cheap ones
 * before the dear ones.
 */
#pragma once

#include "detect/predicate.h"

enum { STEP_ACCEPT = UINT32_MAX, STEP_REJECT = UINT32_MAX - 1 };

struct step {
    uint32_t predicate, on_true, on_false;
    bool eager; /* the bucket's index has found it if it is true */
};

struct rule_programs {
    struct step *steps;
    uint32_t count, capacity;
    uint32_t *entries; /* by rule: its first step */
};

/* Of an event of which the rule is true, one of these predicates is true. */
struct rule_cover {
    bool exists;          /* false: no such set is known */
    uint32_t *predicates; /* ascending, each once */
    uint32_t count;
};

/* Appends the steps of rule number `rule` to programs; steps live in a, the cover in scratch. */
void rule_program_build(struct rule_programs *programs, struct predicates *p, uint32_t rule,
                        const struct sigma_node *expr, struct arena *a, struct arena *scratch,
                        struct rule_cover *ret);

static inline bool rule_program_run(const struct rule_programs *programs,
                                    const struct predicates *p, struct predicate_states *s,
                                    struct event_values *v, uint32_t rule)
{
    uint32_t at = programs->entries[rule];

    while (at < STEP_REJECT) {
        const struct step *step = &programs->steps[at];
        bool known = s->states[step->predicate] / 2 == s->generation;
        bool truth;
        if (known)
            truth = s->states[step->predicate] & 1;
        else
            truth = !step->eager && predicate_is_true(p, s, v, step->predicate);
        at = truth ? step->on_true : step->on_false;
    }
    return at == STEP_ACCEPT;
}
