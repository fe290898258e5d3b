/* Times in free text: each way to write one, what is filled in, and what is no time. */
#include "message/time_text.h"

#include "base/io.h"
#include "text/time.h"
#include "text/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* 2026-11-24T12:00:00Z */
#define REFERENCE_NS (INT64_C(1795521600) * NS_PER_S)

static const struct time_rule at_noon = {.reference_ns = REFERENCE_NS};

static void assert_reads_by(const struct time_rule *rule, const char *text, const char *want,
                            uint8_t want_guess)
{
    struct syslog_time time;
    char out[TIME_TEXT_MAX];

    if (!time_text_read(str_from(text), rule, &time))
        fail_msg("not read: %s", text);
    time_format(time.ns, time.digits, out);
    assert_string_equal(out, want);
    if (time.guess != want_guess)
        fail_msg("%s: guess %u", text, time.guess);
}

static void assert_reads(const char *text, const char *want)
{
    struct syslog_time time = {0};

    time_text_read(str_from(text), &at_noon, &time);
    assert_reads_by(&at_noon, text, want, time.guess);
}

static void reads_dates_that_begin_with_the_year(void **state)
{
    (void)state;
    assert_reads("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z");
    assert_reads("2026-11-24T10:00:00.123456+01:00", "2026-11-24T09:00:00.123456Z");
    assert_reads("2026-11-24 10:00:00,123", "2026-11-24T10:00:00.123Z");
    assert_reads("2026-11-24 10:00:00.123 +0100", "2026-11-24T09:00:00.123Z");
    assert_reads("2026-11-24 10:00:00.123 CET", "2026-11-24T09:00:00.123Z");
    assert_reads("2026-11-24 10:00:00 -0730", "2026-11-24T17:30:00Z");
    assert_reads("2026-11-24, 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("2026-11-24 10:00", "2026-11-24T10:00:00Z");
    assert_reads("2026-11-24-10.00.00.123456", "2026-11-24T10:00:00.123456Z");
    assert_reads("2026/11/24 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("2026.11.24 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("2026:11:24-10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("2026 Nov 24 10:00:00.5", "2026-11-24T10:00:00.5Z");
    assert_reads("20261124-10:00:00:606", "2026-11-24T10:00:00.606Z");
    assert_reads("20261124T100000Z", "2026-11-24T10:00:00Z");
    assert_reads("20261124100000", "2026-11-24T10:00:00Z");
    assert_reads("261124  9:00:01", "2026-11-24T09:00:01Z");
    assert_reads("081109 203615", "2008-11-09T20:36:15Z");
    assert_reads("26/11/24 10:00:00", "2026-11-24T10:00:00Z");
}

static void reads_dates_that_begin_with_the_day(void **state)
{
    (void)state;
    assert_reads("24/Nov/2026:10:00:00 +0100", "2026-11-24T09:00:00Z");
    assert_reads("24/Nov/2026:10:00:00.123 -0500", "2026-11-24T15:00:00.123Z");
    assert_reads("24/Nov/2026 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("02/sept./2026:00:11:31 +0200", "2026-09-01T22:11:31Z");
    assert_reads("24-Nov-2026 10:00:00.123", "2026-11-24T10:00:00.123Z");
    assert_reads("24 Nov 2026 10:00:00.123", "2026-11-24T10:00:00.123Z");
    assert_reads("4 November 2026 10:00:00", "2026-11-04T10:00:00Z");
    assert_reads("Tue, 24 Nov 2026 10:00:00 +0100", "2026-11-24T09:00:00Z");
    assert_reads("Tue 24 Nov 2026 10:00:00 PM CET", "2026-11-24T21:00:00Z");
    assert_reads("24 Nov 10:00:00.123", "2026-11-24T10:00:00.123Z");
    assert_reads("24.11.2026 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("24-11-2026 02:09:40 +0300", "2026-11-23T23:09:40Z");
}

static void reads_dates_that_begin_with_the_month(void **state)
{
    (void)state;
    assert_reads("Nov 24 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("Nov  4 10:00:00", "2026-11-04T10:00:00Z");
    assert_reads("nov 24, 2026 12:32:28 AM", "2026-11-24T00:32:28Z");
    assert_reads("Nov 24, 2026 12:32:28 PM", "2026-11-24T12:32:28Z");
    assert_reads("Tue Nov 24 10:00:00 2026", "2026-11-24T10:00:00Z");
    assert_reads("Tue Nov 24 10:00:00.123456 2026", "2026-11-24T10:00:00.123456Z");
    assert_reads("Tue Nov 24 10:00:00 CET 2026", "2026-11-24T09:00:00Z");
    assert_reads("Tue Nov 24 10:00:00 +0100 2026", "2026-11-24T09:00:00Z");
    assert_reads("PST Nov 23 20:59:33", "2026-11-24T04:59:33Z");
    assert_reads("Nov-24-26 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("11/24/26,10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("11/24-10:00:00.123456", "2026-11-24T10:00:00.123456Z");
    assert_reads("11/24/26-10:00:00.5", "2026-11-24T10:00:00.5Z");
    assert_reads("11-24 10:00:00.123", "2026-11-24T10:00:00.123Z");
    assert_reads("11.24 10:00:00", "2026-11-24T10:00:00Z");
}

static void tells_day_and_month_apart_by_what_can_only_be_one(void **state)
{
    (void)state;
    assert_reads("11/24/2026 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("24/11/2026 10:00:00", "2026-11-24T10:00:00Z");
    assert_reads("3/4/2026 9:00:00 PM", "2026-03-04T21:00:00Z");
    assert_reads("03/04/2026:09:00:00", "2026-03-04T09:00:00Z");
    assert_reads("03/04/2026, 09:00:00", "2026-03-04T09:00:00Z");
    assert_reads("03/04/2026 09:00:00", "2026-04-03T09:00:00Z");
}

static void reads_numbers_of_seconds(void **state)
{
    (void)state;
    assert_reads("1795514400", "2026-11-24T10:00:00Z");
    assert_reads("1795514400.123", "2026-11-24T10:00:00.123Z");
    assert_reads("1795514400123", "2026-11-24T10:00:00.123Z");
    assert_reads("1795514400123456", "2026-11-24T10:00:00.123456Z");
    assert_reads("1795514400123456789", "2026-11-24T10:00:00.123456789Z");
    assert_reads("@40000000386d438a", "2000-01-01T00:00:00Z");
    assert_reads("@40000000386d438a07735940", "2000-01-01T00:00:00.125000000Z");
}

static void fills_in_year_and_zone_by_the_rule(void **state)
{
    struct err e = {0};
    struct io io;

    (void)state;
    io_init(&io);
    struct zone *zone = zone_new(&io, S("+02:00"), &e);
    assert_non_null(zone);
    const struct time_rule east = {.zone = zone, .reference_ns = REFERENCE_NS};
    assert_reads_by(&at_noon, "Tue Nov 24 10:00:00 2026", "2026-11-24T10:00:00Z", TIME_GUESS_ZONE);
    assert_reads_by(&east, "Tue Nov 24 10:00:00 2026", "2026-11-24T08:00:00Z", 0);
    assert_reads_by(&east, "11-24 10:00:00", "2026-11-24T08:00:00Z", TIME_GUESS_YEAR);
    assert_reads_by(&east, "12-24 10:00:00", "2025-12-24T08:00:00Z", TIME_GUESS_YEAR);
    assert_reads_by(&east, "24/Nov/2026:10:00:00 +0000", "2026-11-24T10:00:00Z", 0);
    zone_free(zone);
}

static void a_time_without_a_year_is_unknown_without_a_reference(void **state)
{
    static const struct time_rule none;
    struct syslog_time time;

    (void)state;
    assert_false(time_text_read(S("11-24 10:00:00"), &none, &time));
    assert_int_equal(time_text_take(S("11-24 10:00:00"), &none, &time), 14);
    assert_false(time.known);
    assert_true(time_text_read(S("2026-11-24 10:00:00"), &none, &time));
}

static void a_clock_alone_is_of_the_latest_day_that_is_not_ahead(void **state)
{
    static const struct time_rule none;
    struct syslog_time time;
    char out[TIME_TEXT_MAX];

    (void)state;
    assert_int_equal(time_text_take_clock(S("10:00:00.5 x"), &at_noon, &time), 10);
    time_format(time.ns, time.digits, out);
    assert_string_equal(out, "2026-11-24T10:00:00.5Z");
    assert_int_equal(time_text_take_clock(S("13:00:00"), &at_noon, &time), 8);
    time_format(time.ns, time.digits, out);
    assert_string_equal(out, "2026-11-23T13:00:00Z");
    assert_int_equal(time_text_take_clock(S("13:00:00"), &none, &time), 8);
    assert_false(time.known);
    assert_int_equal(time_text_take_clock(S("24:00:00"), &at_noon, &time), 0);
    assert_int_equal(time_text_take_clock(S("10:00"), &at_noon, &time), 0);
}

static void takes_no_more_than_the_time(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
    } cases[] = {
        {"2026-11-24 10:00:00 [x", 19},    {"2026-11-24 10:00:00Z x", 20},
        {"2026-11-24 10:00:00.5: x", 21},  {"2026-11-24 10:00:00 foo", 19},
        {"2026-11-24 10:00:00 1234", 19},  {"2026-11-24 10:00:00 -05 x", 19},
        {"Nov 24 10:00:00 host", 15},      {"Nov 24 10:00:00 2026 host", 20},
        {"Nov 24 10:00:00 1234 host", 15}, {"24/Nov/2026:10:00:00 +0100]", 26},
        {"1795514400.123 9", 14},          {"1795514400. x", 10},
    };

    (void)state;
    for (size_t i = 0; i < countof(cases); i++)
        if (time_text_length(str_from(cases[i].text)) != cases[i].bytes)
            fail_msg("%s: %zu", cases[i].text, time_text_length(str_from(cases[i].text)));
}

static void refuses_what_is_no_time(void **state)
{
    static const char *const wrong[] = {
        "",
        "x",
        "Nov",
        "Tue",
        "Tue, ",
        "Nov 24",
        "@",
        "@4000000038",
        "@ffffffffffffffff",
        "2026",
        "2026-11-24",
        "2026-13-24 10:00:00",
        "2026-02-29 10:00:00",
        "2026-11-24 24:00:00",
        "2026-11-24 10:61:00",
        "2026-11-24 10:00:001",
        "2026-11-24 10:00:00x",
        "24/Nov/2026:10:00",
        "31/Nov/2026:10:00:00 +0100",
        "24/Nix/2026:10:00:00 +0100",
        "13/13/2026 10:00:00",
        "13/11/2026 13:00:00 PM",
        "12345678901",
        "0123456789",
        "9223372036854775807",
        "17955144001795514400",
        "3795514400",
    };

    (void)state;
    for (size_t i = 0; i < countof(wrong); i++)
        if (time_text_length(str_from(wrong[i])) == str_from(wrong[i]).n && *wrong[i])
            fail_msg("read: %s", wrong[i]);
}

static void reads_no_byte_beyond_a_cut(void **state)
{
    static const char *const texts[] = {
        "2026-11-24T10:00:00.123456+01:00",
        "Tue Nov 24 10:00:00.123456 CET 2026",
        "24/Nov/2026:10:00:00 +0100",
        "@40000000386d438a07735940",
        "3/4/2026 9:00:00 PM",
        "1795514400.123",
    };
    char heap[64];

    (void)state;
    for (size_t i = 0; i < countof(texts); i++)
        for (size_t n = 0; n <= strlen(texts[i]); n++) {
            memset(heap, '9', sizeof heap);
            memcpy(heap, texts[i], n);
            assert_true(time_text_length((str){heap, n}) <= n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates_that_begin_with_the_year),
        cmocka_unit_test(reads_dates_that_begin_with_the_day),
        cmocka_unit_test(reads_dates_that_begin_with_the_month),
        cmocka_unit_test(tells_day_and_month_apart_by_what_can_only_be_one),
        cmocka_unit_test(reads_numbers_of_seconds),
        cmocka_unit_test(fills_in_year_and_zone_by_the_rule),
        cmocka_unit_test(a_time_without_a_year_is_unknown_without_a_reference),
        cmocka_unit_test(a_clock_alone_is_of_the_latest_day_that_is_not_ahead),
        cmocka_unit_test(takes_no_more_than_the_time),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(reads_no_byte_beyond_a_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
