/*
 * build.h - making and editing the parts of a rule while it is being loaded:
 * what the parsers, the pipelines, the filters and the placeholders share.
 *
 * Everything lives in the arena that is passed, which is the rule set's. Bytes
 * that a function is given are borrowed and must live there too (the texts of
 * YAML nodes do). After rule_resolve() a rule is not edited any more.
 */
#pragma once

#include "base/err.h"
#include "sigma/rule.h"
#include "text/yaml.h"

enum {
    SELECTIONS_MAX = 1024,           /* of one rule */
    CONDITIONS_MAX = 64,             /* of one rule */
    CONDITION_BYTES_MAX = 16 * 1024, /* of one condition */
    CONDITION_STACK_MAX = 256,       /* open parentheses and waiting operators */
    CONDITION_NODES_MAX = 16384,     /* of one condition, patterns expanded */
    MODIFIERS_MAX = 8,               /* of one item */
    VALUE_TESTS_MAX = 10000,         /* of one value, after |base64offset and |expand */
    RULE_NODES_MAX = 1000000,        /* of a rule's expr, selections expanded */
};

/* ------------------------------------------------------------ strings (value.c) */

/* A value as Sigma writes it: '*' and '?' are wildcards, '\' escapes these and itself, and stands
 * for itself before anything else. */
void sigma_string_parse(str text, struct arena *a, struct sigma_string *ret);

/* A string that is exactly text: no wildcards, no escapes. */
void sigma_string_literal(str text, struct arena *a, struct sigma_string *ret);

/* The inverse of sigma_string_parse(): parsing the result gives s again. A PART_DASH comes out as
 * it was written, a PART_PLACEHOLDER as %name%. */
str sigma_string_text(const struct sigma_string *s, struct arena *a);

/* True when s has no wildcard, dash or placeholder; its text, if so, is in *ret. */
bool sigma_string_is_literal(const struct sigma_string *s, str *ret);

bool sigma_string_has(const struct sigma_string *s, enum sigma_part_kind kind);

/* All parts of the strings one after another, in the normal form: no two PART_TEXT and no two
 * PART_MANY side by side, no empty PART_TEXT. */
void sigma_string_join(const struct sigma_string *strings, uint32_t count, struct arena *a,
                       struct sigma_string *ret);

/* s with PART_MANY before (front) and after it (back), unless there is one already: what
 * endswith, startswith and contains do. */
void sigma_string_open(struct sigma_string *s, bool front, bool back, struct arena *a);

/* ------------------------------------------------------------ items (modifier.c, detection.c) */

/* An item without values. `field` is empty for keywords; `modifiers` is for messages only. */
struct sigma_item *sigma_item_new(struct arena *a, str field, str modifiers);

/* Adds a value with one test to an item. */
void sigma_item_add(struct sigma_item *item, struct arena *a, struct sigma_test test, uint32_t line,
                    uint32_t column);

/* A test that the whole value matches s, as an item without modifiers does. */
struct sigma_test sigma_test_match(struct sigma_string s);

/* A key as in a selection ("Image|endswith|all") and its value or list of values: modifiers are
 * checked and applied. NULL: err has the place. */
struct sigma_item *sigma_item_parse(const struct yaml_node *key, const struct yaml_node *value,
                                    struct arena *a, struct err *e) MUST_USE;

/* What may stand under a selection's name: a map, a list of maps, keywords. NULL: err has the
 * place. */
struct sigma_node *sigma_detection_parse(const struct yaml_node *definition, struct arena *a,
                                         struct err *e) MUST_USE;

/* ------------------------------------------------------------ trees (detection.c) */

struct sigma_node *sigma_node_item(struct arena *a, struct sigma_item *item);
struct sigma_node *sigma_node_group(struct arena *a, enum sigma_node_kind kind, /* AND, OR */
                                    struct sigma_node **children, uint32_t count);
struct sigma_node *sigma_node_not(struct arena *a, struct sigma_node *child);
struct sigma_node *sigma_node_selection(struct arena *a, uint32_t selection);

/* A deep copy: nodes, items, values and tests. Texts are shared. `selection_shift` is added to the
 * places of selections. */
struct sigma_node *sigma_node_copy(const struct sigma_node *node, uint32_t selection_shift,
                                   struct arena *a);

/*
 * Walks a tree without recursion: the nodes of `root` in an order in which parents come before
 * their children. Owned by the caller: free() it.
 */
struct sigma_node **sigma_node_list(struct sigma_node *root, uint32_t *ret_count) MUST_USE;

/* ------------------------------------------------------------ rules (rule.c, condition.c) */

/* A rule from one document. `text` is the document's, for the rule's hash; `file` is the user's
 * path. Fills all but `expr`. NULL: err has the place, not yet the file. */
struct sigma_rule *rule_parse(const struct yaml_node *root, str text, str file, struct arena *a,
                              struct err *e) MUST_USE;

/* The attributes that rules, filters and correlations have alike, from rule->root: title to level.
 */
bool rule_read_attributes(struct sigma_rule *rule, struct arena *a, struct err *e) MUST_USE;

/* Reads `logsource`, which rules and filters have alike. */
bool logsource_parse(const struct yaml_node *node, struct arena *a, struct logsource *ret,
                     str *ret_definition, struct err *e) MUST_USE;

/* Adds a selection and returns its place. A hidden one is not seen by `them` and patterns. */
uint32_t rule_add_selection(struct sigma_rule *rule, struct arena *a, str name,
                            struct sigma_node *node, bool hidden);

/* Each condition of the rule becomes `(condition) and (extra)`; extra is copied for each. */
void rule_restrict(struct sigma_rule *rule, struct arena *a, const struct sigma_node *extra);

/*
 * Parses a condition over selections. Its nodes are AND, OR, NOT and SELECTION. `at` gives the
 * place for messages: the scalar that holds the condition.
 */
struct sigma_node *condition_parse(str text, const struct yaml_node *at,
                                   const struct sigma_selection *selections, uint32_t count,
                                   struct arena *a, struct err *e) MUST_USE;

/* `*` in a pattern stands for any characters. The whole name must match. */
bool selection_name_matches(str name, str pattern);

/* Builds rule->expr: leaves out what pipelines dropped, puts selections in the place of their
 * names, joins the conditions with OR. The last step. */
bool rule_resolve(struct sigma_rule *rule, struct arena *a, struct err *e) MUST_USE;
