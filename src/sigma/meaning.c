#include "sigma/meaning.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 0x746F63 }; /* the same in every run: a table it is not */

static uint64_t with(uint64_t hash, uint64_t number)
{
    return hash_mix(hash, number);
}

static uint64_t with_str(uint64_t hash, str s)
{
    return hash_mix(hash, hash64(s, SEED));
}

static uint64_t with_strs(uint64_t hash, const str *list, uint32_t count)
{
    hash = with(hash, count);
    for (uint32_t i = 0; i < count; i++)
        hash = with_str(hash, list[i]);
    return hash;
}

static uint64_t with_number(uint64_t hash, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    return with(hash, bits);
}

static uint64_t with_test(uint64_t hash, const struct sigma_test *t)
{
    hash = with(hash, (uint64_t)t->op << 32 | (uint64_t)t->scalar << 16 | t->regex_flags);
    hash = with(hash, (uint64_t)t->cased | (uint64_t)t->wanted << 1 | (uint64_t)t->ref_starts << 2 |
                          (uint64_t)t->ref_ends << 3);
    hash = with(hash, (uint64_t)t->compare << 32 | t->time_part);
    hash = with_number(with_str(hash, t->pattern), t->number);
    for (uint32_t i = 0; i < t->string.count; i++)
        hash = with_str(with(hash, t->string.parts[i].kind), t->string.parts[i].text);
    return hash;
}

static uint64_t with_item(uint64_t hash, const struct sigma_item *item)
{
    hash = with_str(hash, item->field);
    hash = with(hash, (uint64_t)item->value_count << 2 | (uint64_t)item->all << 1 | item->negated);
    for (uint32_t i = 0; i < item->value_count; i++) {
        const struct sigma_value *v = &item->values[i];
        hash = with(hash, v->count);
        for (uint32_t k = 0; k < v->count; k++)
            hash = with_test(hash, &v->tests[k]);
    }
    return hash;
}

static uint64_t with_tree(uint64_t hash, struct sigma_node *root)
{
    uint32_t count = 0;
    struct sigma_node **list = root ? sigma_node_list(root, &count) : NULL;

    for (uint32_t i = 0; i < count; i++) {
        const struct sigma_node *n = list[i];
        hash = with(hash, (uint64_t)n->kind << 32 | n->child_count);
        if (n->kind == NODE_SELECTION)
            hash = with(hash, n->selection);
        if (n->kind == NODE_ITEM)
            hash = with_item(hash, n->item);
    }
    free(list);
    return hash;
}

uint64_t rule_meaning(const struct sigma_rule *rule)
{
    const str source[] = {rule->logsource.product, rule->logsource.category,
                          rule->logsource.service};

    return with_tree(with_strs(1, source, countof(source)), rule->expr);
}

uint64_t correlation_meaning(const struct sigma_correlation *c)
{
    uint64_t hash = with(2, c->type);

    hash = with(with(with(hash, (uint64_t)c->timespan_ns), (uint64_t)c->gap_ns), c->window);
    hash = with_strs(hash, c->group_by, c->group_count);
    hash = with_strs(hash, c->fields, c->field_count);
    hash = with_number(with(hash, c->bound_count), c->percentile);
    for (uint32_t i = 0; i < c->bound_count; i++)
        hash = with_number(with(hash, c->bounds[i].op), c->bounds[i].number);
    for (uint32_t i = 0; i < c->rule_count; i++) {
        const struct correlation_reference *r = &c->rules[i];
        hash = with(hash, (uint64_t)r->role << 32 | (uint64_t)r->runs << 1 | r->fork);
        hash = with_strs(hash, c->members[i].group, c->members[i].group_count);
    }
    return with_tree(hash, c->condition);
}
