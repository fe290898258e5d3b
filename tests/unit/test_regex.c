/* Regular expressions: what a flag does, what bad bytes do, and that a search ends. */
#include "text/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static enum regex_result search(str pattern, uint32_t flags, str subject)
{
    struct err e = {0};
    struct regex *r = regex_new(pattern, flags, &e);
    struct regex_state *s = regex_state_new();

    assert_non_null(r);
    enum regex_result result = regex_search(r, s, subject);
    regex_state_free(s);
    regex_free(r);
    return result;
}

static void searches_anywhere_and_minds_case(void **state)
{
    (void)state;
    assert_int_equal(search(S("b+c"), 0, S("aabbcc")), REGEX_YES);
    assert_int_equal(search(S("b+C"), 0, S("aabbcc")), REGEX_NO);
    assert_int_equal(search(S("b+C"), REGEX_I, S("aabbcc")), REGEX_YES);
    assert_int_equal(search(S("(?i)ÉT"), 0, S("été")), REGEX_YES);
}

static void flags_change_anchors_and_dots(void **state)
{
    (void)state;
    assert_int_equal(search(S("^b"), 0, S("a\nb")), REGEX_NO);
    assert_int_equal(search(S("^b"), REGEX_M, S("a\nb")), REGEX_YES);
    assert_int_equal(search(S("a.b"), 0, S("a\nb")), REGEX_NO);
    assert_int_equal(search(S("a.b"), REGEX_S, S("a\nb")), REGEX_YES);
    assert_int_equal(search(S("b"), REGEX_ANCHORED_BOTH, S("abc")), REGEX_NO);
    assert_int_equal(search(S("a|abc"), REGEX_ANCHORED_BOTH, S("abc")), REGEX_YES);
    assert_int_equal(search(S("a.b"), 0, S("a\rb")), REGEX_YES); /* CR ends no line */
}

static void has_lookaround_and_backreferences(void **state)
{
    (void)state;
    assert_int_equal(search(S("foo(?!bar)"), 0, S("foobar foobaz")), REGEX_YES);
    assert_int_equal(search(S("(\\w)\\1\\1"), 0, S("abccc")), REGEX_YES);
    assert_int_equal(search(S("(\\w)\\1\\1"), 0, S("abcc")), REGEX_NO);
}

static void a_dot_is_a_character_not_a_byte(void **state)
{
    (void)state;
    assert_int_equal(search(S("^.$"), 0, S("é")), REGEX_YES);
    assert_int_equal(search(S("^..$"), 0, S("é")), REGEX_NO);
}

static void bad_bytes_hide_nothing_around_them(void **state)
{
    (void)state;
    assert_int_equal(search(S("evil"), 0, S("\xFF\xFE evil \xC3")), REGEX_YES);
    assert_int_equal(search(S("a\\xffb"), 0,
                            S("a\xFF"
                              "b")),
                     REGEX_NO);
    assert_int_equal(search(S("a\\x00b"), 0, S("a\0b")), REGEX_YES);
    assert_int_equal(search(S("a.b"), REGEX_S,
                            S("a\xFF"
                              "b")),
                     REGEX_NO);
}

static void the_empty_subject_is_searched(void **state)
{
    (void)state;
    assert_int_equal(search(S("^$"), 0, (str){0}), REGEX_YES);
    assert_int_equal(search(S(""), 0, (str){0}), REGEX_YES);
    assert_int_equal(search(S("."), 0, (str){0}), REGEX_NO);
}

static void gives_up_instead_of_running_for_ever(void **state)
{
    char subject[4096];

    (void)state;
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = '!';
    assert_int_equal(search(S("^(a|a|\\h)*$"), 0, (str){subject, sizeof subject}), REGEX_GAVE_UP);
    assert_int_equal(search(S("^(a+\\h?)+$"), 0, (str){subject, sizeof subject}), REGEX_GAVE_UP);
    assert_int_equal(search(S("(?:a|b|\\h)+!"), 0, (str){subject, sizeof subject}), REGEX_YES);
}

static void a_regular_pattern_never_gives_up(void **state)
{
    char subject[4096];

    (void)state;
    memset(subject, 'a', sizeof subject);
    subject[sizeof subject - 1] = '!';
    assert_int_equal(search(S("^(a|a)*$"), 0, (str){subject, sizeof subject}), REGEX_NO);
    assert_int_equal(search(S("^(a+)+$"), 0, (str){subject, sizeof subject}), REGEX_NO);
    assert_int_equal(search(S("(.+.+)+[0-9]"), 0, (str){subject, sizeof subject}), REGEX_NO);
    assert_int_equal(search(S("^(a+)+!$"), 0, (str){subject, sizeof subject}), REGEX_YES);
}

/* Without counting, 3.5 s for the second and hours for the third, by the clock of 2026. With \\h,
 * as they would not be PCRE2's without. */
static void work_grows_no_faster_than_the_subject(void **state)
{
    enum { BYTES = 64 * 1024 };
    static const str patterns[] = {
        S("[^0-9]{100,}[0-9\\h]"),
        S("(?=.*[0-9])a"),
        S("(?i)(set).*&&\\h?set.*(x|invoke).*&&.*[0-9]"),
        S("(a|b|\\h)*[0-9]"),
        S("\\w+\\h*\\w+[0-9]"),
    };
    char *subject = malloc(BYTES);

    (void)state;
    for (size_t i = 0; i < countof(patterns); i++) {
        memset(subject, 'a', BYTES);
        if (i == 2)
            for (size_t k = 0; k + 8 <= BYTES; k += 8)
                memcpy(subject + k, k < BYTES / 2 ? "set set " : "&&set x ", 8);
        assert_int_equal(search(patterns[i], 0, (str){subject, BYTES}), REGEX_GAVE_UP);
    }
    free(subject);
}

