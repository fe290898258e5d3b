/*
 * placeholder.h - values for the %name% of |expand.
 *
 * rule_parse() leaves PART_PLACEHOLDER parts behind. placeholders_expand()
 * replaces those that a set knows: each value of the set gives one more test
 * inside the same sigma_value, so that |all still means every value as written.
 * Sets come from the user's YAML file and from pipelines.
 */
#pragma once

#include "base/err.h"
#include "sigma/rule.h"
#include "text/yaml.h"

enum {
    PLACEHOLDERS_MAX = 10000,
    PLACEHOLDER_VALUES_MAX = 10000, /* of one placeholder */
};

struct placeholder {
    str name;
    struct sigma_string *values;
    uint32_t count;
};
struct placeholders {
    struct placeholder *items;
    uint32_t count, capacity;
};

/* Adds a placeholder with its values, or replaces the one of that name. */
void placeholders_add(struct placeholders *p, struct arena *a, str name,
                      struct sigma_string *values, uint32_t count);

const struct placeholder *placeholders_find(const struct placeholders *p, str name);

/* Adds all of a map `name: value` or `name: [values]`. Values may have wildcards, as in rules. */
bool placeholders_read(struct placeholders *p, const struct yaml_node *map, struct arena *a,
                       struct err *e) MUST_USE;

/* Replaces the placeholders of all items of the rule that p has; others stay. */
bool placeholders_expand(const struct placeholders *p, struct sigma_rule *rule, struct arena *a,
                         struct err *e) MUST_USE;

/* The same for one item. */
bool placeholders_expand_item(const struct placeholders *p, struct sigma_item *item,
                              struct arena *a, struct err *e) MUST_USE;

/* False, with the place of the first and the names of all, when the rule still has placeholders. */
bool placeholders_check(const struct sigma_rule *rule, struct err *e) MUST_USE;
