/*
 * filter.h - Sigma filters: exceptions of one's own for rules of others
 * (sigma-filters-specification.md).
 */
#pragma once

#include "base/err.h"
#include "sigma/build.h"

enum {
    FILTERS_MAX = 10000,
    FILTER_JOINS_MAX = 1000000, /* of all filters to all rules: about half a kilobyte each */
};

struct sigma_filter {
    struct sigma_rule head; /* the attributes, the log source, the selections, one condition */
    bool any;               /* for every rule of the log source */
    str *rules;             /* ids or names */
    uint32_t rule_count;
};

/* NULL: err has the place, not yet the file. */
struct sigma_filter *filter_parse(const struct yaml_node *root, str text, str file, struct arena *a,
                                  struct err *e) MUST_USE;

/*
 * Joins all filters that are for the rule by its log source and by id or name:
 * each condition becomes `(condition) and (filter) and (filter)...`. The
 * filters' selections are copied and hidden, so that `them` and patterns of the
 * rule do not see them. *joins counts what was joined, and is bounded by
 * FILTER_JOINS_MAX.
 */
bool filters_join(struct sigma_filter *const *filters, uint32_t count, struct sigma_rule *rule,
                  struct arena *a, uint32_t *joins, struct err *e) MUST_USE;
