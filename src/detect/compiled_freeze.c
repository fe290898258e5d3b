/*
 * compiled_freeze.c - what compiled rules are made of, for base/freeze.h.
 *
 * The tests that checks come from lie in the rule set, which is frozen with them.
 * Numbers that refer to places in other arrays are held against these when all of
 * them have been read: check_compiled() is given the whole.
 */
#include "base/mem.h"
#include "detect/compiled_rules.h"

#include <stdlib.h>

/* ------------------------------------------------------------ predicates */

static const struct freeze_member predicate_members[] = {
    FREEZE_PLAIN_OF(struct predicate, field),
    FREEZE_BOOL_OF(struct predicate, all),
    FREEZE_PLAIN_TO(struct predicate, first_value, value_count),
};
static const struct freeze_type predicate_type = {
    "predicate", sizeof(struct predicate), 0, predicate_members, countof(predicate_members), NULL};

static const struct freeze_member range_members[] = {
    FREEZE_PLAIN_TO(struct check_range, first, count),
};
static const struct freeze_type range_type = {"check_range", sizeof(struct check_range), 0,
                                              range_members, countof(range_members),     NULL};

static const struct freeze_member literal_members[] = {
    FREEZE_STR_OF(struct regex_literal, text),
    FREEZE_PLAIN_OF(struct regex_literal, times),
};
static const struct freeze_type literal_type = {
    "regex_literal", sizeof(struct regex_literal), 0,
    literal_members, countof(literal_members),     NULL};

static const struct freeze_member check_members[] = {
    FREEZE_RANGE_OF(struct check, kind, CHECK_FIELDREF + 1),
    FREEZE_STR_OF(struct check, text),
    FREEZE_NESTED_OF(struct check, folded, &freeze_string, 1),
    FREEZE_ONE_OF(struct check, test, &freeze_test),
    FREEZE_PLAIN_OF(struct check, extra),
    FREEZE_MANY_OF(struct check, factors, factor_count, &literal_type),
    FREEZE_PLAIN_TO(struct check, factor_count, share),
};
static const struct freeze_type check_type = {"check",       sizeof(struct check),   0,
                                              check_members, countof(check_members), NULL};

static const struct freeze_member network_members[] = {
    FREEZE_PLAIN_TO(struct ip_network, first, last),
};
static const struct freeze_type network_type = {"ip_network",    sizeof(struct ip_network), 0,
                                                network_members, countof(network_members),  NULL};

static const struct freeze_type test_pointer = FREEZE_POINTER_TYPE("sigma_test *", &freeze_test);

static const struct freeze_member predicates_members[] = {
    FREEZE_ZERO_TO(struct predicates, arena, names),
    FREEZE_MANY_OF(struct predicates, field_names, field_count, &freeze_strs),
    FREEZE_MANY_OF(struct predicates, items, count, &predicate_type),
    FREEZE_MANY_OF(struct predicates, values, value_count, &range_type),
    FREEZE_MANY_OF(struct predicates, checks, check_count, &check_type),
    FREEZE_MANY_OF(struct predicates, networks, network_count, &network_type),
    FREEZE_MANY_OF(struct predicates, patterns, pattern_count, &test_pointer),
    FREEZE_PLAIN_TO(struct predicates, field_count, network_capacity),
    FREEZE_ZERO_TO(struct predicates, keys, regexes),
};
static const struct freeze_type predicates_type = {
    "predicates",       sizeof(struct predicates),   0,
    predicates_members, countof(predicates_members), NULL};

/* ------------------------------------------------------------ trees */

static const struct freeze_member node_members[] = {
    FREEZE_RANGE_OF(struct tree_node, kind, NODE_SELECTION), /* a tree has no such node */
    FREEZE_BOOL_OF(struct tree_node, negated),
    FREEZE_PLAIN_TO(struct tree_node, predicate, child_count),
};
static const struct freeze_type node_type = {"tree_node",  sizeof(struct tree_node), 0,
                                             node_members, countof(node_members),    NULL};

