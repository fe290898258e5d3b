/* Case folding: every code point against Python's tables, and the cases people trip over. */
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static str folded(str s, char *out)
{
    return (str){out, utf8_fold_str(s, out)};
}

/* FNV-1a over (code point, folding) of those that differ; the figures are Python 3.11's. */
static void every_code_point_folds_as_in_unicode_14(void **state)
{
    uint64_t hash = 0xcbf29ce484222325u;
    uint32_t changed = 0;

    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint32_t f = utf8_fold(c);
        if (f == c)
            continue;
        changed++;
        hash = (hash ^ ((uint64_t)c << 32 | f)) * 0x100000001b3u;
    }
    assert_int_equal(changed, 1454);
    assert_true(hash == 0x5e992f5661672f5bu);
}

static void folding_twice_changes_nothing_more(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++)
        assert_int_equal(utf8_fold(utf8_fold(c)), utf8_fold(c));
}

static void no_folding_outgrows_the_room_that_is_promised(void **state)
{
    char one[4], other[4];

    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++)
        if (c < 0xD800 || c > 0xDFFF)
            assert_true(utf8_put(utf8_fold(c), other) <= UTF8_FOLD_GROWTH * utf8_put(c, one));
}

static void the_known_traps_fold_simply(void **state)
{
    (void)state;
    assert_int_equal(utf8_fold(0x1E9E), 0xDF); /* capital sharp s */
    assert_int_equal(utf8_fold(0xDF), 0xDF);   /* full folding would give "ss" */
    assert_int_equal(utf8_fold(0x130), 0x130); /* dotted capital I has no simple folding */
    assert_int_equal(utf8_fold(0x212A), 'k');  /* Kelvin sign */
    assert_int_equal(utf8_fold(0x17F), 's');   /* long s */
    assert_int_equal(utf8_fold(0x3C2), 0x3C3); /* final sigma */
    assert_int_equal(utf8_fold(0x1F88), 0x1F80);
    assert_int_equal(utf8_fold(0xAB70), 0x13A0); /* Cherokee folds upwards */
}

static void strings_fold_and_may_change_their_length(void **state)
{
    char out[64];

    (void)state;
    assert_true(str_eq(folded(S("C:\\WINDOWS\\ÀÉ"), out), S("c:\\windows\\àé")));
    assert_true(str_eq(folded(S("\xE2\x84\xAA"), out), S("k")));
    assert_true(str_eq(folded(S("\xC8\xBA"), out), S("\xE2\xB1\xA5")));
    assert_int_equal(utf8_fold_str(S(""), out), 0);
}

static void folding_by_words_is_folding_by_characters(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x100; c++)
        for (size_t at = 0; at < 24; at++) {
            char text[24], out[2 * sizeof text];
            memset(text, 'Z', sizeof text);
            text[at] = (char)c;
            assert_int_equal(utf8_fold_str((str){text, sizeof text}, out), sizeof text);
            for (size_t i = 0; i < sizeof text; i++)
                assert_int_equal(out[i], i == at ? ascii_lower((char)c) : 'z');
        }
}

static void bytes_that_are_not_utf8_stay(void **state)
{
    char out[64];

    (void)state;
    assert_true(str_eq(folded(S("A\xFF\xC3Z\xE2\x84"), out), S("a\xFF\xC3z\xE2\x84")));
    assert_true(str_eq(folded(S("\xEF\xBF\xBD"), out), S("\xEF\xBF\xBD")));
}

static void equality_folds_both_sides(void **state)
{
    (void)state;
    assert_true(utf8_fold_eq(S("PowerShell\xE2\x84\xAA"), S("POWERSHELLk")));
    assert_true(utf8_fold_eq(S("ΣΊΣΥΦΟΣ"), S("σίσυφος")));
    assert_true(utf8_fold_eq(S(""), S("")));
    assert_false(utf8_fold_eq(S("ab"), S("abc")));
    assert_false(utf8_fold_eq(S("abc"), S("ab")));
    assert_false(utf8_fold_eq(S("\xFF"), S("\xFE")));
    assert_false(utf8_fold_eq(S("straße"), S("strasse")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_folds_as_in_unicode_14),
        cmocka_unit_test(folding_twice_changes_nothing_more),
        cmocka_unit_test(no_folding_outgrows_the_room_that_is_promised),
        cmocka_unit_test(the_known_traps_fold_simply),
        cmocka_unit_test(strings_fold_and_may_change_their_length),
        cmocka_unit_test(folding_by_words_is_folding_by_characters),
        cmocka_unit_test(bytes_that_are_not_utf8_stay),
        cmocka_unit_test(equality_folds_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
