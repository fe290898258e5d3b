/* rule_fold.c - truth flows up from the items, then the undecided nodes are copied. */
#include "detect/rule_fold.h"

#include "detect/scalar.h"

bool predicate_is_foldable(const struct predicates *p, uint32_t place)
{
    const struct predicate *q = &p->items[place];
    double number;

    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        for (uint32_t k = range->first; k < range->first + range->count; k++) {
            const struct check *c = &p->checks[k];
            if (c->kind != CHECK_EXACT ||
                (scalar_number(c->text, &number) && !scalar_is_canonical(c->text)))
                return false;
        }
    }
    return true;
}

static bool is_true_of(const struct predicates *p, uint32_t place, str value)
{
    const struct predicate *q = &p->items[place];
    bool result = q->all;

    for (uint32_t i = 0; i < q->value_count && result == q->all; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        result = false;
        for (uint32_t k = range->first; k < range->first + range->count; k++)
            result = result || str_eq(p->checks[k].text, value);
    }
    return result;
}

static enum truth item_truth(const struct predicates *p, const struct tree_node *n,
                             const struct known_field *known)
{
    if (known->name == INTERN_NONE || p->items[n->predicate].field != known->name ||
        !predicate_is_foldable(p, n->predicate))
        return TRUTH_MAYBE;
    return is_true_of(p, n->predicate, known->value) != n->negated ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth join_truth(const struct tree_node *n, const uint8_t *children)
{
    enum truth decided = n->kind == NODE_AND ? TRUTH_FALSE : TRUTH_TRUE;
    bool open = false;

    if (n->kind == NODE_NOT)
        return children[0] == TRUTH_MAYBE ? TRUTH_MAYBE
                                          : (children[0] == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE);
    for (uint32_t i = 0; i < n->child_count; i++) {
        if (children[i] == decided)
            return decided;
        open = open || children[i] == TRUTH_MAYBE;
    }
    return open ? TRUTH_MAYBE : (decided == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE);
}

enum rule_fate rule_fold(const struct rule_trees *t, uint32_t rule, const struct predicates *p,
                         const struct known_field *known, struct arena *a, struct open_tree *ret)
{
    const struct rule_tree *tree = &t->rules[rule];
    const struct tree_node *nodes = t->nodes + tree->first_node;
    uint8_t *truth = (uint8_t *)arena_bytes(a, tree->node_count);

    for (uint32_t i = tree->node_count; i-- > 0;)
        truth[i] = nodes[i].kind == NODE_ITEM
                       ? (uint8_t)item_truth(p, &nodes[i], known)
                       : (uint8_t)join_truth(&nodes[i], truth + nodes[i].first_child);
    if (truth[0] != TRUTH_MAYBE)
        return truth[0] == TRUTH_TRUE ? RULE_CERTAIN : RULE_NEVER;

    uint32_t *from = arena_array(a, tree->node_count, sizeof *from);
    uint32_t *depth = arena_array(a, tree->node_count, sizeof *depth);
    *ret = (struct open_tree){arena_array(a, tree->node_count, sizeof *ret->nodes), 1, 1};
    depth[0] = 1;
    for (uint32_t i = 0; i < ret->count; i++) {
        const struct tree_node *n = &nodes[from[i]];
        struct tree_node *copy = &ret->nodes[i];
        *copy = *n;
        copy->first_child = ret->count;
        copy->child_count = 0;
        ret->depth = depth[i] > ret->depth ? depth[i] : ret->depth;
        for (uint32_t k = 0; k < n->child_count; k++) {
            if (truth[n->first_child + k] != TRUTH_MAYBE)
                continue;
            depth[ret->count] = depth[i] + 1;
            from[ret->count++] = n->first_child + k;
            copy->child_count++;
        }
    }
    return RULE_OPEN;
}
