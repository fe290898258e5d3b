/*
 * pipeline_transform_field.c - transformations of the names of fields, in items,
 * in field references and in the rule's list of fields.
 */
#include "sigma/pipeline_step.h"

#include "base/buf.h"
#include "text/utf8.h"

#include <stdlib.h>

void name_list_add(struct name_list *list, str name, struct arena *a)
{
    str *room =
        arena_push(a, (void **)&list->items, &list->count, &list->capacity, sizeof *list->items);

    *room = name;
}

bool mapping_check(struct preparing *p, const struct yaml_node *map, bool null_too)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_node *n = map->pairs[i].value;
        bool fits = n->kind == YAML_SCALAR && (null_too || !yaml_is_null(n));
        if (n->kind == YAML_LIST) {
            fits = true;
            for (uint32_t k = 0; k < n->count; k++)
                fits = fits && n->items[k]->kind == YAML_SCALAR;
        }
        if (!fits)
            return err_set_at(p->e, n->line, n->column,
                              "a mapping needs a text or a list of texts here");
    }
    return true;
}

/* ------------------------------------------------------------ mappings */

enum { MAPPING };

static bool mapping_prepare(struct preparing *p, struct call *c)
{
    return mapping_check(p, c->values[MAPPING], true);
}

/* What stands behind a key: one name or several; null and an empty list are none. */
static void add_targets(const struct yaml_node *target, str tail, struct arena *a,
                        struct name_list *out)
{
    bool list = target->kind == YAML_LIST;

    for (uint32_t i = 0, n = list ? target->count : 1; i < n; i++) {
        const struct yaml_node *name = list ? target->items[i] : target;
        if (!yaml_is_null(name))
            name_list_add(out,
                          tail.n
                              ? arena_printf(a, STR_FMT STR_FMT, STR_ARG(name->text), STR_ARG(tail))
                              : name->text,
                          a);
    }
}

static bool field_name_mapping_field(const struct call *c, str name, struct arena *a,
                                     struct name_list *out)
{
    const struct yaml_node *map = c->values[MAPPING];

    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        if (name.n ? str_eq(key->text, name) && !yaml_is_null(key) : yaml_is_null(key)) {
            add_targets(map->pairs[i].value, S(""), a, out);
            return true;
        }
    }
    return false;
}

static const struct parameter mapping_parameters[] = {{S("mapping"), PARAMETER_MAP, true, {0}}};
const struct transformation transformation_field_name_mapping = {
    .name = "field_name_mapping",
    .parameters = mapping_parameters,
    .parameter_count = countof(mapping_parameters),
    .prepare = mapping_prepare,
    .field = field_name_mapping_field,
};

static bool field_name_prefix_mapping_field(const struct call *c, str name, struct arena *a,
                                            struct name_list *out)
{
    const struct yaml_node *map = c->values[MAPPING];

    for (uint32_t i = 0; i < map->count && name.n; i++)
        if (str_starts(name, map->pairs[i].key->text)) {
            add_targets(map->pairs[i].value, str_from_at(name, map->pairs[i].key->text.n), a, out);
            return true;
        }
    return false;
}

const struct transformation transformation_field_name_prefix_mapping = {
    .name = "field_name_prefix_mapping",
    .parameters = mapping_parameters,
    .parameter_count = countof(mapping_parameters),
    .prepare = mapping_prepare,
    .field = field_name_prefix_mapping_field,
};

/* ------------------------------------------------------------ functions of a name */

static str lower_text(str text, struct arena *a)
{
    char *out = arena_bytes(a, UTF8_FOLD_GROWTH * text.n + 1);

    return (str){out, utf8_fold_str(text, out)};
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word_byte(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80;
}

static char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c & ~0x20) : c;
}

/* "ParentImage" is "parent_image", "DNSName" is "dns_name". */
static str snake_text(str text, struct arena *a)
{
    char *out = arena_bytes(a, 2 * text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        bool after_small = i > 0 && is_word_byte(text.p[i - 1]) && !is_upper(text.p[i - 1]);
        bool before_small = i > 0 && i + 1 < text.n && is_upper(text.p[i - 1]) &&
                            text.p[i + 1] >= 'a' && text.p[i + 1] <= 'z';
        if (is_upper(text.p[i]) && (after_small || before_small))
            out[n++] = '_';
        out[n++] = ascii_lower(text.p[i]);
    }
    return (str){out, n};
}

str case_text(str method, str text, struct arena *a)
{
    bool title = str_eq(method, S("title"));

    if (str_eq(method, S("lower")))
        return lower_text(text, a);
    if (str_eq(method, S("snake_case")))
        return snake_text(text, a);
    char *out = arena_bytes(a, text.n + 1);
    for (size_t i = 0; i < text.n; i++) {
        bool small = title && i > 0 && is_word_byte(text.p[i - 1]);
        out[i] = small ? ascii_lower(text.p[i]) : ascii_upper(text.p[i]);
    }
    return (str){out, text.n};
}

enum { TRANSFORM_FUNC, TRANSFORM_MAPPING, TRANSFORM_KEYWORD };

static bool field_name_transform_prepare(struct preparing *p, struct call *c)
{
    return !c->values[TRANSFORM_MAPPING] || mapping_check(p, c->values[TRANSFORM_MAPPING], true);
}

static bool field_name_transform_field(const struct call *c, str name, struct arena *a,
                                       struct name_list *out)
{
    const struct yaml_node *map = c->values[TRANSFORM_MAPPING];
    const struct call mapping = {.values = {map}};

    if (map && field_name_mapping_field(&mapping, name, a, out))
        return true;
    if (name.n == 0)
        return false;
    name_list_add(out, case_text(c->values[TRANSFORM_FUNC]->text, name, a), a);
    return true;
}

