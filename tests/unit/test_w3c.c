/* W3C extended log files: columns by the header before them, whoever wrote it. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_w3c;

static void assert_has(const char *text, const char *part)
{
    assert_true(format_text_has(&format_w3c, text, part));
}

static void a_row_has_the_names_of_the_header_before_it(void **state)
{
    (void)state;
    assert_has("#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status\n"
               "2026-11-24 10:00:00 192.0.2.7 GET /a b=1 404\n",
               "c-ip=192.0.2.7;cs-method=GET;cs-uri-stem=/a;cs-uri-query=b=1;sc-status=404;"
               "c-uri=/a?b=1; failure http 2026-11-24T10:00:00Z");
    assert_has("2026-11-24 10:00:00 192.0.2.7 GET\n",
               "!a row before the line that names its columns");
}

static void a_time_without_a_date_is_of_the_day_of_the_header(void **state)
{
    (void)state;
    assert_has("#Date: 2026-11-23 00:00:00\n#Fields: time c-ip cs-method\n10:00:00 192.0.2.7 GET\n",
               "2026-11-23T10:00:00Z");
    assert_has("#Fields: time c-ip cs-method\n10:00:00 192.0.2.7 GET\n", "cs-method=GET; http\n");
}

static void a_quoted_cell_may_hold_blanks_and_quotes(void **state)
{
    (void)state;
    assert_has("#Fields: c-ip cs(User-Agent) sc-status\n192.0.2.7 \"a \"\"b\"\" 403\" 200\n",
               "cs(User-Agent)=a \"b\" 403;cs-user-agent=a \"b\" 403;sc-status=200;");
}

static void a_dropped_packet_is_a_failure(void **state)
{
    (void)state;
    assert_has("#Fields: date time action protocol src-ip dst-ip\n"
               "2026-11-24 10:00:00 DROP TCP 192.0.2.7 198.51.100.8\n",
               "dst_ip=198.51.100.8; failure flow");
    assert_has("#Fields: date time action protocol src-ip dst-ip\n"
               "2026-11-24 10:00:00 ALLOW TCP 192.0.2.7 198.51.100.8\n",
               "dst_ip=198.51.100.8; success flow");
}

static void a_row_that_ends_early_is_told(void **state)
{
    (void)state;
    assert_has("#Fields: c-ip cs-method sc-status\n192.0.2.7 GET\n",
               "!a row with fewer columns than are named");
    assert_has("#Fields: c-ip cs-method\n192.0.2.7 GET 200\n", "cs-method=GET;column_3=200;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_the_names_of_the_header_before_it),
        cmocka_unit_test(a_time_without_a_date_is_of_the_day_of_the_header),
        cmocka_unit_test(a_quoted_cell_may_hold_blanks_and_quotes),
        cmocka_unit_test(a_dropped_packet_is_a_failure),
        cmocka_unit_test(a_row_that_ends_early_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
