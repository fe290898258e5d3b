/*
 * pipeline_condition_rule.c - conditions of whole rules, and those that ask what
 * earlier steps have done.
 *
 * Differences from pySigma, where it raises an error while converting: an
 * attribute that cannot be compared that way makes the condition false, and
 * dates compare as texts, which for yyyy-mm-dd is the same.
 */
#include "sigma/pipeline_step.h"

#include <stdlib.h>

/* ------------------------------------------------------------ comparing */

static bool compare(double order, str op)
{
    static const struct {
        str name;
        bool less, equal, greater;
    } rows[] = {
        {S("eq"), false, true, false}, {S("ne"), true, false, true},  {S("gte"), false, true, true},
        {S("gt"), false, false, true}, {S("lte"), true, true, false}, {S("lt"), true, false, false},
    };
    for (size_t i = 0; i < countof(rows); i++)
        if (str_eq(rows[i].name, op))
            return order < 0 ? rows[i].less : order > 0 ? rows[i].greater : rows[i].equal;
    return false;
}

/* ------------------------------------------------------------ logsource */

static bool logsource_rule(struct applying *x, const struct call *c)
{
    const struct logsource *have = &x->rule->logsource;
    const str values[] = {have->category, have->product, have->service};

    for (uint32_t i = 0; i < countof(values); i++)
        if (c->values[i] && !str_ieq(c->values[i]->text, values[i]))
            return false;
    return true;
}

static bool logsource_prepare(struct preparing *p, struct call *c)
{
    return c->values[0] || c->values[1] || c->values[2] ||
           err_set_at(p->e, c->node->line, c->node->column,
                      "'logsource' needs a category, a product or a service");
}

static const struct parameter logsource_parameters[] = {
    {S("category"), PARAMETER_TEXT, false, {0}},
    {S("product"), PARAMETER_TEXT, false, {0}},
    {S("service"), PARAMETER_TEXT, false, {0}},
};
const struct condition_type condition_logsource = {
    .name = "logsource",
    .parameters = logsource_parameters,
    .parameter_count = countof(logsource_parameters),
    .prepare = logsource_prepare,
    .rule = logsource_rule,
};

/* ------------------------------------------------------------ what the rule holds */

static bool same_value(const struct sigma_test *a, const struct sigma_test *b, struct arena *arena)
{
    if (a->op != b->op || (a->op != SIGMA_MATCH && a->op != SIGMA_NULL))
        return false;
    return a->op == SIGMA_NULL ||
           str_eq(sigma_string_text(&a->string, arena), sigma_string_text(&b->string, arena));
}

static bool item_has(const struct sigma_item *item, const struct sigma_test *wanted,
                     struct arena *arena)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            if (same_value(&item->values[i].tests[k], wanted, arena))
                return true;
    return false;
}

static bool node_has(struct sigma_node *root, str field, const struct sigma_test *wanted,
                     struct arena *arena)
{
    uint32_t count;
    struct sigma_node **list = sigma_node_list(root, &count);
    bool found = false;

    for (uint32_t i = 0; !found && i < count; i++)
        found = list[i]->kind == NODE_ITEM && !list[i]->item->map_dropped &&
                str_eq(list[i]->item->field, field) &&
                (!wanted || item_has(list[i]->item, wanted, arena));
    free(list);
    return found;
}

static bool rule_has(const struct applying *x, str field, const struct sigma_test *wanted)
{
    for (uint32_t i = 0; i < x->rule->selection_count; i++)
        if (node_has(x->rule->selections[i].node, field, wanted, x->arena))
            return true;
    return false;
}

static bool contains_detection_item_prepare(struct preparing *p, struct call *c)
{
    struct sigma_test *wanted = arena_alloc(p->arena, sizeof *wanted);

    *wanted = test_of_scalar(c->values[1], false, p->arena);
    c->prepared = wanted;
    return true;
}

static bool contains_detection_item_rule(struct applying *x, const struct call *c)
{
    return rule_has(x, c->values[0]->text, c->prepared);
}

static const struct parameter contains_detection_item_parameters[] = {
    {S("field"), PARAMETER_TEXT, true, {0}},
    {S("value"), PARAMETER_TEXT, true, {0}},
};
const struct condition_type condition_contains_detection_item = {
    .name = "contains_detection_item",
    .parameters = contains_detection_item_parameters,
    .parameter_count = countof(contains_detection_item_parameters),
    .prepare = contains_detection_item_prepare,
    .rule = contains_detection_item_rule,
};

static bool contains_field_rule(struct applying *x, const struct call *c)
{
    return rule_has(x, c->values[0]->text, NULL);
}

static const struct parameter contains_field_parameters[] = {
    {S("field"), PARAMETER_TEXT, true, {0}},
};
const struct condition_type condition_contains_field = {
    .name = "contains_field",
    .parameters = contains_field_parameters,
    .parameter_count = countof(contains_field_parameters),
    .rule = contains_field_rule,
};

/* ------------------------------------------------------------ kinds, attributes, tags */

static bool is_sigma_rule_rule(struct applying *x, const struct call *c)
{
    (void)x;
    (void)c;
    return true;
}

static bool is_sigma_correlation_rule_rule(struct applying *x, const struct call *c)
{
    (void)x;
    (void)c;
    return false; /* pipelines are applied to detection rules only */
}

const struct condition_type condition_is_sigma_rule = {
    .name = "is_sigma_rule",
    .rule = is_sigma_rule_rule,
};
const struct condition_type condition_is_sigma_correlation_rule = {
    .name = "is_sigma_correlation_rule",
    .rule = is_sigma_correlation_rule_rule,
};

