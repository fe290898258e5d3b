/* compiled_rules.c - see compiled_rules.h. */
#include "detect/compiled_rules.h"

#include "base/mem.h"

#include <stdlib.h>

struct compiled_rules *compiled_rules_new(const struct ruleset *rs, const struct profile *profile)
{
    struct compiled_rules *c = mem_alloc(sizeof *c);

    c->arena = arena_new(1 << 20);
    c->rule_count = c->trees.rule_count = rs->count;
    predicates_init(&c->predicates);
    c->trees.rules = arena_array(c->arena, rs->count, sizeof *c->trees.rules);
    for (uint32_t i = 0; i < rs->count; i++)
        rule_trees_add(&c->trees, &c->predicates, i, rs->rules[i]->expr, c->arena);
    predicates_finish(&c->predicates, profile);
    return c;
}

void compiled_rules_free(struct compiled_rules *c)
{
    if (!c)
        return;
    predicates_done(&c->predicates);
    arena_free(c->arena);
    free(c);
}
