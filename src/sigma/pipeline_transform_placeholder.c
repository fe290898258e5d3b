/*
 * pipeline_transform_placeholder.c - values for %name% (|expand) from pipelines.
 * `include` or `exclude` name the placeholders that a step handles; others wait
 * for later steps or for the values that the user gives.
 */
#include "sigma/pipeline_step.h"

#include "sigma/placeholder.h"

enum { INCLUDE, EXCLUDE };

static bool is_listed(const struct call *c, uint32_t parameter, str name)
{
    for (uint32_t i = 0; i < call_count(c, parameter); i++)
        if (str_eq(call_item(c, parameter, i), name))
            return true;
    return false;
}

static bool is_handled(const struct call *c, uint32_t include, str name)
{
    return c->values[include]       ? is_listed(c, include, name)
           : c->values[include + 1] ? !is_listed(c, include + 1, name)
                                    : true;
}

static bool check_exclusive(struct preparing *p, const struct call *c, uint32_t include)
{
    const struct yaml_node *n = c->values[include + 1];

    return !c->values[include] || !n ||
           err_set_at(p->e, n->line, n->column, "give 'include' or 'exclude', not both");
}

/* The names of the item's placeholders that the step handles, each once. */
static void collect(const struct applying *x, const struct call *c, uint32_t include,
                    const struct sigma_item *item, struct name_list *ret)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++) {
            const struct sigma_string *s = &item->values[i].tests[k].string;
            for (uint32_t n = 0; n < s->count; n++) {
                bool known = s->parts[n].kind != PART_PLACEHOLDER ||
                             !is_handled(c, include, s->parts[n].text);
                for (uint32_t m = 0; !known && m < ret->count; m++)
                    known = str_eq(ret->items[m], s->parts[n].text);
                if (!known)
                    name_list_add(ret, s->parts[n].text, x->arena);
            }
        }
}

/* ------------------------------------------------------------ wildcards */

static bool wildcard_prepare(struct preparing *p, struct call *c)
{
    return check_exclusive(p, c, INCLUDE);
}

static bool wildcard_placeholders_item(struct applying *x, const struct call *c,
                                       struct sigma_node *node, bool *ret_changed)
{
    struct placeholders set = {0};
    struct name_list names = {0};
    struct sigma_string *star = arena_alloc(x->arena, sizeof *star);

    collect(x, c, INCLUDE, node->item, &names);
    sigma_string_parse(S("*"), x->arena, star);
    for (uint32_t i = 0; i < names.count; i++)
        placeholders_add(&set, x->arena, names.items[i], star, 1);
    *ret_changed = names.count > 0;
    return placeholders_expand_item(&set, node->item, x->arena, x->e);
}

static const struct parameter include_parameters[] = {
    {S("include"), PARAMETER_TEXTS, false, {0}},
    {S("exclude"), PARAMETER_TEXTS, false, {0}},
};
const struct transformation transformation_wildcard_placeholders = {
    .name = "wildcard_placeholders",
    .parameters = include_parameters,
    .parameter_count = countof(include_parameters),
    .prepare = wildcard_prepare,
    .item = wildcard_placeholders_item,
};

/* ------------------------------------------------------------ variables of the pipeline */

static bool value_prepare(struct preparing *p, struct call *c)
{
    struct placeholders *set = arena_alloc(p->arena, sizeof *set);

    c->prepared = set;
    return check_exclusive(p, c, INCLUDE) &&
           (!p->vars || placeholders_read(set, p->vars, p->arena, p->e));
}

static bool value_placeholders_item(struct applying *x, const struct call *c,
                                    struct sigma_node *node, bool *ret_changed)
{
    struct placeholders set = {0};
    struct name_list names = {0};

