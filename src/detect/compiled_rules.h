/*
 * compiled_rules.h - what a detector makes of a rule set before the first event:
 * the predicates and the rules' trees over them. It is the part that takes time
 * and that a cache of compiled rules keeps; buckets are made of it when events
 * need them.
 */
#pragma once

#include "detect/rule_tree.h"
#include "sigma/ruleset.h"

struct compiled_rules {
    struct predicates predicates;
    struct rule_trees trees;
    uint32_t rule_count;
    struct arena *arena; /* of the trees; NULL when they are the cache's */
};

/* Keeps pointers into rs, which outlives it. `profile` may be NULL, and is not kept. */
struct compiled_rules *compiled_rules_new(const struct ruleset *rs,
                                          const struct profile *profile) MUST_USE;
void compiled_rules_free(struct compiled_rules *c); /* NULL is a no-op */

/* As bytes (base/freeze.h), frozen and thawed together with the rule set. compiled_rules_thawed()
 * makes them of what thaw() found, and keeps pointers into it. NULL: they are not sound. */
extern const struct freeze_type freeze_compiled_rules;
struct compiled_rules *compiled_rules_thawed(const struct compiled_rules *thawed) MUST_USE;
