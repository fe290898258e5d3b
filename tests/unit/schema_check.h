/*
 * schema_check.h - JSON against a schema of docs/.
 *
 * It knows the keywords of JSON Schema that the schemas use and refuses any other, so that nothing
 * in them is passed over. Beyond a schema it demands that each member is documented there.
 */
#pragma once

#include "base/arena.h"
#include "base/mem.h"
#include "text/json.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A JSON value as a tree. */
struct node {
    enum json_token_kind kind;
    str text; /* of strings and numbers */
    struct node *parent, *first, *last, *next;
    str key; /* of a member of an object */
};

static inline struct node *add_node(struct arena *a, struct node *parent, enum json_token_kind kind,
                                    str key)
{
    struct node *n = arena_alloc(a, sizeof *n);

    *n = (struct node){.kind = kind, .parent = parent, .key = key};
    if (parent && parent->last)
        parent->last->next = n;
    else if (parent)
        parent->first = n;
    if (parent)
        parent->last = n;
    return n;
}

static inline struct node *parse(struct arena *a, str text)
{
    struct node *at = NULL, *root = NULL;
    str key = {0};
    struct json j;

    json_init(&j, text);
    for (;;) {
        struct json_token t = json_next(&j);
        assert_int_not_equal(t.kind, JSON_ERROR);
        if (t.kind == JSON_END)
            return root;
        if (t.kind == JSON_KEY) {
            key = json_string(t, a);
        } else if (t.kind == JSON_OBJECT_END || t.kind == JSON_ARRAY_END) {
            at = at->parent;
        } else {
            struct node *n = add_node(a, at, t.kind, key);
            n->text = t.kind == JSON_STRING ? json_string(t, a) : t.text;
            root = root ? root : n;
            if (t.kind == JSON_OBJECT || t.kind == JSON_ARRAY)
                at = n;
        }
    }
}

static const struct node *member(const struct node *object, str key)
{
    for (const struct node *n = object ? object->first : NULL; n; n = n->next)
        if (str_eq(n->key, key))
            return n;
    return NULL;
}

static inline bool same_scalar(const struct node *a, const struct node *b)
{
    return a->kind == b->kind && str_eq(a->text, b->text);
}

static inline bool has_type(const struct node *value, str type)
{
    static const struct {
        const char *type;
        enum json_token_kind kind;
    } kinds[] = {{"object", JSON_OBJECT}, {"array", JSON_ARRAY},    {"string", JSON_STRING},
                 {"null", JSON_NULL},     {"integer", JSON_NUMBER}, {"number", JSON_NUMBER}};

    if (str_eq(type, S("boolean")))
        return value->kind == JSON_TRUE || value->kind == JSON_FALSE;
    for (size_t i = 0; i < countof(kinds); i++)
        if (str_eq(type, str_from(kinds[i].type)))
            return value->kind == kinds[i].kind &&
                   (!str_eq(type, S("integer")) || !strpbrk(value->text.p, ".eE") ||
                    strcspn(value->text.p, ".eE") >= value->text.n);
    fail_msg("the checker does not know the type '" STR_FMT "'", STR_ARG(type));
    return false;
}

static inline bool check_type(const struct node *types, const struct node *value)
{
    if (types->kind == JSON_STRING)
        return has_type(value, types->text);
    for (const struct node *t = types->first; t; t = t->next)
        if (has_type(value, t->text))
            return true;
    return false;
}

static inline bool check_pattern(const struct node *pattern, const struct node *value)
{
    char *source = str_dup(pattern->text), *text = str_dup(value->text);
    regex_t regex;

    assert_int_equal(regcomp(&regex, source, REG_EXTENDED | REG_NOSUB), 0);
    bool ok = value->kind != JSON_STRING || regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    free(source);
    free(text);
    return ok;
}

static inline bool check_enum(const struct node *values, const struct node *value)
{
    for (const struct node *v = values->first; v; v = v->next)
        if (same_scalar(v, value))
            return true;
    return false;
}

static inline bool check_required(const struct node *names, const struct node *value)
{
    for (const struct node *n = names->first; n && value->kind == JSON_OBJECT; n = n->next)
        if (!member(value, n->text))
            return false;
    return true;
}

static inline bool valid(const struct node *schema, const struct node *value);

/* properties and additionalProperties: where the first is without the second, what it does not
 * list is refused, because it is not documented. */
static inline bool check_members(const struct node *schema, const struct node *value)
{
    const struct node *listed = member(schema, S("properties"));
    const struct node *others = member(schema, S("additionalProperties"));

    for (const struct node *m = value->first; m; m = m->next) {
        const struct node *of = member(listed, m->key);
        if (!of && others && others->kind == JSON_OBJECT)
            of = others;
        if (!of || !valid(of, m))
            return false;
    }
    return true;
}

static inline bool check_items(const struct node *of, const struct node *value)
{
    for (const struct node *item = value->first; item; item = item->next)
        if (!valid(of, item))
            return false;
    return true;
}

static inline bool check_keyword(const struct node *keyword, const struct node *value)
{
    static const char *const notes[] = {"$schema", "title", "description", "properties",
                                        "additionalProperties"};

    if (str_eq(keyword->key, S("type")))
        return check_type(keyword, value);
    if (str_eq(keyword->key, S("enum")))
        return check_enum(keyword, value);
    if (str_eq(keyword->key, S("const")))
        return same_scalar(keyword, value);
    if (str_eq(keyword->key, S("pattern")))
        return check_pattern(keyword, value);
    if (str_eq(keyword->key, S("required")))
        return check_required(keyword, value);
    if (str_eq(keyword->key, S("items")))
        return check_items(keyword, value);
    if (str_eq(keyword->key, S("minLength")))
        return value->text.n >= strtoul(keyword->text.p, NULL, 10);
    if (str_eq(keyword->key, S("minimum")))
        return strtod(value->text.p, NULL) >= strtod(keyword->text.p, NULL);
    for (size_t i = 0; i < countof(notes); i++)
        if (str_eq(keyword->key, str_from(notes[i])))
            return true;
    fail_msg("the checker does not know the keyword '" STR_FMT "'", STR_ARG(keyword->key));
    return false;
}

static inline bool valid(const struct node *schema, const struct node *value)
{
    for (const struct node *keyword = schema->first; keyword; keyword = keyword->next)
        if (!check_keyword(keyword, value))
            return false;
    return value->kind != JSON_OBJECT || check_members(schema, value);
}
