/*
 * rule_fold.h - what is left of a rule's condition where the value of one field
 * is known: most rules for Windows ask for an EventID, and in the bucket of that
 * EventID the question has an answer.
 */
#pragma once

#include "detect/rule_tree.h"

struct known_field {
    uint32_t name; /* INTERN_NONE: nothing is known */
    str value;     /* a canonical integer, or what no check equals */
};

enum rule_fate { RULE_NEVER, RULE_CERTAIN, RULE_OPEN };

/* What is left: nodes as in a rule tree, without those that are decided. */
struct open_tree {
    struct tree_node *nodes; /* first_child counted from nodes[0] */
    uint32_t count, depth;
};

/* Fills ret, in a, when the rule is open. */
enum rule_fate rule_fold(const struct rule_trees *t, uint32_t rule, const struct predicates *p,
                         const struct known_field *known, struct arena *a, struct open_tree *ret);

/* Does the predicate ask for one of some whole values, none of them a number in another form than
 * its canonical one? Then its truth follows from a known value. */
bool predicate_is_foldable(const struct predicates *p, uint32_t place);
