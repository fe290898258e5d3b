/* Rules: attributes, selections and trees, what is tolerated and what is refused with its place. */
#include "sigma/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct sigma_rule *parse(void **state, str text, struct err *e)
{
    struct yaml_document *documents;
    uint32_t count;

    if (!yaml_parse(text, *state, &documents, &count, e))
        return NULL;
    return rule_parse(documents[0].root, documents[0].text, S("r.yml"), *state, e);
}

static struct sigma_rule *rule_of(void **state, str text)
{
    struct err e = {0};
    struct sigma_rule *rule = parse(state, text, &e);

    if (!rule)
        fail_msg("%u:%u: %s", e.line, e.column, e.message);
    return rule;
}

static void assert_text(str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.p, want, got.n);
}

#define HEAD "title: t\nlogsource: {product: Windows, category: process_creation}\n"
#define TAIL "detection:\n  sel:\n    F: a\n  condition: sel\n"

static void attributes_are_read(void **state)
{
    const struct sigma_rule *rule =
        rule_of(state, S("title: A title\n"
                         "id: 11111111-2222-4333-8444-555555555555\n"
                         "name: a_name\n"
                         "status: test\n"
                         "level: High\n"
                         "description: |\n  two\n  lines\n"
                         "license: MIT\n"
                         "author: [A, B]\n"
                         "date: 2021/02/03\n"
                         "modified: 2026-01-02\n"
                         "tags: [attack.t1059, attack.execution]\n"
                         "references: https://a.example\n"
                         "falsepositives: [none]\n"
                         "fields: [F]\n"
                         "related:\n  - {id: x, type: similar}\n"
                         "logsource: {product: Windows, service: Security, definition: d}\n" TAIL));

    assert_text(rule->title, "A title");
    assert_text(sigma_rule_identity(rule), "11111111-2222-4333-8444-555555555555");
    assert_int_equal(rule->status, STATUS_TEST);
    assert_int_equal(rule->level, LEVEL_HIGH);
    assert_text(rule->description, "two\nlines\n");
    assert_text(rule->author, "A, B");
    assert_text(rule->date, "2021/02/03");
    assert_int_equal(rule->tag_count, 2);
    assert_int_equal(rule->reference_count, 1);
    assert_text(rule->related[0].type, "similar");
    assert_text(rule->logsource.product, "windows");
    assert_text(rule->logsource.service, "security");
    assert_text(rule->definition, "d");
    assert_int_equal(rule->logsource_line, 19);
}

static void levels_and_statuses_have_names(void **state)
{
    enum sigma_level level;
    enum sigma_status status;

    (void)state;
    assert_string_equal(sigma_level_name(LEVEL_CRITICAL), "critical");
    assert_string_equal(sigma_level_name(LEVEL_NONE), "");
    assert_true(sigma_level_parse(S("informational"), &level));
    assert_int_equal(level, LEVEL_INFORMATIONAL);
    assert_false(sigma_level_parse(S(""), &level));
    assert_true(sigma_status_parse(S("stable"), &status));
    assert_false(sigma_status_parse(S("new"), &status));
    assert_string_equal(sigma_status_name(STATUS_DEPRECATED), "deprecated");
}

static void without_id_the_identity_is_the_content(void **state)
{
    const struct sigma_rule *a = rule_of(state, S(HEAD TAIL));
    const struct sigma_rule *b = rule_of(state, S(HEAD TAIL "level: low\n"));

    assert_int_equal(sigma_rule_identity(a).n, 16);
    assert_false(str_eq(sigma_rule_identity(a), sigma_rule_identity(b)));
}

static void a_map_is_an_and_of_its_items(void **state)
{
    const struct sigma_rule *rule =
        rule_of(state, S(HEAD "detection:\n  sel:\n    A: 1\n    B|contains: [x, y]\n"
                              "  condition: sel\n"));
    const struct sigma_node *n = rule->selections[0].node;

    assert_int_equal(n->kind, NODE_AND);
    assert_int_equal(n->child_count, 2);
    assert_text(n->children[1]->item->field, "B");
    assert_text(n->children[1]->item->modifiers, "contains");
    assert_int_equal(n->children[1]->item->value_count, 2);
    assert_int_equal(n->children[1]->item->line, 6);
    assert_int_equal(n->children[1]->item->values[1].column, 21);
}

