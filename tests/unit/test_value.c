/* Sigma strings: wildcards, escapes as pySigma's SigmaString reads them, and back to source. */
#include "sigma/build.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The parts in brackets, wildcards bare: "[a]*[b]". */
static const char *show(void **state, const struct sigma_string *s)
{
    static const char *const marks[] = {
        [PART_MANY] = "*", [PART_ONE] = "?", [PART_DASH] = "<dash>", [PART_PLACEHOLDER] = "%"};
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    for (uint32_t i = 0; i < s->count; i++) {
        if (s->parts[i].kind == PART_TEXT)
            buf_printf(&b, "[" STR_FMT "]", STR_ARG(s->parts[i].text));
        else
            buf_printf(&b, "%s", marks[s->parts[i].kind]);
    }
    return arena_str(*state, buf_str(&b)).p;
}

static struct sigma_string parse(void **state, str text)
{
    struct sigma_string s;

    sigma_string_parse(text, *state, &s);
    return s;
}

static const struct {
    const char *source, *parts;
} rows[] = {
    {"", ""},
    {"plain", "[plain]"},
    {"*", "*"},
    {"**", "*"},
    {"?", "?"},
    {"??", "??"},
    {"a*b?c", "[a]*[b]?[c]"},
    {"*a*", "*[a]*"},
    {"\\*", "[*]"},
    {"\\?", "[?]"},
    {"\\\\", "[\\]"},
    {"\\", "[\\]"},
    {"\\x", "[\\x]"},
    {"C:\\Windows\\cmd.exe", "[C:\\Windows\\cmd.exe]"},
    {"\\\\*", "[\\]*"},
    {"\\\\\\*", "[\\*]"},
    {"\\\\\\", "[\\\\]"},
    {"\\\\\\\\", "[\\\\]"},
    {"\\\\server\\*", "[\\server*]"},
    {"a\\", "[a\\]"},
    {"a\\\\*b\\\\?", "[a\\]*[b\\]?"},
    {"\\%x\\%", "[\\%x\\%]"},
    {"\xC3\xA9*", "[\xC3\xA9]*"},
};

static void reads_wildcards_and_escapes(void **state)
{
    for (size_t i = 0; i < countof(rows); i++) {
        struct sigma_string s = parse(state, str_from(rows[i].source));
        assert_string_equal(show(state, &s), rows[i].parts);
    }
}

static void source_text_parses_to_the_same_parts(void **state)
{
    for (size_t i = 0; i < countof(rows); i++) {
        struct sigma_string s = parse(state, str_from(rows[i].source));
        struct sigma_string again = parse(state, sigma_string_text(&s, *state));
        assert_string_equal(show(state, &again), rows[i].parts);
    }
}

static void a_literal_reads_no_wildcards(void **state)
{
    struct sigma_string s;
    str text;

    sigma_string_literal(S("a*\\b?"), *state, &s);
    assert_string_equal(show(state, &s), "[a*\\b?]");
    assert_true(sigma_string_is_literal(&s, &text));
    assert_true(str_eq(text, S("a*\\b?")));
    s = parse(state, S("a*"));
    assert_false(sigma_string_is_literal(&s, &text));
}

static void the_empty_string_is_a_literal(void **state)
{
    struct sigma_string s = parse(state, S(""));
    str text;

    assert_true(sigma_string_is_literal(&s, &text));
    assert_int_equal(text.n, 0);
}

static void joining_keeps_the_normal_form(void **state)
{
    struct sigma_string pieces[] = {parse(state, S("a*")), parse(state, S("*b")),
                                    parse(state, S("")), parse(state, S("c"))};
    struct sigma_string s;

    sigma_string_join(pieces, countof(pieces), *state, &s);
    assert_string_equal(show(state, &s), "[a]*[bc]");
}

static void opening_adds_wildcards_only_where_none_is(void **state)
{
    struct sigma_string s = parse(state, S("*a"));

    sigma_string_open(&s, true, true, *state);
    assert_string_equal(show(state, &s), "*[a]*");
    sigma_string_open(&s, true, true, *state);
    assert_string_equal(show(state, &s), "*[a]*");
}

static void opening_the_empty_string_gives_one_wildcard(void **state)
{
    struct sigma_string s = parse(state, S(""));

    sigma_string_open(&s, true, true, *state);
    assert_string_equal(show(state, &s), "*");
    s = parse(state, S(""));
    sigma_string_open(&s, false, true, *state);
    assert_string_equal(show(state, &s), "*");
}

static void items_grow_value_by_value(void **state)
{
    struct sigma_item *item = sigma_item_new(*state, S("F"), S(""));

    for (uint32_t i = 0; i < 100; i++)
        sigma_item_add(item, *state, sigma_test_match(parse(state, S("x"))), i, 1);
    assert_int_equal(item->value_count, 100);
    assert_int_equal(item->values[0].line, 0);
    assert_int_equal(item->values[99].line, 99);
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
        TEST(reads_wildcards_and_escapes),
        TEST(source_text_parses_to_the_same_parts),
        TEST(a_literal_reads_no_wildcards),
        TEST(the_empty_string_is_a_literal),
        TEST(joining_keeps_the_normal_form),
        TEST(opening_adds_wildcards_only_where_none_is),
        TEST(opening_the_empty_string_gives_one_wildcard),
        TEST(items_grow_value_by_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
