/*
 * A whole rule file: rules, filters, correlations and collections. What is
 * loaded keeps the promises of rule.h; what is not has a reason with a place.
 */
#include "sigma/ruleset.h"

#include "sigma/build.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_string(const struct sigma_string *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        enum sigma_part_kind kind = s->parts[i].kind;
        assert(kind != PART_PLACEHOLDER);
        assert(kind != PART_TEXT || s->parts[i].text.n > 0);
        assert(i == 0 || kind != s->parts[i - 1].kind || (kind != PART_TEXT && kind != PART_MANY));
    }
}

static void check_item(const struct sigma_item *item)
{
    assert(item && item->value_count > 0);
    for (uint32_t i = 0; i < item->value_count; i++) {
        assert(item->values[i].count > 0);
        for (uint32_t k = 0; k < item->values[i].count; k++)
            check_string(&item->values[i].tests[k].string);
    }
}

static void check_rule(const struct sigma_rule *rule)
{
    uint32_t count;
    struct sigma_node **nodes = sigma_node_list(rule->expr, &count);

    assert(rule->title.n && sigma_rule_identity(rule).n);
    for (uint32_t i = 0; i < count; i++) {
        assert(nodes[i]->kind != NODE_SELECTION);
        assert(nodes[i]->kind != NODE_NOT || nodes[i]->child_count == 1);
        if (nodes[i]->kind == NODE_ITEM)
            check_item(nodes[i]->item);
    }
    free(nodes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = ruleset_new();

    ruleset_load_text(rs, S("fuzz.yml"), (str){(const char *)data, size});
    ruleset_finish(rs);
    for (uint32_t i = 0; i < rs->count; i++)
        check_rule(rs->rules[i]);
    for (uint32_t i = 0; i < rs->refusal_count; i++) {
        const struct err *why = &rs->refusals[i].why;
        assert(why->code != ERR_NONE && why->line > 0 && why->file[0] && why->message[0]);
    }
    return 0;
}
