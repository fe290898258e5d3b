/*
 * pipeline_read.c - processing pipelines from YAML: pySigma documentation,
 * "Specifying Processing Pipelines as YAML". What is misspelt is an error with
 * its place, because a step that silently does nothing costs detections.
 */
#include "sigma/pipeline_step.h"

#define TRANSFORMATION(name) extern const struct transformation transformation_##name;
#include "sigma/transformations.def"
#undef TRANSFORMATION

static const struct transformation *const transformations[] = {
#define TRANSFORMATION(name) &transformation_##name,
#include "sigma/transformations.def"
#undef TRANSFORMATION
};

const struct transformation *transformation_find(str name)
{
    for (size_t i = 0; i < countof(transformations); i++)
        if (str_eq(name, str_from(transformations[i]->name)))
            return transformations[i];
    return NULL;
}

/* ------------------------------------------------------------ parameters */

str call_text(const struct call *c, uint32_t parameter, str otherwise)
{
    return c->values[parameter] ? c->values[parameter]->text : otherwise;
}

bool call_bool(const struct call *c, uint32_t parameter)
{
    bool truth;

    return c->values[parameter] && yaml_is_bool(c->values[parameter], &truth) && truth;
}

uint32_t call_count(const struct call *c, uint32_t parameter)
{
    const struct yaml_node *n = c->values[parameter];

    return !n ? 0 : n->kind == YAML_LIST ? n->count : 1;
}

str call_item(const struct call *c, uint32_t parameter, uint32_t i)
{
    const struct yaml_node *n = c->values[parameter];

    return n->kind == YAML_LIST ? n->items[i]->text : n->text;
}

static bool is_texts(const struct yaml_node *n)
{
    if (n->kind == YAML_LIST)
        for (uint32_t i = 0; i < n->count; i++)
            if (n->items[i]->kind != YAML_SCALAR)
                return false;
    return n->kind != YAML_MAP;
}

static bool is_word(str word, str words)
{
    while (words.n)
        if (str_eq(str_cut(&words, ' '), word))
            return true;
    return false;
}

static bool check_kind(struct preparing *p, const struct parameter *want, const struct yaml_node *n)
{
    static const char *const names[] = {
        [PARAMETER_TEXT] = "a text",
        [PARAMETER_TEXTS] = "a text or a list of texts",
        [PARAMETER_BOOL] = "true or false",
        [PARAMETER_MAP] = "a map",
    };
    bool truth, fits = true;

    switch (want->kind) {
    case PARAMETER_TEXT:
        fits = n->kind == YAML_SCALAR;
        break;
    case PARAMETER_TEXTS:
        fits = is_texts(n);
        break;
    case PARAMETER_BOOL:
        fits = n->kind == YAML_SCALAR && yaml_is_bool(n, &truth);
        break;
    case PARAMETER_MAP:
        fits = n->kind == YAML_MAP;
        break;
    case PARAMETER_ANY:
        break;
    }
    if (!fits)
        return err_set_at(p->e, n->line, n->column, "'" STR_FMT "' must be %s", STR_ARG(want->name),
                          names[want->kind]);
    if (want->words.n && !is_word(n->text, want->words))
        return err_set_at(p->e, n->line, n->column,
                          "'" STR_FMT "' must be one of: " STR_FMT ", not '" STR_FMT "'",
                          STR_ARG(want->name), STR_ARG(want->words), STR_ARG(n->text));
    return true;
}

static bool is_known(str key, const struct parameter *parameters, uint32_t count, const str *also,
                     uint32_t also_count)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(parameters[i].name, key))
            return true;
    for (uint32_t i = 0; i < also_count; i++)
        if (str_eq(also[i], key))
            return true;
    return false;
}

