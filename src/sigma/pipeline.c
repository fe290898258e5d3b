/*
 * pipeline.c - the pipelines of a run: in order of priority, each step whose
 * conditions hold applied to the rule.
 *
 * Order and marks follow pySigma's ProcessingPipeline: a step marks the rule
 * when its rule conditions hold, an item when it changed it, a field's name when
 * it made it. Unlike there, steps inside `nest` see states and marks of those
 * outside.
 */
#include "sigma/pipeline.h"

#include "base/mem.h"
#include "sigma/pipeline_step.h"

#include <stdlib.h>

struct pipelines {
    struct arena *arena;                   /* borrowed */
    struct pipeline *items[PIPELINES_MAX]; /* in the order in which they are applied */
    uint32_t count;
    struct regex **regexes;
    uint32_t regex_count, regex_capacity;
    struct err *notes;
    uint32_t note_count, note_capacity;
    bool has_files;
};

struct pipelines *pipelines_new(struct arena *a)
{
    struct pipelines *p = mem_alloc(sizeof *p);

    p->arena = a;
    return p;
}

void pipelines_free(struct pipelines *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->regex_count; i++)
        regex_free(p->regexes[i]);
    free(p);
}

void pipelines_own_regex(struct pipelines *owner, struct regex *r)
{
    struct regex **room = arena_push(owner->arena, (void **)&owner->regexes, &owner->regex_count,
                                     &owner->regex_capacity, sizeof(struct regex *));
    *room = r;
}

void pipelines_note(struct pipelines *owner, str file, const struct yaml_node *at, const char *what)
{
    struct err *room = arena_push(owner->arena, (void **)&owner->notes, &owner->note_count,
                                  &owner->note_capacity, sizeof *room);

    *room = (struct err){0};
    err_set_at(room, at->line, at->column, "%s", what);
    err_in_file(room, file);
}

uint32_t pipelines_notes(const struct pipelines *p, const struct err **ret)
{
    *ret = p->notes;
    return p->note_count;
}

void pipelines_own_file(struct pipelines *owner)
{
    owner->has_files = true;
}

bool pipelines_have_files(const struct pipelines *p)
{
    return p->has_files;
}

/* Behind those of lower or equal priority. */
static void insert(struct pipelines *p, struct pipeline *pipeline)
{
    uint32_t at = p->count++;

    for (; at > 0 && p->items[at - 1]->priority > pipeline->priority; at--)
        p->items[at] = p->items[at - 1];
    p->items[at] = pipeline;
}

static bool add_documents(struct pipelines *p, struct preparing *prepare, str text, struct err *e)
{
    struct yaml_document *documents;
    struct pipeline *fresh[PIPELINES_MAX];
    uint32_t count, n = 0;

    if (!yaml_parse(text, p->arena, &documents, &count, e))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!documents[i].root)
            continue;
        if (p->count + n == PIPELINES_MAX)
            return err_set_at(e, documents[i].line, 1, "more than %d pipelines", PIPELINES_MAX);
        fresh[n] = pipeline_read(prepare, documents[i].root);
        if (!fresh[n++])
            return false;
    }
    if (n == 0)
        return err_set(e, ERR_INPUT, "the file holds no pipeline");
    for (uint32_t i = 0; i < n; i++)
        insert(p, fresh[i]);
    return true;
}

bool pipelines_add(struct pipelines *p, struct io *io, str file, str text, struct err *e)
{
    struct preparing prepare = {
        .arena = p->arena,
        .io = io,
        .file = arena_str(p->arena, file),
        .owner = p,
        .e = e,
    };

    if (text.n > PIPELINE_BYTES_MAX)
        err_set(e, ERR_LIMIT, "the pipeline has %zu bytes, more than %d", text.n,
                PIPELINE_BYTES_MAX);
    else if (add_documents(p, &prepare, arena_str(p->arena, text), e))
        return true;
    return err_in_file(e, file);
}

/* ------------------------------------------------------------ marks */

void mark_add(struct applying *x, const void *what, str name)
{
    if (!x->id.n || mark_has(x, what, name, x->id))
        return;
    struct mark *room =
        arena_push(x->arena, (void **)&x->marks, &x->mark_count, &x->mark_capacity, sizeof *room);
    *room = (struct mark){what, name, x->id};
}

