/*
 * ruleset_freeze.c - what a finished rule set is made of, for base/freeze.h.
 *
 * Every member of every struct has its row. A new one that is forgotten is found
 * by tests/unit/test_freeze.c, which looks for bytes that no row covers.
 */
#include "base/mem.h"
#include "sigma/build.h"
#include "sigma/correlation.h"
#include "sigma/ruleset.h"

#include <stdlib.h>

/* ------------------------------------------------------------ values */

static const struct freeze_member part_members[] = {
    FREEZE_RANGE_OF(struct sigma_part, kind, PART_PLACEHOLDER + 1),
    FREEZE_STR_OF(struct sigma_part, text),
};
static const struct freeze_type part_type = {"sigma_part", sizeof(struct sigma_part), 0,
                                             part_members, countof(part_members),     NULL};

static const struct freeze_member string_members[] = {
    FREEZE_MANY_OF(struct sigma_string, parts, count, &part_type),
    FREEZE_PLAIN_OF(struct sigma_string, count),
};
const struct freeze_type freeze_string = {"sigma_string", sizeof(struct sigma_string), 0,
                                          string_members, countof(string_members),     NULL};

static const struct freeze_member test_members[] = {
    FREEZE_RANGE_OF(struct sigma_test, op, SIGMA_FIELDREF + 1),
    FREEZE_RANGE_OF(struct sigma_test, scalar, SCALAR_NULL + 1),
    FREEZE_NESTED_OF(struct sigma_test, string, &freeze_string, 1),
    FREEZE_STR_OF(struct sigma_test, pattern),
    FREEZE_BOOL_OF(struct sigma_test, cased),
    FREEZE_BOOL_OF(struct sigma_test, wanted),
    FREEZE_BOOL_OF(struct sigma_test, ref_starts),
    FREEZE_BOOL_OF(struct sigma_test, ref_ends),
    FREEZE_RANGE_OF(struct sigma_test, regex_flags,
                    (REGEX_IGNORECASE | REGEX_MULTILINE | REGEX_DOTALL) + 1),
    FREEZE_RANGE_OF(struct sigma_test, compare, COMPARE_GTE + 1),
    FREEZE_RANGE_OF(struct sigma_test, time_part, TIME_YEAR + 1),
    FREEZE_PLAIN_OF(struct sigma_test, number),
};
const struct freeze_type freeze_test = {"sigma_test", sizeof(struct sigma_test), 0,
                                        test_members, countof(test_members),     NULL};

static const struct freeze_member value_members[] = {
    FREEZE_MANY_OF(struct sigma_value, tests, count, &freeze_test),
    FREEZE_PLAIN_TO(struct sigma_value, count, column),
};
static const struct freeze_type value_type = {"sigma_value", sizeof(struct sigma_value), 0,
                                              value_members, countof(value_members),     NULL};

static const struct freeze_member item_members[] = {
    FREEZE_STR_OF(struct sigma_item, field),
    FREEZE_STR_OF(struct sigma_item, modifiers),
    FREEZE_BOOL_OF(struct sigma_item, all),
    FREEZE_BOOL_OF(struct sigma_item, negated),
    FREEZE_MANY_OF(struct sigma_item, values, value_count, &value_type),
    FREEZE_PLAIN_TO(struct sigma_item, value_count, column),
    FREEZE_BOOL_OF(struct sigma_item, map_dropped),
};
const struct freeze_type freeze_item = {"sigma_item", sizeof(struct sigma_item), 0,
                                        item_members, countof(item_members),     NULL};

/* ------------------------------------------------------------ trees */

static bool check_node(const void *element)
{
    const struct sigma_node *n = element;

    return n->kind == NODE_ITEM ? n->item && !n->child_count
                                : n->kind != NODE_NOT || n->child_count == 1;
}

static const struct freeze_type node_pointer = FREEZE_POINTER_TYPE("sigma_node *", &freeze_node);
static const struct freeze_member node_members[] = {
    FREEZE_RANGE_OF(struct sigma_node, kind, NODE_SELECTION), /* which an `expr` has no more */
    FREEZE_PLAIN_OF(struct sigma_node, child_count),
    FREEZE_MANY_OF(struct sigma_node, children, child_count, &node_pointer),
    FREEZE_MAYBE_OF(struct sigma_node, item, &freeze_item),
    FREEZE_PLAIN_OF(struct sigma_node, selection),
};
const struct freeze_type freeze_node = {"sigma_node", sizeof(struct sigma_node), 0,
                                        node_members, countof(node_members),     check_node};

