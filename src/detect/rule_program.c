/*
 * rule_program.c - from what is open of a condition to a cover and to steps.
 *
 * Children stand behind their parents: what flows up is computed from the
 * array's end, what flows down from its beginning, and nothing recurses.
 */
#include "detect/rule_program.h"

#include "base/order.h"
#include "detect/witness.h"

#include <stdlib.h>

enum want { WANT_NOTHING, WANT_TRUE, WANT_FALSE };

/* ------------------------------------------------------------ the cover */

struct price {
    double when_true, when_false; /* of a cover for the node's being true, or false */
    enum want want;               /* what the cover needs of it */
};

static double sum_of(double a, double b)
{
    return a >= WITNESS_COST_NONE || b >= WITNESS_COST_NONE ? WITNESS_COST_NONE : a + b;
}

static double least_of(double a, double b)
{
    return a < b ? a : b;
}

static struct price price_join(const struct tree_node *n, const struct price *children)
{
    bool all = n->kind == NODE_AND;
    struct price sum = {0, 0, WANT_NOTHING},
                 least = {WITNESS_COST_NONE, WITNESS_COST_NONE, WANT_NOTHING};

    if (n->kind == NODE_NOT)
        return (struct price){children[0].when_false, children[0].when_true, WANT_NOTHING};
    for (uint32_t i = 0; i < n->child_count; i++) {
        sum.when_true = sum_of(sum.when_true, children[i].when_true);
        sum.when_false = sum_of(sum.when_false, children[i].when_false);
        least.when_true = least_of(least.when_true, children[i].when_true);
        least.when_false = least_of(least.when_false, children[i].when_false);
    }
    return (struct price){all ? least.when_true : sum.when_true,
                          all ? sum.when_false : least.when_false, WANT_NOTHING};
}

static struct price price_item(const struct tree_node *n, const struct predicates *p)
{
    double cost = witness_of(p, n->predicate).cost;

    return n->negated ? (struct price){WITNESS_COST_NONE, cost, WANT_NOTHING}
                      : (struct price){cost, WITNESS_COST_NONE, WANT_NOTHING};
}

static double cost_for(const struct price *p, enum want want)
{
    return want == WANT_TRUE ? p->when_true : p->when_false;
}

/* Hands what is wanted of a node down to its children: to all of them, or to the cheapest. */
static void want_children(const struct tree_node *n, enum want want, struct price *children)
{
    bool all = n->kind == NODE_OR ? want == WANT_TRUE : want == WANT_FALSE;
    uint32_t best = 0;

    if (n->kind == NODE_NOT) {
        children[0].want = want == WANT_TRUE ? WANT_FALSE : WANT_TRUE;
        return;
    }
    for (uint32_t i = 0; i < n->child_count; i++) {
        if (all)
            children[i].want = want;
        if (cost_for(&children[i], want) < cost_for(&children[best], want))
            best = i;
    }
    if (!all)
        children[best].want = want;
}

static void sort_unique(struct rule_cover *c)
{
    uint32_t n = 0;

    sort_u32(c->predicates, c->count);
    for (uint32_t i = 0; i < c->count; i++)
        if (i == 0 || c->predicates[i] != c->predicates[i - 1])
            c->predicates[n++] = c->predicates[i];
    c->count = n;
}

void rule_cover_pick(const struct open_tree *tree, const struct predicates *p, struct arena *a,
                     struct rule_cover *ret)
{
    struct price *prices = arena_array(a, tree->count, sizeof *prices);

    *ret = (struct rule_cover){.predicates = arena_array(a, tree->count, sizeof *ret->predicates)};
    for (uint32_t i = tree->count; i-- > 0;) {
        const struct tree_node *n = &tree->nodes[i];
        prices[i] =
            n->kind == NODE_ITEM ? price_item(n, p) : price_join(n, prices + n->first_child);
    }
    if (prices[0].when_true >= WITNESS_COST_NONE)
        return;
    ret->exists = true;
    prices[0].want = WANT_TRUE;
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct tree_node *n = &tree->nodes[i];
        if (prices[i].want == WANT_NOTHING)
            continue;
        if (n->kind == NODE_ITEM)
            ret->predicates[ret->count++] = n->predicate;
        else
            want_children(n, prices[i].want, prices + n->first_child);
    }
    sort_unique(ret);
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

