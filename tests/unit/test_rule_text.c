/* A rule for people: each kind of test in words, the YAML as it stands, the tree without detours.
 */
#include "cli/rule_text.h"

#include "sigma/ruleset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RULE(detection)                                                                            \
    "title: Some Rule\nlogsource: {product: windows}\nlevel: high\ndetection:\n" detection

struct bench {
    struct ruleset *rs;
    struct buf out;
    struct page page;
};

static const struct sigma_rule *load(struct bench *b, const char *text)
{
    ruleset_free(b->rs);
    b->rs = ruleset_new();
    ruleset_load_text(b->rs, S("some_rule.yml"), str_from(text));
    ruleset_finish(b->rs);
    assert_int_equal(b->rs->count, 1);
    buf_clear(&b->out);
    b->page = page_make(&b->out, false, 100);
    return b->rs->rules[0];
}

static void each_kind_of_test_has_its_words(void **state)
{
    static const struct {
        const char *item, *want;
    } cases[] = {
        {"Image: 'a'", "is 'a'"},
        {"Image|contains: 'a'", "contains 'a'"},
        {"Image|startswith: 'a'", "starts with 'a'"},
        {"Image|endswith: 'a'", "ends with 'a'"},
        {"Image: 'a*b'", "is like 'a*b'"},
        {"Image|contains: 'a?b'", "is like '*a?b*'"},
        {"Image: ''", "is empty"},
        {"Image: '*'", "is anything"},
        {"Image|cased: 'a'", "is 'a' (in this case)"},
        {"Image|contains|windash: ' -a'", "is like '* -a*' (- or / or any long dash)"},
        {"Image|re|i: 'a.b'", "matches regex 'a.b' (i)"},
        {"Image|cidr: 10.0.0.0/8", "is an address in 10.0.0.0/8"},
        {"Image|gte: 5", ">= 5"},
        {"Image|hour: 5", "hour = 5"},
        {"Image: null", "is absent or null"},
        {"Image|exists: true", "is present"},
        {"Image|exists: false", "is absent"},
        {"Image|fieldref|startswith: User", "starts with the value of User"},
    };
    struct bench *b = *state;
    struct arena *a = arena_new(1024);

    for (size_t i = 0; i < countof(cases); i++) {
        str text = arena_printf(a, RULE("  s:\n    %s\n  condition: s\n"), cases[i].item);
        const struct sigma_node *n = load(b, text.p)->expr;
        while (n->kind != NODE_ITEM)
            n = n->children[0];
        rule_text_test(&b->out, &n->item->values[0].tests[0]);
        assert_string_equal(buf_cstr(&b->out), cases[i].want);
    }
    arena_free(a);
}

static void the_tree_has_no_groups_of_one(void **state)
{
    struct bench *b = *state;

    rule_text_tree(&b->page,
                   load(b, RULE("  s:\n    - Image: a\n    - User|neq: [b, c]\n  f: {x: y}\n"
                                "  condition: s and not f\n")),
                   20);
    assert_string_equal(buf_cstr(&b->out),
                        "\nAs it is matched  filters, pipelines and placeholders applied\n"
                        "  all of\n"
                        "    any of\n"
                        "      Image is 'a'\n"
                        "      User not: any of 2:\n"
                        "        is 'b'\n"
                        "        is 'c'\n"
                        "    not\n"
                        "      x is 'y'\n");
}

static void values_beyond_the_limit_are_counted(void **state)
{
    struct bench *b = *state;

    rule_text_tree(&b->page, load(b, RULE("  s: {x|all: [a, b, c]}\n  condition: s\n")), 1);
    assert_string_equal(buf_cstr(&b->out),
                        "\nAs it is matched  filters, pipelines and placeholders applied\n"
                        "  x all of 3:\n"
                        "    is 'a'\n"
                        "    ... and 2 more (--all shows them)\n");
}

static void the_detection_is_shown_as_it_is_written(void **state)
{
    struct bench *b = *state;

    rule_text_detection(&b->page, load(b, RULE("  s:\n    - Image|endswith: a\n      User: null\n"
                                               "    - x: [1, '2']\n  words:\n    - one\n    - two\n"
                                               "  condition: 1 of them\n")));
    assert_string_equal(buf_cstr(&b->out), "\nAs it is written\n"
                                           "  s:\n"
                                           "    - Image|endswith: a\n"
                                           "      User: null\n"
                                           "    - x:\n"
                                           "        - 1\n"
                                           "        - 2\n"
                                           "  words:\n"
                                           "    - one\n"
                                           "    - two\n"
                                           "  condition: 1 of them\n");
}

static void hostile_bytes_are_escaped(void **state)
{
    struct bench *b = *state;

    rule_text_tree(&b->page, load(b, RULE("  s: {x: \"a\\e[31m\"}\n  condition: s\n")), 20);
    assert_null(memchr(b->out.p, '\x1b', b->out.n));
}

static void the_head_tells_what_there_is(void **state)
{
    struct bench *b = *state;

    rule_text_head(&b->page, load(b, RULE("  s: {x: y}\n  condition: s\n")));
    assert_non_null(str_find(buf_str(&b->out), S("level            high\n")));
    assert_non_null(str_find(buf_str(&b->out), S("file             some_rule.yml:1\n")));
    assert_null(str_find(buf_str(&b->out), S("references")));
}

static int setup(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);

    b->out = buf_make(BUF_MAX_OUTPUT);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    ruleset_free(b->rs);
    buf_done(&b->out);
    test_free(b);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_kind_of_test_has_its_words),     TEST(the_tree_has_no_groups_of_one),
        TEST(values_beyond_the_limit_are_counted), TEST(the_detection_is_shown_as_it_is_written),
        TEST(hostile_bytes_are_escaped),           TEST(the_head_tells_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