bool parameters_read(struct preparing *p, const struct yaml_node *map, const char *of,
                     const struct parameter *parameters, uint32_t count, const str *also,
                     uint32_t also_count, struct call *ret)
{
    assert(count <= PARAMETERS_MAX);
    *ret = (struct call){.node = map};
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        if (!is_known(key->text, parameters, count, also, also_count))
            return err_set_at(p->e, key->line, key->column, "'%s' has no parameter '" STR_FMT "'",
                              of, STR_ARG(key->text));
    }
    for (uint32_t i = 0; i < count; i++) {
        ret->values[i] = yaml_get(map, parameters[i].name);
        if (!ret->values[i] && parameters[i].required)
            return err_set_at(p->e, map->line, map->column,
                              "'%s' needs the parameter '" STR_FMT "'", of,
                              STR_ARG(parameters[i].name));
        if (ret->values[i] && !check_kind(p, &parameters[i], ret->values[i]))
            return false;
    }
    return true;
}

struct regex *preparing_regex(struct preparing *p, const struct yaml_node *pattern, bool anchored)
{
    struct err why = {0};
    str text = anchored ? arena_printf(p->arena, "\\A(?:" STR_FMT ")", STR_ARG(pattern->text))
                        : pattern->text;
    struct regex *r = regex_new(text, 0, &why);

    if (!r)
        err_set_at(p->e, pattern->line, pattern->column, "%s", why.message);
    else
        pipelines_own_regex(p->owner, r);
    return r;
}

/* ------------------------------------------------------------ steps */

static const str step_keys[] = {
    S("id"),
    S("type"),
    S("rule_conditions"),
    S("rule_cond_op"),
    S("rule_cond_expr"),
    S("rule_cond_not"),
    S("detection_item_conditions"),
    S("detection_item_cond_op"),
    S("detection_item_cond_expr"),
    S("detection_item_cond_not"),
    S("field_name_conditions"),
    S("field_name_cond_op"),
    S("field_name_cond_expr"),
    S("field_name_cond_not"),
};

static bool read_step(struct preparing *p, const struct yaml_node *n, struct step *ret)
{
    const struct yaml_node *type, *id;

    *ret = (struct step){0};
    if (n->kind != YAML_MAP)
        return err_set_at(p->e, n->line, n->column, "a transformation must be a map");
    type = yaml_get(n, S("type"));
    id = yaml_get(n, S("id"));
    if (!type || type->kind != YAML_SCALAR)
        return err_set_at(p->e, n->line, n->column, "the transformation has no 'type'");
    if (id && id->kind != YAML_SCALAR)
        return err_set_at(p->e, id->line, id->column, "'id' must be a text");
    ret->id = id ? id->text : S("");
    ret->type = transformation_find(type->text);
    if (!ret->type)
        return err_set_at(p->e, type->line, type->column,
                          "there is no transformation '" STR_FMT "'", STR_ARG(type->text));
    if (ret->type->refusal)
        return err_set_at(p->e, type->line, type->column, "'%s' is not offered: %s",
                          ret->type->name, ret->type->refusal);
    if (!parameters_read(p, n, ret->type->name, ret->type->parameters, ret->type->parameter_count,
                         step_keys, countof(step_keys), &ret->call))
        return false;
    for (int kind = 0; kind < CONDITION_KIND_COUNT; kind++)
        if (!conditions_read(p, n, (enum condition_kind)kind, &ret->conditions[kind]))
            return false;
    if (ret->type->rule &&
        (ret->conditions[CONDITION_ITEM].count || ret->conditions[CONDITION_FIELD].count))
        pipelines_note(
            p->owner, p->file, n,
            "the transformation is one of the whole rule: conditions of items and fields "
            "have no effect");
    return !ret->type->prepare || ret->type->prepare(p, &ret->call);
}

/* A list of steps that is being read, and the `nest` it belongs to. */
struct open_steps {
    const struct yaml_node *list;
    uint32_t next, nest; /* place of the nest; UINT32_MAX: none */
};

