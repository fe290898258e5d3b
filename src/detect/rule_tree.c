/* rule_tree.c - copies a condition level by level, so that nothing recurses. */
#include "detect/rule_tree.h"

#include "base/mem.h"

#include <stdlib.h>

/* Nodes whose children have yet to be copied, in the order of their copies. */
struct copying {
    const struct sigma_node **from;
    uint32_t count, capacity;
};

static void add(struct rule_trees *t, struct copying *c, const struct sigma_node *node,
                struct predicates *p, struct arena *a)
{
    struct tree_node *room =
        arena_push(a, (void **)&t->nodes, &t->count, &t->capacity, sizeof *room);

    assert(node->kind != NODE_SELECTION); /* rule_resolve() has replaced them */
    *room = (struct tree_node){.kind = node->kind};
    if (node->kind == NODE_ITEM) {
        room->negated = node->item->negated;
        room->predicate = predicates_add(p, node->item);
    }
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? 2 * c->capacity : 64;
        c->from = mem_resize(c->from, c->capacity, sizeof *c->from);
    }
    c->from[c->count++] = node;
}

void rule_trees_add(struct rule_trees *t, struct predicates *p, uint32_t rule,
                    const struct sigma_node *expr, struct arena *a)
{
    const uint32_t first = t->count;
    struct copying c = {0};

    add(t, &c, expr, p, a);
    for (uint32_t i = 0; i < c.count; i++) {
        t->nodes[first + i].first_child = c.count;
        t->nodes[first + i].child_count = c.from[i]->child_count;
        for (uint32_t k = 0; k < c.from[i]->child_count; k++)
            add(t, &c, c.from[i]->children[k], p, a);
    }
    t->rules[rule] = (struct rule_tree){first, c.count};
    free(c.from);
}
