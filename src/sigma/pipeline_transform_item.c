/*
 * pipeline_transform_item.c - transformations that put something else in the
 * place of a whole detection item.
 *
 * Several items become an OR of what each value gives (an AND where the item had
 * |all); a |neq stays around all of it. In a list of hashes the values whose
 * algorithm is not wanted are left out, as in pySigma; unlike there, wildcards
 * around a bare hash do not hide its length. extract_fields keeps a value that
 * its regex does not match.
 */
#include "sigma/pipeline_step.h"

#include "base/buf.h"

static bool drop_detection_item_item(struct applying *x, const struct call *c,
                                     struct sigma_node *node, bool *ret_changed)
{
    (void)x;
    (void)c;
    node->item->map_dropped = true;
    *ret_changed = true;
    return true;
}

const struct transformation transformation_drop_detection_item = {
    .name = "drop_detection_item",
    .item = drop_detection_item_item,
};

static bool detection_item_failure_item(struct applying *x, const struct call *c,
                                        struct sigma_node *node, bool *ret_changed)
{
    (void)ret_changed;
    return err_set_at(x->e, node->item->line, node->item->column, STR_FMT,
                      STR_ARG(c->values[0]->text));
}

static const struct parameter message_parameters[] = {{S("message"), PARAMETER_TEXT, true, {0}}};
const struct transformation transformation_detection_item_failure = {
    .name = "detection_item_failure",
    .parameters = message_parameters,
    .parameter_count = countof(message_parameters),
    .item = detection_item_failure_item,
};

/* ------------------------------------------------------------ many items in the place of one */

struct node_list {
    struct sigma_node **items;
    uint32_t count, capacity;
};

static void node_list_add(struct node_list *list, struct sigma_node *node, struct arena *a)
{
    struct sigma_node **room = arena_push(a, (void **)&list->items, &list->count, &list->capacity,
                                          sizeof(struct sigma_node *));
    *room = node;
}

static struct sigma_item *item_like(const struct sigma_item *old, str field, struct arena *a)
{
    struct sigma_item *item = sigma_item_new(a, field, S(""));

    item->line = old->line;
    item->column = old->column;
    item->all = old->all;
    return item;
}

static void replace_node(struct applying *x, struct sigma_node *node, const struct node_list *list)
{
    const struct sigma_item *old = node->item;
    bool negated = old->negated;
    struct sigma_node *group =
        sigma_node_group(x->arena, old->all ? NODE_AND : NODE_OR, list->items, list->count);

    *node = negated ? *sigma_node_not(x->arena, group) : *group;
}

static bool has_strings_only(const struct sigma_item *item)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            if (!test_is_string(&item->values[i].tests[k]))
                return false;
    return true;
}

/* ------------------------------------------------------------ hashes_fields */

enum { ALGORITHMS, FIELD_PREFIX, DROP_ALGORITHM };

static str without_stars(str s)
{
    while (s.n && s.p[0] == '*')
        s = str_from_at(s, 1);
    while (s.n && s.p[s.n - 1] == '*')
        s.n--;
    return s;
}

/* The algorithm of "*SHA1=ab*" and *ret_value "ab*"; empty when it cannot be told. */
static str algorithm_of(str value, str *ret_value)
{
    static const struct {
        size_t digits;
        str name;
    } lengths[] = {{32, S("MD5")}, {40, S("SHA1")}, {64, S("SHA256")}, {128, S("SHA512")}};
    str rest = value, head = str_cut(&rest, memchr(value.p, '|', value.n) ? '|' : '=');

    *ret_value = rest;
    if (rest.n)
        return without_stars(head);
    *ret_value = value;
    for (size_t i = 0; i < countof(lengths); i++)
        if (without_stars(value).n == lengths[i].digits)
            return lengths[i].name;
    return S("");
}

/* The wanted algorithm of that name, as the pipeline writes it; empty when it is not wanted. */
static str wanted_algorithm(const struct call *c, str name)
{
    for (uint32_t i = 0; name.n && i < call_count(c, ALGORITHMS); i++)
        if (str_ieq(call_item(c, ALGORITHMS, i), name))
            return call_item(c, ALGORITHMS, i);
    return S("");
}

static struct sigma_item *item_of_field(struct applying *x, struct node_list *list, str field,
                                        const struct sigma_item *like)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i]->item->field, field))
            return list->items[i]->item;
    struct sigma_item *item = item_like(like, field, x->arena);
    node_list_add(list, sigma_node_item(x->arena, item), x->arena);
    mark_copy(x, like, item);
    mark_add(x, item, (str){0});
    return item;
}

static void add_hash(struct applying *x, const struct call *c, struct node_list *list,
                     const struct sigma_item *old, const struct sigma_value *v,
                     const struct sigma_test *t)
{
    str hash, plain = sigma_string_text(&t->string, x->arena);
    str algorithm = plain.n ? wanted_algorithm(c, algorithm_of(plain, &hash)) : S("");

    if (!algorithm.n)
        return;
    struct sigma_test test = *t;
    sigma_string_parse(hash, x->arena, &test.string);
    str field = arena_printf(x->arena, STR_FMT STR_FMT, STR_ARG(call_text(c, FIELD_PREFIX, S(""))),
                             STR_ARG(call_bool(c, DROP_ALGORITHM) ? S("") : algorithm));
    sigma_item_add(item_of_field(x, list, field, old), x->arena, test, v->line, v->column);
}

