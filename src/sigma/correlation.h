/*
 * correlation.h - correlations: rules about how many, how much, how many different, and in what
 * order the matches of other rules come (sigma-correlation-rules-specification.md 2.1).
 */
#pragma once

#include "base/err.h"
#include "sigma/build.h"

enum {
    CORRELATIONS_MAX = 10000,
    CORRELATION_RULES_MAX = 1000, /* of one correlation */
    CORRELATION_CHAIN_MAX = 16,   /* correlations of correlations */
    CORRELATION_BOUNDS_MAX = 2,
    CORRELATION_GROUP_MAX = 16, /* fields of group-by */
    CORRELATION_STEPS_MAX = 64, /* of a sequence, each as often as it runs */
};

enum correlation_type {
    CORRELATION_EVENT_COUNT,
    CORRELATION_VALUE_COUNT,
    CORRELATION_TEMPORAL,
    CORRELATION_TEMPORAL_ORDERED,
    CORRELATION_VALUE_SUM,
    CORRELATION_VALUE_AVG,
    CORRELATION_VALUE_PERCENTILE,
    CORRELATION_VALUE_MEDIAN,
    CORRELATION_SEQUENCE, /* ours */
};
const char *correlation_type_name(enum correlation_type type); /* "event_count" */

enum correlation_operator {
    CORRELATION_GT,
    CORRELATION_GTE,
    CORRELATION_LT,
    CORRELATION_LTE,
    CORRELATION_EQ,
    CORRELATION_NEQ,
};
const char *correlation_operator_name(enum correlation_operator op); /* "gte" */

/* What a timespan is of; but for sequences. */
enum correlation_window {
    CORRELATION_SLIDING,
    CORRELATION_TUMBLING, /* ours: one behind the other, from 1970-01-01T00:00:00Z on */
    CORRELATION_SESSION,  /* ours: as long as matches follow each other within `gap` */
};

struct correlation_bound {
    enum correlation_operator op;
    double number;
};

struct sigma_correlation;

/* A rule, or a correlation, that one refers to: set by correlations_resolve(). */
struct correlation_member {
    const struct sigma_rule *rule;         /* NULL: it is a correlation */
    const struct sigma_correlation *child; /* NULL: it is a rule */
    str *group; /* what the fields of group-by are called in its events, in their order */
    uint32_t group_count;
};

struct correlation_alias {
    str alias, rule, field;
};

/* What a rule is to a sequence. */
enum correlation_role {
    CORRELATION_STEP,
    CORRELATION_ABSENCE, /* none may come between the steps before and behind it */
    CORRELATION_UNTIL,   /* ends what has begun; behind all others */
};

struct correlation_reference {
    str name; /* an id or a name */
    uint32_t line, column;
    enum correlation_role role;
    uint32_t runs; /* how often a step comes, one after the other; of all others 1 */
    bool fork;     /* what led to the step stays, for further matches */
};

struct sigma_correlation {
    struct sigma_rule head; /* the attributes */
    enum correlation_type type;
    struct correlation_reference *rules;
    uint32_t rule_count, rule_capacity;
    struct correlation_member *members; /* of `rules`, in their order */
    str *group_by;
    uint32_t group_count;
    struct correlation_alias *aliases;
    uint32_t alias_count, alias_capacity;
    int64_t timespan_ns, gap_ns;
    enum correlation_window window;
    struct correlation_bound bounds[CORRELATION_BOUNDS_MAX];
    uint32_t bound_count;
    double percentile; /* 0..100 */
    str *fields;       /* whose values are counted or added; several are one value together */
    uint32_t field_count;
    struct sigma_node *condition; /* of a temporal one in words: selections are places in `rules` */
    bool generate;                /* the rules' own findings are told as well */
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

/* Sets the members of those that are right, all of whose rules are there. */
void correlations_resolve(struct sigma_correlation *const *correlations, uint32_t count,
                          struct sigma_rule *const *rules, uint32_t rule_count, struct arena *a);