/* ------------------------------------------------------------ rules */

/* Selections that are named twice are shared, so that the tree is none in memory. A walk ends, or
 * comes past more nodes than a rule may have. */
static bool check_rule(const void *element)
{
    const struct sigma_rule *rule = element;
    const struct sigma_node **stack = mem_array(1, sizeof(struct sigma_node *));
    uint32_t count = 1, capacity = 1, budget = RULE_NODES_MAX;

    stack[0] = rule->expr;
    while (count) {
        const struct sigma_node *n = stack[--count];
        if (n->child_count > budget)
            break;
        budget -= n->child_count;
        if (capacity - count < n->child_count) {
            capacity = (count + n->child_count) * 2;
            stack = mem_resize(stack, capacity, sizeof(struct sigma_node *));
        }
        for (uint32_t i = 0; i < n->child_count; i++)
            stack[count++] = n->children[i];
        if (n->child_count == 0 && count == 0) {
            free(stack);
            return true;
        }
    }
    free(stack);
    return false;
}

static const struct freeze_member related_members[] = {
    FREEZE_STR_OF(struct sigma_related, id),
    FREEZE_STR_OF(struct sigma_related, type),
};
static const struct freeze_type related_type = {
    "sigma_related", sizeof(struct sigma_related), 0,
    related_members, countof(related_members),     NULL};

static const struct freeze_member logsource_members[] = {
    FREEZE_STR_OF(struct logsource, product),
    FREEZE_STR_OF(struct logsource, category),
    FREEZE_STR_OF(struct logsource, service),
    FREEZE_ZERO_TO(struct logsource, renames, rename_count),
};
static const struct freeze_type logsource_type = {
    "logsource", sizeof(struct logsource), 0, logsource_members, countof(logsource_members), NULL};

/* What a rule and the head of a correlation have in common. */
/* clang-format off */
#define RULE_MEMBERS \
    FREEZE_STR_OF(struct sigma_rule, file), \
    FREEZE_PLAIN_OF(struct sigma_rule, line), \
    FREEZE_STR_OF(struct sigma_rule, text), \
    FREEZE_TEXT_OF(struct sigma_rule, hash), \
    FREEZE_ZERO_OF(struct sigma_rule, root), \
    FREEZE_STR_OF(struct sigma_rule, id), \
    FREEZE_STR_OF(struct sigma_rule, title), \
    FREEZE_STR_OF(struct sigma_rule, name), \
    FREEZE_STR_OF(struct sigma_rule, taxonomy), \
    FREEZE_STR_OF(struct sigma_rule, description), \
    FREEZE_STR_OF(struct sigma_rule, license), \
    FREEZE_STR_OF(struct sigma_rule, author), \
    FREEZE_STR_OF(struct sigma_rule, date), \
    FREEZE_STR_OF(struct sigma_rule, modified), \
    FREEZE_STR_OF(struct sigma_rule, definition), \
    FREEZE_RANGE_OF(struct sigma_rule, level, LEVEL_CRITICAL + 1), \
    FREEZE_RANGE_OF(struct sigma_rule, status, STATUS_STABLE + 1), \
    FREEZE_MANY_OF(struct sigma_rule, tags, tag_count, &freeze_strs), \
    FREEZE_MANY_OF(struct sigma_rule, references, reference_count, &freeze_strs), \
    FREEZE_MANY_OF(struct sigma_rule, falsepositives, falsepositive_count, &freeze_strs), \
    FREEZE_MANY_OF(struct sigma_rule, fields, field_count, &freeze_strs), \
    FREEZE_PLAIN_TO(struct sigma_rule, tag_count, field_count), \
    FREEZE_MANY_OF(struct sigma_rule, related, related_count, &related_type), \
    FREEZE_PLAIN_OF(struct sigma_rule, related_count), \
    FREEZE_NESTED_OF(struct sigma_rule, logsource, &logsource_type, 1), \
    FREEZE_PLAIN_OF(struct sigma_rule, logsource_line), \
    FREEZE_ZERO_TO(struct sigma_rule, selections, condition_capacity)
/* clang-format on */

