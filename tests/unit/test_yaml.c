/* YAML: trees with places, several documents, and what is refused with a place. */
#include "text/yaml.h"

#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct parsed {
    struct yaml_document *documents;
    uint32_t count;
    struct err e;
    bool ok;
};

static struct parsed parse(void **state, str text)
{
    struct parsed p = {0};

    p.ok = yaml_parse(text, *state, &p.documents, &p.count, &p.e);
    return p;
}

static const struct yaml_node *root_of(void **state, str text)
{
    struct parsed p = parse(state, text);

    assert_true(p.ok);
    assert_int_equal(p.count, 1);
    assert_non_null(p.documents[0].root);
    return p.documents[0].root;
}

static void assert_text(const struct yaml_node *n, str want)
{
    assert_non_null(n);
    assert_int_equal(n->text.n, want.n);
    assert_memory_equal(n->text.p, want.p, want.n);
}

static void assert_refused(void **state, str text, uint32_t line, uint32_t column,
                           const char *message)
{
    struct parsed p = parse(state, text);

    assert_false(p.ok);
    assert_string_equal(p.e.message, message);
    assert_int_equal(p.e.line, line);
    assert_int_equal(p.e.column, column);
}

static void nodes_know_their_place(void **state)
{
    const struct yaml_node *root = root_of(state, S("a: 1\nlist:\n  - x\n  - 'y'\n"));
    const struct yaml_node *list = yaml_get(root, S("list"));

    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_text(list->items[1], S("y"));
    assert_true(list->items[1]->quoted);
    assert_false(list->items[0]->quoted);
    assert_int_equal(list->items[1]->line, 4);
    assert_int_equal(list->items[1]->column, 5);
}

static void a_missing_key_gives_null(void **state)
{
    assert_null(yaml_get(root_of(state, S("a: 1\n")), S("b")));
    assert_null(yaml_get(root_of(state, S("- a\n")), S("a")));
}

static void a_duplicate_key_is_refused(void **state)
{
    assert_refused(state, S("m:\n  a: 1\n  b: 2\n  a: 3\n"), 4, 3,
                   "key 'a' is already set in line 2");
}

static void a_duplicate_among_many_keys_is_refused(void **state)
{
    char text[1024];
    size_t n = 0;

    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "k%d: 1\n", i);
    assert_true(parse(state, (str){text, n}).ok);
    n += (size_t)snprintf(text + n, sizeof text - n, "k7: 1\n");
    assert_refused(state, (str){text, n}, 41, 1, "key 'k7' is already set in line 8");
}

static void an_alias_gives_the_anchored_node(void **state)
{
    const struct yaml_node *root = root_of(state, S("a: &x [1, 2]\nb: *x\n"));

    assert_ptr_equal(yaml_get(root, S("a")), yaml_get(root, S("b")));
}

static void an_unknown_alias_is_refused(void **state)
{
    assert_refused(state, S("a: *x\n"), 1, 4, "an alias to an anchor that was not set before");
}

static void a_cycle_is_refused(void **state)
{
    assert_refused(state, S("a: &x\n  - *x\n"), 2, 5, "an alias inside its own anchor");
}

static void a_billion_laughs_are_refused(void **state)
{
    assert_refused(state,
                   S("a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                     "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                     "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                     "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                     "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
                     "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"),
                   6, 17, "the document is too large, aliases expanded");
}

static void depth_is_limited(void **state)
{
    char text[256];

    memset(text, '[', sizeof text);
    assert_refused(state, (str){text, sizeof text}, 1, YAML_DEPTH_MAX + 1,
                   "lists and maps are nested too deeply");
}

