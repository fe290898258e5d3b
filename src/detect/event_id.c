/* event_id.c - see event_id.h. */
#include "detect/event_id.h"

#include "detect/rule_fold.h"

const str event_id_name = S("EventID");
const str event_id_other = S("\xFF");

bool event_id_read(str text, uint32_t *ret)
{
    uint32_t number = 0;

    if (text.n == 0 || text.n > EVENT_ID_DIGITS_MAX || (text.p[0] == '0' && text.n > 1))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(text.p[i] - '0');
    }
    *ret = number;
    return true;
}

void event_id_each(const struct rule_trees *t, uint32_t rule, const struct predicates *p,
                   uint32_t field, void (*take)(void *ctx, str text), void *ctx)
{
    const struct rule_tree *tree = &t->rules[rule];

    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *n = &t->nodes[tree->first_node + i];
        if (n->kind != NODE_ITEM || p->items[n->predicate].field != field ||
            !predicate_is_foldable(p, n->predicate))
            continue;
        const struct predicate *q = &p->items[n->predicate];
        for (uint32_t k = 0; k < q->value_count; k++) {
            const struct check_range *range = &p->values[q->first_value + k];
            for (uint32_t j = range->first; j < range->first + range->count; j++)
                take(ctx, p->checks[j].text);
        }
    }
}
