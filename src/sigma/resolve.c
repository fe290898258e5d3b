/*
 * resolve.c - the last step of loading: from selections and conditions to the
 * one tree that detect/ looks at.
 *
 * Items that a pipeline dropped are left out. What becomes empty by that is left
 * out too, all the way up, as in pySigma: an AND or OR of nothing is nothing, and
 * so is the NOT of it. The trees are changed in place; selections become shared
 * subtrees. Walks go over lists of nodes in which parents come first, so that
 * going through them backwards sees children before parents.
 */
#include "sigma/build.h"

#include <stdlib.h>

/* A node of which nothing is left. */
static bool is_nothing(const struct sigma_node *n)
{
    return n->kind == NODE_ITEM && !n->item;
}

static void make_nothing(struct sigma_node *n)
{
    *n = (struct sigma_node){.kind = NODE_ITEM};
}

static void prune_children(struct sigma_node *n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n->child_count; i++)
        if (!is_nothing(n->children[i]))
            n->children[kept++] = n->children[i];
    n->child_count = kept;
    if (kept == 0)
        make_nothing(n);
}

/* Prunes a tree; returns how many nodes there are, selections expanded by `sizes`. */
static uint64_t prune(struct sigma_node *root, const struct sigma_selection *selections,
                      const uint64_t *sizes)
{
    uint32_t count;
    uint64_t size = 0;
    struct sigma_node **list = sigma_node_list(root, &count);

    for (uint32_t i = count; i-- > 0;) {
        struct sigma_node *n = list[i];
        size++;
        if (n->kind == NODE_SELECTION) {
            size += sizes[n->selection];
            *n = *selections[n->selection].node;
        } else if (n->kind == NODE_ITEM) {
            if (n->item->map_dropped)
                make_nothing(n);
        } else {
            prune_children(n);
        }
    }
    free(list);
    return size;
}

bool rule_resolve(struct sigma_rule *rule, struct arena *a, struct err *e)
{
    uint64_t *sizes = arena_array(a, rule->selection_count, sizeof *sizes);
    struct sigma_node **children =
        arena_array(a, rule->condition_count, sizeof(struct sigma_node *));
    uint64_t total = 0;
    uint32_t kept = 0;

    assert(!rule->expr);
    for (uint32_t i = 0; i < rule->selection_count; i++)
        sizes[i] = prune(rule->selections[i].node, rule->selections, sizes);
    for (uint32_t i = 0; i < rule->condition_count; i++) {
        total += prune(rule->conditions[i].node, rule->selections, sizes);
        if (!is_nothing(rule->conditions[i].node))
            children[kept++] = rule->conditions[i].node;
    }
    if (total > RULE_NODES_MAX)
        return err_set_at(e, rule->line, 1, "the rule has more than %d tests, selections expanded",
                          RULE_NODES_MAX);
    if (kept == 0)
        return err_set_at(e, rule->line, 1, "pipelines have dropped all items of the conditions");
    rule->expr = kept == 1 ? children[0] : sigma_node_group(a, NODE_OR, children, kept);
    return true;
}
