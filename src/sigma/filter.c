/*
 * filter.c - filters from YAML, and how they restrict rules.
 *
 * The filter's condition is joined with AND as it stands (pySigma and rsigma do
 * so too): an exception is written `condition: not selection`.
 */
#include "sigma/filter.h"

static bool read_references(struct sigma_filter *f, const struct yaml_node *n, struct arena *a,
                            struct err *e)
{
    bool list = n->kind == YAML_LIST;

    if (n->kind == YAML_MAP)
        return err_set_at(e, n->line, n->column, "'rules' must be 'any' or ids or names of rules");
    f->any = list ? n->count == 0 : str_ieq(n->text, S("any")) || str_ieq(n->text, S("all"));
    f->rule_count = f->any ? 0 : list ? n->count : 1;
    f->rules = arena_array(a, f->rule_count, sizeof *f->rules);
    for (uint32_t i = 0; i < f->rule_count; i++) {
        const struct yaml_node *reference = list ? n->items[i] : n;
        if (reference->kind != YAML_SCALAR || reference->text.n == 0)
            return err_set_at(e, reference->line, reference->column,
                              "'rules' must be a list of ids or names of rules");
        f->rules[i] = reference->text;
    }
    return true;
}

static bool read_selections(struct sigma_filter *f, const struct yaml_node *body, struct arena *a,
                            struct err *e)
{
    for (uint32_t i = 0; i < body->count; i++) {
        const struct yaml_node *key = body->pairs[i].key;
        if (str_eq(key->text, S("rules")) || str_eq(key->text, S("condition")))
            continue;
        if (f->head.selection_count == SELECTIONS_MAX)
            return err_set_at(e, key->line, key->column, "more than %d selections", SELECTIONS_MAX);
        struct sigma_node *node = sigma_detection_parse(body->pairs[i].value, a, e);
        if (!node)
            return false;
        rule_add_selection(&f->head, a, key->text, node, false);
    }
    return true;
}

static bool read_condition(struct sigma_filter *f, const struct yaml_node *body, struct arena *a,
                           struct err *e)
{
    const struct yaml_node *n = yaml_get(body, S("condition"));

    if (!n || n->kind != YAML_SCALAR || yaml_is_null(n))
        return err_set_at(e, n ? n->line : body->line, n ? n->column : body->column,
                          "'filter' needs a 'condition', one string");

    struct sigma_node *node =
        condition_parse(n->text, n, f->head.selections, f->head.selection_count, a, e);
    if (!node)
        return false;
    struct sigma_condition *c =
        arena_push(a, (void **)&f->head.conditions, &f->head.condition_count,
                   &f->head.condition_capacity, sizeof *c);
    *c = (struct sigma_condition){n->text, node, n->line, n->column};
    return true;
}

static bool read_filter(struct sigma_filter *f, struct arena *a, struct err *e)
{
    const struct yaml_node *root = f->head.root;
    const struct yaml_node *logsource = yaml_get(root, S("logsource"));
    const struct yaml_node *body = yaml_get(root, S("filter"));
    const struct yaml_node *rules = yaml_get(body, S("rules"));

    if (!rule_read_attributes(&f->head, a, e))
        return false;
    if (!logsource)
        return err_set_at(e, root->line, root->column, "the filter has no 'logsource'");
    if (!logsource_parse(logsource, a, &f->head.logsource, &f->head.definition, e))
        return false;
    if (!body || body->kind != YAML_MAP)
        return err_set_at(e, body ? body->line : root->line, body ? body->column : root->column,
                          "'filter' must be a map");
    if (!rules)
        return err_set_at(e, body->line, body->column,
                          "'filter' has no 'rules': name rules, or write 'any'");
    return read_references(f, rules, a, e) && read_selections(f, body, a, e) &&
           read_condition(f, body, a, e);
}

struct sigma_filter *filter_parse(const struct yaml_node *root, str text, str file, struct arena *a,
                                  struct err *e)
{
    struct sigma_filter *f = arena_alloc(a, sizeof *f);

    f->head.root = root;
    f->head.text = text;
    f->head.file = file;
    f->head.line = root->line;
    return read_filter(f, a, e) ? f : NULL;
}

/* What a filter's log source leaves out may be anything. */
static bool contains(const struct logsource *filter, const struct logsource *rule)
{
    return (filter->category.n == 0 || str_eq(filter->category, rule->category)) &&
           (filter->product.n == 0 || str_eq(filter->product, rule->product)) &&
           (filter->service.n == 0 || str_eq(filter->service, rule->service));
}

static bool applies(const struct sigma_filter *f, const struct sigma_rule *rule)
{
    if (!contains(&f->head.logsource, &rule->logsource))
        return false;
    for (uint32_t i = 0; i < f->rule_count; i++)
        if ((rule->id.n && str_ieq(f->rules[i], rule->id)) ||
            (rule->name.n && str_eq(f->rules[i], rule->name)))
            return true;
    return f->any;
}

bool filters_join(struct sigma_filter *const *filters, uint32_t count, struct sigma_rule *rule,
                  struct arena *a, uint32_t *joins, struct err *e)
{
    struct sigma_node **extras = NULL;
    uint32_t extra_count = 0, capacity = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct sigma_rule *head = &filters[i]->head;
        uint32_t shift = rule->selection_count;
        if (!applies(filters[i], rule))
            continue;
        if (++*joins > FILTER_JOINS_MAX)
            return err_set_at(e, rule->line, 1, "too many filters for too many rules: more than %d",
                              FILTER_JOINS_MAX);
        for (uint32_t k = 0; k < head->selection_count; k++)
            rule_add_selection(rule, a, head->selections[k].name,
                               sigma_node_copy(head->selections[k].node, 0, a), true);
        struct sigma_node **room =
            arena_push(a, (void **)&extras, &extra_count, &capacity, sizeof(struct sigma_node *));
        *room = sigma_node_copy(head->conditions[0].node, shift, a);
    }
    if (extra_count == 1)
        rule_restrict(rule, a, extras[0]);
    else if (extra_count)
        rule_restrict(rule, a, sigma_node_group(a, NODE_AND, extras, extra_count));
    return true;
}