static const struct freeze_member tree_members[] = {
    FREEZE_PLAIN_TO(struct rule_tree, first_node, node_count),
};
static const struct freeze_type tree_type = {"rule_tree",  sizeof(struct rule_tree), 0,
                                             tree_members, countof(tree_members),    NULL};

static const struct freeze_member trees_members[] = {
    FREEZE_MANY_OF(struct rule_trees, nodes, count, &node_type),
    FREEZE_PLAIN_TO(struct rule_trees, count, rule_count),
    FREEZE_MANY_OF(struct rule_trees, rules, rule_count, &tree_type),
};
static const struct freeze_type trees_type = {"rule_trees",  sizeof(struct rule_trees), 0,
                                              trees_members, countof(trees_members),    NULL};

/* ------------------------------------------------------------ checks of the whole */

static bool is_within(uint32_t first, uint32_t count, uint32_t end)
{
    return first <= end && count <= end - first;
}

static bool are_checks_sound(const struct predicates *p)
{
    for (uint32_t i = 0; i < p->check_count; i++) {
        const struct check *c = &p->checks[i];
        if ((c->kind == CHECK_REGEX && c->extra >= p->pattern_count) ||
            (c->kind == CHECK_CIDR && c->extra >= p->network_count) ||
            (c->kind == CHECK_FIELDREF && c->extra >= p->field_count))
            return false;
    }
    return true;
}

static bool are_predicates_sound(const struct predicates *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        const struct predicate *q = &p->items[i];
        if ((q->field >= p->field_count && q->field != FIELD_KEYWORD) ||
            !is_within(q->first_value, q->value_count, p->value_count))
            return false;
    }
    for (uint32_t i = 0; i < p->value_count; i++)
        if (!is_within(p->values[i].first, p->values[i].count, p->check_count))
            return false;
    return are_checks_sound(p);
}

/* Children stand side by side, behind their parents, and in the order of these; so each node but
 * the first is the child of one that stands before it. */
static bool is_tree_sound(const struct compiled_rules *c, const struct rule_tree *t)
{
    const struct tree_node *nodes = c->trees.nodes + t->first_node;
    uint32_t next = 1;

    for (uint32_t i = 0; i < t->node_count; i++) {
        const struct tree_node *n = &nodes[i];
        if (i >= next || n->first_child != next || n->child_count > t->node_count - next)
            return false;
        if (n->kind == NODE_ITEM ? n->predicate >= c->predicates.count || n->child_count
                                 : n->kind == NODE_NOT && n->child_count != 1)
            return false;
        next += n->child_count;
    }
    return t->node_count > 0 && next == t->node_count;
}

static bool check_compiled(const void *element)
{
    const struct compiled_rules *c = element;

    if (c->trees.rule_count != c->rule_count || !are_predicates_sound(&c->predicates))
        return false;
    for (uint32_t i = 0; i < c->rule_count; i++) {
        const struct rule_tree *t = &c->trees.rules[i];
        if (!is_within(t->first_node, t->node_count, c->trees.count) || !is_tree_sound(c, t))
            return false;
    }
    return true;
}

static const struct freeze_member compiled_members[] = {
    FREEZE_NESTED_OF(struct compiled_rules, predicates, &predicates_type, 1),
    FREEZE_NESTED_OF(struct compiled_rules, trees, &trees_type, 1),
    FREEZE_PLAIN_OF(struct compiled_rules, rule_count),
    FREEZE_ZERO_OF(struct compiled_rules, arena),
};
const struct freeze_type freeze_compiled_rules = {
    "compiled_rules", sizeof(struct compiled_rules), 0,
    compiled_members, countof(compiled_members),     check_compiled};

struct compiled_rules *compiled_rules_thawed(const struct compiled_rules *thawed)
{
    struct compiled_rules *c = mem_alloc(sizeof *c);

    *c = *thawed;
    if (predicates_thawed(&c->predicates))
        return c;
    compiled_rules_free(c);
    return NULL;
}
