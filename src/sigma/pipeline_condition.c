/*
 * pipeline_condition.c - when a step of a processing pipeline applies: pySigma
 * documentation, "Conditions". Three sets a step, of the rule, of detection items
 * and of field names, must all hold. A set is a list linked by and/or, or a map
 * of names with an expression over them.
 */
#include "sigma/pipeline_step.h"

#include <stdlib.h>

#define CONDITION(name) extern const struct condition_type condition_##name;
#include "sigma/conditions.def"
#undef CONDITION

static const struct condition_type *const types[] = {
#define CONDITION(name) &condition_##name,
#include "sigma/conditions.def"
#undef CONDITION
};

const struct condition_type *condition_find(str name)
{
    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(name, str_from(types[i]->name)))
            return types[i];
    return NULL;
}

/* ------------------------------------------------------------ reading */

static const struct {
    str conditions, op, expression, negated;
    const char *what;
} keys[CONDITION_KIND_COUNT] = {
    [CONDITION_RULE] = {S("rule_conditions"), S("rule_cond_op"), S("rule_cond_expr"),
                        S("rule_cond_not"), "a rule"},
    [CONDITION_ITEM] = {S("detection_item_conditions"), S("detection_item_cond_op"),
                        S("detection_item_cond_expr"), S("detection_item_cond_not"),
                        "a detection item"},
    [CONDITION_FIELD] = {S("field_name_conditions"), S("field_name_cond_op"),
                         S("field_name_cond_expr"), S("field_name_cond_not"), "a field name"},
};

static bool fits(const struct condition_type *type, enum condition_kind kind)
{
    return kind == CONDITION_RULE   ? type->rule != NULL
           : kind == CONDITION_ITEM ? type->item != NULL
                                    : type->field != NULL;
}

static bool read_condition(struct preparing *p, const struct yaml_node *n, enum condition_kind kind,
                           struct condition *ret)
{
    static const str also[] = {S("type")};
    const struct yaml_node *type = n->kind == YAML_MAP ? yaml_get(n, S("type")) : NULL;

    if (!type || type->kind != YAML_SCALAR)
        return err_set_at(p->e, n->line, n->column, "a condition must be a map with a 'type'");
    ret->type = condition_find(type->text);
    if (!ret->type || !fits(ret->type, kind))
        return err_set_at(p->e, type->line, type->column,
                          "there is no condition '" STR_FMT "' of %s", STR_ARG(type->text),
                          keys[kind].what);
    if (!parameters_read(p, n, ret->type->name, ret->type->parameters, ret->type->parameter_count,
                         also, countof(also), &ret->call))
        return false;
    return !ret->type->prepare || ret->type->prepare(p, &ret->call);
}

static uint32_t place_of(struct sigma_node *const *list, uint32_t count, const struct sigma_node *n)
{
    uint32_t i = 0;

    while (i < count && list[i] != n)
        i++;
    assert(i < count);
    return i;
}

/* From a tree to an array in which parents come first. */
static bool flatten(struct preparing *p, struct sigma_node *root, const struct yaml_node *at,
                    struct condition_set *set)
{
    uint32_t count;
    struct sigma_node **list = sigma_node_list(root, &count);

    if (count > EXPRESSION_NODES_MAX) {
        free(list);
        return err_set_at(p->e, at->line, at->column, "the expression has more than %d parts",
                          EXPRESSION_NODES_MAX);
    }
    set->expression = arena_array(p->arena, count, sizeof *set->expression);
    set->expression_count = count;
    for (uint32_t i = 0; i < count; i++) {
        set->expression[i].kind = list[i]->kind;
        set->expression[i].condition = list[i]->selection;
        for (uint32_t k = 0; k < list[i]->child_count; k++)
            set->expression[place_of(list, count, list[i]->children[k])].parent = i;
    }
    free(list);
    return true;
}

static bool read_expression(struct preparing *p, const struct yaml_node *map,
                            const struct yaml_node *expression, struct condition_set *set)
{
    struct sigma_selection *names = arena_array(p->arena, map->count + 1, sizeof *names);

    if (map->kind != YAML_MAP)
        return err_set_at(p->e, expression->line, expression->column,
                          "an expression needs conditions with names: a map, not a list");
    if (expression->kind != YAML_SCALAR)
        return err_set_at(p->e, expression->line, expression->column,
                          "the expression must be a text");
    for (uint32_t i = 0; i < map->count; i++)
        names[i].name = map->pairs[i].key->text;
    struct sigma_node *root =
        condition_parse(expression->text, expression, names, map->count, p->arena, p->e);
    return root && flatten(p, root, expression, set);
}

