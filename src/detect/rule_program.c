/*
 * rule_program.c - from a condition's tree to a cover and to steps.
 *
 * The tree is copied into an array, level by level, so that children stand
 * behind their parents: what flows up is computed from the array's end, what
 * flows down from its beginning, and nothing recurses.
 */
#include "detect/rule_program.h"

#include "detect/witness.h"

#include <stdlib.h>

enum want { WANT_NOTHING, WANT_TRUE, WANT_FALSE };

/* A node of the copy. A negated item is an item, here. */
struct flat {
    enum sigma_node_kind kind;
    uint32_t first_child, child_count, depth;
    uint32_t predicate;
    bool negated;
    bool eager;
    enum want want;                /* what the cover needs of it */
    double cost_true, cost_false;  /* of a cover for its being true, or false */
    double order;                  /* cheaper siblings are tested first */
    const struct sigma_node *node; /* what it was copied from */
};

struct flat_tree {
    struct flat *nodes;
    uint32_t count, capacity, depth;
};

/* ------------------------------------------------------------ the copy */

static void flat_add(struct flat_tree *t, struct arena *a, const struct sigma_node *node,
                     uint32_t depth)
{
    struct flat *room = arena_push(a, (void **)&t->nodes, &t->count, &t->capacity, sizeof *room);

    *room = (struct flat){.kind = node->kind, .depth = depth, .node = node};
    t->depth = depth > t->depth ? depth : t->depth;
}

static void flatten(struct flat_tree *t, struct arena *a, struct predicates *p,
                    const struct sigma_node *expr)
{
    flat_add(t, a, expr, 1);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct sigma_node *node = t->nodes[i].node;
        assert(node->kind != NODE_SELECTION); /* rule_resolve() has replaced them */
        if (node->kind == NODE_ITEM) {
            t->nodes[i].predicate = predicates_add(p, node->item);
            t->nodes[i].negated = node->item->negated;
            continue;
        }
        t->nodes[i].first_child = t->count;
        t->nodes[i].child_count = node->child_count;
        for (uint32_t k = 0; k < node->child_count; k++)
            flat_add(t, a, node->children[k], t->nodes[i].depth + 1);
    }
}

/* ------------------------------------------------------------ the cover */

static double sum_of(double a, double b)
{
    return a >= WITNESS_COST_NONE || b >= WITNESS_COST_NONE ? WITNESS_COST_NONE : a + b;
}

static double least_of(double a, double b)
{
    return a < b ? a : b;
}

static void price_node(struct flat_tree *t, const struct predicates *p, struct flat *n)
{
    const struct flat *children = &t->nodes[n->first_child];

    switch (n->kind) {
    case NODE_ITEM: {
        double cost = witness_of(p, n->predicate).cost;
        n->cost_true = n->negated ? WITNESS_COST_NONE : cost;
        n->cost_false = n->negated ? cost : WITNESS_COST_NONE;
        return;
    }
    case NODE_NOT:
        n->cost_true = children[0].cost_false;
        n->cost_false = children[0].cost_true;
        return;
    case NODE_AND:
        n->cost_true = WITNESS_COST_NONE;
        for (uint32_t i = 0; i < n->child_count; i++) {
            n->cost_true = least_of(n->cost_true, children[i].cost_true);
            n->cost_false = sum_of(n->cost_false, children[i].cost_false);
        }
        return;
    case NODE_OR:
        n->cost_false = WITNESS_COST_NONE;
        for (uint32_t i = 0; i < n->child_count; i++) {
            n->cost_false = least_of(n->cost_false, children[i].cost_false);
            n->cost_true = sum_of(n->cost_true, children[i].cost_true);
        }
        return;
    case NODE_SELECTION:
        return;
    }
}

static double cost_for(const struct flat *n, enum want want)
{
    return want == WANT_TRUE ? n->cost_true : n->cost_false;
}