static bool compare_list(const struct yaml_node *list, str value, str op)
{
    bool found = false;

    for (uint32_t i = 0; !found && i < list->count; i++)
        found = list->items[i]->kind == YAML_SCALAR && str_eq(list->items[i]->text, value);
    if (str_eq(op, S("in")))
        return found;
    if (str_eq(op, S("not_in")))
        return !found;
    return str_eq(op, S("ne")); /* a list never equals one value */
}

static bool compare_scalar(const struct yaml_node *have, const struct yaml_node *wanted, str op)
{
    double a, b;

    if (yaml_is_number(have, &a))
        return yaml_is_number(wanted, &b) && compare(a < b ? -1 : a > b, op);
    return compare(str_cmp(have->text, wanted->text), op);
}

/* level and status have an order of their own; all else is in the YAML. */
static bool rule_attribute_rule(struct applying *x, const struct call *c)
{
    str name = c->values[0]->text, op = call_text(c, 2, S("eq"));
    enum sigma_level level;
    enum sigma_status status;

    if (str_eq(name, S("level")))
        return x->rule->level != LEVEL_NONE && sigma_level_parse(c->values[1]->text, &level) &&
               compare((double)x->rule->level - (double)level, op);
    if (str_eq(name, S("status")))
        return x->rule->status != STATUS_NONE && sigma_status_parse(c->values[1]->text, &status) &&
               compare((double)x->rule->status - (double)status, op);
    const struct yaml_node *have = x->rule->root ? yaml_get(x->rule->root, name) : NULL;
    if (!have || have->kind == YAML_MAP)
        return false;
    return have->kind == YAML_LIST ? compare_list(have, c->values[1]->text, op)
                                   : compare_scalar(have, c->values[1], op);
}

static bool rule_attribute_prepare(struct preparing *p, struct call *c)
{
    const struct yaml_node *name = c->values[0], *value = c->values[1];
    enum sigma_level level;
    enum sigma_status status;

    if ((str_eq(name->text, S("level")) && !sigma_level_parse(value->text, &level)) ||
        (str_eq(name->text, S("status")) && !sigma_status_parse(value->text, &status)))
        return err_set_at(p->e, value->line, value->column, "there is no " STR_FMT " '" STR_FMT "'",
                          STR_ARG(name->text), STR_ARG(value->text));
    return true;
}

static const struct parameter rule_attribute_parameters[] = {
    {S("attribute"), PARAMETER_TEXT, true, {0}},
    {S("value"), PARAMETER_TEXT, true, {0}},
    {S("op"), PARAMETER_TEXT, false, S("eq ne gte gt lte lt in not_in")},
};
const struct condition_type condition_rule_attribute = {
    .name = "rule_attribute",
    .parameters = rule_attribute_parameters,
    .parameter_count = countof(rule_attribute_parameters),
    .prepare = rule_attribute_prepare,
    .rule = rule_attribute_rule,
};

static bool tag_rule(struct applying *x, const struct call *c)
{
    for (uint32_t i = 0; i < x->rule->tag_count; i++)
        if (str_ieq(x->rule->tags[i], c->values[0]->text))
            return true;
    return false;
}

static const struct parameter tag_parameters[] = {{S("tag"), PARAMETER_TEXT, true, {0}}};
const struct condition_type condition_tag = {
    .name = "tag",
    .parameters = tag_parameters,
    .parameter_count = countof(tag_parameters),
    .rule = tag_rule,
};

/* ------------------------------------------------------------ what has been done */

static bool applied_rule(struct applying *x, const struct call *c)
{
    return mark_has(x, x->rule, (str){0}, c->values[0]->text);
}

static bool applied_item(struct applying *x, const struct call *c, const struct sigma_item *item)
{
    return mark_has(x, item, (str){0}, c->values[0]->text);
}

static bool applied_field(struct applying *x, const struct call *c, str name)
{
    return mark_has(x, NULL, name, c->values[0]->text);
}

static const struct parameter applied_parameters[] = {
    {S("processing_item_id"), PARAMETER_TEXT, true, {0}},
};
const struct condition_type condition_processing_item_applied = {
    .name = "processing_item_applied",
    .parameters = applied_parameters,
    .parameter_count = countof(applied_parameters),
    .rule = applied_rule,
    .item = applied_item,
    .field = applied_field,
};

static bool state_rule(struct applying *x, const struct call *c)
{
    for (uint32_t i = 0; i < x->state_count; i++)
        if (str_eq(x->states[i].key, c->values[0]->text))
            return x->states[i].value->kind == YAML_SCALAR &&
                   compare_scalar(x->states[i].value, c->values[1], call_text(c, 2, S("eq")));
    return false;
}

static bool state_item(struct applying *x, const struct call *c, const struct sigma_item *item)
{
    (void)item;
    return state_rule(x, c);
}

static bool state_field(struct applying *x, const struct call *c, str name)
{
    (void)name;
    return state_rule(x, c);
}

static const struct parameter state_parameters[] = {
    {S("key"), PARAMETER_TEXT, true, {0}},
    {S("val"), PARAMETER_TEXT, true, {0}},
    {S("op"), PARAMETER_TEXT, false, S("eq ne gte gt lte lt")},
};
const struct condition_type condition_processing_state = {
    .name = "processing_state",
    .parameters = state_parameters,
    .parameter_count = countof(state_parameters),
    .rule = state_rule,
    .item = state_item,
    .field = state_field,
};
