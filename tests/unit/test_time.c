/* Civil time: RFC 3339 in its common forms, FILETIME, ISO weeks. */
#include "text/time.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_reads(const char *text, const char *want, uint8_t want_digits)
{
    int64_t ns;
    uint8_t digits;
    char out[TIME_TEXT_MAX];

    assert_true(time_parse_rfc3339(str_from(text), &ns, &digits));
    assert_int_equal(digits, want_digits);
    time_format(ns, digits, out);
    assert_string_equal(out, want);
}

static void reads_the_forms_that_logs_use(void **state)
{
    (void)state;
    assert_reads("2026-05-04T10:11:12Z", "2026-05-04T10:11:12Z", 0);
    assert_reads("2026-05-04 10:11:12.5", "2026-05-04T10:11:12.5Z", 1);
    assert_reads("2026-05-04T10:11:12,123+02:00", "2026-05-04T08:11:12.123Z", 3);
    assert_reads("2026-05-04T00:30:00-0100", "2026-05-04T01:30:00Z", 0);
    assert_reads("2026/05/04 10:11:12", "2026-05-04T10:11:12Z", 0);
    assert_reads("2026-05-04T10:11:12.123456789123Z", "2026-05-04T10:11:12.123456789Z", 9);
    assert_reads("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z", 0);
    assert_reads("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.9Z", 1);
}

static void refuses_what_is_no_time(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-05-04",
        "2026-13-04T10:11:12Z",
        "2026-02-29T10:11:12Z",
        "2026-05-04T24:00:00Z",
        "2026-05-04T10:11:12.Z",
        "2026-05-04T10:11:12X",
        "2026-05-04T10:11:12+25:00",
        "0000-05-04T10:11:12Z",
        "2026-05-04T10:11:12Z trailing",
    };
    int64_t ns;
    uint8_t digits;

    (void)state;
    for (size_t i = 0; i < countof(wrong); i++)
        assert_false(time_parse_rfc3339(str_from(wrong[i]), &ns, &digits));
}

/* A small t is read byte by byte, and never in words. */
static void any_byte_is_read_in_words_as_it_is_by_itself(void **state)
{
    enum { MARK = 10 };
    char words[] = "2026-05-04T10:11:12.25Z", bytes[] = "2026-05-04t10:11:12.25Z";

    (void)state;
    for (size_t at = 0; at + 1 < sizeof words; at++)
        for (int c = 0; c < 256 && at != MARK; c++) {
            int64_t ns[2] = {0};
            uint8_t digits[2] = {0};
            char kept = words[at];
            words[at] = bytes[at] = (char)c;
            bool good = time_parse_rfc3339(str_from(words), &ns[0], &digits[0]);
            assert_int_equal(good, time_parse_rfc3339(str_from(bytes), &ns[1], &digits[1]));
            assert_true(!good || (ns[0] == ns[1] && digits[0] == digits[1]));
            words[at] = bytes[at] = kept;
        }
}

static void civil_time_goes_there_and_back_for_every_day(void **state)
{
    const int64_t day = INT64_C(86400) * NS_PER_S;

    (void)state;
    for (int64_t d = -100000; d < 100000; d++) {
        struct civil c = time_to_civil(d * day + 1);
        assert_int_equal(time_from_civil(&c), d * day + 1);
    }
}

static void filetime_counts_from_1601(void **state)
{
    int64_t ns;

    (void)state;
    assert_true(time_from_filetime(116444736000000000u, &ns));
    assert_int_equal(ns, 0);
    assert_true(time_from_filetime(116444736000000001u, &ns));
    assert_int_equal(ns, 100);
    assert_false(time_from_filetime(UINT64_MAX, &ns));
    assert_false(time_from_filetime(0, &ns)); /* 1601 is outside of 64 bits of nanoseconds */
}

static void weeks_are_those_of_iso_8601(void **state)
{
    static const struct {
        struct civil day;
        uint32_t week;
    } rows[] = {
        {{.year = 2021, .month = 1, .day = 3}, 53},
        {{.year = 2021, .month = 1, .day = 4}, 1},
        {{.year = 2026, .month = 12, .day = 31}, 53},
        {{.year = 2024, .month = 12, .day = 30}, 1},
    };

    (void)state;
    for (size_t i = 0; i < countof(rows); i++)
        assert_int_equal(time_iso_week(time_from_civil(&rows[i].day)), rows[i].week);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_forms_that_logs_use),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(any_byte_is_read_in_words_as_it_is_by_itself),
        cmocka_unit_test(civil_time_goes_there_and_back_for_every_day),
        cmocka_unit_test(filetime_counts_from_1601),
        cmocka_unit_test(weeks_are_those_of_iso_8601),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
