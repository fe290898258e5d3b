/* How long a subject may be for a plain search: by what the pattern repeats. */
#include "text/regex_cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define WORK (1u << 24)

static void without_repetitions_the_work_grows_with_the_subject(void **state)
{
    (void)state;
    assert_int_equal(regex_plain_bytes(S("abc[0-9]\\d"), WORK), WORK);
    assert_int_equal(regex_plain_bytes(S("ab?c"), WORK), WORK / 2);
    assert_int_equal(regex_plain_bytes(S("a(?:b|c|d)"), WORK), WORK / 4);
    assert_int_equal(regex_plain_bytes(S("a{2,5}b{3}"), WORK), WORK / 4);
}

static void each_repetition_adds_a_power(void **state)
{
    (void)state;
    assert_int_equal(regex_plain_bytes(S("ab*c"), WORK), 4096);
    assert_int_equal(regex_plain_bytes(S("a\\s+c"), WORK), 4096);
    assert_int_equal(regex_plain_bytes(S("a[b+*]{2,}c"), WORK), 4096);
    assert_int_equal(regex_plain_bytes(S("(a.*b).*c"), 1ull << 30), 1024);
    assert_int_equal(regex_plain_bytes(S("a.*b.*c"), WORK), REGEX_SHORT_BYTES);
}

static void escaped_and_listed_signs_repeat_nothing(void **state)
{
    (void)state;
    assert_int_equal(regex_plain_bytes(S("a\\*b\\+c\\?d\\{2,}"), WORK), WORK);
    assert_int_equal(regex_plain_bytes(S("[]*+?|(]x[^]*]"), WORK), WORK);
}

static void what_is_not_understood_is_watched(void **state)
{
    static const str patterns[] = {
        S("(ab)+c"),
        S("(a|b)*c"),
        S("(?:ab){2,}"),
        S("(?:ab){3}"),
        S("(a)\\1"),
        S("a(?=b)"),
        S("(?<=a)b"),
        S("(*COMMIT)a"),
        S("a{,3}"),
        S("\\Qa*\\E"),
        S("(?>a)"),
        S("(?1)"),
        S("a?b?c?d?e?f?g?h?i?j?k?l?m?n?o?p?q?r?s?t?"),
        S("a{1,70000}"),
        S("(?<!a)b"),
    };

    (void)state;
    for (size_t i = 0; i < countof(patterns); i++)
        assert_int_equal(regex_plain_bytes(patterns[i], WORK), REGEX_SHORT_BYTES);
}

static void groups_that_are_not_repeated_cost_what_is_in_them(void **state)
{
    (void)state;
    assert_int_equal(regex_plain_bytes(S("(?i)a(?:b)(?P<n>c)(?<m>d){1}(e)?"), WORK), WORK / 2);
}

static void broken_patterns_end(void **state)
{
    static const str patterns[] = {S("["),  S("\\"),  S("("),   S("(?"),
                                   S("a{"), S("a{9"), S("[\\"), S("")};

    (void)state;
    for (size_t i = 0; i < countof(patterns); i++)
        assert_true(regex_plain_bytes(patterns[i], WORK) >= REGEX_SHORT_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_repetitions_the_work_grows_with_the_subject),
        cmocka_unit_test(each_repetition_adds_a_power),
        cmocka_unit_test(escaped_and_listed_signs_repeat_nothing),
        cmocka_unit_test(what_is_not_understood_is_watched),
        cmocka_unit_test(groups_that_are_not_repeated_cost_what_is_in_them),
        cmocka_unit_test(broken_patterns_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
