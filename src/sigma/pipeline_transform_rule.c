/* pipeline_transform_rule.c - transformations of the rule as a whole. */
#include "sigma/pipeline_step.h"

#include "base/buf.h"

/* ------------------------------------------------------------ add_condition */

enum { CONDITIONS, CONDITION_NAME, TEMPLATE, NEGATED };
enum { TEMPLATE_BYTES_MAX = 64 * 1024 };

/* $category, ${product} and so on, as Python's string.Template: `$$` is a dollar sign, and what is
 * not known stays. */
static str fill_template(struct applying *x, str text)
{
    const struct logsource *ls = &x->rule->logsource;
    const struct {
        str name, value;
    } known[] = {
        {S("category"), ls->category}, {S("product"), ls->product}, {S("service"), ls->service}};
    struct buf out CLEANUP(buf_done) = buf_make(TEMPLATE_BYTES_MAX);

    while (text.n) {
        const char *dollar = memchr(text.p, '$', text.n);
        size_t before = dollar ? (size_t)(dollar - text.p) : text.n;
        bool done = false;
        buf_add(&out, (str){text.p, before});
        text = str_from_at(text, before + 1);
        if (!dollar)
            break;
        bool braces = text.n && text.p[0] == '{';
        for (size_t i = 0; !done && i < countof(known); i++) {
            str rest = str_from_at(text, braces);
            size_t length = known[i].name.n + 2 * (size_t)braces;
            if (!str_starts(rest, known[i].name) ||
                (braces && !str_starts(str_from_at(rest, known[i].name.n), S("}"))))
                continue;
            buf_add(&out, known[i].value);
            text = str_from_at(text, length);
            done = true;
        }
        if (!done)
            buf_char(&out, '$');
        if (!done && text.n && text.p[0] == '$')
            text = str_from_at(text, 1);
    }
    return arena_str(x->arena, buf_str(&out));
}

static struct yaml_node *fill_scalar(struct applying *x, const struct yaml_node *n)
{
    struct yaml_node *copy = arena_alloc(x->arena, sizeof *copy);

    *copy = *n;
    if (n->kind == YAML_SCALAR)
        copy->text = fill_template(x, n->text);
    return copy;
}

/* A copy of the map in which the templates are filled in. */
static const struct yaml_node *fill_map(struct applying *x, const struct yaml_node *map)
{
    struct yaml_node *copy = arena_alloc(x->arena, sizeof *copy);

    *copy = *map;
    copy->pairs = arena_array(x->arena, map->count, sizeof *copy->pairs);
    for (uint32_t i = 0; i < map->count; i++) {
        copy->pairs[i].key = map->pairs[i].key;
        copy->pairs[i].value = fill_scalar(x, map->pairs[i].value);
        struct yaml_node *list = copy->pairs[i].value;
        if (list->kind != YAML_LIST)
            continue;
        list->items = arena_array(x->arena, list->count, sizeof(struct yaml_node *));
        for (uint32_t k = 0; k < list->count; k++)
            list->items[k] = fill_scalar(x, map->pairs[i].value->items[k]);
    }
    return copy;
}

static bool add_condition_prepare(struct preparing *p, struct call *c)
{
    return sigma_detection_parse(c->values[CONDITIONS], p->arena, p->e) != NULL;
}

static bool add_condition_rule(struct applying *x, const struct call *c)
{
    const struct yaml_node *map = c->values[CONDITIONS];
    struct err why = {0};

    if (x->rule->selection_count >= SELECTIONS_MAX)
        return err_set_at(x->e, x->rule->line, 1, "more than %d selections", SELECTIONS_MAX);
    if (call_bool(c, TEMPLATE))
        map = fill_map(x, map);
    struct sigma_node *node = sigma_detection_parse(map, x->arena, &why);
    if (!node) /* a template that makes a value wrong: the rule's line is where it comes from */
        return err_set_at(x->e, x->rule->line, 1, "add_condition: %s", why.message);
    for (uint32_t i = 0; i < node->child_count; i++)
        if (node->children[i]->kind == NODE_ITEM)
            mark_add(x, node->children[i]->item, (str){0});
    uint32_t at = rule_add_selection(
        x->rule, x->arena, call_text(c, CONDITION_NAME, S("_added_by_pipeline")), node, true);
    struct sigma_node *extra = sigma_node_selection(x->arena, at);
    rule_restrict(x->rule, x->arena,
                  call_bool(c, NEGATED) ? sigma_node_not(x->arena, extra) : extra);
    return true;
}

static const struct parameter add_condition_parameters[] = {
    {S("conditions"), PARAMETER_MAP, true, {0}},
    {S("name"), PARAMETER_TEXT, false, {0}},
    {S("template"), PARAMETER_BOOL, false, {0}},
    {S("negated"), PARAMETER_BOOL, false, {0}},
};
const struct transformation transformation_add_condition = {
    .name = "add_condition",
    .parameters = add_condition_parameters,
    .parameter_count = countof(add_condition_parameters),
    .prepare = add_condition_prepare,
    .rule = add_condition_rule,
};

/* ------------------------------------------------------------ change_logsource */

