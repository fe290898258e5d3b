/*
 * filter.h - Sigma filters: exceptions of one's own for rules of others
 * (sigma-filters-specification.md).
 */
#pragma once

#include "base/err.h"
#include "sigma/build.h"

struct sigma_filter {
    struct sigma_rule head; /* the attributes, the log source, the selections, one condition */
    bool any;               /* for every rule of the log source */
    str *rules;             /* ids or names */
    uint32_t rule_count;
};

/* NULL: err has the place, not yet the file. */
struct sigma_filter *filter_parse(const struct yaml_node *root, str text, str file, struct arena *a,
                                  struct err *e) MUST_USE;

/* Is the rule one that the filter is for, by its log source and by id or name? */
bool filter_applies(const struct sigma_filter *f, const struct sigma_rule *rule);

/* Each condition of the rule becomes `(condition) and (the filter's condition)`. The filter's
 * selections are copied and hidden, so that `them` and patterns of the rule do not see them. */
void filter_join(const struct sigma_filter *f, struct sigma_rule *rule, struct arena *a);