static const struct parameter field_name_transform_parameters[] = {
    {S("transform_func"), PARAMETER_TEXT, true, S("lower upper title snake_case")},
    {S("mapping"), PARAMETER_MAP, false, {0}},
    {S("apply_keyword"), PARAMETER_BOOL, false, {0}},
};
const struct transformation transformation_field_name_transform = {
    .name = "field_name_transform",
    .parameters = field_name_transform_parameters,
    .parameter_count = countof(field_name_transform_parameters),
    .prepare = field_name_transform_prepare,
    .field = field_name_transform_field,
};

static bool field_name_suffix_field(const struct call *c, str name, struct arena *a,
                                    struct name_list *out)
{
    if (name.n)
        name_list_add(
            out, arena_printf(a, STR_FMT STR_FMT, STR_ARG(name), STR_ARG(c->values[0]->text)), a);
    return name.n != 0;
}

static bool field_name_prefix_field(const struct call *c, str name, struct arena *a,
                                    struct name_list *out)
{
    if (name.n)
        name_list_add(
            out, arena_printf(a, STR_FMT STR_FMT, STR_ARG(c->values[0]->text), STR_ARG(name)), a);
    return name.n != 0;
}

static const struct parameter suffix_parameters[] = {{S("suffix"), PARAMETER_TEXT, true, {0}}};
const struct transformation transformation_field_name_suffix = {
    .name = "field_name_suffix",
    .parameters = suffix_parameters,
    .parameter_count = countof(suffix_parameters),
    .field = field_name_suffix_field,
};
static const struct parameter prefix_parameters[] = {{S("prefix"), PARAMETER_TEXT, true, {0}}};
const struct transformation transformation_field_name_prefix = {
    .name = "field_name_prefix",
    .parameters = prefix_parameters,
    .parameter_count = countof(prefix_parameters),
    .field = field_name_prefix_field,
};

/* ------------------------------------------------------------ the rule's list of fields */

static bool is_listed(const struct call *c, str name)
{
    for (uint32_t i = 0; i < call_count(c, 0); i++)
        if (str_eq(call_item(c, 0, i), name))
            return true;
    return false;
}

/* The fields of the rule for which `kept`, then those of the call when `added`. */
static bool set_fields(struct applying *x, const struct call *c, bool kept_listed,
                       bool kept_unlisted, bool added)
{
    struct name_list all = {0};

    for (uint32_t i = 0; i < x->rule->field_count; i++)
        if (is_listed(c, x->rule->fields[i]) ? kept_listed : kept_unlisted)
            name_list_add(&all, x->rule->fields[i], x->arena);
    for (uint32_t i = 0; added && i < call_count(c, 0); i++)
        name_list_add(&all, call_item(c, 0, i), x->arena);
    x->rule->fields = all.items;
    x->rule->field_count = all.count;
    return true;
}

static bool add_field_rule(struct applying *x, const struct call *c)
{
    return set_fields(x, c, true, true, true);
}

static bool remove_field_rule(struct applying *x, const struct call *c)
{
    return set_fields(x, c, false, true, false);
}

static bool set_field_rule(struct applying *x, const struct call *c)
{
    return set_fields(x, c, false, false, true);
}

static const struct parameter one_field_parameters[] = {{S("field"), PARAMETER_TEXTS, true, {0}}};
const struct transformation transformation_add_field = {
    .name = "add_field",
    .parameters = one_field_parameters,
    .parameter_count = countof(one_field_parameters),
    .rule = add_field_rule,
};
const struct transformation transformation_remove_field = {
    .name = "remove_field",
    .parameters = one_field_parameters,
    .parameter_count = countof(one_field_parameters),
    .rule = remove_field_rule,
};
static const struct parameter set_field_parameters[] = {{S("fields"), PARAMETER_TEXTS, true, {0}}};
const struct transformation transformation_set_field = {
    .name = "set_field",
    .parameters = set_field_parameters,
    .parameter_count = countof(set_field_parameters),
    .rule = set_field_rule,
};

/* ------------------------------------------------------------ strictness */

enum { UNMAPPED_BYTES_MAX = 300 };

static bool is_mapped(const struct applying *x, str name)
{
    for (uint32_t i = 0; i < x->mapped_count; i++)
        if (str_eq(x->mapped[i], name))
            return true;
    return name.n == 0;
}

static void list_unmapped(const struct applying *x, struct sigma_node *root, struct buf *out,
                          uint32_t *ret_line)
{
    uint32_t count;
    struct sigma_node **list = sigma_node_list(root, &count);

    for (uint32_t i = 0; i < count; i++) {
        const struct sigma_item *item = list[i]->item;
        if (list[i]->kind != NODE_ITEM || item->map_dropped || is_mapped(x, item->field))
            continue;
        if (!*ret_line)
            *ret_line = item->line;
        buf_printf(out, "%s" STR_FMT, out->n ? ", " : "", STR_ARG(item->field));
    }
    free(list);
}

static bool strict_field_mapping_failure_rule(struct applying *x, const struct call *c)
{
    struct buf names CLEANUP(buf_done) = buf_make(UNMAPPED_BYTES_MAX);
    uint32_t line = 0;

    (void)c;
    for (uint32_t i = 0; i < x->rule->selection_count; i++)
        list_unmapped(x, x->rule->selections[i].node, &names, &line);
    return !names.n || err_set_at(x->e, line, 1, "no mapping names the fields " STR_FMT "%s",
                                  STR_ARG(buf_str(&names)), names.overflow ? " ..." : "");
}

const struct transformation transformation_strict_field_mapping_failure = {
    .name = "strict_field_mapping_failure",
    .rule = strict_field_mapping_failure_rule,
};