static bool read_flag(struct preparing *p, const struct yaml_node *n, bool *ret)
{
    return !n || (n->kind == YAML_SCALAR && yaml_is_bool(n, ret)) ||
           err_set_at(p->e, n->line, n->column, "it must be true or false");
}

static bool read_operator(struct preparing *p, const struct yaml_node *n, bool *ret_any)
{
    if (n && (n->kind != YAML_SCALAR || (!str_eq(n->text, S("or")) && !str_eq(n->text, S("and")))))
        return err_set_at(p->e, n->line, n->column, "it must be 'and' or 'or'");
    *ret_any = n && str_eq(n->text, S("or"));
    return true;
}

bool conditions_read(struct preparing *p, const struct yaml_node *step, enum condition_kind kind,
                     struct condition_set *ret)
{
    const struct yaml_node *list = yaml_get(step, keys[kind].conditions);
    const struct yaml_node *op = yaml_get(step, keys[kind].op);
    const struct yaml_node *expression = yaml_get(step, keys[kind].expression);

    *ret = (struct condition_set){.kind = kind};
    if (!read_operator(p, op, &ret->any) ||
        !read_flag(p, yaml_get(step, keys[kind].negated), &ret->negated))
        return false;
    if (op && expression)
        return err_set_at(p->e, op->line, op->column,
                          "give an operator or an expression, not both");
    if (!list || yaml_is_null(list))
        return !expression || err_set_at(p->e, expression->line, expression->column,
                                         "the expression has no conditions");
    if (list->kind == YAML_SCALAR)
        return err_set_at(p->e, list->line, list->column, "conditions must be a list or a map");
    ret->items = arena_array(p->arena, list->count, sizeof *ret->items);
    ret->count = list->count;
    for (uint32_t i = 0; i < list->count; i++)
        if (!read_condition(p, list->kind == YAML_MAP ? list->pairs[i].value : list->items[i], kind,
                            &ret->items[i]))
            return false;
    return !expression || read_expression(p, list, expression, ret);
}

/* ------------------------------------------------------------ matching */

/* What is asked: a rule, an item or a name. */
struct subject {
    struct applying *x;
    const struct sigma_item *item;
    str name;
};

static bool holds(const struct subject *s, const struct condition_set *set, uint32_t i)
{
    const struct condition *c = &set->items[i];

    switch (set->kind) {
    case CONDITION_RULE:
        return c->type->rule(s->x, &c->call);
    case CONDITION_ITEM:
        return c->type->item(s->x, &c->call, s->item);
    default:
        return c->type->field(s->x, &c->call, s->name);
    }
}

/* Children before parents: from the end of the array to its beginning. */
static bool expression_holds(const struct subject *s, const struct condition_set *set)
{
    bool value[EXPRESSION_NODES_MAX];

    for (uint32_t i = 0; i < set->expression_count; i++)
        value[i] = set->expression[i].kind != NODE_OR;
    for (uint32_t i = set->expression_count; i-- > 0;) {
        const struct expression_node *n = &set->expression[i];
        bool truth = n->kind == NODE_SELECTION ? holds(s, set, n->condition) : value[i];
        if (i == 0)
            return truth;
        enum sigma_node_kind parent = set->expression[n->parent].kind;
        if (parent == NODE_NOT)
            value[n->parent] = !truth;
        else if (parent == NODE_AND)
            value[n->parent] = value[n->parent] && truth;
        else
            value[n->parent] = value[n->parent] || truth;
    }
    return true;
}

static bool set_holds(const struct subject *s, const struct condition_set *set)
{
    bool truth = !set->any;

    if (set->count == 0)
        return true;
    if (set->expression)
        return expression_holds(s, set) != set->negated;
    for (uint32_t i = 0; i < set->count && truth == !set->any; i++)
        truth = holds(s, set, i);
    return truth != set->negated;
}

bool conditions_match_rule(struct applying *x, const struct condition_set *set)
{
    return set_holds(&(struct subject){.x = x}, set);
}

bool conditions_match_item(struct applying *x, const struct condition_set *set,
                           const struct sigma_item *item)
{
    return set_holds(&(struct subject){.x = x, .item = item}, set);
}

bool conditions_match_name(struct applying *x, const struct condition_set *set, str name)
{
    return set_holds(&(struct subject){.x = x, .name = name}, set);
}

bool conditions_match_fields(struct applying *x, const struct condition_set *set,
                             const struct sigma_item *item)
{
    bool truth = conditions_match_name(x, set, item->field);

    for (uint32_t i = 0; !truth && i < item->value_count; i++)
        for (uint32_t k = 0; !truth && k < item->values[i].count; k++)
            truth = item->values[i].tests[k].op == SIGMA_FIELDREF &&
                    conditions_match_name(x, set, item->values[i].tests[k].pattern);
    return truth;
}