bool mark_has(const struct applying *x, const void *what, str name, str id)
{
    for (uint32_t i = 0; i < x->mark_count; i++)
        if (x->marks[i].what == what && str_eq(x->marks[i].name, name) &&
            str_eq(x->marks[i].id, id))
            return true;
    return false;
}

void mark_copy(struct applying *x, const void *from, const void *to)
{
    for (uint32_t i = 0, count = x->mark_count; i < count; i++) {
        if (x->marks[i].what != from)
            continue;
        struct mark copy = x->marks[i];
        copy.what = to;
        struct mark *room = arena_push(x->arena, (void **)&x->marks, &x->mark_count,
                                       &x->mark_capacity, sizeof *room);
        *room = copy;
    }
}

/* ------------------------------------------------------------ names of fields */

/* What the step makes of a name: names in out. False: nothing, the name stays. */
static bool map_name(struct applying *x, const struct step *step, str name, struct name_list *out)
{
    if (!conditions_match_name(x, &step->conditions[CONDITION_FIELD], name) ||
        !step->type->field(&step->call, name, x->arena, out))
        return false;
    for (uint32_t i = 0; i < out->count; i++) {
        for (uint32_t k = 0, count = x->mark_count; k < count; k++) /* what made the old name */
            if (!x->marks[k].what && name.n && str_eq(x->marks[k].name, name)) {
                struct mark copy = {NULL, out->items[i], x->marks[k].id};
                struct mark *room = arena_push(x->arena, (void **)&x->marks, &x->mark_count,
                                               &x->mark_capacity, sizeof *room);
                *room = copy;
            }
        mark_add(x, NULL, out->items[i]);
        str *room = arena_push(x->arena, (void **)&x->mapped, &x->mapped_count, &x->mapped_capacity,
                               sizeof *room);
        *room = out->items[i];
    }
    return true;
}

/* Field references in values are names of fields too; several names are several tests. */
static bool map_references(struct applying *x, const struct step *step, struct sigma_item *item)
{
    bool changed = false;

    for (uint32_t i = 0; i < item->value_count; i++) {
        struct sigma_value *v = &item->values[i];
        struct test_list tests = {0};
        bool value_changed = false;
        for (uint32_t k = 0; k < v->count; k++) {
            struct name_list names = {0};
            if (v->tests[k].op != SIGMA_FIELDREF ||
                !map_name(x, step, v->tests[k].pattern, &names)) {
                *test_list_add(&tests, x->arena) = v->tests[k];
                continue;
            }
            for (uint32_t n = 0; n < names.count; n++) {
                struct sigma_test *t = test_list_add(&tests, x->arena);
                *t = v->tests[k];
                t->pattern = names.items[n];
            }
            value_changed = true;
        }
        if (value_changed) {
            v->tests = tests.items;
            v->count = tests.count;
            changed = true;
        }
    }
    return changed;
}

/* A keyword that gets a field is still looked for anywhere in it. */
static void open_keywords(struct sigma_item *item, struct arena *a)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            if (test_is_string(&item->values[i].tests[k]))
                sigma_string_open(&item->values[i].tests[k].string, true, true, a);
}

/* Several names: the item becomes an OR of one item each; |neq stays around all of them. */
static void split_item(struct applying *x, struct sigma_node *node, const struct name_list *names)
{
    struct sigma_item *item = node->item;
    struct sigma_node **children = arena_array(x->arena, names->count, sizeof(struct sigma_node *));
    bool negated = item->negated;

    item->negated = false;
    for (uint32_t i = 0; i < names->count; i++) {
        children[i] = sigma_node_copy(node, 0, x->arena);
        children[i]->item->field = names->items[i];
        mark_copy(x, item, children[i]->item);
        mark_add(x, children[i]->item, (str){0});
    }
    struct sigma_node *group = sigma_node_group(x->arena, NODE_OR, children, names->count);
    *node = negated ? *sigma_node_not(x->arena, group) : *group;
}

static bool map_item(struct applying *x, const struct step *step, struct sigma_node *node)
{
    struct sigma_item *item = node->item;
    struct name_list names = {0};
    bool changed = map_references(x, step, item);

    if (map_name(x, step, item->field, &names)) {
        changed = true;
        if (item->field.n == 0)
            open_keywords(item, x->arena);
        if (names.count == 0)
            item->map_dropped = true;
        else if (names.count == 1)
            item->field = names.items[0];
        else {
            split_item(x, node, &names);
            return true;
        }
    }
    if (changed)
        mark_add(x, item, (str){0});
    return true;
}

