/* Conditions: precedence, quantifiers and patterns, bounds, and messages with columns. */
#include "sigma/build.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct sigma_selection selections[] = {
    {.name = S("a")},          {.name = S("b")},
    {.name = S("c")},          {.name = S("sel_one")},
    {.name = S("sel_two")},    {.name = S("_private")},
    {.name = S("filter-x_1")}, {.name = S("joined"), .hidden = true},
};

static const struct yaml_node place = {.kind = YAML_SCALAR, .line = 7, .column = 16};

/* Prefix form, with a stack of our own: what is to be written next is on top. */
static const char *show_tree(void **state, const struct sigma_node *root)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    const struct sigma_node *stack[256] = {root}; /* NULL: a closing parenthesis */
    uint32_t depth = 1;

    while (depth) {
        const struct sigma_node *n = stack[--depth];
        if (!n) {
            buf_char(&b, ')');
            continue;
        }
        if (b.n && b.p[b.n - 1] != '(')
            buf_char(&b, ' ');
        if (n->kind == NODE_SELECTION) {
            buf_add(&b, selections[n->selection].name);
            continue;
        }
        buf_printf(&b, "%s(", n->kind == NODE_AND ? "and" : n->kind == NODE_OR ? "or" : "not");
        stack[depth++] = NULL;
        for (uint32_t i = n->child_count; i > 0; i--)
            stack[depth++] = n->children[i - 1];
    }
    return arena_str(*state, buf_str(&b)).p;
}

static const char *show(void **state, str text)
{
    struct err e = {0};
    const struct sigma_node *n =
        condition_parse(text, &place, selections, countof(selections), *state, &e);

    if (!n)
        return arena_printf(*state, "%u:%u: %s", e.line, e.column, e.message).p;
    return show_tree(state, n);
}

struct row {
    const char *text, *shown;
};

static void check(void **state, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(show(state, str_from(rows[i].text)), rows[i].shown);
}

static void not_binds_before_and_before_or(void **state)
{
    static const struct row rows[] = {
        {"a", "a"},
        {"a and b", "and(a b)"},
        {"a or b and c", "or(a and(b c))"},
        {"a and b or c", "or(and(a b) c)"},
        {"not a and b", "and(not(a) b)"},
        {"not a or b", "or(not(a) b)"},
        {"not not a", "not(not(a))"},
        {"a and not b", "and(a not(b))"},
        {" a\tand\n b ", "and(a b)"},
    };

    check(state, rows, countof(rows));
}

static void a_chain_becomes_one_node(void **state)
{
    static const struct row rows[] = {
        {"a and b and c", "and(a b c)"},
        {"a or b or c or a or b", "or(a b c a b)"},
        {"a or (b or c)", "or(a or(b c))"},
    };

    check(state, rows, countof(rows));
}

static void parentheses_group(void **state)
{
    static const struct row rows[] = {
        {"(a or b) and c", "and(or(a b) c)"},
        {"not (a or b)", "not(or(a b))"},
        {"not(a)", "not(a)"},
        {"((a))", "a"},
        {"(a or b)and(b or c)", "and(or(a b) or(b c))"},
    };

    check(state, rows, countof(rows));
}

static void quantifiers_name_selections_by_pattern(void **state)
{
    static const struct row rows[] = {
        {"1 of sel_*", "or(sel_one sel_two)"},
        {"any of sel_*", "or(sel_one sel_two)"},
        {"all of sel_*", "and(sel_one sel_two)"},
        {"1 of *_t*o", "or(sel_two)"},
        {"not 1 of sel_*", "not(or(sel_one sel_two))"},
        {"a and not 1 of filter*", "and(a not(or(filter-x_1)))"},
        {"all of sel_* or 1 of sel_one", "or(and(sel_one sel_two) or(sel_one))"},
    };

    check(state, rows, countof(rows));
}

static void private_and_hidden_selections_are_not_them(void **state)
{
    static const struct row rows[] = {
        {"1 of them", "or(a b c sel_one sel_two filter-x_1)"},
        {"1 of *", "or(a b c sel_one sel_two filter-x_1)"},
        {"1 of _p*", "or(_private)"},
        {"_private and joined", "and(_private joined)"},
        {"1 of join*", "7:21: no selection matches 'join*'"},
    };

    check(state, rows, countof(rows));
}

