/* pipeline_condition_item.c - conditions of detection items and of the names of fields. */
#include "sigma/pipeline_step.h"

/* ------------------------------------------------------------ values */

/* any (the default) or all of an item's values, by a test of one value. */
static bool
any_or_all(struct applying *x, const struct call *c, uint32_t cond, const struct sigma_item *item,
           bool (*holds)(struct applying *, const struct call *, const struct sigma_test *))
{
    bool all = str_eq(call_text(c, cond, S("any")), S("all"));

    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            if (holds(x, c, &item->values[i].tests[k]) != all)
                return !all;
    return all;
}

static bool match_string_prepare(struct preparing *p, struct call *c)
{
    struct regex *r = preparing_regex(p, c->values[0], true);

    c->regexes = arena_alloc(p->arena, sizeof(struct regex *));
    c->regexes[0] = r;
    c->regex_count = 1;
    return r != NULL;
}

static bool match_string_test(struct applying *x, const struct call *c, const struct sigma_test *t)
{
    bool found = test_is_string(t) &&
                 regex_search(c->regexes[0], x->regex, sigma_string_plain(&t->string, x->arena)) ==
                     REGEX_YES;

    return found != call_bool(c, 2);
}

static bool match_string_item(struct applying *x, const struct call *c,
                              const struct sigma_item *item)
{
    return any_or_all(x, c, 1, item, match_string_test);
}

static const struct parameter match_string_parameters[] = {
    {S("pattern"), PARAMETER_TEXT, true, {0}},
    {S("cond"), PARAMETER_TEXT, false, S("any all")},
    {S("negate"), PARAMETER_BOOL, false, {0}},
};
const struct condition_type condition_match_string = {
    .name = "match_string",
    .parameters = match_string_parameters,
    .parameter_count = countof(match_string_parameters),
    .prepare = match_string_prepare,
    .item = match_string_item,
};

static bool match_value_test(struct applying *x, const struct call *c, const struct sigma_test *t)
{
    (void)x;
    if (yaml_is_null(c->values[0]))
        return t->op == SIGMA_NULL;
    return t->op == SIGMA_MATCH &&
           str_eq(sigma_string_plain(&t->string, x->arena), c->values[0]->text);
}

static bool match_value_item(struct applying *x, const struct call *c,
                             const struct sigma_item *item)
{
    return any_or_all(x, c, 1, item, match_value_test);
}

static const struct parameter match_value_parameters[] = {
    {S("value"), PARAMETER_TEXT, true, {0}},
    {S("cond"), PARAMETER_TEXT, false, S("any all")},
};
const struct condition_type condition_match_value = {
    .name = "match_value",
    .parameters = match_value_parameters,
    .parameter_count = countof(match_value_parameters),
    .item = match_value_item,
};

static bool contains_wildcard_test(struct applying *x, const struct call *c,
                                   const struct sigma_test *t)
{
    (void)x;
    (void)c;
    return test_is_string(t) &&
           (sigma_string_has(&t->string, PART_MANY) || sigma_string_has(&t->string, PART_ONE));
}

static bool contains_wildcard_item(struct applying *x, const struct call *c,
                                   const struct sigma_item *item)
{
    return any_or_all(x, c, 0, item, contains_wildcard_test);
}

static const struct parameter cond_parameters[] = {
    {S("cond"), PARAMETER_TEXT, false, S("any all")},
};
const struct condition_type condition_contains_wildcard = {
    .name = "contains_wildcard",
    .parameters = cond_parameters,
    .parameter_count = countof(cond_parameters),
    .item = contains_wildcard_item,
};

static bool is_null_test(struct applying *x, const struct call *c, const struct sigma_test *t)
{
    (void)x;
    (void)c;
    return t->op == SIGMA_NULL;
}

static bool is_null_item(struct applying *x, const struct call *c, const struct sigma_item *item)
{
    return any_or_all(x, c, 0, item, is_null_test);
}

const struct condition_type condition_is_null = {
    .name = "is_null",
    .parameters = cond_parameters,
    .parameter_count = countof(cond_parameters),
    .item = is_null_item,
};

/* ------------------------------------------------------------ names of fields */

static bool fields_prepare(struct preparing *p, struct call *c)
{
    const struct yaml_node *fields = c->values[0];

    if (!str_eq(call_text(c, 1, S("plain")), S("re")))
        return true;
    c->regex_count = call_count(c, 0);
    c->regexes = arena_array(p->arena, c->regex_count, sizeof(struct regex *));
    for (uint32_t i = 0; i < c->regex_count; i++) {
        c->regexes[i] =
            preparing_regex(p, fields->kind == YAML_LIST ? fields->items[i] : fields, true);
        if (!c->regexes[i])
            return false;
    }
    return true;
}

static bool include_fields_field(struct applying *x, const struct call *c, str name)
{
    if (name.n == 0) /* keywords have none */
        return false;
    for (uint32_t i = 0; i < c->regex_count; i++)
        if (regex_search(c->regexes[i], x->regex, name) == REGEX_YES)
            return true;
    for (uint32_t i = 0, n = c->regex_count ? 0 : call_count(c, 0); i < n; i++)
        if (str_eq(call_item(c, 0, i), name))
            return true;
    return false;
}

static bool exclude_fields_field(struct applying *x, const struct call *c, str name)
{
    return !include_fields_field(x, c, name);
}

static const struct parameter fields_parameters[] = {
    {S("fields"), PARAMETER_TEXTS, true, {0}},
    {S("mode"), PARAMETER_TEXT, false, S("plain re")},
};
const struct condition_type condition_include_fields = {
    .name = "include_fields",
    .parameters = fields_parameters,
    .parameter_count = countof(fields_parameters),
    .prepare = fields_prepare,
    .field = include_fields_field,
};
const struct condition_type condition_exclude_fields = {
    .name = "exclude_fields",
    .parameters = fields_parameters,
    .parameter_count = countof(fields_parameters),
    .prepare = fields_prepare,
    .field = exclude_fields_field,
};
