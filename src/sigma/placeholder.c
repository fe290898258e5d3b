/*
 * placeholder.c - values in the place of %name% (sigma-appendix-modifiers.md,
 * "expand"; pySigma's value_placeholders).
 *
 * A string with several placeholders gives every combination of their values,
 * up to VALUE_TESTS_MAX. In a regex a value is taken as text: what the regex
 * syntax would read is escaped, '*' becomes '.*' and '?' becomes '.'.
 */
#include "sigma/placeholder.h"

#include "base/buf.h"
#include "sigma/build.h"
#include "sigma/modifier.h"

#include <stdlib.h>

/* ------------------------------------------------------------ sets */

const struct placeholder *placeholders_find(const struct placeholders *p, str name)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (str_eq(p->items[i].name, name))
            return &p->items[i];
    return NULL;
}

void placeholders_add(struct placeholders *p, struct arena *a, str name,
                      struct sigma_string *values, uint32_t count)
{
    struct placeholder *room = NULL;

    for (uint32_t i = 0; i < p->count && !room; i++)
        if (str_eq(p->items[i].name, name))
            room = &p->items[i];
    if (!room)
        room = arena_push(a, (void **)&p->items, &p->count, &p->capacity, sizeof *room);
    *room = (struct placeholder){name, values, count};
}

static bool read_values(const struct yaml_node *value, struct arena *a, struct sigma_string *ret,
                        struct err *e)
{
    for (uint32_t i = 0; i < (value->kind == YAML_LIST ? value->count : 1); i++) {
        const struct yaml_node *n = value->kind == YAML_LIST ? value->items[i] : value;
        if (n->kind != YAML_SCALAR || yaml_is_null(n))
            return err_set_at(e, n->line, n->column,
                              "the value of a placeholder must be a string or a list of strings");
        sigma_string_parse(n->text, a, &ret[i]);
    }
    return true;
}

bool placeholders_read(struct placeholders *p, const struct yaml_node *map, struct arena *a,
                       struct err *e)
{
    if (map->kind != YAML_MAP)
        return err_set_at(e, map->line, map->column,
                          "placeholders must be a map of names to values");
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->pairs[i].key, *value = map->pairs[i].value;
        uint32_t count = value->kind == YAML_LIST ? value->count : 1;
        if (p->count == PLACEHOLDERS_MAX || count > PLACEHOLDER_VALUES_MAX)
            return err_set_at(e, key->line, key->column,
                              "more than %d placeholders, or more than %d values of one",
                              PLACEHOLDERS_MAX, PLACEHOLDER_VALUES_MAX);
        if (count == 0)
            return err_set_at(e, value->line, value->column,
                              "placeholder '" STR_FMT "' has no values", STR_ARG(key->text));
        struct sigma_string *values = arena_array(a, count, sizeof *values);
        if (!read_values(value, a, values, e))
            return false;
        placeholders_add(p, a, key->text, values, count);
    }
    return true;
}

/* ------------------------------------------------------------ expansion */

struct expander {
    const struct placeholders *set;
    struct arena *arena;
    struct err *e;
};

/* A value as regex source. */
static struct sigma_string quote_regex(const struct sigma_string *s, struct arena *a)
{
    static const char special[] = "\\^$.|?*+()[]{}-/#";
    struct sigma_string out;
    size_t room = 1, n = 0;

    for (uint32_t i = 0; i < s->count; i++)
        room += 2 * s->parts[i].text.n + 2;
    char *text = arena_bytes(a, room);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sigma_part *part = &s->parts[i];
        if (part->kind == PART_MANY || part->kind == PART_ONE)
            text[n++] = '.';
        if (part->kind == PART_MANY)
            text[n++] = '*';
        for (size_t k = 0; part->kind == PART_TEXT && k < part->text.n; k++) {
            if (part->text.p[k] && strchr(special, part->text.p[k]))
                text[n++] = '\\';
            text[n++] = part->text.p[k];
        }
    }
    sigma_string_literal((str){text, n}, a, &out);
    return out;
}

/* How many strings s gives; 1 when none of its placeholders is known. */
static uint64_t count_variants(const struct expander *x, const struct sigma_string *s)
{
    uint64_t variants = 1;

    for (uint32_t i = 0; i < s->count && variants <= VALUE_TESTS_MAX; i++) {
        const struct placeholder *found = s->parts[i].kind == PART_PLACEHOLDER
                                              ? placeholders_find(x->set, s->parts[i].text)
                                              : NULL;
        if (found)
            variants *= found->count;
    }
    return variants;
}

/* Variant number `variant` of a test: its digits, in the base of each placeholder's count, choose
 * the values. */
