/*
 * The JSON of a finding against docs/finding.schema.json.
 *
 * The checker below knows the keywords of JSON Schema that the schema uses and
 * refuses any other, so that nothing in it is passed over. Beyond the schema it
 * demands that each member is documented there.
 */
#include "report_fixture.h"

#include <regex.h>

/* A JSON value as a tree. */
struct node {
    enum json_token_kind kind;
    str text; /* of strings and numbers */
    struct node *parent, *first, *last, *next;
    str key; /* of a member of an object */
};

static struct node *add_node(struct arena *a, struct node *parent, enum json_token_kind kind,
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

static struct node *parse(struct arena *a, str text)
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

static bool same_scalar(const struct node *a, const struct node *b)
{
    return a->kind == b->kind && str_eq(a->text, b->text);
}

static bool has_type(const struct node *value, str type)
{
    static const struct {
        const char *type;
        enum json_token_kind kind;
    } kinds[] = {{"object", JSON_OBJECT},
                 {"array", JSON_ARRAY},
                 {"string", JSON_STRING},
                 {"null", JSON_NULL},
                 {"integer", JSON_NUMBER}};

    for (size_t i = 0; i < countof(kinds); i++)
        if (str_eq(type, str_from(kinds[i].type)))
            return value->kind == kinds[i].kind &&
                   (value->kind != JSON_NUMBER || !strpbrk(value->text.p, ".eE") ||
                    strcspn(value->text.p, ".eE") >= value->text.n);
    fail_msg("the checker does not know the type '" STR_FMT "'", STR_ARG(type));
    return false;
}

static bool check_type(const struct node *types, const struct node *value)
{
    if (types->kind == JSON_STRING)
        return has_type(value, types->text);
    for (const struct node *t = types->first; t; t = t->next)
        if (has_type(value, t->text))
            return true;
    return false;
}

static bool check_pattern(const struct node *pattern, const struct node *value)
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

static bool check_enum(const struct node *values, const struct node *value)
{
    for (const struct node *v = values->first; v; v = v->next)
        if (same_scalar(v, value))
            return true;
    return false;
}

static bool check_required(const struct node *names, const struct node *value)
{
    for (const struct node *n = names->first; n; n = n->next)
        if (!member(value, n->text))
            return false;
    return true;
}

static bool valid(const struct node *schema, const struct node *value);

/* properties and additionalProperties: where the first is without the second, what it does not
 * list is refused, because it is not documented. */
static bool check_members(const struct node *schema, const struct node *value)
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

static bool check_items(const struct node *of, const struct node *value)
{
    for (const struct node *item = value->first; item; item = item->next)
        if (!valid(of, item))
            return false;
    return true;
}

static bool check_keyword(const struct node *keyword, const struct node *value)
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

static bool valid(const struct node *schema, const struct node *value)
{
    for (const struct node *keyword = schema->first; keyword; keyword = keyword->next)
        if (!check_keyword(keyword, value))
            return false;
    return value->kind != JSON_OBJECT || check_members(schema, value);
}

struct schema {
    struct fixture *fixture;
    struct arena *arena;
    struct buf text;
    struct node *root;
};

static int setup(void **state)
{
    struct schema *s = calloc(1, sizeof *s);
    const char *source = getenv("TOCSIN_SOURCE");
    struct buf path CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};

    s->fixture = fixture_new();
    s->arena = arena_new(16384);
    s->text = buf_make(1 << 20);
    buf_printf(&path, "%s/docs/finding.schema.json", source ? source : ".");
    if (!io_read_file(&s->fixture->io, buf_cstr(&path), &s->text, &e))
        return -1;
    s->root = parse(s->arena, buf_str(&s->text));
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct schema *s = *state;

    fixture_free(s->fixture);
    arena_free(s->arena);
    buf_done(&s->text);
    free(s);
    return 0;
}

static bool line_valid(struct schema *s, const char *line)
{
    return valid(s->root, parse(s->arena, str_from(line)));
}

static void every_kind_of_finding_is_valid(void **state)
{
    static const str fields[] = {S("EventID"), S("Nothing")};
    struct schema *s = *state;
    struct fixture *f = s->fixture;
    struct finding all[] = {encoded_finding(f, 0), cleared_finding(f), hostile_finding(f)};

    f->context.fields = fields;
    f->context.field_count = countof(fields);
    char *text = report_text(f, "jsonl", all, countof(all), NULL);
    str rest = str_from(text);
    for (size_t i = 0; i < countof(all); i++)
        assert_true(valid(s->root, parse(s->arena, str_cut(&rest, '\n'))));
    free(text);
}

/* The same finding with one thing changed, which the checker must see. */
static void a_finding_that_differs_is_refused(void **state)
{
    static const struct {
        const char *part, *instead;
    } changes[] = {
        {"\"level\":\"high\"", "\"level\":\"severe\""},
        {"\"rule_id\":\"8c5b7a7e-1f6d-4d1c-9a51-000000000001\"", "\"rule_id\":\"\""},
        {"\"time\":\"2026-05-04T10:00:00.120Z\"", "\"time\":\"2026-05-04 10:00:00\""},
        {"\"time\":\"2026-05-04T10:00:00.120Z\"", "\"time\":1777888800"},
        {"\"record\":42", "\"record\":\"42\""},
        {"\"record\":42", "\"record\":4.2"},
        {"\"record\":42", "\"record\":-1"},
        {"\"host\":\"WS01\",", ""},
        {"\"T1027\"]", "\"t1027\"]"},
        {"\"type\":\"ip\"", "\"type\":\"address\""},
        {"[\"C:\\\\Windows\\\\powershell.exe\"]", "\"C:\\\\Windows\\\\powershell.exe\""},
        {"\"service\":null", "\"service\":null,\"more\":null"},
        {"\"rule_file\"", "\"undocumented\":1,\"rule_file\""},
    };
    struct schema *s = *state;
    struct finding finding = encoded_finding(s->fixture, 0);
    char *text = report_text(s->fixture, "jsonl", &finding, 1, NULL);

    assert_true(line_valid(s, text));
    for (size_t i = 0; i < countof(changes); i++) {
        struct buf changed CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        const char *at = strstr(text, changes[i].part);
        assert_non_null(at);
        buf_add(&changed, (str){text, (size_t)(at - text)});
        buf_add(&changed, str_from(changes[i].instead));
        buf_add(&changed, str_from(at + strlen(changes[i].part)));
        if (line_valid(s, buf_cstr(&changed)))
            fail_msg("accepted: %s", changes[i].instead);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_of_finding_is_valid, setup, teardown),
        cmocka_unit_test_setup_teardown(a_finding_that_differs_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