/* Hands what is wanted of a node down to its children: to all of them, or to the cheapest. */
static void want_children(struct flat_tree *t, const struct flat *n)
{
    struct flat *children = &t->nodes[n->first_child];
    bool all = n->kind == NODE_OR ? n->want == WANT_TRUE : n->want == WANT_FALSE;
    uint32_t best = 0;

    if (n->kind == NODE_NOT) {
        children[0].want = n->want == WANT_TRUE ? WANT_FALSE : WANT_TRUE;
        return;
    }
    for (uint32_t i = 0; i < n->child_count; i++) {
        if (all)
            children[i].want = n->want;
        if (cost_for(&children[i], n->want) < cost_for(&children[best], n->want))
            best = i;
    }
    if (!all)
        children[best].want = n->want;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static void sort_unique(struct rule_cover *c)
{
    uint32_t n = 0;

    qsort(c->predicates, c->count, sizeof *c->predicates, compare_places);
    for (uint32_t i = 0; i < c->count; i++)
        if (i == 0 || c->predicates[i] != c->predicates[i - 1])
            c->predicates[n++] = c->predicates[i];
    c->count = n;
}

static void pick_cover(struct flat_tree *t, const struct predicates *p, struct arena *a,
                       struct rule_cover *c)
{
    uint32_t capacity = 0;

    *c = (struct rule_cover){0};
    for (uint32_t i = t->count; i-- > 0;)
        price_node(t, p, &t->nodes[i]);
    if (t->nodes[0].cost_true >= WITNESS_COST_NONE)
        return;
    c->exists = true;
    t->nodes[0].want = WANT_TRUE;
    for (uint32_t i = 0; i < t->count; i++) {
        struct flat *n = &t->nodes[i];
        if (n->want == WANT_NOTHING)
            continue;
        if (n->kind != NODE_ITEM) {
            want_children(t, n);
            continue;
        }
        uint32_t *room = arena_push(a, (void **)&c->predicates, &c->count, &capacity, sizeof *room);
        *room = n->predicate;
        n->eager = witness_of(p, n->predicate).exact;
    }
    if (c->count)
        sort_unique(c);
}

/* ------------------------------------------------------------ the order */

static double order_of_predicate(const struct predicates *p, const struct predicate *q)
{
    static const double costs[] = {
        [CHECK_EXACT] = 1,     [CHECK_PREFIX] = 1,   [CHECK_SUFFIX] = 1, [CHECK_CONTAINS] = 8,
        [CHECK_ANY] = 1,       [CHECK_TEXTS] = 10,   [CHECK_GLOB] = 40,  [CHECK_REGEX] = 100,
        [CHECK_CIDR] = 20,     [CHECK_COMPARE] = 10, [CHECK_NULL] = 1,   [CHECK_EXISTS] = 1,
        [CHECK_FIELDREF] = 30,
    };
    double sum = q->field == FIELD_KEYWORD ? 1000 : 0;

    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        for (uint32_t k = 0; k < range->count; k++)
            sum += costs[p->checks[range->first + k].kind];
    }
    return sum;
}

static int compare_order(const void *a, const void *b)
{
    const struct flat *x = a, *y = b;

    return (x->order > y->order) - (x->order < y->order);
}

/* Parents are sorted before their children are, and refer to them by range; so any order will do.
 */
static void sort_children(struct flat_tree *t, const struct predicates *p)
{
    for (uint32_t i = t->count; i-- > 0;) {
        struct flat *n = &t->nodes[i];
        if (n->kind == NODE_ITEM)
            n->order = n->eager ? 0 : order_of_predicate(p, &p->items[n->predicate]);
        for (uint32_t k = 0; k < n->child_count; k++)
            n->order += t->nodes[n->first_child + k].order;
        if (n->child_count > 1)
            qsort(&t->nodes[n->first_child], n->child_count, sizeof *n, compare_order);
    }
}

/* ------------------------------------------------------------ the steps */

/* A node at work, from its last child to its first: where to go when it is true, or false. */
struct frame {
    const struct flat *node;
    uint32_t left; /* children still to be visited */
    uint32_t on_true, on_false;
};

static uint32_t emit(struct rule_programs *programs, struct arena *a, const struct frame *f)
{
    uint32_t place = programs->count;
    struct step *room = arena_push(a, (void **)&programs->steps, &programs->count,
                                   &programs->capacity, sizeof *room);

    *room = (struct step){.predicate = f->node->predicate,
                          .on_true = f->node->negated ? f->on_false : f->on_true,
                          .on_false = f->node->negated ? f->on_true : f->on_false,
                          .eager = f->node->eager};
    return place;
}

static uint32_t emit_tree(struct rule_programs *programs, const struct flat_tree *t,
                          struct arena *a, struct arena *scratch)
{
    struct frame *stack = arena_array(scratch, t->depth, sizeof *stack);
    uint32_t depth = 0, entry = STEP_REJECT;

    stack[depth++] = (struct frame){t->nodes, t->nodes->child_count, STEP_ACCEPT, STEP_REJECT};
    while (depth) {
        struct frame *f = &stack[depth - 1];
        const struct flat *n = f->node;
        if (n->kind == NODE_ITEM) {
            entry = emit(programs, a, f);
            depth--;
            continue;
        }
        /* The child that was emitted last is where its left neighbour goes on. */
        bool first = f->left == n->child_count;
        if (!first && n->kind == NODE_AND)
            f->on_true = entry;
        if (!first && n->kind == NODE_OR)
            f->on_false = entry;
        if (f->left == 0) {
            if (n->kind != NODE_NOT)
                entry = n->kind == NODE_AND ? f->on_true : f->on_false;
            depth--;
            continue;
        }
        const struct flat *child = &t->nodes[n->first_child + --f->left];
        bool swap = n->kind == NODE_NOT;
        stack[depth++] = (struct frame){child, child->child_count, swap ? f->on_false : f->on_true,
                                        swap ? f->on_true : f->on_false};
    }
    return entry;
}

void rule_program_build(struct rule_programs *programs, struct predicates *p, uint32_t rule,
                        const struct sigma_node *expr, struct arena *a, struct arena *scratch,
                        struct rule_cover *ret)
{
    struct flat_tree t = {0};

    flatten(&t, scratch, p, expr);
    pick_cover(&t, p, scratch, ret);
    sort_children(&t, p);
    programs->entries[rule] = emit_tree(programs, &t, a, scratch);
}