static void map_rule_fields(struct applying *x, const struct step *step)
{
    struct name_list all = {0};

    for (uint32_t i = 0; i < x->rule->field_count; i++) {
        struct name_list names = {0};
        if (!map_name(x, step, x->rule->fields[i], &names))
            name_list_add(&all, x->rule->fields[i], x->arena);
        for (uint32_t k = 0; k < names.count; k++)
            name_list_add(&all, names.items[k], x->arena);
    }
    x->rule->fields = all.items;
    x->rule->field_count = all.count;
}

/* ------------------------------------------------------------ values */

static bool map_value(struct applying *x, const struct step *step, struct sigma_value *v,
                      bool *ret_changed)
{
    struct test_list tests = {0};
    bool changed = false;

    for (uint32_t i = 0; i < v->count; i++) {
        bool test_changed = false;
        if (!step->type->test(x, &step->call, v, &v->tests[i], &tests, &test_changed))
            return false;
        if (!test_changed)
            *test_list_add(&tests, x->arena) = v->tests[i];
        changed = changed || test_changed;
        if (tests.count > VALUE_TESTS_MAX)
            return err_set_at(x->e, v->line, v->column, "one value becomes more than %d",
                              VALUE_TESTS_MAX);
    }
    if (changed) {
        v->tests = tests.items;
        v->count = tests.count;
        *ret_changed = true;
    }
    return true;
}

static bool map_values(struct applying *x, const struct step *step, struct sigma_item *item)
{
    bool changed = false;

    for (uint32_t i = 0; i < item->value_count; i++)
        if (!map_value(x, step, &item->values[i], &changed))
            return false;
    if (changed)
        mark_add(x, item, (str){0});
    return true;
}

/* ------------------------------------------------------------ steps */

static bool apply_to_item(struct applying *x, const struct step *step, struct sigma_node *node)
{
    struct sigma_item *item = node->item;
    bool changed = false;

    if (item->map_dropped || !conditions_match_item(x, &step->conditions[CONDITION_ITEM], item) ||
        !conditions_match_fields(x, &step->conditions[CONDITION_FIELD], item))
        return true;
    if (step->type->field)
        return map_item(x, step, node);
    if (step->type->test)
        return map_values(x, step, item);
    if (!step->type->item(x, &step->call, node, &changed))
        return false;
    if (changed)
        mark_add(x, item, (str){0});
    return true;
}

static bool apply_to_items(struct applying *x, const struct step *step)
{
    bool ok = true;

    for (uint32_t i = 0; ok && i < x->rule->selection_count; i++) {
        uint32_t count;
        struct sigma_node **list = sigma_node_list(x->rule->selections[i].node, &count);
        for (uint32_t k = 0; ok && k < count; k++)
            if (list[k]->kind == NODE_ITEM)
                ok = apply_to_item(x, step, list[k]);
        free(list);
    }
    return ok;
}

/* *ret_skip: steps behind this one that are left out, because `nest` does not apply. */
static bool apply_step(struct applying *x, const struct step *step, uint32_t *ret_skip)
{
    *ret_skip = 0;
    x->id = step->id;
    if (!conditions_match_rule(x, &step->conditions[CONDITION_RULE])) {
        *ret_skip = step->nested;
        return true;
    }
    mark_add(x, x->rule, (str){0});
    if (step->type->rule)
        return step->type->rule(x, &step->call);
    if (step->type->field)
        map_rule_fields(x, step);
    return apply_to_items(x, step);
}

static bool apply_pipeline(struct applying *x, const struct pipeline *pipeline)
{
    uint32_t skip;

    for (uint32_t i = 0; i < pipeline->step_count; i += 1 + skip)
        if (!apply_step(x, &pipeline->steps[i], &skip))
            return err_wrap(x->e, "pipeline '" STR_FMT "'",
                            STR_ARG(pipeline->name.n ? pipeline->name : pipeline->file));
    return true;
}

bool pipelines_apply(const struct pipelines *p, struct sigma_rule *rule, struct arena *a,
                     struct err *e)
{
    struct applying x = {.rule = rule, .arena = a, .e = e, .regex = regex_state_new()};
    bool ok = true;

    for (uint32_t i = 0; ok && i < p->count; i++)
        ok = apply_pipeline(&x, p->items[i]);
    regex_state_free(x.regex);
    return ok;
}
