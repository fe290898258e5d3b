/* UTF-8 and UTF-16: which bytes are valid, and what becomes of those that are not. */
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void decodes_each_length(void **state)
{
    (void)state;
    str s = S("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x94");

    assert_int_equal(utf8_next(&s), 'a');
    assert_int_equal(utf8_next(&s), 0xE9);
    assert_int_equal(utf8_next(&s), 0x20AC);
    assert_int_equal(utf8_next(&s), 0x1F514);
    assert_int_equal(s.n, 0);
}

static void takes_one_byte_for_what_is_not_utf8(void **state)
{
    (void)state;
    str s = S("\xFFz");

    assert_int_equal(utf8_next(&s), UTF8_REPLACEMENT);
    assert_int_equal(utf8_next(&s), 'z');
}

static void takes_one_byte_of_a_sequence_that_is_cut_off(void **state)
{
    (void)state;
    str s = S("\xE2\x82");

    assert_int_equal(utf8_next(&s), UTF8_REPLACEMENT);
    assert_int_equal(s.n, 1);
}

/* RFC 3629 section 4, the edges of every row of its grammar. */
static void knows_the_edges_of_the_grammar(void **state)
{
    (void)state;
    static const str valid[] = {
        S("\xC2\x80"),
        S("\xDF\xBF"),
        S("\xE0\xA0\x80"),
        S("\xED\x9F\xBF"),
        S("\xEE\x80\x80"),
        S("\xEF\xBF\xBF"),
        S("\x7F"),
        S("\xF0\x90\x80\x80"),
        S("\xF4\x8F\xBF\xBF"),
        S("plain text, 20 long"),
    };
    static const str invalid[] = {
        S("\x80"),
        S("\xC0\x80"),
        S("\xC1\xBF"),
        S("\xE0\x9F\xBF"),
        S("\xED\xA0\x80"),
        S("\xED\xBF\xBF"),
        S("\xF0\x8F\xBF\xBF"),
        S("\xF4\x90\x80\x80"),
        S("\xF5\x80\x80\x80"),
        S("\xC3"),
        S("\xE2\x82"),
        S("\xF0\x9F\x94"),
        S("\xE2\x28\xA1"),
        S("\xF0\x9F\x28\x94"),
        S("nineteen byte text\xFF"),
    };

    for (size_t i = 0; i < countof(valid); i++)
        assert_true(utf8_valid(valid[i]));
    for (size_t i = 0; i < countof(invalid); i++)
        assert_false(utf8_valid(invalid[i]));
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char out[4];
        str s = {out, utf8_put(point, out)};
        bool surrogate = point >= 0xD800 && point < 0xE000;
        assert_true(utf8_valid(s));
        assert_int_equal(utf8_next(&s), surrogate ? (uint32_t)UTF8_REPLACEMENT : point);
        assert_int_equal(s.n, 0);
    }
}

static void writes_the_replacement_for_what_unicode_does_not_have(void **state)
{
    (void)state;
    char out[4];

    assert_int_equal(utf8_put(0x110000, out), 3);
    assert_memory_equal(out, "\xEF\xBF\xBD", 3);
}

#define assert_utf16(units, big, want)                                                             \
    do {                                                                                           \
        char got_[96];                                                                             \
        size_t n_ = utf8_from_utf16((const uint8_t *)(units), (sizeof(units) - 1) / 2, big, got_); \
        assert_int_equal(n_, sizeof(want) - 1);                                                    \
        assert_memory_equal(got_, want, sizeof(want) - 1);                                         \
    } while (0)

static void converts_utf16_of_both_byte_orders(void **state)
{
    (void)state;
    assert_utf16("a\0b\0c\0d\0e\0", false, "abcde");
    assert_utf16("\0a\0b\0c\0d\0e", true, "abcde");
    assert_utf16("a\0b\0c\0\xE9\0d\0e\0f\0g\0h\0", false,
                 "abc\xC3\xA9"
                 "defgh");
    assert_utf16("\xAC\x20", false, "\xE2\x82\xAC");
}

static void joins_surrogates(void **state)
{
    (void)state;
    assert_utf16("\x3D\xD8\x14\xDD", false, "\xF0\x9F\x94\x94");
    assert_utf16("\xD8\x3D\xDD\x14", true, "\xF0\x9F\x94\x94");
}

static void replaces_a_lone_surrogate(void **state)
{
    (void)state;
    assert_utf16("\x3D\xD8", false, "\xEF\xBF\xBD");
    assert_utf16("\x14\xDDz\0", false, "\xEF\xBF\xBDz");
    assert_utf16("\x3D\xD8\x3D\xD8\x14\xDD", false, "\xEF\xBF\xBD\xF0\x9F\x94\x94");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_each_length),
        cmocka_unit_test(takes_one_byte_for_what_is_not_utf8),
        cmocka_unit_test(takes_one_byte_of_a_sequence_that_is_cut_off),
        cmocka_unit_test(knows_the_edges_of_the_grammar),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(writes_the_replacement_for_what_unicode_does_not_have),
        cmocka_unit_test(converts_utf16_of_both_byte_orders),
        cmocka_unit_test(joins_surrogates),
        cmocka_unit_test(replaces_a_lone_surrogate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
