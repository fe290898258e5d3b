/*
 * pipeline_step.h - how a transformation and a condition of processing
 * pipelines plug in. To add a transformation: define `const struct
 * transformation transformation_NAME` in one of the pipeline_transform_*.c (or a
 * new file) and put a row in transformations.def. A condition likewise, with
 * conditions.def.
 *
 * Both are a name and a table of parameters. The reader checks parameters
 * against the table, so that functions find them in the table's order, of the
 * right kind, NULL where an optional one was left out.
 */
#pragma once

#include "base/io.h"
#include "sigma/build.h"
#include "sigma/pipeline.h"
#include "text/regex.h"

enum {
    PARAMETERS_MAX = 8,
    EXPRESSION_NODES_MAX = 256, /* of a rule_cond_expr and its kin */
    PIPELINE_NEST_MAX = 32,     /* levels of nest */
};

enum parameter_kind {
    PARAMETER_TEXT,  /* a scalar */
    PARAMETER_TEXTS, /* a scalar or a list of scalars */
    PARAMETER_BOOL,
    PARAMETER_MAP, /* of anything */
    PARAMETER_ANY,
};
struct parameter {
    str name;
    enum parameter_kind kind;
    bool required;
    str words; /* the values it may have, a space between; empty: any */
};

/* A transformation or condition with what the user gave for it. */
struct call {
    const struct yaml_node *node; /* its map, for places */
    const struct yaml_node *values[PARAMETERS_MAX];
    struct regex **regexes; /* made by prepare() */
    uint32_t regex_count;
    const void *prepared; /* made by prepare() */
};

/* What prepare() has at hand. */
struct preparing {
    struct arena *arena;
    struct io *io;
    str file;                     /* the pipeline's */
    struct pipelines *owner;      /* of regexes */
    const struct yaml_node *vars; /* of the pipeline; NULL when it has none */
    struct err *e;
};

/* A remembered fact: step `id` has touched a rule, an item, or a field's name. */
struct mark {
    const void *what; /* the rule, the item; NULL: the field `name` */
    str name, id;
};
struct pipeline_state {
    str key;
    const struct yaml_node *value;
};

/* One rule on its way through all pipelines. */
struct applying {
    struct sigma_rule *rule;
    struct arena *arena;
    struct err *e;
    str id; /* of the step at work; empty when it has none */
    struct regex_state *regex;
    struct mark *marks;
    uint32_t mark_count, mark_capacity;
    struct pipeline_state *states;
    uint32_t state_count, state_capacity;
    str *mapped; /* names that field transformations have made */
    uint32_t mapped_count, mapped_capacity;
};

/* A growing list of tests: what one test becomes. */
struct test_list {
    struct sigma_test *items;
    uint32_t count, capacity;
};
/* What a field's name becomes. None: the item is dropped. */
struct name_list {
    str *items;
    uint32_t count, capacity;
};

/* A transformation has one of the functions. Failing, they set x->e and return false. */
struct transformation {
    const char *name;
    const char *refusal; /* why it is not offered; NULL when it is */
    const struct parameter *parameters;
    uint32_t parameter_count;
    bool (*prepare)(struct preparing *p, struct call *c); /* may be NULL */

    bool (*rule)(struct applying *x, const struct call *c);
    /* May put another kind of node in the item's place. */
    bool (*item)(struct applying *x, const struct call *c, struct sigma_node *node,
                 bool *ret_changed);
    /* Adds what `t` becomes to out and sets *ret_changed; or leaves both, and t stays. */
    bool (*test)(struct applying *x, const struct call *c, const struct sigma_value *v,
                 const struct sigma_test *t, struct test_list *out, bool *ret_changed);
    /* Adds what a name becomes to out; false: the name stays. `name` is empty for keywords. */
    bool (*field)(const struct call *c, str name, struct arena *a, struct name_list *out);
};

/* A condition may be one of a rule, of an item, of a field's name, or several of them. */
struct condition_type {
    const char *name;
    const struct parameter *parameters;
    uint32_t parameter_count;
    bool (*prepare)(struct preparing *p, struct call *c); /* may be NULL */
    bool (*rule)(struct applying *x, const struct call *c);
    bool (*item)(struct applying *x, const struct call *c, const struct sigma_item *item);
    bool (*field)(struct applying *x, const struct call *c, str name);
};