static str lower(str s, struct arena *a)
{
    char *out = arena_bytes(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        out[i] = ascii_lower(s.p[i]);
    return (str){out, s.n};
}

static bool change_logsource_prepare(struct preparing *p, struct call *c)
{
    return c->values[0] || c->values[1] || c->values[2] ||
           err_set_at(p->e, c->node->line, c->node->column,
                      "'change_logsource' needs a category, a product or a service");
}

static bool change_logsource_rule(struct applying *x, const struct call *c)
{
    x->rule->logsource = (struct logsource){
        .category = lower(call_text(c, 0, S("")), x->arena),
        .product = lower(call_text(c, 1, S("")), x->arena),
        .service = lower(call_text(c, 2, S("")), x->arena),
    };
    return true;
}

static const struct parameter change_logsource_parameters[] = {
    {S("category"), PARAMETER_TEXT, false, {0}},
    {S("product"), PARAMETER_TEXT, false, {0}},
    {S("service"), PARAMETER_TEXT, false, {0}},
};
const struct transformation transformation_change_logsource = {
    .name = "change_logsource",
    .parameters = change_logsource_parameters,
    .parameter_count = countof(change_logsource_parameters),
    .prepare = change_logsource_prepare,
    .rule = change_logsource_rule,
};

/* ------------------------------------------------------------ state, attributes, failure */

/* `val` is pySigma's name, `value` what its guide writes. */
static bool set_state_prepare(struct preparing *p, struct call *c)
{
    if (!c->values[1])
        c->values[1] = c->values[2];
    return c->values[1] || err_set_at(p->e, c->node->line, c->node->column,
                                      "'set_state' needs the parameter 'val'");
}

static bool set_state_rule(struct applying *x, const struct call *c)
{
    for (uint32_t i = 0; i < x->state_count; i++)
        if (str_eq(x->states[i].key, c->values[0]->text)) {
            x->states[i].value = c->values[1];
            return true;
        }
    struct pipeline_state *room = arena_push(x->arena, (void **)&x->states, &x->state_count,
                                             &x->state_capacity, sizeof *room);
    *room = (struct pipeline_state){c->values[0]->text, c->values[1]};
    return true;
}

static const struct parameter set_state_parameters[] = {
    {S("key"), PARAMETER_TEXT, true, {0}},
    {S("val"), PARAMETER_ANY, false, {0}},
    {S("value"), PARAMETER_ANY, false, {0}},
};
const struct transformation transformation_set_state = {
    .name = "set_state",
    .parameters = set_state_parameters,
    .parameter_count = countof(set_state_parameters),
    .prepare = set_state_prepare,
    .rule = set_state_rule,
};

/* In a copy of the rule's map: rule_attribute and lint read attributes there. */
static bool set_custom_attribute_rule(struct applying *x, const struct call *c)
{
    struct yaml_node *root = arena_alloc(x->arena, sizeof *root);
    uint32_t at = 0;

    if (x->rule->root)
        *root = *x->rule->root;
    root->kind = YAML_MAP;
    struct yaml_pair *pairs = arena_array(x->arena, (size_t)root->count + 1, sizeof *pairs);
    for (uint32_t i = 0; i < root->count; i++)
        pairs[i] = root->pairs[i];
    while (at < root->count && !str_eq(pairs[at].key->text, c->values[0]->text))
        at++;
    if (at == root->count) {
        pairs[root->count++].key = arena_alloc(x->arena, sizeof *pairs[0].key);
        *pairs[at].key = *c->values[0];
    }
    pairs[at].value = arena_alloc(x->arena, sizeof *pairs[at].value);
    *pairs[at].value = *c->values[1];
    root->pairs = pairs;
    x->rule->root = root;
    return true;
}

static const struct parameter set_custom_attribute_parameters[] = {
    {S("attribute"), PARAMETER_TEXT, true, {0}},
    {S("value"), PARAMETER_ANY, true, {0}},
};
const struct transformation transformation_set_custom_attribute = {
    .name = "set_custom_attribute",
    .parameters = set_custom_attribute_parameters,
    .parameter_count = countof(set_custom_attribute_parameters),
    .rule = set_custom_attribute_rule,
};

static bool rule_failure_rule(struct applying *x, const struct call *c)
{
    return err_set_at(x->e, x->rule->line, 1, STR_FMT, STR_ARG(c->values[0]->text));
}

static const struct parameter rule_failure_parameters[] = {
    {S("message"), PARAMETER_TEXT, true, {0}}};
const struct transformation transformation_rule_failure = {
    .name = "rule_failure",
    .parameters = rule_failure_parameters,
    .parameter_count = countof(rule_failure_parameters),
    .rule = rule_failure_rule,
};

/* The steps of `items` stand behind it; pipeline.c leaves them out when it does not apply. */
static bool nest_rule(struct applying *x, const struct call *c)
{
    (void)x;
    (void)c;
    return true;
}

static const struct parameter nest_parameters[] = {{S("items"), PARAMETER_ANY, true, {0}}};
const struct transformation transformation_nest = {
    .name = "nest",
    .parameters = nest_parameters,
    .parameter_count = countof(nest_parameters),
    .rule = nest_rule,
};
