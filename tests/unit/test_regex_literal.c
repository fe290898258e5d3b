/* The text without which a regex cannot match: found where it is certain, and nowhere else. */
#include "detect/regex_literal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void check(str pattern, str want)
{
    struct arena *a = arena_new(4096);
    str got = regex_literal(pattern, a);

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

static void the_longest_run_is_taken(void **state)
{
    (void)state;
    check(S("ab.*cdef.+gh"), S("cdef"));
    check(S("^abc\\d+defg$"), S("defg"));
    check(S("abc\\bdefg"), S("defg"));
    check(S("ab[cd]efg(hijklm)no"), S("efg"));
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
        assert_true(regex_literal(broken[i], a).n <= broken[i].n);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_its_own_literal),
        cmocka_unit_test(the_longest_run_is_taken),
        cmocka_unit_test(a_quantifier_that_allows_none_takes_its_character_back),
        cmocka_unit_test(groups_and_classes_are_stepped_over),
        cmocka_unit_test(characters_beyond_ascii_end_a_run),
        cmocka_unit_test(nothing_is_said_where_the_syntax_may_mean_something_else),
        cmocka_unit_test(broken_patterns_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