static const struct freeze_member rule_members[] = {
    RULE_MEMBERS,
    FREEZE_ONE_OF(struct sigma_rule, expr, &freeze_node),
    FREEZE_BOOL_OF(struct sigma_rule, quiet),
};
const struct freeze_type freeze_rule = {"sigma_rule", sizeof(struct sigma_rule), 0,
                                        rule_members, countof(rule_members),     check_rule};

/* ------------------------------------------------------------ correlations */

/* The attributes of a correlation are a rule's, without a tree. */
static const struct freeze_member head_members[] = {
    RULE_MEMBERS,
    FREEZE_ZERO_OF(struct sigma_rule, expr),
    FREEZE_BOOL_OF(struct sigma_rule, quiet),
};
static const struct freeze_type head_type = {"sigma_rule head", sizeof(struct sigma_rule), 0,
                                             head_members,      countof(head_members),     NULL};

/* Places in a condition in words are those of rules. */
static const struct freeze_type condition_type;

static bool check_correlation(const void *element)
{
    const struct sigma_correlation *c = element;
    uint32_t count = 0;
    bool ok = c->rule_count > 0 && c->timespan_ns > 0 &&
              (c->gap_ns > 0) == (c->window == CORRELATION_SESSION);

    for (uint32_t i = 0; i < c->rule_count; i++)
        ok = ok && !c->members[i].rule != !c->members[i].child && c->rules[i].runs > 0;
    struct sigma_node **list = c->condition && ok ? sigma_node_list(c->condition, &count) : NULL;
    for (uint32_t i = 0; i < count; i++)
        ok = ok && list[i]->kind != NODE_ITEM &&
             (list[i]->kind != NODE_SELECTION || list[i]->selection < c->rule_count);
    free(list);
    return ok;
}

static const struct freeze_member member_members[] = {
    FREEZE_MAYBE_OF(struct correlation_member, rule, &freeze_rule),
    FREEZE_MAYBE_OF(struct correlation_member, child, &freeze_correlation),
    FREEZE_MANY_OF(struct correlation_member, group, group_count, &freeze_strs),
    FREEZE_PLAIN_OF(struct correlation_member, group_count),
};
static const struct freeze_type member_type = {
    "correlation_member", sizeof(struct correlation_member), 0,
    member_members,       countof(member_members),           NULL};

static const struct freeze_member reference_members[] = {
    FREEZE_STR_OF(struct correlation_reference, name),
    FREEZE_PLAIN_TO(struct correlation_reference, line, column),
    FREEZE_RANGE_OF(struct correlation_reference, role, CORRELATION_UNTIL + 1),
    FREEZE_RANGE_OF(struct correlation_reference, runs, CORRELATION_STEPS_MAX + 1),
    FREEZE_BOOL_OF(struct correlation_reference, fork),
};
static const struct freeze_type reference_type = {
    "correlation_reference", sizeof(struct correlation_reference), 0,
    reference_members,       countof(reference_members),           NULL};

static const struct freeze_member bound_members[] = {
    FREEZE_RANGE_OF(struct correlation_bound, op, CORRELATION_NEQ + 1),
    FREEZE_PLAIN_OF(struct correlation_bound, number),
};
static const struct freeze_type bound_type = {
    "correlation_bound", sizeof(struct correlation_bound), 0,
    bound_members,       countof(bound_members),           NULL};

/* A condition in words: its leaves are places of rules. */
static const struct freeze_type condition_pointer =
    FREEZE_POINTER_TYPE("sigma_node * of words", &condition_type);
static const struct freeze_member condition_members[] = {
    FREEZE_RANGE_OF(struct sigma_node, kind, NODE_SELECTION + 1),
    FREEZE_PLAIN_OF(struct sigma_node, child_count),
    FREEZE_MANY_OF(struct sigma_node, children, child_count, &condition_pointer),
    FREEZE_ZERO_OF(struct sigma_node, item),
    FREEZE_PLAIN_OF(struct sigma_node, selection),
};
static const struct freeze_type condition_type = {
    "sigma_node of words", sizeof(struct sigma_node),  0,
    condition_members,     countof(condition_members), NULL};

