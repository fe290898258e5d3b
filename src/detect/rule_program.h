/*
 * rule_program.h - a rule's condition as steps: test a predicate, go on at one
 * of two places. Each test is made at most once on the way, and the cheap ones
 * before the dear ones.
 */
#pragma once

#include "detect/rule_fold.h"

enum { STEP_ACCEPT = UINT32_MAX, STEP_REJECT = UINT32_MAX - 1 };

struct step {
    uint32_t predicate; /* the bucket's number of it */
    uint32_t on_true, on_false;
};

struct rule_programs {
    struct step *steps;
    uint32_t count, capacity;
};

/* Of an event of which the rule is true, one of these predicates is true. */
struct rule_cover {
    bool exists;          /* false: no such set is known */
    uint32_t *predicates; /* ascending, each once */
    uint32_t count;
};

/* The cheapest cover, by the costs of witnesses. Lives in a. */
void rule_cover_pick(const struct open_tree *tree, const struct predicates *p, struct arena *a,
                     struct rule_cover *ret);

/* How predicates are called in a bucket. */
struct predicate_numbers {
    uint32_t *of;           /* by predicate: its number + 1; 0: it has none yet */
    uint32_t *places;       /* by number: the predicate */
    const uint8_t *indexed; /* by predicate: the bucket's index tells when it is false */
    uint32_t count;
};

/* Appends steps, which live in a; the tree's children are put in the order of their costs. Returns
 * the first step. New predicates get numbers. */
uint32_t rule_program_emit(struct rule_programs *programs, struct open_tree *tree,
                           const struct predicates *p, struct predicate_numbers *numbers,
                           struct arena *a, struct arena *scratch);