enum condition_kind { CONDITION_RULE, CONDITION_ITEM, CONDITION_FIELD, CONDITION_KIND_COUNT };

struct condition {
    const struct condition_type *type;
    struct call call;
};
/* An expression over conditions, in an order in which parents come before their children. */
struct expression_node {
    enum sigma_node_kind kind; /* AND, OR, NOT, SELECTION (a condition) */
    uint32_t condition, parent;
};
struct condition_set {
    enum condition_kind kind;
    struct condition *items;
    uint32_t count;
    bool any, negated;
    struct expression_node *expression; /* NULL: all, or any */
    uint32_t expression_count;
};

struct step {
    const struct transformation *type;
    struct call call;
    str id;
    struct condition_set conditions[CONDITION_KIND_COUNT];
    uint32_t nested; /* `nest`: how many of the steps behind it belong to it */
};
struct pipeline {
    str file, name;
    double priority;
    struct step *steps;
    uint32_t step_count, step_capacity;
};

const struct transformation *transformation_find(str name); /* NULL when there is none */
const struct condition_type *condition_find(str name);      /* NULL when there is none */

/* All pipelines of a text, into arena; notes of what has no effect are added to the owner. */
struct pipeline *pipeline_read(struct preparing *p, const struct yaml_node *root) MUST_USE;

/* Reads `rule_conditions` and its kin of a step. */
bool conditions_read(struct preparing *p, const struct yaml_node *step, enum condition_kind kind,
                     struct condition_set *ret) MUST_USE;

/* Checks a map against a table of parameters; `also` are further keys that are no parameters. */
bool parameters_read(struct preparing *p, const struct yaml_node *map, const char *of,
                     const struct parameter *parameters, uint32_t count, const str *also,
                     uint32_t also_count, struct call *ret) MUST_USE;

/* Compiles the pattern at its place in the file; anchored at the start, as Python's re.match. */
struct regex *preparing_regex(struct preparing *p, const struct yaml_node *pattern,
                              bool anchored) MUST_USE;
void pipelines_own_regex(struct pipelines *owner, struct regex *r);
void pipelines_own_file(struct pipelines *owner); /* notes that a further file was read */
void pipelines_note(struct pipelines *owner, str file, const struct yaml_node *at,
                    const char *what);

bool conditions_match_rule(struct applying *x, const struct condition_set *set);
bool conditions_match_item(struct applying *x, const struct condition_set *set,
                           const struct sigma_item *item);
bool conditions_match_name(struct applying *x, const struct condition_set *set, str name);
/* Field name conditions of an item: its field, or a field that its values refer to. */
bool conditions_match_fields(struct applying *x, const struct condition_set *set,
                             const struct sigma_item *item);

void mark_add(struct applying *x, const void *what, str name);
bool mark_has(const struct applying *x, const void *what, str name, str id);
void mark_copy(struct applying *x, const void *from, const void *to);

/* The text of a parameter; `otherwise` when it was left out. */
str call_text(const struct call *c, uint32_t parameter, str otherwise);
bool call_bool(const struct call *c, uint32_t parameter);
/* The scalars of a PARAMETER_TEXTS: how many, and each. */
uint32_t call_count(const struct call *c, uint32_t parameter);
str call_item(const struct call *c, uint32_t parameter, uint32_t i);

/* lower, upper, title or snake_case of a text. Letters beyond ASCII have a lower case only. */
str case_text(str method, str text, struct arena *a);
/* Are all values of the map texts or lists of texts (`null_too`: or null)? For prepare(). */
bool mapping_check(struct preparing *p, const struct yaml_node *map, bool null_too);

/* A string as people read it: wildcards as * and ?, placeholders as %name%, no escapes. */
str sigma_string_plain(const struct sigma_string *s, struct arena *a);
/* Is the test one of a string, with or without wildcards? */
bool test_is_string(const struct sigma_test *t);
/* A test of the scalar, typed as YAML and rules do; with `as_text` always a string. */
struct sigma_test test_of_scalar(const struct yaml_node *n, bool as_text, struct arena *a);

struct sigma_test *test_list_add(struct test_list *list, struct arena *a);
void name_list_add(struct name_list *list, str name, struct arena *a);

/* Values of %name% from a file, for file_placeholders: plaintext, csv, json, yaml. */
bool pipeline_file_values(struct preparing *p, const struct call *c, struct sigma_string **ret,
                          uint32_t *ret_count) MUST_USE;