static bool hashes_fields_item(struct applying *x, const struct call *c, struct sigma_node *node,
                               bool *ret_changed)
{
    const struct sigma_item *old = node->item;
    struct node_list list = {0};

    if (!has_strings_only(old))
        return true;
    for (uint32_t i = 0; i < old->value_count; i++)
        for (uint32_t k = 0; k < old->values[i].count; k++)
            add_hash(x, c, &list, old, &old->values[i], &old->values[i].tests[k]);
    if (list.count == 0)
        return err_set_at(x->e, old->line, old->column,
                          "none of the hashes is of an algorithm that the pipeline names");
    replace_node(x, node, &list);
    *ret_changed = true;
    return true;
}

static const struct parameter hashes_fields_parameters[] = {
    {S("valid_hash_algos"), PARAMETER_TEXTS, true, {0}},
    {S("field_prefix"), PARAMETER_TEXT, false, {0}},
    {S("drop_algo_prefix"), PARAMETER_BOOL, false, {0}},
};
static bool hashes_fields_prepare(struct preparing *p, struct call *c)
{
    return !call_bool(c, DROP_ALGORITHM) || call_text(c, FIELD_PREFIX, S("")).n ||
           err_set_at(p->e, c->node->line, c->node->column,
                      "'drop_algo_prefix' without 'field_prefix' leaves no name for the field");
}

const struct transformation transformation_hashes_fields = {
    .name = "hashes_fields",
    .parameters = hashes_fields_parameters,
    .parameter_count = countof(hashes_fields_parameters),
    .prepare = hashes_fields_prepare,
    .item = hashes_fields_item,
};

/* ------------------------------------------------------------ extract_fields */

enum { EXTRACT_REGEX, EXTRACT_PREFIX };

static bool extract_fields_prepare(struct preparing *p, struct call *c)
{
    struct regex *r = preparing_regex(p, c->values[EXTRACT_REGEX], true);
    bool named = false;

    if (!r)
        return false;
    c->regexes = arena_alloc(p->arena, sizeof(struct regex *));
    c->regexes[0] = r;
    c->regex_count = 1;
    for (uint32_t i = 1; i < regex_group_count(r) && i < REGEX_GROUPS_MAX; i++)
        named = named || regex_group_name(r, i).n;
    return named ||
           err_set_at(p->e, c->values[EXTRACT_REGEX]->line, c->values[EXTRACT_REGEX]->column,
                      "the regex has no named group (?P<name>...)");
}

/* An AND of one item for each named group that took part; NULL when the value does not match. */
static struct sigma_node *extract(struct applying *x, const struct call *c,
                                  const struct sigma_item *old, const struct sigma_value *v,
                                  const struct sigma_test *t)
{
    str groups[REGEX_GROUPS_MAX], plain = sigma_string_text(&t->string, x->arena);
    str prefix = call_text(c, EXTRACT_PREFIX, S(""));
    struct node_list list = {0};
    uint32_t count;

    if (regex_groups(c->regexes[0], x->regex, plain, 0, groups, &count) != REGEX_YES)
        return NULL;
    for (uint32_t i = 1; i < count; i++) {
        str name = regex_group_name(c->regexes[0], i);
        if (!name.n || !groups[i].p)
            continue;
        str field =
            prefix.n ? arena_printf(x->arena, STR_FMT "." STR_FMT, STR_ARG(prefix), STR_ARG(name))
                     : arena_str(x->arena, name);
        struct sigma_item *item = item_like(old, field, x->arena);
        struct sigma_test test = *t;
        sigma_string_parse(groups[i], x->arena, &test.string);
        sigma_item_add(item, x->arena, test, v->line, v->column);
        mark_copy(x, old, item);
        mark_add(x, item, (str){0});
        node_list_add(&list, sigma_node_item(x->arena, item), x->arena);
    }
    return list.count ? sigma_node_group(x->arena, NODE_AND, list.items, list.count) : NULL;
}

static bool extract_fields_item(struct applying *x, const struct call *c, struct sigma_node *node,
                                bool *ret_changed)
{
    const struct sigma_item *old = node->item;
    struct sigma_item *rest = item_like(old, old->field, x->arena);
    struct node_list list = {0};

    if (!has_strings_only(old))
        return true;
    for (uint32_t i = 0; i < old->value_count; i++)
        for (uint32_t k = 0; k < old->values[i].count; k++) {
            const struct sigma_value *v = &old->values[i];
            struct sigma_node *fields = extract(x, c, old, v, &v->tests[k]);
            if (fields)
                node_list_add(&list, fields, x->arena);
            else
                sigma_item_add(rest, x->arena, v->tests[k], v->line, v->column);
        }
    if (list.count == 0)
        return true;
    if (rest->value_count)
        node_list_add(&list, sigma_node_item(x->arena, rest), x->arena);
    replace_node(x, node, &list);
    *ret_changed = true;
    return true;
}

static const struct parameter extract_fields_parameters[] = {
    {S("regex"), PARAMETER_TEXT, true, {0}},
    {S("field_prefix"), PARAMETER_TEXT, false, {0}},
};
const struct transformation transformation_extract_fields = {
    .name = "extract_fields",
    .parameters = extract_fields_parameters,
    .parameter_count = countof(extract_fields_parameters),
    .prepare = extract_fields_prepare,
    .item = extract_fields_item,
};
