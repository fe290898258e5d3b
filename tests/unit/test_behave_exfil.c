/* test_behave_exfil.c - more out than is usual, and what is usual. */
#include "behave_fixture.h"

#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 128 << 20 };

#define MB UINT64_C(1000000)

static void send_to(struct behave_fixture *f, int64_t time_ns, const char *to, uint64_t sent,
                    const char *received)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long)sent);
    behave_between(f, "10.0.0.5", to);
    behave_set(f, COLUMN_source_bytes, text);
    behave_set(f, COLUMN_destination_bytes, received);
    behave_feed(f, time_ns);
}

/* `mb` of each hour from `from`, `hours` long; to several places, so that none gets much. */
static void usual(struct behave_fixture *f, int64_t from, uint32_t hours, uint64_t mb)
{
    char to[32];

    for (uint32_t i = 0; i < hours; i++) {
        snprintf(to, sizeof to, "198.51.100.%u", i % 100);
        send_to(f, from + i * HOUR, to, mb * MB, "1000000000");
    }
}

static void test_more_than_a_hosts_own_hours_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    usual(&f, START, 48, 20);
    send_to(&f, START + 48 * HOUR, "198.51.100.1", 300 * MB, "1000000000");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Data exfiltration");
    assert_string_equal(f.told[0].keys, "host=10.0.0.5");
    assert_string_equal(f.told[0].explanation,
                        "10.0.0.5 sent 300.0 MB outside in an hour: of its last 48 hours half had "
                        "less than 20.0 MB, and 20.0 MB would have been usual");
    assert_near(f.told[0].measure.expected, 20e6, 10);
    assert_int_equal(f.told[0].measure.samples, 48);
    assert_true(f.told[0].measure.value > f.told[0].measure.high);
    assert_int_equal(f.told[0].first_ns, START + 48 * HOUR);
    behave_close(&f);
}

static void test_what_is_below_the_floor_is_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "floor: 1000000");
    usual(&f, START, 48, 0);
    send_to(&f, START + 48 * HOUR, "198.51.100.1", 999999, "1000000000");
    assert_int_equal(f.count, 0);
    send_to(&f, START + 48 * HOUR, "198.51.100.1", 1, "1000000000");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_less_than_a_day_of_hours_is_no_baseline(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    usual(&f, START, 23, 20);
    send_to(&f, START + 23 * HOUR, "198.51.100.1", 900 * MB, "1000000000");
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "exfil", "");
    usual(&f, START, 24, 20);
    send_to(&f, START + 24 * HOUR, "198.51.100.1", 900 * MB, "1000000000");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_as_much_as_an_hour_of_the_week_had_is_usual(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    for (uint32_t day = 0; day < 2; day++) {
        usual(&f, START + day * DAY, 23, 20);
        usual(&f, START + day * DAY + 23 * HOUR, 1, 900);
    }
    assert_int_equal(f.count, 0); /* before there is a baseline, and again the night after */
    usual(&f, START + 2 * DAY, 1, 950);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_one_theft_does_not_make_a_larger_one_usual(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "floor: 1000000");
    usual(&f, START, 48, 1);
    usual(&f, START + 48 * HOUR, 1, 5000);
    usual(&f, START + 49 * HOUR, 1, 500);
    assert_int_equal(f.count, 2); /* the first entered the history as 4 MB */
    behave_close(&f);
}

static void test_an_hour_is_told_again_when_it_has_doubled(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    usual(&f, START, 48, 20);
    for (uint32_t i = 0; i < 12; i++)
        send_to(&f, START + 48 * HOUR + i * SECOND, "198.51.100.1", 100 * MB, "2000000000");
    assert_int_equal(f.count, 3); /* 300, 600 and 1200 MB */
    assert_int_equal(f.told[0].count + f.told[1].count + f.told[2].count, 12);
    behave_close(&f);
}

static void test_an_upload_is_told_without_a_history(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "upload: 1000000000");
    for (uint32_t i = 0; i < 9; i++)
        send_to(&f, START + i * MINUTE, "203.0.113.9", 100 * MB, "100000");
    assert_int_equal(f.count, 0);
    send_to(&f, START + 9 * MINUTE, "203.0.113.9", 100 * MB, "100000");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "host=10.0.0.5 destination=203.0.113.9");
    assert_string_equal(f.told[0].explanation, "10.0.0.5 sent 1.0 GB to 203.0.113.9 within a day "
                                               "and got 1.0 MB back");
    assert_int_equal(f.told[0].severity, SEVERITY_MEDIUM);
    assert_int_equal(f.told[0].count, 10);
    behave_close(&f);
}