    collect(x, c, INCLUDE, node->item, &names);
    for (uint32_t i = 0; i < names.count; i++) {
        const struct placeholder *found = placeholders_find(c->prepared, names.items[i]);
        if (found) /* else it waits for later steps and for the user's values */
            placeholders_add(&set, x->arena, found->name, found->values, found->count);
    }
    *ret_changed = set.count > 0;
    return placeholders_expand_item(&set, node->item, x->arena, x->e);
}

const struct transformation transformation_value_placeholders = {
    .name = "value_placeholders",
    .parameters = include_parameters,
    .parameter_count = countof(include_parameters),
    .prepare = value_prepare,
    .item = value_placeholders_item,
};

/* ------------------------------------------------------------ files */

enum { FILE_INCLUDE = 6 };

static bool file_prepare(struct preparing *p, struct call *c)
{
    struct placeholder *values = arena_alloc(p->arena, sizeof *values);

    c->prepared = values;
    return check_exclusive(p, c, FILE_INCLUDE) &&
           pipeline_file_values(p, c, &values->values, &values->count);
}

static bool file_placeholders_item(struct applying *x, const struct call *c,
                                   struct sigma_node *node, bool *ret_changed)
{
    const struct placeholder *values = c->prepared;
    struct placeholders set = {0};
    struct name_list names = {0};

    collect(x, c, FILE_INCLUDE, node->item, &names);
    for (uint32_t i = 0; i < names.count; i++)
        placeholders_add(&set, x->arena, names.items[i], values->values, values->count);
    *ret_changed = names.count > 0;
    return placeholders_expand_item(&set, node->item, x->arena, x->e);
}

static const struct parameter file_parameters[] = {
    {S("path"), PARAMETER_TEXT, true, {0}},
    {S("format"), PARAMETER_TEXT, false, S("plaintext csv json yaml")},
    {S("filter"), PARAMETER_TEXT, false, {0}},
    {S("csv_column"), PARAMETER_TEXT, false, {0}},
    {S("csv_has_header"), PARAMETER_BOOL, false, {0}},
    {S("jq_expression"), PARAMETER_TEXT, false, {0}},
    {S("include"), PARAMETER_TEXTS, false, {0}},
    {S("exclude"), PARAMETER_TEXTS, false, {0}},
};
const struct transformation transformation_file_placeholders = {
    .name = "file_placeholders",
    .parameters = file_parameters,
    .parameter_count = countof(file_parameters),
    .prepare = file_prepare,
    .item = file_placeholders_item,
};

/* ------------------------------------------------------------ what is not done here */

const struct transformation transformation_http_placeholders = {
    .name = "http_placeholders",
    .refusal = "loading rules never asks the network; put the values into a file and use "
               "file_placeholders",
};
const struct transformation transformation_command_placeholders = {
    .name = "command_placeholders",
    .refusal = "loading rules never runs a command; put the values into a file and use "
               "file_placeholders",
};

/* The pipeline is accepted for the rules that need none of it. */
static bool query_expression_placeholders_item(struct applying *x, const struct call *c,
                                               struct sigma_node *node, bool *ret_changed)
{
    struct name_list names = {0};

    (void)ret_changed;
    collect(x, c, INCLUDE, node->item, &names);
    return names.count == 0 ||
           err_set_at(x->e, node->item->line, node->item->column,
                      "the placeholder %%" STR_FMT "%% becomes an expression of a query language, "
                      "which only a database can evaluate; give its values",
                      STR_ARG(names.items[0]));
}

static const struct parameter query_expression_parameters[] = {
    {S("include"), PARAMETER_TEXTS, false, {0}},
    {S("exclude"), PARAMETER_TEXTS, false, {0}},
    {S("expression"), PARAMETER_TEXT, false, {0}},
    {S("mapping"), PARAMETER_MAP, false, {0}},
};
const struct transformation transformation_query_expression_placeholders = {
    .name = "query_expression_placeholders",
    .parameters = query_expression_parameters,
    .parameter_count = countof(query_expression_parameters),
    .prepare = wildcard_prepare,
    .item = query_expression_placeholders_item,
};
