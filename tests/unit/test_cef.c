/* test_cef.c - CEF and LEEF: headers, escapes, keys, labels, times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

static void escapes_of_header_and_extension(void **state)
{
    struct one_line one = one_line_read(
        "cef",
        S("CEF:0|v|p \\| q|1|c|n\\\\|5|msg=a\\=b\\nc path=C:\\\\x\\y url=http://h/?a=1&b=2"));

    (void)state;
    assert_true(one_line_has(&one, "deviceProduct", "p | q"));
    assert_true(one_line_has(&one, "name", "n\\"));
    assert_true(one_line_has(&one, "msg", "a=b\nc"));
    assert_true(one_line_has(&one, "path", "C:\\x\\y"));
    assert_true(one_line_has(&one, "url", "http://h/?a=1&b=2"));
    assert_int_equal(one.problems, 0);
    one_line_done(&one);
}

static void a_bar_in_a_name_is_told_by_the_severity_behind_it(void **state)
{
    struct one_line bar = one_line_read("cef", S("CEF:0|v|p|1|c|a | b|High|src=192.0.2.7"));
    struct one_line none = one_line_read("cef", S("CEF:0|v|p|1|c|a|odd word|src=192.0.2.7"));

    (void)state;
    assert_true(one_line_has(&bar, "name", "a | b"));
    assert_true(one_line_has(&bar, "severity", "High"));
    assert_true(one_line_has(&bar, "src", "192.0.2.7"));
    assert_true(one_line_has(&none, "name", "a"));
    assert_true(one_line_has(&none, "src", "192.0.2.7"));
    one_line_done(&bar);
    one_line_done(&none);
}

static void a_label_names_its_field(void **state)
{
    struct one_line one = one_line_read(
        "cef", S("CEF:0|v|p|1|c|n|5|cs1Label=Rule Name cs1=x y cn2Label=Count cs3Label=Alone"));

    (void)state;
    assert_true(one_line_has(&one, "Rule Name", "x y"));
    assert_true(one_line_has(&one, "cs1", "x y"));
    assert_null(event_get(one.event, S("Count")).p);
    assert_null(event_get(one.event, S("Alone")).p);
    one_line_done(&one);
}

static void of_two_values_of_a_key_the_first_counts(void **state)
{
    struct one_line one = one_line_read(
        "cef", S("CEF:0|v|p|1|c|n|5|src=192.0.2.7 suser=a src=203.0.113.99 suser=root"));

    (void)state;
    assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_column(&one, COLUMN_user_name, "a"));
    one_line_done(&one);
}

static void assert_time(const char *format, str line, int64_t ns)
{
    struct one_line one = one_line_read(format, line);

    assert_true(one.event && one.event->has_time);
    assert_int_equal(one.event->time_ns, ns);
    one_line_done(&one);
}

static void times_in_digits_and_in_words(void **state)
{
    const int64_t at = INT64_C(1795514400000000000);

    (void)state;
    assert_time("cef", S("CEF:0|v|p|1|c|n|5|rt=1795514400000"), at);
    assert_time("cef", S("CEF:0|v|p|1|c|n|5|rt=Nov 24 2026 10:00:00"), at);
    assert_time("cef", S("CEF:0|v|p|1|c|n|5|rt=Nov 24 2026 12:00:00 GMT+02:00"), at);
    assert_time("cef", S("CEF:0|v|p|1|c|n|5|end=Tue Nov 24 10:00:00 2026"), at);
    assert_time("leef",
                S("LEEF:1.0|v|p|1|e|devTime=24/11/26 at 11:00 AM +0100\tdevTimeFormat="
                  "dd/MM/yy 'at' hh:mm a Z"),
                at);
    assert_time("leef", S("LEEF:2.0|v|p|1|e|^|devTime=1795514400^src=192.0.2.7"), at);
}

static void a_delimiter_is_named_or_guessed(void **state)
{
    static const char *const lines[] = {
        "LEEF:1.0|v|p|1|e|src=192.0.2.7\tmsg=a b",    "LEEF:2.0|v|p|1|e|^|src=192.0.2.7^msg=a b",
        "LEEF:2.0|v|p|1|e|x7C|src=192.0.2.7|msg=a b", "LEEF:1.0|v|p|1|e|src=192.0.2.7^msg=a b",
        "LEEF:1.0|v|p|1|e|src=192.0.2.7 msg=a b",     "LEEF:2.0|v|p|1|e|src=192.0.2.7\tmsg=a b",
    };

    (void)state;
    for (size_t i = 0; i < countof(lines); i++) {
        struct one_line one = one_line_read("leef", str_from(lines[i]));
        assert_true(one_line_has(&one, "msg", "a b"));
        assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
        one_line_done(&one);
    }
}

static void a_header_that_is_cut_off_is_told(void **state)
{
    struct one_line cef = one_line_read("cef", S("CEF:0|v|p|1"));
    struct one_line leef = one_line_read("leef", S("LEEF:1.0|v|p"));

    (void)state;
    assert_int_equal(cef.problems, 1);
    assert_int_equal(leef.problems, 1);
    one_line_done(&cef);
    one_line_done(&leef);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_of_header_and_extension),
        cmocka_unit_test(a_bar_in_a_name_is_told_by_the_severity_behind_it),
        cmocka_unit_test(a_label_names_its_field),
        cmocka_unit_test(of_two_values_of_a_key_the_first_counts),
        cmocka_unit_test(times_in_digits_and_in_words),
        cmocka_unit_test(a_delimiter_is_named_or_guessed),
        cmocka_unit_test(a_header_that_is_cut_off_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