static void a_long_benign_subject_is_searched_to_its_end(void **state)
{
    enum { BYTES = 4 * 1024 * 1024 };
    char *subject = malloc(BYTES);

    (void)state;
    for (size_t i = 0; i < BYTES; i++)
        subject[i] = "Get-Item -Path C:\\temp | Where-Object { $_.Length }\n"[i % 50];
    assert_int_equal(search(S("\\s-[Ee]nc?\\s"), 0, (str){subject, BYTES}), REGEX_NO);
    memcpy(subject + BYTES - 8, "x -Enc y", 8);
    assert_int_equal(search(S("\\s-[Ee]nc?\\s"), 0, (str){subject, BYTES}), REGEX_YES);
    free(subject);
}

/* As rules against obfuscation have it: the first try of each .* takes all and must give back. */
static void a_chain_of_stars_is_followed_as_far_as_rules_need(void **state)
{
    char subject[2400];

    (void)state;
    for (size_t i = 0; i < sizeof subject; i++)
        subject[i] = i % 60 == 0 ? '+' : 'a';
    assert_int_equal(search(S("\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+.*\\+"), 0,
                            (str){subject, sizeof subject}),
                     REGEX_YES);
}

static bool may_find(str pattern, str folded)
{
    struct err e = {0};
    struct regex *r = regex_new(pattern, 0, &e);
    struct regex_state *s = regex_state_new();

    assert_non_null(r);
    bool result = regex_may_find(r, s, folded);
    regex_state_free(s);
    regex_free(r);
    return result;
}

static void folded_text_tells_that_nothing_will_be_found(void **state)
{
    (void)state;
    assert_false(may_find(S("IEX\\s"), S("iex(")));
    assert_true(may_find(S("IEX\\s"), S("iex ("))); /* perhaps it was IEX */
    assert_true(may_find(S("\\Wx"), S("kx")));      /* perhaps it was a KELVIN SIGN */
    assert_false(may_find(S("\\Wx"), S("jx")));
    assert_true(may_find(S("(a)\\1"), S("b"))); /* PCRE2's: nothing is known */
    assert_true(may_find(S("\\ba"), S("b")));   /* where words end may have changed */
    assert_true(may_find(S("a$"), S("\xFF")));  /* only PCRE2 knows of such bytes */
    assert_false(may_find(S("a$"), S("b")));
}

static void says_where_a_pattern_is_wrong(void **state)
{
    struct err e = {0};

    (void)state;
    assert_null(regex_new(S("ab(c"), 0, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(e.column, 5);
    assert_string_equal(e.message, "regex: missing closing parenthesis at character 5");
    e = (struct err){0};
    assert_null(regex_new(S("\xFF"), 0, &e));
    e = (struct err){0};
    assert_null(regex_new(S("a\\Cb"), 0, &e));
}

static void groups_say_what_they_took(void **state)
{
    struct err e = {0};
    struct regex *r = regex_new(S("(?P<name>[a-z]+)(=)?(x)?"), 0, &e);
    struct regex_state *s = regex_state_new();
    str groups[REGEX_GROUPS_MAX];
    uint32_t count;

    (void)state;
    assert_non_null(r);
    assert_int_equal(regex_group_count(r), 4);
    assert_int_equal(regex_group_of(r, S("name")), 1);
    assert_int_equal(regex_group_of(r, S("other")), 0);
    assert_int_equal(regex_group_name(r, 1).n, 4);
    assert_int_equal(regex_group_name(r, 2).n, 0);
    assert_int_equal(regex_groups(r, s, S("12ab=3"), 1, groups, &count), REGEX_YES);
    assert_int_equal(count, 4);
    assert_int_equal(groups[0].n, 3);
    assert_memory_equal(groups[1].p, "ab", 2);
    assert_null(groups[3].p);
    assert_int_equal(regex_groups(r, s, S("12ab=3"), 5, groups, &count), REGEX_NO);
    regex_state_free(s);
    regex_free(r);
}

static void refuses_a_pattern_that_is_too_long(void **state)
{
    static char pattern[REGEX_PATTERN_MAX + 1];
    struct err e = {0};

    (void)state;
    memset(pattern, 'a', sizeof pattern);
    assert_null(regex_new((str){pattern, sizeof pattern}, 0, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_anywhere_and_minds_case),
        cmocka_unit_test(flags_change_anchors_and_dots),
        cmocka_unit_test(has_lookaround_and_backreferences),
        cmocka_unit_test(a_dot_is_a_character_not_a_byte),
        cmocka_unit_test(bad_bytes_hide_nothing_around_them),
        cmocka_unit_test(the_empty_subject_is_searched),
        cmocka_unit_test(gives_up_instead_of_running_for_ever),
        cmocka_unit_test(a_regular_pattern_never_gives_up),
        cmocka_unit_test(work_grows_no_faster_than_the_subject),
        cmocka_unit_test(a_long_benign_subject_is_searched_to_its_end),
        cmocka_unit_test(a_chain_of_stars_is_followed_as_far_as_rules_need),
        cmocka_unit_test(folded_text_tells_that_nothing_will_be_found),
        cmocka_unit_test(says_where_a_pattern_is_wrong),
        cmocka_unit_test(groups_say_what_they_took),
        cmocka_unit_test(refuses_a_pattern_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
