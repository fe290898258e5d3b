/*
 * reason.c - a rule's tree has the shape of its condition, and its items in the
 * order in which they were written: naive.c walks the one, this file the other.
 */
#include "detect/reason.h"

struct reasons {
    struct matched_field items[MATCHED_MAX];
    uint32_t count;
};

/* ------------------------------------------------------------ the log source */

static bool node_is_true(const struct reason_question *q, const struct tree_node *n,
                         const bool *truths)
{
    bool all = true, any = false;

    if (n->kind == NODE_ITEM)
        return predicate_evaluate(&q->compiled->predicates, q->states, q->values, n->predicate) !=
               n->negated;
    for (uint32_t i = 0; i < n->child_count; i++) {
        all = all && truths[n->first_child + i];
        any = any || truths[n->first_child + i];
    }
    return n->kind == NODE_NOT ? !any : n->kind == NODE_AND ? all : any;
}

/* From the leaves up: children stand behind their parents. */
static bool tree_is_true(const struct reason_question *q, struct arena *a)
{
    const struct rule_tree *tree = &q->compiled->trees.rules[q->rule_number];
    bool *truths = arena_array(a, tree->node_count, sizeof *truths);

    for (uint32_t i = tree->node_count; i-- > 0;)
        truths[i] = node_is_true(q, &q->compiled->trees.nodes[tree->first_node + i], truths);
    return truths[0];
}

/* The first log source through which the rule matches. It does through one of them: if there is but
 * one that it applies to, or all rename alike, nothing need be evaluated. */
static const struct logsource *source_of(const struct reason_question *q, struct arena *a)
{
    static const struct logsource none;
    const struct event *ev = q->settled;
    const struct logsource *candidates[EVENT_LOGSOURCES_MAX];
    uint32_t count = 0;
    bool alike = true;

    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        if (!logsource_applies(&q->rule->logsource, &ev->logsources[i]))
            continue;
        candidates[count++] = &ev->logsources[i];
        alike = alike && candidates[0]->renames == ev->logsources[i].renames &&
                candidates[0]->rename_count == ev->logsources[i].rename_count;
    }
    for (uint32_t i = 0; !alike && i + 1 < count; i++) {
        event_values_rename(q->values, candidates[i]);
        if (tree_is_true(q, a))
            return candidates[i];
    }
    return count == 0 ? &none : candidates[alike ? 0 : count - 1];
}

/* ------------------------------------------------------------ what was found */

static void add_reason(struct reasons *r, str field, str value)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (str_eq(r->items[i].field, field) && str_eq(r->items[i].value, value))
            return;
    if (r->count < MATCHED_MAX)
        r->items[r->count++] = (struct matched_field){field, value};
}

static void explain_check(const struct reason_question *q, const struct predicate *p, str name,
                          const struct check *c, struct reasons *r)
{
    const struct predicates *all = &q->compiled->predicates;
    uint32_t at = predicate_first(p, q->values);

    if (at == VALUE_NONE && check_is_true_of(all, q->states, q->values, p, c, at))
        add_reason(r, name, S(""));
    for (; at != VALUE_NONE && r->count < MATCHED_MAX; at = predicate_next(p, q->values, at))
        if (check_is_true_of(all, q->states, q->values, p, c, at))
            add_reason(r, name, q->settled->fields[at].value);
}

static void explain_predicate(const struct reason_question *q, const struct logsource *source,
                              uint32_t place, struct reasons *r)
{
    const struct predicates *all = &q->compiled->predicates;
    const struct predicate *p = &all->items[place];
    str name = S("keywords");

    if (p->all && !predicate_evaluate(all, q->states, q->values, place))
        return;
    if (p->field != FIELD_KEYWORD)
        name = logsource_native_name(source, all->field_names[p->field]);
    for (uint32_t i = 0; i < p->value_count; i++) {
        const struct check_range *range = &all->values[p->first_value + i];
        for (uint32_t k = 0; k < range->count; k++)
            explain_check(q, p, name, &all->checks[range->first + k], r);
    }
}

/* Nodes still to be visited; a node under an odd number of negations is `negated`. */
struct pending {
    uint32_t node;
    bool negated;
};

/* What an odd number of negations stands before must be false: it gives no reason. */
static void explain_tree(const struct reason_question *q, const struct logsource *source,
                         struct arena *a, struct reasons *r)
{
    const struct rule_tree *tree = &q->compiled->trees.rules[q->rule_number];
    struct pending *todo = arena_array(a, tree->node_count, sizeof *todo);
    uint32_t count = 0;

    todo[count++] = (struct pending){0, false};
    while (count) {
        struct pending p = todo[--count];
        const struct tree_node *n = &q->compiled->trees.nodes[tree->first_node + p.node];
        if (n->kind == NODE_ITEM && p.negated == n->negated)
            explain_predicate(q, source, n->predicate, r);
        for (uint32_t i = n->child_count; i-- > 0;)
            todo[count++] =
                (struct pending){n->first_child + i, p.negated != (n->kind == NODE_NOT)};
    }
}

uint32_t reason_find(const struct reason_question *q, struct arena *a, struct matched_field **ret)
{
    const uint64_t regex_limits = q->states->regex_limits; /* matching has counted them */
    const struct logsource *source = source_of(q, a);
    struct reasons r;

    r.count = 0;
    event_values_rename(q->values, source);
    explain_tree(q, source, a, &r);
    q->states->regex_limits = regex_limits;
    *ret = arena_array(a, r.count, sizeof **ret);
    if (r.count)
        memcpy(*ret, r.items, r.count * sizeof **ret);
    return r.count;
}
