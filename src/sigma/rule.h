/*
 * rule.h - a Sigma rule after loading: typed, modifiers applied, conditions
 * parsed, everything in the rule set's arena and immutable once it is ready.
 *
 * Detection language: Sigma specification 2.1 (sigma-rules-specification.md,
 * sigma-appendix-modifiers.md). Life of a rule: rule_parse() fills selections
 * and conditions; pipelines change selections, field names and the log source;
 * filters are joined; rule_resolve() builds `expr`, which is all that
 * detect/ looks at.
 */
#pragma once

#include "base/arena.h"
#include "event/logsource.h"

struct yaml_node;

enum sigma_level {
    LEVEL_NONE,
    LEVEL_INFORMATIONAL,
    LEVEL_LOW,
    LEVEL_MEDIUM,
    LEVEL_HIGH,
    LEVEL_CRITICAL
};
enum sigma_status {
    STATUS_NONE,
    STATUS_UNSUPPORTED,
    STATUS_DEPRECATED,
    STATUS_EXPERIMENTAL,
    STATUS_TEST,
    STATUS_STABLE
};

/* A string value: text between wildcards, escapes already resolved. "a*b" is TEXT MANY TEXT. */
enum sigma_part_kind {
    PART_TEXT,        /* text, literally */
    PART_MANY,        /* '*': any number of characters, none too, newlines too */
    PART_ONE,         /* '?': exactly one character (code point) */
    PART_DASH,        /* |windash: one of - / U+2013 U+2014 U+2015; text holds what was written */
    PART_PLACEHOLDER, /* |expand: text is the name between the percent signs, not yet resolved */
};
struct sigma_part {
    enum sigma_part_kind kind;
    str text;
};
struct sigma_string {
    struct sigma_part *parts; /* no two PART_TEXT and no two PART_MANY side by side */
    uint32_t count;           /* 0: the empty string */
};

enum sigma_op {
    SIGMA_MATCH,   /* the whole value matches `string`; contains and its kin have added PART_MANY */
    SIGMA_REGEX,   /* PCRE2 search of `pattern` in the value */
    SIGMA_CIDR,    /* the value is an address inside `pattern` ("10.0.0.0/8", "fe80::/10") */
    SIGMA_COMPARE, /* the value is a number and number(value) `compare` `number` */
    SIGMA_NULL,    /* absent, or null */
    SIGMA_EXISTS,  /* present, null too, when `wanted`; absent when not */
    SIGMA_FIELDREF, /* the value against the values of the field `pattern` */
};
enum sigma_compare { COMPARE_EQ, COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE };
enum sigma_scalar { SCALAR_STRING, SCALAR_NUMBER, SCALAR_BOOL, SCALAR_NULL }; /* as in the YAML */
enum sigma_time_part {
    TIME_WHOLE,
    TIME_MINUTE,
    TIME_HOUR,
    TIME_DAY,
    TIME_WEEK,
    TIME_MONTH,
    TIME_YEAR
};
enum { REGEX_IGNORECASE = 1, REGEX_MULTILINE = 2, REGEX_DOTALL = 4 };

/* One test of one value. */
struct sigma_test {
    enum sigma_op op;
    enum sigma_scalar scalar; /* a SIGMA_MATCH of a number or bool has its text in `string` */
    struct sigma_string string;
    str pattern; /* regex source, CIDR, or the other field's name */
    bool cased;  /* compare bytes; otherwise Unicode simple case folding on both sides */
    bool wanted; /* SIGMA_EXISTS */
    bool ref_starts, ref_ends; /* SIGMA_FIELDREF: startswith, endswith; both: contains */
    uint8_t regex_flags;
    enum sigma_compare compare;
    enum sigma_time_part time_part; /* not TIME_WHOLE: `number` is compared with that part */
    double number;
};

/* One value of an item: true when any of its tests is. More than one only after base64offset or
 * the expansion of a placeholder, so that |all still means every value as written. */
struct sigma_value {
    struct sigma_test *tests;
    uint32_t count;
    uint32_t line, column;
};

struct sigma_item {
    str field;     /* empty for keywords: any value of any field is tested */
    str modifiers; /* as written, "contains|all"; for messages and lint */
    bool all;      /* every value, instead of any */
    bool negated;  /* |neq */
    struct sigma_value *values;
    uint32_t value_count;
    uint32_t line, column;
    bool map_dropped; /* a pipeline asked to leave this item out */
};

enum sigma_node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_ITEM, NODE_SELECTION };
struct sigma_node {
    enum sigma_node_kind kind;
    uint32_t child_count;         /* NODE_AND of none is true, NODE_OR of none is false */
    struct sigma_node **children; /* NODE_NOT has one */
    struct sigma_item *item;      /* NODE_ITEM */
    uint32_t selection; /* NODE_SELECTION: place in rule->selections, in conditions only */
};

struct sigma_selection {
    str name;
    struct sigma_node *node; /* of NODE_AND, NODE_OR, NODE_ITEM */
    uint32_t line, column;
    bool hidden; /* joined by a filter or a pipeline: `them` and patterns do not see it */
};

struct sigma_condition {
    str text;
    struct sigma_node *node;
    uint32_t line, column;
};

struct sigma_related {
    str id, type;
};

struct sigma_rule {
    str file;      /* the user's path */
    uint32_t line; /* of the document's first key */
    str text;      /* the document as read */
    char hash[17]; /* first 64 bits of its SHA-256, hex: the identity of a rule without id */
    const struct yaml_node *root; /* for lint and custom attributes */

    str id, title, name, taxonomy, description, license, author, date, modified, definition;
    enum sigma_level level;
    enum sigma_status status;
    str *tags, *references, *falsepositives, *fields;
    uint32_t tag_count, reference_count, falsepositive_count, field_count;
    struct sigma_related *related;
    uint32_t related_count;
    struct logsource logsource; /* renames is NULL */
    uint32_t logsource_line;

    struct sigma_selection *selections;
    uint32_t selection_count, selection_capacity;
    struct sigma_condition *conditions;
    uint32_t condition_count, condition_capacity;
    struct sigma_node *expr; /* set by rule_resolve() */
    bool quiet; /* its matches only count for correlations that take them, and are no findings */
};

const char *sigma_level_name(enum sigma_level level);    /* "high"; "" for none */
const char *sigma_status_name(enum sigma_status status); /* "stable"; "" for none */
bool sigma_level_parse(str text, enum sigma_level *ret) MUST_USE;
bool sigma_status_parse(str text, enum sigma_status *ret) MUST_USE;

/* The identity that findings carry: id, or the content hash when there is none. */
str sigma_rule_identity(const struct sigma_rule *rule);
