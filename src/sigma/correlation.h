/*
 * correlation.h - correlation documents: read and checked in full, so that a
 * wrong one is told apart from one that this version does not evaluate yet.
 */
#pragma once

#include "base/err.h"
#include "sigma/build.h"

enum {
    CORRELATIONS_MAX = 10000,
    CORRELATION_RULES_MAX = 1000, /* of one correlation */
    CORRELATION_CHAIN_MAX = 16,   /* correlations of correlations */
};

struct correlation_reference {
    str name; /* an id or a name */
    uint32_t line, column;
};

struct sigma_correlation {
    struct sigma_rule head; /* the attributes */
    struct correlation_reference *rules;
    uint32_t rule_count, rule_capacity;
};

/* NULL: err has the place, not yet the file. */
struct sigma_correlation *correlation_parse(const struct yaml_node *root, str text, str file,
                                            struct arena *a, struct err *e) MUST_USE;

/*
 * Finds what each correlation refers to among the rules and the correlations.
 * ret[i] gets the reason why correlation i is wrong (a name that is not there, a
 * circle), or ERR_NONE.
 */
void correlations_check(struct sigma_correlation *const *correlations, uint32_t count,
                        struct sigma_rule *const *rules, uint32_t rule_count, struct err *ret);