static void write_variant(const struct expander *x, struct sigma_test *t, uint64_t variant)
{
    const struct sigma_string from = t->string;
    struct sigma_string *pieces = arena_array(x->arena, from.count, sizeof *pieces);

    for (uint32_t i = 0; i < from.count; i++) {
        const struct placeholder *found = from.parts[i].kind == PART_PLACEHOLDER
                                              ? placeholders_find(x->set, from.parts[i].text)
                                              : NULL;
        pieces[i] = (struct sigma_string){&from.parts[i], 1};
        if (!found)
            continue;
        pieces[i] = found->values[variant % found->count];
        variant /= found->count;
        if (t->op == SIGMA_REGEX)
            pieces[i] = quote_regex(&pieces[i], x->arena);
    }
    sigma_string_join(pieces, from.count, x->arena, &t->string);
}

static bool expand_value(const struct expander *x, struct sigma_value *v)
{
    uint64_t total = 0;
    uint32_t n = 0;

    for (uint32_t i = 0; i < v->count && total <= VALUE_TESTS_MAX; i++)
        total += count_variants(x, &v->tests[i].string);
    if (total > VALUE_TESTS_MAX)
        return err_set_at(x->e, v->line, v->column,
                          "the placeholders give more than %d combinations", VALUE_TESTS_MAX);

    struct sigma_test *tests = arena_array(x->arena, total, sizeof *tests);
    for (uint32_t i = 0; i < v->count; i++) {
        uint64_t variants = count_variants(x, &v->tests[i].string);
        for (uint64_t k = 0; k < variants; k++) {
            struct sigma_test *t = &tests[n++];
            *t = v->tests[i];
            if (!sigma_string_has(&t->string, PART_PLACEHOLDER))
                continue;
            write_variant(x, t, k);
            if (t->op == SIGMA_REGEX &&
                !modifier_complete_regex(t, v->line, v->column, x->arena, x->e))
                return false;
        }
    }
    v->tests = tests;
    v->count = n;
    return true;
}

static bool value_has_placeholder(const struct sigma_value *v)
{
    for (uint32_t i = 0; i < v->count; i++)
        if (sigma_string_has(&v->tests[i].string, PART_PLACEHOLDER))
            return true;
    return false;
}

static bool expand_item(const struct expander *x, struct sigma_item *item)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        if (value_has_placeholder(&item->values[i]) && !expand_value(x, &item->values[i]))
            return false;
    return true;
}

bool placeholders_expand_item(const struct placeholders *p, struct sigma_item *item,
                              struct arena *a, struct err *e)
{
    const struct expander x = {p, a, e};

    return expand_item(&x, item);
}

bool placeholders_expand(const struct placeholders *p, struct sigma_rule *rule, struct arena *a,
                         struct err *e)
{
    const struct expander x = {p, a, e};
    bool ok = true;

    for (uint32_t i = 0; ok && i < rule->selection_count; i++) {
        uint32_t count;
        struct sigma_node **list = sigma_node_list(rule->selections[i].node, &count);
        for (uint32_t k = 0; ok && k < count; k++)
            if (list[k]->kind == NODE_ITEM)
                ok = expand_item(&x, list[k]->item);
        free(list);
    }
    return ok;
}

/* ------------------------------------------------------------ what is left */

enum { NAMES_TOLD_MAX = 8, NAMES_BYTES_MAX = 400 };

struct missing {
    str names[NAMES_TOLD_MAX];
    uint32_t count;
    uint32_t line, column; /* of the first */
};

static void note_missing(struct missing *m, const struct sigma_value *v, str name)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (str_eq(m->names[i], name))
            return;
    if (m->count == 0) {
        m->line = v->line;
        m->column = v->column;
    }
    if (m->count < NAMES_TOLD_MAX)
        m->names[m->count++] = name;
}

static void find_missing(struct missing *m, const struct sigma_item *item)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++) {
            const struct sigma_string *s = &item->values[i].tests[k].string;
            for (uint32_t p = 0; p < s->count; p++)
                if (s->parts[p].kind == PART_PLACEHOLDER)
                    note_missing(m, &item->values[i], s->parts[p].text);
        }
}

bool placeholders_check(const struct sigma_rule *rule, struct err *e)
{
    struct missing m = {0};
    struct buf names CLEANUP(buf_done) = buf_make(NAMES_BYTES_MAX);

    for (uint32_t i = 0; i < rule->selection_count; i++) {
        uint32_t count;
        struct sigma_node **list = sigma_node_list(rule->selections[i].node, &count);
        for (uint32_t k = 0; k < count; k++)
            if (list[k]->kind == NODE_ITEM)
                find_missing(&m, list[k]->item);
        free(list);
    }
    for (uint32_t i = 0; i < m.count; i++)
        buf_printf(&names, "%s%%" STR_FMT "%%", i ? ", " : "", STR_ARG(m.names[i]));
    return m.count == 0 || err_set_at(e, m.line, m.column, "no value is given for " STR_FMT,
                                      STR_ARG(buf_str(&names)));
}
