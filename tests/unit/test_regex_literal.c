/* The text without which a regex cannot match: found where it is certain, and nowhere else. */
#include "detect/regex_literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The longest of the literals. */
static void check(str pattern, str want)
{
    struct arena *a = arena_new(4096);
    struct regex_literal literals[REGEX_LITERALS_MAX];
    str got = {0};
    uint32_t count = regex_literals(pattern, a, literals);

    for (uint32_t i = 0; i < count; i++)
        got = literals[i].text.n > got.n ? literals[i].text : got;

    if (!str_eq(got, want))
        fail_msg("'" STR_FMT "': '" STR_FMT "', wanted '" STR_FMT "'", STR_ARG(pattern),
                 STR_ARG(got), STR_ARG(want));
    arena_free(a);
}

static void plain_text_is_its_own_literal(void **state)
{
    (void)state;
    check(S("Mimikatz"), S("mimikatz"));
    check(S("a\\.b\\\\c\\-d"), S("a.b\\c-d"));
    check(S(""), S(""));
}

static void every_run_is_told_with_how_often_it_comes(void **state)
{
    struct arena *a = arena_new(4096);
    struct regex_literal literals[REGEX_LITERALS_MAX];

    (void)state;
    assert_int_equal(regex_literals(S("(set).*&&\\s?set.+ab+\"(?:cd|e)(f(?:gh)+)i"), a, literals),
                     6);
    assert_true(str_eq(literals[0].text, S("set")));
    assert_true(str_eq(literals[1].text, S("&&")));
    assert_true(str_eq(literals[2].text, S("ab")));
    assert_true(str_eq(literals[3].text, S("\"")));
    assert_true(str_eq(literals[4].text, S("f")));
    assert_true(str_eq(literals[5].text, S("gh")));
    assert_int_equal(literals[0].times, 2);
    assert_int_equal(literals[1].times, 1);
    assert_int_equal(regex_literals(S("\\+.*\\+.*\\+(?:x\\+)?"), a, literals), 1);
    assert_int_equal(literals[0].times, 3); /* of the optional group nothing is certain */
    arena_free(a);
}

static void of_too_many_the_longest_are_told(void **state)
{
    struct arena *a = arena_new(4096);
    struct regex_literal literals[REGEX_LITERALS_MAX];

    (void)state;
    assert_int_equal(regex_literals(S("a.bb.cc.dd.ee.ff.gg"), a, literals), REGEX_LITERALS_MAX);
    for (uint32_t i = 0; i < REGEX_LITERALS_MAX; i++)
        assert_int_equal(literals[i].text.n, 2);
    arena_free(a);
}

static void groups_that_must_take_part_are_read(void **state)
{
    (void)state;
    check(S("x(abc)y"), S("abc"));
    check(S("x(?:abc){2,}y"), S("abc"));
    check(S("x(?:abc)?y"), S("x"));
    check(S("x(?:abc)*y"), S("x"));
    check(S("x(?:abc){0,2}y"), S("x"));
    check(S("x(?:abc|de)y"), S("x"));
    check(S("x(a(bcd)?e)y"), S("x"));
    check(S("x(?=abc)y"), S("x"));
    check(S("x(ab(cde|f))y"), S("ab"));
    check(S("x(ab(cde)))y"), S(""));
}

static void the_longest_run_is_taken(void **state)
{
    (void)state;
    check(S("ab.*cdef.+gh"), S("cdef"));
    check(S("^abc\\d+defg$"), S("defg"));
    check(S("abc\\bdefg"), S("defg"));
    check(S("ab[cd]efg(hijklm)no"), S("hijklm"));
}

static void a_quantifier_that_allows_none_takes_its_character_back(void **state)
{
    (void)state;
    check(S("abcd?ef"), S("abc"));
    check(S("abcd*ef"), S("abc"));
    check(S("abcd+ef"), S("abcd"));
    check(S("abcd{0,3}ef"), S("abc"));
    check(S("abcd{2}ef"), S("abcd"));
    check(S("abcd*?ef"), S("abc"));
    check(S("\\\\?"), S(""));
}

static void groups_and_classes_are_stepped_over(void **state)
{
    (void)state;
    check(S("(?:abcdef)?xyz"), S("xyz"));
    check(S("(a[)]b|c\\)d)xyz"), S("xyz"));
    check(S("[]abc]xyz"), S("xyz"));
    check(S("[^]abc]xyz"), S("xyz"));
    check(S("[\\]abc]xyz"), S("xyz"));
    check(S("(?i)(set|get)xyz"), S("xyz"));
    check(S("(?!abc)xyz(?<=def)"), S("xyz"));
    check(S("((a(b)c)(d))xyz"), S("xyz"));
}

static void characters_beyond_ascii_end_a_run(void **state)
{
    (void)state;
    check(S("abcdé?ef"), S("abcd"));
    check(S("éfgh"), S("fgh"));
}

static void nothing_is_said_where_the_syntax_may_mean_something_else(void **state)
{
    static const str unsure[] = {
        S("abc|def"),  S("\\Qa*\\Eabc"),    S("(?x)a b c"),    S("(*UTF)abc"),
        S("(?#a)abc"), S("\\x41abc"),       S("\\p{L}abc"),    S("a{,3}abc"),
        S("a{bc"),     S("[[:alpha:]]abc"), S("(?C')')abc"),   S("(?i-x)abc"),
        S("\\1abc"),   S("\\k<n>abc"),      S("(\\Q)\\E)abc"), S("(?xx:a)abc"),
    };

    (void)state;
    for (size_t i = 0; i < countof(unsure); i++)
        check(unsure[i], S(""));
}

static void broken_patterns_end(void **state)
{
    static const str broken[] = {S("("),  S("(["),   S("[a"), S("abc\\"), S("a{"),
                                 S("(?"), S(")abc"), S("[^"), S("((((")};

    (void)state;
    for (size_t i = 0; i < countof(broken); i++) {
        struct arena *a = arena_new(4096);
        {
            struct regex_literal literals[REGEX_LITERALS_MAX];
            uint32_t count = regex_literals(broken[i], a, literals);
            for (uint32_t k = 0; k < count; k++)
                assert_true(literals[k].text.n <= broken[i].n);
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_its_own_literal),
        cmocka_unit_test(every_run_is_told_with_how_often_it_comes),
        cmocka_unit_test(of_too_many_the_longest_are_told),
        cmocka_unit_test(groups_that_must_take_part_are_read),
        cmocka_unit_test(the_longest_run_is_taken),
        cmocka_unit_test(a_quantifier_that_allows_none_takes_its_character_back),
        cmocka_unit_test(groups_and_classes_are_stepped_over),
        cmocka_unit_test(characters_beyond_ascii_end_a_run),
        cmocka_unit_test(nothing_is_said_where_the_syntax_may_mean_something_else),
        cmocka_unit_test(broken_patterns_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
