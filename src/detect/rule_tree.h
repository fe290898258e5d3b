/*
 * rule_tree.h - the conditions of all rules over predicates, as arrays: made
 * once from the rule set, and what buckets are made of.
 */
#pragma once

#include "detect/predicate.h"

/* Children stand behind their parents and side by side. */
struct tree_node {
    enum sigma_node_kind kind;
    bool negated; /* NODE_ITEM */
    uint32_t predicate;
    uint32_t first_child, child_count; /* counted from the tree's first node */
};

struct rule_tree {
    uint32_t first_node, node_count;
};

struct rule_trees {
    struct tree_node *nodes;
    uint32_t count, capacity, rule_count;
    struct rule_tree *rules; /* by rule */
};

/* Appends the tree of rule number `rule`, and what is new among its predicates to p. */
void rule_trees_add(struct rule_trees *t, struct predicates *p, uint32_t rule,
                    const struct sigma_node *expr, struct arena *a);
