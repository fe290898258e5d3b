/* JSON tokens: what RFC 8259 allows, what logs hold beyond it, and what each refusal says. */
#include "text/json.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A letter for each token until the end: { } [ ] k s n t f 0, then . for the end and ! for an error
 * (whose reason is left in *why). */
static str letters(str text, char *out, const char **why)
{
    static const char of[] = "{}[]ksntf0.!";
    struct json j;
    size_t n = 0;

    json_init(&j, text);
    for (;;) {
        enum json_token_kind kind = json_next(&j).kind;
        out[n++] = of[kind];
        if (kind == JSON_END || kind == JSON_ERROR)
            break;
    }
    *why = j.error;
    return (str){out, n};
}

static void assert_letters(str text, const char *want)
{
    char out[256];
    const char *why;

    str got = letters(text, out, &why);
    out[got.n] = '\0';
    assert_string_equal(out, want);
}

static void assert_refused(str text, const char *reason, size_t at)
{
    struct json j;
    struct json_token t;

    json_init(&j, text);
    do
        t = json_next(&j);
    while (t.kind != JSON_END && t.kind != JSON_ERROR);
    assert_int_equal(t.kind, JSON_ERROR);
    assert_string_equal(j.error, reason);
    assert_int_equal(j.at, at);
    assert_int_equal(json_next(&j).kind, JSON_ERROR); /* and stays so */
}