static void test_as_much_back_as_a_tenth_is_no_upload(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    send_to(&f, START, "203.0.113.9", 5000 * MB, "500000001");
    assert_int_equal(f.count, 0);
    send_to(&f, START, "203.0.113.10", 5000 * MB, "500000000");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_an_upload_of_half_a_day_before_does_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "upload: 1000000000");
    send_to(&f, START, "203.0.113.9", 600 * MB, "0");
    send_to(&f, START + DAY, "203.0.113.9", 600 * MB, "0");
    assert_int_equal(f.count, 0);
    send_to(&f, START + DAY + 2 * HOUR, "203.0.113.9", 600 * MB, "0");
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].first_ns, START + DAY);
    behave_close(&f);
}

static void test_a_nightly_upload_is_told_once(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    for (uint32_t day = 0; day < 7; day++)
        send_to(&f, START + day * DAY, "203.0.113.9", 2000 * MB, "0");
    uint32_t of_pair = 0;
    for (uint32_t i = 0; i < f.count; i++)
        of_pair += strstr(f.told[i].keys, "destination") != NULL;
    assert_int_equal(of_pair, 1);
    behave_close(&f);
}

static void test_less_is_enough_for_a_destination_that_is_new(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "floor: 100G");
    send_to(&f, START, "203.0.113.1", 1, "0");
    send_to(&f, START + 8 * DAY, "203.0.113.1", 200 * MB, "0");
    assert_int_equal(f.count, 0);
    send_to(&f, START + 8 * DAY, "203.0.113.2", 200 * MB, "0");
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].severity, SEVERITY_HIGH);
    assert_non_null(strstr(f.told[0].explanation, "nobody spoke to it before"));
    behave_close(&f);
}

static void test_nothing_is_new_in_the_first_week(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "floor: 100G");
    send_to(&f, START, "203.0.113.1", 1, "0");
    send_to(&f, START + 6 * DAY, "203.0.113.2", 200 * MB, "0");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_targets_within_gateways_scanners_and_the_ignored_are_silent(void **unused)
{
    static const uint32_t silent[] = {ROLE_NAT_GATEWAY, ROLE_SCANNER};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "ignore: [backup.example]");
    send_to(&f, START, "10.0.0.1", 5000 * MB, "0");
    behave_set(&f, COLUMN_destination_domain, "eu.backup.example");
    send_to(&f, START, "203.0.113.9", 5000 * MB, "0");
    behave_set(&f, COLUMN_destination_domain, NULL);
    for (size_t i = 0; i < countof(silent); i++) {
        behave_between(&f, "10.0.0.5", "203.0.113.9");
        f.o.source_asset.roles |= silent[i];
        behave_set(&f, COLUMN_source_bytes, "5000000000");
        behave_feed(&f, START);
    }
    assert_int_equal(f.count, 0);
    send_to(&f, START, "203.0.113.9", 5000 * MB, "0");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_numbers_and_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "exfil", "");
    for (size_t i = 0; i < countof(times); i++)
        for (int k = 0; k < 3; k++)
            send_to(&f, times[i], "203.0.113.9", INT64_MAX, "9223372036854775807");
    for (size_t i = 0; i < countof(times); i++)
        send_to(&f, times[i], "203.0.113.8", UINT64_MAX, "-1");
    behave_advance(&f, INT64_MAX);
    assert_true(f.count <= 3); /* of 2099, whose baseline is 1970's */
    assert_int_equal(behave_stats(&f).keys, 0);
    behave_close(&f);
}

static void test_a_flood_of_destinations_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char to[32];

    (void)unused;
    behave_open(&f, "exfil", "upload: 1000000000");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(to, sizeof to, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        send_to(&f, START + i * (HOUR / FLOOD), to, 100, "0");
        if (i % (FLOOD / 10) == 0)
            send_to(&f, START + i * (HOUR / FLOOD), "203.0.113.9", 100 * MB, "0");
    }
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_than_a_hosts_own_hours_is_told),
        cmocka_unit_test(test_what_is_below_the_floor_is_not),
        cmocka_unit_test(test_less_than_a_day_of_hours_is_no_baseline),
        cmocka_unit_test(test_as_much_as_an_hour_of_the_week_had_is_usual),
        cmocka_unit_test(test_one_theft_does_not_make_a_larger_one_usual),
        cmocka_unit_test(test_an_hour_is_told_again_when_it_has_doubled),
        cmocka_unit_test(test_an_upload_is_told_without_a_history),
        cmocka_unit_test(test_as_much_back_as_a_tenth_is_no_upload),
        cmocka_unit_test(test_an_upload_of_half_a_day_before_does_not_count),
        cmocka_unit_test(test_a_nightly_upload_is_told_once),
        cmocka_unit_test(test_less_is_enough_for_a_destination_that_is_new),
        cmocka_unit_test(test_nothing_is_new_in_the_first_week),
        cmocka_unit_test(test_targets_within_gateways_scanners_and_the_ignored_are_silent),
        cmocka_unit_test(test_numbers_and_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_destinations_is_bounded_and_hides_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