static const struct freeze_member correlation_members[] = {
    FREEZE_NESTED_OF(struct sigma_correlation, head, &head_type, 1),
    FREEZE_RANGE_OF(struct sigma_correlation, type, CORRELATION_SEQUENCE + 1),
    FREEZE_MANY_OF(struct sigma_correlation, rules, rule_count, &reference_type),
    FREEZE_PLAIN_TO(struct sigma_correlation, rule_count, rule_capacity),
    FREEZE_MANY_OF(struct sigma_correlation, members, rule_count, &member_type),
    FREEZE_MANY_OF(struct sigma_correlation, group_by, group_count, &freeze_strs),
    FREEZE_PLAIN_OF(struct sigma_correlation, group_count),
    FREEZE_ZERO_TO(struct sigma_correlation, aliases, alias_capacity),
    FREEZE_PLAIN_TO(struct sigma_correlation, timespan_ns, gap_ns),
    FREEZE_RANGE_OF(struct sigma_correlation, window, CORRELATION_SESSION + 1),
    FREEZE_NESTED_OF(struct sigma_correlation, bounds, &bound_type, CORRELATION_BOUNDS_MAX),
    FREEZE_RANGE_OF(struct sigma_correlation, bound_count, CORRELATION_BOUNDS_MAX + 1),
    FREEZE_PLAIN_OF(struct sigma_correlation, percentile),
    FREEZE_MANY_OF(struct sigma_correlation, fields, field_count, &freeze_strs),
    FREEZE_PLAIN_OF(struct sigma_correlation, field_count),
    FREEZE_MAYBE_OF(struct sigma_correlation, condition, &condition_type),
    FREEZE_BOOL_OF(struct sigma_correlation, generate),
};
const struct freeze_type freeze_correlation = {
    "sigma_correlation", sizeof(struct sigma_correlation), 0,
    correlation_members, countof(correlation_members),     check_correlation};

/* ------------------------------------------------------------ the set */

static const struct freeze_member err_members[] = {
    FREEZE_RANGE_OF(struct err, code, ERR_DENIED + 1),
    FREEZE_PLAIN_TO(struct err, line, column),
    FREEZE_TEXT_OF(struct err, file),
    FREEZE_TEXT_OF(struct err, message),
};
static const struct freeze_type err_type = {"err",       sizeof(struct err),   0,
                                            err_members, countof(err_members), NULL};

static const struct freeze_member refusal_members[] = {
    FREEZE_RANGE_OF(struct refusal, kind, REFUSED_FILE + 1),
    FREEZE_NESTED_OF(struct refusal, why, &err_type, 1),
    FREEZE_STR_OF(struct refusal, title),
};
static const struct freeze_type refusal_type = {"refusal",       sizeof(struct refusal),   0,
                                                refusal_members, countof(refusal_members), NULL};

static const struct freeze_type rule_pointer = FREEZE_POINTER_TYPE("sigma_rule *", &freeze_rule);
static const struct freeze_type correlation_pointer =
    FREEZE_POINTER_TYPE("sigma_correlation *", &freeze_correlation);
static const struct freeze_member ruleset_members[] = {
    FREEZE_ZERO_OF(struct ruleset, arena),
    FREEZE_MANY_OF(struct ruleset, rules, count, &rule_pointer),
    FREEZE_PLAIN_TO(struct ruleset, count, capacity),
    FREEZE_MANY_OF(struct ruleset, refusals, refusal_count, &refusal_type),
    FREEZE_PLAIN_TO(struct ruleset, refusal_count, refusal_capacity),
    FREEZE_MANY_OF(struct ruleset, notes, note_count, &err_type),
    FREEZE_PLAIN_OF(struct ruleset, note_count),
    FREEZE_MANY_OF(struct ruleset, correlations, correlations_kept, &correlation_pointer),
    FREEZE_PLAIN_TO(struct ruleset, correlations_kept, file_count),
    FREEZE_BOOL_OF(struct ruleset, has_hidden_files),
    FREEZE_TEXT_OF(struct ruleset, hash),
    FREEZE_ZERO_TO(struct ruleset, build, block),
};
const struct freeze_type freeze_ruleset = {"ruleset",       sizeof(struct ruleset),   0,
                                           ruleset_members, countof(ruleset_members), NULL};

struct ruleset *ruleset_thawed(const struct ruleset *thawed, void *block)
{
    struct ruleset *rs = mem_alloc(sizeof *rs);

    *rs = *thawed;
    rs->capacity = rs->count; /* there is no room behind them */
    rs->refusal_capacity = rs->refusal_count;
    rs->block = block;
    return rs;
}