static void aliases_cannot_go_round_the_depth_limit(void **state)
{
    struct parsed p;
    char text[512];
    int n = snprintf(text, sizeof text, "a: &a %.*s1%.*s\nb: %.*s*a%.*s\n", 40,
                     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 40,
                     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 30,
                     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 30,
                     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");

    p = parse(state, (str){text, (size_t)n});
    assert_false(p.ok);
    assert_string_equal(p.e.message, "lists and maps are nested too deeply");
}

static void merge_keys_add_what_is_missing(void **state)
{
    const struct yaml_node *root = root_of(
        state, S("base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nall:\n  <<: [*b, *m]\n  x: 9\n"));
    const struct yaml_node *all = yaml_get(root, S("all"));

    assert_int_equal(all->count, 3);
    assert_text(yaml_get(all, S("x")), S("9"));
    assert_text(yaml_get(all, S("y")), S("2"));
    assert_text(yaml_get(all, S("z")), S("4"));
}

static void a_merge_key_needs_a_map(void **state)
{
    assert_refused(state, S("a:\n  <<: 5\n"), 2, 7, "merge key '<<' needs a map or a list of maps");
}

static void a_byte_order_mark_is_skipped(void **state)
{
    const struct yaml_node *root = root_of(state, S("\xEF\xBB\xBF"
                                                    "a: 1\n"));

    assert_text(yaml_get(root, S("a")), S("1"));
    assert_int_equal(root->column, 1);
}

static void utf16_is_read(void **state)
{
    assert_text(yaml_get(root_of(state, S("\xFF\xFE"
                                          "a\0:\0 \0\xE9\0\n\0")),
                         S("a")),
                S("\xC3\xA9"));
    assert_text(yaml_get(root_of(state, S("\xFE\xFF"
                                          "\0a\0:\0 \0b")),
                         S("a")),
                S("b"));
}

static void invalid_utf8_is_refused_with_its_place(void **state)
{
    assert_refused(state, S("a: 1\nb\xC3\xA9: \xFF\n"), 2, 5,
                   "not YAML: invalid leading UTF-8 octet");
}

static void a_tab_for_indentation_is_named(void **state)
{
    assert_refused(state, S("a:\n\tb: 1\n"), 2, 1, "not YAML: a tab where spaces must indent");
}

static void a_key_that_is_a_list_is_refused(void **state)
{
    assert_refused(state, S("? [a]\n: b\n"), 1, 3, "a key must be a scalar, not a list or a map");
}

static void an_unknown_tag_is_refused(void **state)
{
    assert_refused(state, S("a: !thing 5\n"), 1, 4, "tag '!thing' is not supported");
    assert_true(yaml_get(root_of(state, S("a: !!str 5\n")), S("a"))->quoted);
}

static void each_document_has_its_text_and_line(void **state)
{
    struct parsed p = parse(state, S("# first\na: 1\n---\n\nb: 2\n--- # third\nc: 3\n"));

    assert_true(p.ok);
    assert_int_equal(p.count, 3);
    assert_int_equal(p.documents[0].line, 2);
    assert_int_equal(p.documents[1].line, 5);
    assert_int_equal(p.documents[1].text.n, 6);
    assert_memory_equal(p.documents[1].text.p, "\nb: 2\n", 6);
    assert_text(yaml_get(p.documents[2].root, S("c")), S("3"));
    assert_int_equal(yaml_get(p.documents[2].root, S("c"))->line, 7);
}

static void dashes_inside_a_scalar_cut_nothing(void **state)
{
    assert_text(yaml_get(root_of(state, S("a: |\n  x\n  ---\n  y\n")), S("a")), S("x\n---\ny\n"));
    assert_text(yaml_get(root_of(state, S("a: ---b\n")), S("a")), S("---b"));
}

static void directives_belong_to_the_document_that_follows(void **state)
{
    struct parsed p = parse(state, S("# note\n%YAML 1.1\n---\na: 1\n"));

    assert_true(p.ok);
    assert_int_equal(p.count, 1);
    assert_memory_equal(p.documents[0].text.p, "a: 1\n", 5);
}

static void nothing_but_comments_is_no_document(void **state)
{
    assert_int_equal(parse(state, S("# nothing\n\n")).count, 0);
    assert_int_equal(parse(state, S("")).count, 0);
}

static void an_empty_document_has_no_root(void **state)
{
    struct parsed p = parse(state, S("---\n---\na: 1\n"));

    assert_int_equal(p.count, 2);
    assert_null(p.documents[0].root);
}

static void documents_before_an_error_are_kept(void **state)
{
    struct parsed p = parse(state, S("a: 1\n---\nb: [\n---\nc: 3\n"));

    assert_false(p.ok);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.e.line, 4);
    assert_text(yaml_get(p.documents[0].root, S("a")), S("1"));
}

