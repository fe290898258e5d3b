/* Filters: for which rules they are, what they add, and what is refused. */
#include "sigma/ruleset.h"

#include "sigma/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RULE(id, product)                                                                          \
    "title: rule\nid: " id "\nname: name-" id "\nlogsource: {product: " product                    \
    ", category: process_creation}\n"                                                              \
    "detection:\n  selection: {F: 1}\n  other: {F: 2}\n  condition: 1 of them\n"

#define FILTER(rules, condition)                                                                   \
    "title: filter\nlogsource: {product: windows}\n"                                               \
    "filter:\n  rules: " rules "\n  selection: {User|startswith: adm_}\n  condition: " condition   \
    "\n"

static struct ruleset *load(const char *text)
{
    struct ruleset *rs = ruleset_new();

    ruleset_load_text(rs, S("test.yml"), str_from(text));
    ruleset_finish(rs);
    return rs;
}

/* The filter's part of the first rule's expression; NULL when none was joined. */
static const struct sigma_node *joined(const struct ruleset *rs)
{
    const struct sigma_node *expr = rs->rules[0]->expr;

    return expr->kind == NODE_AND ? expr->children[1] : NULL;
}

static void a_filter_is_joined_with_and(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) =
        load(RULE("r1", "windows") "---\n" FILTER("[r1]", "not selection"));

    (void)state;
    assert_int_equal(rs->refusal_count, 0);
    assert_int_equal(rs->filter_count, 1);
    assert_int_equal(joined(rs)->kind, NODE_NOT);
    assert_true(str_eq(joined(rs)->children[0]->children[0]->item->field, S("User")));
}

static void the_rule_does_not_see_the_filters_selections(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) =
        load(FILTER("any", "not selection") "---\n" RULE("r1", "windows"));

    (void)state;
    assert_int_equal(rs->rules[0]->selection_count, 3);
    assert_true(rs->rules[0]->selections[2].hidden);
    assert_int_equal(rs->rules[0]->expr->children[0]->child_count, 2); /* of `1 of them` */
}

static void rules_are_found_by_id_and_by_name(void **state)
{
    static const char *const texts[] = {
        RULE("r1", "windows") "---\n" FILTER("r1", "not selection"),
        RULE("r1", "windows") "---\n" FILTER("[x, name-r1]", "not selection"),
        RULE("r1", "windows") "---\n" FILTER("any", "not selection"),
        RULE("r1", "windows") "---\n" FILTER("all", "not selection"),
        RULE("r1", "windows") "---\n" FILTER("[]", "not selection"),
    };

    (void)state;
    for (size_t i = 0; i < countof(texts); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = load(texts[i]);
        assert_non_null(joined(rs));
    }
}

static void other_rules_stay_as_they_are(void **state)
{
    static const char *const texts[] = {
        RULE("r1", "windows") "---\n" FILTER("[r2]", "not selection"),
        RULE("r1", "linux") "---\n" FILTER("[r1]", "not selection"),
        RULE("r1", "linux") "---\n" FILTER("any", "not selection"),
    };

    (void)state;
    for (size_t i = 0; i < countof(texts); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = load(texts[i]);
        assert_null(joined(rs));
    }
}

static void each_rule_gets_a_copy(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = load(
        RULE("r1", "windows") "---\n" RULE("r2", "windows") "---\n" FILTER("any", "selection"));

    (void)state;
    assert_int_equal(rs->count, 2);
    assert_ptr_not_equal(rs->rules[0]->selections[2].node, rs->rules[1]->selections[2].node);
}

static void two_filters_restrict_both(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = load(RULE("r1", "windows") "---\n" FILTER(
        "any", "not selection") "---\n" FILTER("any", "not 1 of sel*"));

    (void)state;
    assert_int_equal(rs->filter_count, 2);
    assert_int_equal(rs->rules[0]->selection_count, 4);
    assert_int_equal(joined(rs)->kind, NODE_AND);
    assert_int_equal(joined(rs)->child_count, 2);
}

static void wrong_filters_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *message;
        uint32_t line, column;
    } rows[] = {
        {"filter: {rules: any, s: {F: 1}, condition: s}\nlogsource: {product: a}\n",
         "there is no 'title'", 1, 1},
        {"title: t\nfilter: {rules: any, s: {F: 1}, condition: s}\n",
         "the filter has no 'logsource'", 1, 1},
        {"title: t\nlogsource: {product: a}\nfilter: [a]\n", "'filter' must be a map", 3, 9},
        {"title: t\nlogsource: {product: a}\nfilter: {s: {F: 1}, condition: s}\n",
         "'filter' has no 'rules': name rules, or write 'any'", 3, 9},
        {"title: t\nlogsource: {product: a}\nfilter: {rules: {a: b}, s: {F: 1}, condition: s}\n",
         "'rules' must be 'any' or ids or names of rules", 3, 17},
        {"title: t\nlogsource: {product: a}\nfilter: {rules: [[a]], s: {F: 1}, condition: s}\n",
         "'rules' must be a list of ids or names of rules", 3, 18},
        {"title: t\nlogsource: {product: a}\nfilter: {rules: any, s: {F: 1}}\n",
         "'filter' needs a 'condition', one string", 3, 9},
        {"title: t\nlogsource: {product: a}\nfilter: {rules: any, s: {F: 1}, condition: [s]}\n",
         "'filter' needs a 'condition', one string", 3, 44},
        {"title: t\nlogsource: {product: a}\nfilter: {rules: any, s: {F: 1}, condition: x}\n",
         "no selection is named 'x'", 3, 44},
    };

    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = load(rows[i].text);
        assert_int_equal(rs->refusal_count, 1);
        assert_int_equal(rs->refusals[0].kind, REFUSED_INVALID);
        assert_string_equal(rs->refusals[0].why.message, rows[i].message);
        assert_int_equal(rs->refusals[0].why.line, rows[i].line);
        assert_int_equal(rs->refusals[0].why.column, rows[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_is_joined_with_and),
        cmocka_unit_test(the_rule_does_not_see_the_filters_selections),
        cmocka_unit_test(rules_are_found_by_id_and_by_name),
        cmocka_unit_test(other_rules_stay_as_they_are),
        cmocka_unit_test(each_rule_gets_a_copy),
        cmocka_unit_test(two_filters_restrict_both),
        cmocka_unit_test(wrong_filters_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