static void a_list_of_maps_is_an_or(void **state)
{
    const struct sigma_rule *rule = rule_of(
        state, S(HEAD "detection:\n  sel:\n    - A: 1\n    - B: 2\n      C: 3\n    - [k, l]\n"
                      "    - word\n  condition: sel\n"));
    const struct sigma_node *n = rule->selections[0].node;

    assert_int_equal(n->kind, NODE_OR);
    assert_int_equal(n->child_count, 4);
    assert_int_equal(n->children[1]->child_count, 2);
    assert_int_equal(n->children[2]->item->value_count, 2);
    assert_int_equal(n->children[3]->item->field.n, 0);
}

static void plain_lists_are_keywords(void **state)
{
    const struct sigma_rule *rule =
        rule_of(state, S(HEAD "detection:\n  any: [a, 'b*']\n  every:\n    '|all': [c, d]\n"
                              "  one: e\n  condition: 1 of them\n"));

    assert_int_equal(rule->selections[0].node->kind, NODE_ITEM);
    assert_false(rule->selections[0].node->item->all);
    assert_true(rule->selections[1].node->children[0]->item->all);
    assert_int_equal(rule->selections[1].node->children[0]->item->field.n, 0);
    assert_int_equal(rule->selections[2].node->item->value_count, 1);
}

static void several_conditions_are_joined_with_or(void **state)
{
    struct err e = {0};
    struct sigma_rule *rule =
        rule_of(state, S(HEAD "detection:\n  a: {F: 1}\n  b: {F: 2}\n  condition: [a, not b]\n"));

    assert_int_equal(rule->condition_count, 2);
    assert_true(rule_resolve(rule, *state, &e));
    assert_int_equal(rule->expr->kind, NODE_OR);
    assert_int_equal(rule->expr->children[0]->kind, NODE_AND);
    assert_int_equal(rule->expr->children[1]->kind, NODE_NOT);
}

static void timeframe_is_no_selection(void **state)
{
    const struct sigma_rule *rule =
        rule_of(state, S(HEAD "detection:\n  timeframe: 5m\n  a: {F: 1}\n  condition: a\n"));

    assert_int_equal(rule->selection_count, 1);
}

static void dropped_items_leave_nothing_behind(void **state)
{
    struct err e = {0};
    struct sigma_rule *rule = rule_of(
        state, S(HEAD "detection:\n  a: {F: 1, G: 2}\n  b: {H: 3}\n  condition: a and not b\n"));

    rule->selections[0].node->children[1]->item->map_dropped = true;
    rule->selections[1].node->children[0]->item->map_dropped = true;
    assert_true(rule_resolve(rule, *state, &e));
    assert_int_equal(rule->expr->kind, NODE_AND);
    assert_int_equal(rule->expr->child_count, 1);
    assert_int_equal(rule->expr->children[0]->child_count, 1);
    assert_text(rule->expr->children[0]->children[0]->item->field, "F");
}

static void a_rule_with_all_items_dropped_is_refused(void **state)
{
    struct err e = {0};
    struct sigma_rule *rule = rule_of(state, S(HEAD TAIL));

    rule->selections[0].node->children[0]->item->map_dropped = true;
    assert_false(rule_resolve(rule, *state, &e));
    assert_string_equal(e.message, "pipelines have dropped all items of the conditions");
}

static void expanded_size_is_bounded(void **state)
{
    struct err e = {0};
    str body = S("");

    for (int i = 0; i < 2000; i++)
        body = arena_printf(*state, STR_FMT "%s{F: 1}", STR_ARG(body), i ? ", " : "");
    str condition = S("s");
    for (int i = 0; i < 600; i++)
        condition = arena_printf(*state, STR_FMT " and s", STR_ARG(condition));
    struct sigma_rule *rule = rule_of(state, arena_printf(*state,
                                                          HEAD "detection:\n  s: [" STR_FMT
                                                               "]\n  condition: " STR_FMT "\n",
                                                          STR_ARG(body), STR_ARG(condition)));
    assert_false(rule_resolve(rule, *state, &e));
    assert_non_null(str_find(str_from(e.message), S("more than 1000000 tests")));
}