static void documents_after_an_error_can_be_read_too(void **state)
{
    struct parsed p = {0};

    yaml_parse_each(S("a: 1\n---\nb: 'x\n---\nc: \xFF\n---\nd: 4\n"), *state, &p.documents,
                    &p.count);
    assert_int_equal(p.count, 4);
    assert_null(p.documents[0].error);
    assert_non_null(p.documents[1].error);
    assert_null(p.documents[1].root);
    assert_int_equal(p.documents[2].error->line, 5);
    assert_int_equal(p.documents[2].error->column, 4);
    assert_text(yaml_get(p.documents[3].root, S("d")), S("4"));
}

static void only_null_words_without_quotes_are_null(void **state)
{
    const struct yaml_node *n = root_of(state, S("[~, null, NULL, '', 'null', nil, no]"));
    const bool want[] = {true, true, true, false, false, false, false};

    for (size_t i = 0; i < countof(want); i++)
        assert_int_equal(yaml_is_null(n->items[i]), want[i]);
}

static void bools_are_true_and_false_only(void **state)
{
    const struct yaml_node *n = root_of(state, S("[true, False, yes, 'true']"));
    bool value;

    assert_true(yaml_is_bool(n->items[0], &value));
    assert_true(value);
    assert_true(yaml_is_bool(n->items[1], &value));
    assert_false(value);
    assert_false(yaml_is_bool(n->items[2], &value));
    assert_false(yaml_is_bool(n->items[3], &value));
}

static void numbers_follow_the_core_schema(void **state)
{
    static const struct {
        const char *text;
        bool is;
        double value;
    } rows[] = {
        {"4624", true, 4624},  {"-1", true, -1},         {"0x10", true, 16},  {"0o17", true, 15},
        {"1.5e3", true, 1500}, {".5", true, 0.5},        {"5.", true, 5},     {"1_000", false, 0},
        {"1.2.3", false, 0},   {"0x", false, 0},         {"12:30", false, 0}, {".", false, 0},
        {"1e", false, 0},      {"2021-01-01", false, 0}, {"'5'", false, 0},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        double value = 0;
        const struct yaml_node *root = root_of(state, arena_printf(*state, "a: %s", rows[i].text));
        assert_int_equal(yaml_is_number(yaml_get(root, S("a")), &value), rows[i].is);
        assert_true(value == rows[i].value);
    }
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
        TEST(nodes_know_their_place),
        TEST(a_missing_key_gives_null),
        TEST(a_duplicate_key_is_refused),
        TEST(a_duplicate_among_many_keys_is_refused),
        TEST(an_alias_gives_the_anchored_node),
        TEST(an_unknown_alias_is_refused),
        TEST(a_cycle_is_refused),
        TEST(a_billion_laughs_are_refused),
        TEST(depth_is_limited),
        TEST(aliases_cannot_go_round_the_depth_limit),
        TEST(merge_keys_add_what_is_missing),
        TEST(a_merge_key_needs_a_map),
        TEST(a_byte_order_mark_is_skipped),
        TEST(utf16_is_read),
        TEST(invalid_utf8_is_refused_with_its_place),
        TEST(a_tab_for_indentation_is_named),
        TEST(a_key_that_is_a_list_is_refused),
        TEST(an_unknown_tag_is_refused),
        TEST(each_document_has_its_text_and_line),
        TEST(dashes_inside_a_scalar_cut_nothing),
        TEST(directives_belong_to_the_document_that_follows),
        TEST(nothing_but_comments_is_no_document),
        TEST(an_empty_document_has_no_root),
        TEST(documents_before_an_error_are_kept),
        TEST(documents_after_an_error_can_be_read_too),
        TEST(only_null_words_without_quotes_are_null),
        TEST(bools_are_true_and_false_only),
        TEST(numbers_follow_the_core_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