/* The string value that the text is. */
static void assert_string(void **state, str text, str want)
{
    struct json j;

    json_init(&j, text);
    struct json_token t = json_next(&j);
    assert_int_equal(t.kind, JSON_STRING);
    str got = json_string(t, *state);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

static void reads_each_kind_of_value(void **state)
{
    (void)state;
    assert_letters(S("{\"a\":[1,\"x\",true,false,null,{}]}"), "{k[nstf0{}]}.");
    assert_letters(S(" [ ] "), "[].");
    assert_letters(S("\t\"x\"\r\n"), "s.");
    assert_letters(S("-0.5e+10"), "n.");
}

static void keeps_the_text_of_numbers(void **state)
{
    struct json j;

    (void)state;
    json_init(&j, S("[18446744073709551616, 1.50]"));
    json_next(&j);
    struct json_token big = json_next(&j), fraction = json_next(&j);
    assert_true(str_eq(big.text, S("18446744073709551616")));
    assert_true(str_eq(fraction.text, S("1.50")));
}

static void says_why_and_where_it_refuses(void **state)
{
    (void)state;
    assert_refused(S(""), "ends before a value", 0);
    assert_refused(S("{\"a\""), "ends inside an object", 4);
    assert_refused(S("{\"a\":1,}"), "a key without quotes", 7);
    assert_refused(S("{'a':1}"), "a key without quotes", 1);
    assert_refused(S("{\"a\" 1}"), "a key without a colon", 5);
    assert_refused(S("[1,]"), "not a JSON value", 3);
    assert_refused(S("[1 2]"), "no comma between two values", 3);
    assert_refused(S("[1"), "ends inside an array", 2);
    assert_refused(S("[1}"), "no comma between two values", 2);
    assert_refused(S("1 2"), "something follows the value", 2);
    assert_refused(S("NaN"), "not a JSON value", 0);
    assert_refused(S("tru"), "not a JSON value", 0);
    assert_refused(S("// x"), "not a JSON value", 0);
    assert_refused(S("01"), "a number with a leading zero", 0);
    assert_refused(S("-"), "a number without digits", 1);
    assert_refused(S("1."), "a number without digits after its point", 2);
    assert_refused(S("1e+"), "a number without digits in its exponent", 3);
    assert_refused(S("\"ab"), "ends inside a string", 3);
    assert_refused(S("\"ab\\u00"), "ends inside a string", 7);
    assert_refused(S("\"C:\\Windows\""), "a bad escape in a string", 3);
    assert_refused(S("\"\\u12x4\""), "a bad escape in a string", 1);
}

static void unescapes_strings(void **state)
{
    assert_string(state, S("\"plain\""), S("plain"));
    assert_string(state, S("\"a\\\"b\\\\c\\/d\\n\\t\\r\\b\\f\""), S("a\"b\\c/d\n\t\r\b\f"));
    assert_string(state, S("\"\\u0041\\u00e9\\u20ac\""), S("A\xC3\xA9\xE2\x82\xAC"));
    assert_string(state, S("\"\\ud83d\\ude00!\""), S("\xF0\x9F\x98\x80!"));
    assert_string(state, S("\"\\u0000\""), S("\0"));
}

static void a_string_without_escapes_is_not_copied(void **state)
{
    struct json j;
    str text = S("\"caf\xC3\xA9 and more than eight bytes\"");

    json_init(&j, text);
    struct json_token t = json_next(&j);
    assert_false(t.escaped);
    assert_ptr_equal(json_string(t, *state).p, text.p + 1);
}

static void broken_bytes_and_surrogates_become_replacements(void **state)
{
    assert_string(state,
                  S("\"a\xFF"
                    "b\""),
                  S("a\xEF\xBF\xBD"
                    "b"));
    assert_string(state, S("\"\\ud83d\""), S("\xEF\xBF\xBD"));
    assert_string(state, S("\"\\ude00\\ud83dx\""), S("\xEF\xBF\xBD\xEF\xBF\xBDx"));
    assert_string(state, S("\"\\ud83d\\u0041\""),
                  S("\xEF\xBF\xBD"
                    "A"));
    assert_string(state, S("\"\xC3\\n\xA9\""), S("\xEF\xBF\xBD\n\xEF\xBF\xBD"));
}

static void raw_control_bytes_stay_in_strings(void **state)
{
    assert_string(state, S("\"a\nb\0c\""), S("a\nb\0c"));
}

static void finds_the_end_of_a_string_at_any_alignment(void **state)
{
    char text[64];

    for (size_t n = 0; n < 40; n++) {
        memset(text, 'x', sizeof text);
        text[0] = '"';
        text[n + 1] = '"';
        assert_string(state, (str){text, n + 2}, (str){text + 1, n});
        if (n >= 2) { /* a quote that is escaped is not the end */
            text[n - 1] = '\\';
            text[n] = '"';
            str got = {text + 1, n};
            struct json j;
            json_init(&j, (str){text, n + 2});
            assert_true(str_eq(json_next(&j).text, got));
        }
    }
}

static void unescapes_at_any_alignment(void **state)
{
    char text[64], want[64];

    for (size_t n = 0; n < 40; n++) {
        memset(text, 'x', sizeof text);
        memset(want, 'x', sizeof want);
        text[0] = '"';
        text[n + 1] = '\\';
        text[n + 2] = 'n';
        want[n] = '\n';
        text[50] = '"';
        assert_string(state, (str){text, 51}, (str){want, 48});
    }
}

static void nesting_has_a_limit(void **state)
{
    char text[JSON_DEPTH_MAX * 2 + 2];
    struct json j;

    (void)state;
    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    json_init(&j, (str){text, JSON_DEPTH_MAX * 2});
    assert_true(json_skip(&j, json_next(&j)));
    assert_int_equal(json_next(&j).kind, JSON_END);

    memset(text, '[', JSON_DEPTH_MAX + 1);
    assert_refused((str){text, sizeof text}, "nested too deep", JSON_DEPTH_MAX);
}

static void skipping_leaves_the_reader_behind_the_value(void **state)
{
    struct json j;

    (void)state;
    json_init(&j, S("{\"a\":{\"b\":[1,{}]},\"c\":2}"));
    json_next(&j);
    json_next(&j);
    assert_true(json_skip(&j, json_next(&j)));
    assert_true(str_eq(json_next(&j).text, S("c")));
    assert_true(json_skip(&j, json_next(&j)));
    assert_int_equal(json_next(&j).kind, JSON_OBJECT_END);

    json_init(&j, S("[[1,}]"));
    json_next(&j);
    assert_false(json_skip(&j, json_next(&j)));
}

static void concatenated_values_are_read_by_starting_anew(void **state)
{
    str text = S("{} [1]");
    struct json j;

    (void)state;
    json_init(&j, text);
    assert_true(json_skip(&j, json_next(&j)));
    assert_int_equal(j.at, 2);
    json_init(&j, str_from_at(text, j.at));
    assert_int_equal(json_next(&j).kind, JSON_ARRAY);
}

static int setup(void **state)
{
    *state = arena_new(1024);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_kind_of_value),
        cmocka_unit_test(keeps_the_text_of_numbers),
        cmocka_unit_test(says_why_and_where_it_refuses),
        cmocka_unit_test_setup_teardown(unescapes_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(a_string_without_escapes_is_not_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_bytes_and_surrogates_become_replacements, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(raw_control_bytes_stay_in_strings, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_the_end_of_a_string_at_any_alignment, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(unescapes_at_any_alignment, setup, teardown),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(skipping_leaves_the_reader_behind_the_value),
        cmocka_unit_test(concatenated_values_are_read_by_starting_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