/* A node and what it costs to find out whether it is true, of equal costs in the rule's order. */
struct ordered {
    struct tree_node node;
    double cost;
    uint32_t place;
};

static int compare_ordered(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    if (x->cost != y->cost)
        return (x->cost > y->cost) - (x->cost < y->cost);
    return (x->place > y->place) - (x->place < y->place);
}

/* Children refer to theirs by range, and stand behind their parents; so any order of siblings will
 * do. */
static void sort_children(struct open_tree *t, const struct predicates *p,
                          const struct predicate_numbers *numbers, struct arena *scratch)
{
    double *costs = arena_array(scratch, t->count, sizeof *costs);
    struct ordered *row = arena_array(scratch, t->count, sizeof *row);

    for (uint32_t i = t->count; i-- > 0;) {
        const struct tree_node *n = &t->nodes[i];
        if (n->kind == NODE_ITEM && !numbers->indexed[n->predicate])
            costs[i] = order_of_predicate(p, &p->items[n->predicate]);
        for (uint32_t k = 0; k < n->child_count; k++) {
            row[k] = (struct ordered){t->nodes[n->first_child + k], costs[n->first_child + k], k};
            costs[i] += costs[n->first_child + k];
        }
        if (n->child_count > 1)
            qsort(row, n->child_count, sizeof *row, compare_ordered);
        for (uint32_t k = 0; k < n->child_count; k++)
            t->nodes[n->first_child + k] = row[k].node;
    }
}

/* ------------------------------------------------------------ the steps */

/* A node at work, from its last child to its first: where to go when it is true, or false. */
struct frame {
    const struct tree_node *node;
    uint32_t left; /* children still to be visited */
    uint32_t on_true, on_false;
};

static uint32_t number_of(struct predicate_numbers *numbers, uint32_t predicate)
{
    if (numbers->of[predicate] == 0) {
        numbers->places[numbers->count++] = predicate;
        numbers->of[predicate] = numbers->count;
    }
    return numbers->of[predicate] - 1;
}

static uint32_t emit(struct rule_programs *programs, struct predicate_numbers *numbers,
                     struct arena *a, const struct frame *f)
{
    uint32_t place = programs->count;
    struct step *room = arena_push(a, (void **)&programs->steps, &programs->count,
                                   &programs->capacity, sizeof *room);

    *room = (struct step){.predicate = number_of(numbers, f->node->predicate),
                          .on_true = f->node->negated ? f->on_false : f->on_true,
                          .on_false = f->node->negated ? f->on_true : f->on_false};
    return place;
}

uint32_t rule_program_emit(struct rule_programs *programs, struct open_tree *t,
                           const struct predicates *p, struct predicate_numbers *numbers,
                           struct arena *a, struct arena *scratch)
{
    struct frame *stack = arena_array(scratch, t->depth, sizeof *stack);
    uint32_t depth = 0, entry = STEP_REJECT;

    sort_children(t, p, numbers, scratch);
    stack[depth++] = (struct frame){t->nodes, t->nodes->child_count, STEP_ACCEPT, STEP_REJECT};
    while (depth) {
        struct frame *f = &stack[depth - 1];
        const struct tree_node *n = f->node;
        if (n->kind == NODE_ITEM) {
            entry = emit(programs, numbers, a, f);
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
        const struct tree_node *child = &t->nodes[n->first_child + --f->left];
        bool swap = n->kind == NODE_NOT;
        stack[depth++] = (struct frame){child, child->child_count, swap ? f->on_false : f->on_true,
                                        swap ? f->on_true : f->on_false};
    }
    return entry;
}