static void wrong_documents_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *message;
        uint32_t line, column;
    } rows[] = {
        {"- a\n", "a rule must be a map, not a list", 1, 1},
        {"logsource: {product: a}\n" TAIL, "there is no 'title'", 1, 1},
        {"title: [a]\n" TAIL, "'title' must be a string, not a list", 1, 8},
        {HEAD TAIL "tags: 5\n", "'tags' must be a list, not a number", 7, 7},
        {HEAD TAIL "tags: {a: b}\n", "'tags' must be a list, not a map", 7, 7},
        {HEAD TAIL "tags: [[a]]\n", "'tags' must be a list of strings", 7, 8},
        {HEAD TAIL "level: severe\n",
         "level 'severe' is not informational, low, medium, high or critical", 7, 8},
        {HEAD TAIL "status: new\n",
         "status 'new' is not stable, test, experimental, deprecated or unsupported", 7, 9},
        {HEAD TAIL "related: x\n", "'related' must be a list, not a plain value", 7, 10},
        {"title: t\n" TAIL, "the rule has no 'logsource'", 1, 1},
        {"title: t\nlogsource: windows\n" TAIL, "'logsource' must be a map, not a plain value", 2,
         12},
        {"title: t\nlogsource: {definition: x}\n" TAIL,
         "'logsource' needs a category, a product or a service", 2, 12},
        {"title: t\nlogsource: {product: [a]}\n" TAIL, "'product' must be a string, not a list", 2,
         22},
        {HEAD, "the rule has no 'detection'", 1, 1},
        {HEAD "detection: x\n", "'detection' must be a map, not a plain value", 3, 12},
        {HEAD "detection:\n  condition: a\n", "'detection' has no selection", 4, 3},
        {HEAD "detection:\n  a: {F: 1}\n", "'detection' has no 'condition'", 4, 3},
        {HEAD "detection:\n  a: {F: 1}\n  condition: [a, [b]]\n", "a condition must be a string", 5,
         18},
        {HEAD "detection:\n  a: {F: 1}\n  condition: []\n",
         "a list of conditions has 1 to 64 of them", 5, 14},
        {HEAD "detection:\n  a: {F: 1}\n  condition: a and b\n", "no selection is named 'b'", 5,
         20},
        {HEAD "detection:\n  a: {F: 1}\n  condition: 'a and b'\n", "no selection is named 'b'", 5,
         21},
        {HEAD "detection:\n  a: {}\n  condition: a\n", "a selection is empty", 4, 6},
        {HEAD "detection:\n  a: []\n  condition: a\n", "a list of values is empty", 4, 6},
        {HEAD "detection:\n  a:\n  condition: a\n", "a keyword cannot be null", 4, 5},
        {HEAD "detection:\n  a: {F|nope: 1}\n  condition: a\n", "unknown modifier 'nope'", 4, 9},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        struct err e = {0};
        assert_null(parse(state, str_from(rows[i].text), &e));
        assert_string_equal(e.message, rows[i].message);
        assert_int_equal(e.line, rows[i].line);
        assert_int_equal(e.column, rows[i].column);
    }
}

static void deep_lists_do_not_recurse(void **state)
{
    struct err e = {0};
    str nested = arena_printf(*state, HEAD "detection:\n  a: %.*s{F: 1}%.*s\n  condition: a\n", 50,
                              "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 50,
                              "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
    struct sigma_rule *rule = rule_of(state, nested);

    assert_true(rule_resolve(rule, *state, &e));
}

static void copies_share_nothing_that_is_edited(void **state)
{
    const struct sigma_rule *rule = rule_of(state, S(HEAD TAIL));
    struct sigma_node *copy = sigma_node_copy(rule->selections[0].node, 0, *state);

    copy->children[0]->item->field = S("other");
    copy->children[0]->item->values[0].tests[0].cased = true;
    assert_text(rule->selections[0].node->children[0]->item->field, "F");
    assert_false(rule->selections[0].node->children[0]->item->values[0].tests[0].cased);
}

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attributes_are_read),
        TEST(levels_and_statuses_have_names),
        TEST(without_id_the_identity_is_the_content),
        TEST(a_map_is_an_and_of_its_items),
        TEST(a_list_of_maps_is_an_or),
        TEST(plain_lists_are_keywords),
        TEST(several_conditions_are_joined_with_or),
        TEST(timeframe_is_no_selection),
        TEST(dropped_items_leave_nothing_behind),
        TEST(a_rule_with_all_items_dropped_is_refused),
        TEST(expanded_size_is_bounded),
        TEST(wrong_documents_are_refused_with_their_place),
        TEST(deep_lists_do_not_recurse),
        TEST(copies_share_nothing_that_is_edited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