static bool open_list(struct preparing *p, struct open_steps *open, uint32_t *depth,
                      const struct yaml_node *list, uint32_t nest)
{
    if (list->kind != YAML_LIST)
        return err_set_at(p->e, list->line, list->column, "transformations must be a list of maps");
    if (*depth == PIPELINE_NEST_MAX)
        return err_set_at(p->e, list->line, list->column, "more than %d levels of 'nest'",
                          PIPELINE_NEST_MAX);
    open[(*depth)++] = (struct open_steps){list, 0, nest};
    return true;
}

/* Nested steps stand behind their nest, which knows how many they are. */
static bool read_steps(struct preparing *p, const struct yaml_node *list, struct pipeline *ret)
{
    struct open_steps open[PIPELINE_NEST_MAX];
    uint32_t depth = 0;

    if (!open_list(p, open, &depth, list, UINT32_MAX))
        return false;
    while (depth > 0) {
        struct open_steps *top = &open[depth - 1];
        if (top->next == top->list->count) {
            if (top->nest != UINT32_MAX)
                ret->steps[top->nest].nested = ret->step_count - top->nest - 1;
            depth--;
            continue;
        }
        const struct yaml_node *n = top->list->items[top->next++];
        if (ret->step_count == PIPELINE_STEPS_MAX)
            return err_set_at(p->e, n->line, n->column, "more than %d transformations",
                              PIPELINE_STEPS_MAX);
        struct step *step = arena_push(p->arena, (void **)&ret->steps, &ret->step_count,
                                       &ret->step_capacity, sizeof *step);
        if (!read_step(p, n, step))
            return false;
        assert(step->type);
        if (str_eq(str_from(step->type->name), S("nest")) &&
            !open_list(p, open, &depth, step->call.values[0], ret->step_count - 1))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------ pipelines */

struct pipeline *pipeline_read(struct preparing *p, const struct yaml_node *root)
{
    enum { NAME, PRIORITY, VARS, TRANSFORMATIONS, POSTPROCESSING, FINALIZERS, BACKENDS };
    static const struct parameter keys[] = {
        {S("name"), PARAMETER_TEXT, false, {0}},
        {S("priority"), PARAMETER_TEXT, false, {0}},
        {S("vars"), PARAMETER_MAP, false, {0}},
        {S("transformations"), PARAMETER_ANY, false, {0}},
        {S("postprocessing"), PARAMETER_ANY, false, {0}},
        {S("finalizers"), PARAMETER_ANY, false, {0}},
        {S("allowed_backends"), PARAMETER_TEXTS, false, {0}},
    };
    static const struct {
        int key;
        const char *note;
    } unused[] = {
        {POSTPROCESSING, "'postprocessing' is for queries in text and has no effect"},
        {FINALIZERS, "'finalizers' are for queries in text and have no effect"},
        {BACKENDS, "'allowed_backends' has no effect"},
    };
    struct pipeline *ret = arena_alloc(p->arena, sizeof *ret);
    struct call call;

    if (root->kind != YAML_MAP) {
        err_set_at(p->e, root->line, root->column, "a pipeline must be a map");
        return NULL;
    }
    if (!parameters_read(p, root, "a pipeline", keys, countof(keys), NULL, 0, &call))
        return NULL;
    ret->file = p->file;
    ret->name = call_text(&call, NAME, S(""));
    p->vars = call.values[VARS];
    if (call.values[PRIORITY] && !yaml_is_number(call.values[PRIORITY], &ret->priority)) {
        err_set_at(p->e, call.values[PRIORITY]->line, call.values[PRIORITY]->column,
                   "'priority' must be a number");
        return NULL;
    }
    for (size_t i = 0; i < countof(unused); i++)
        if (call.values[unused[i].key])
            pipelines_note(p->owner, p->file, call.values[unused[i].key], unused[i].note);
    if (call.values[TRANSFORMATIONS] && !yaml_is_null(call.values[TRANSFORMATIONS]) &&
        !read_steps(p, call.values[TRANSFORMATIONS], ret))
        return NULL;
    return ret;
}