static void mistakes_are_told_with_their_column(void **state)
{
    static const struct row rows[] = {
        {"", "7:16: a selection is missing at the end of ''"},
        {"a and", "7:21: a selection is missing at the end of 'a and'"},
        {"a and nothere", "7:22: no selection is named 'nothere'"},
        {"a b", "7:18: 'and' or 'or' is missing before 'b'"},
        {"a AND b", "7:18: keywords are lower case: 'AND'"},
        {"NOT a", "7:16: keywords are lower case: 'NOT'"},
        {"and a", "7:16: a selection is missing before 'and'"},
        {"(a", "7:18: a parenthesis is not closed in '(a'"},
        {"a)", "7:17: nothing is open before ')'"},
        {"()", "7:17: a selection is missing before ')'"},
        {"2 of sel_*", "7:16: only '1 of', 'any of' and 'all of' can be used, not '2' of"},
        {"some of sel_*", "7:16: '1', 'any' or 'all' must stand before 'of', not 'some'"},
        {"1 of", "7:20: 'them' or a pattern is missing after 'of'"},
        {"1 of none_*", "7:21: no selection matches 'none_*'"},
        {"sel_*", "7:16: a pattern needs '1 of' or 'all of' before 'sel_*'"},
        {"a & b", "7:18: 'and' or 'or' is missing before '&'"},
        {"a | count() by x > 5",
         "7:18: the aggregation '| count() by x > 5' is no longer part of Sigma: write a "
         "correlation"},
    };

    check(state, rows, countof(rows));
}

static void nesting_is_bounded(void **state)
{
    char deep[2 * CONDITION_STACK_MAX + 3];

    memset(deep, '(', sizeof deep);
    assert_non_null(str_find(str_from(show(state, (str){deep, sizeof deep})),
                             S("the condition is nested too deeply")));
    memset(deep, '(', CONDITION_STACK_MAX);
    deep[CONDITION_STACK_MAX] = 'a';
    memset(deep + CONDITION_STACK_MAX + 1, ')', CONDITION_STACK_MAX);
    assert_string_equal(show(state, (str){deep, 2 * CONDITION_STACK_MAX + 1}), "a");
}

static void length_and_patterns_are_bounded(void **state)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    while (b.n <= CONDITION_BYTES_MAX)
        buf_add(&b, S("a or "));
    buf_char(&b, 'a');
    assert_non_null(str_find(str_from(show(state, buf_str(&b))), S("longer than 16384 bytes")));
    buf_clear(&b);
    while (b.n + 40 < CONDITION_BYTES_MAX)
        buf_add(&b, S("1 of * or "));
    buf_char(&b, 'a');
    struct sigma_selection *many = arena_array(*state, SELECTIONS_MAX, sizeof *many);
    for (uint32_t i = 0; i < SELECTIONS_MAX; i++)
        many[i].name = S("a");
    struct err e = {0};
    assert_null(condition_parse(buf_str(&b), &place, many, SELECTIONS_MAX, *state, &e));
    assert_non_null(str_find(str_from(e.message), S("the condition is too large")));
}

static void patterns_match_whole_names(void **state)
{
    (void)state;
    assert_true(selection_name_matches(S("sel_a"), S("sel*")));
    assert_true(selection_name_matches(S("sel"), S("sel*")));
    assert_true(selection_name_matches(S("aXbXc"), S("a*b*c")));
    assert_true(selection_name_matches(S("aab"), S("*ab")));
    assert_false(selection_name_matches(S("sel_a"), S("sel")));
    assert_false(selection_name_matches(S("asel"), S("sel*")));
    assert_false(selection_name_matches(S("Sel"), S("sel")));
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
        TEST(not_binds_before_and_before_or),
        TEST(a_chain_becomes_one_node),
        TEST(parentheses_group),
        TEST(quantifiers_name_selections_by_pattern),
        TEST(private_and_hidden_selections_are_not_them),
        TEST(mistakes_are_told_with_their_column),
        TEST(nesting_is_bounded),
        TEST(length_and_patterns_are_bounded),
        TEST(patterns_match_whole_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
