/* test_behave_long_connection.c - hours of connection to one destination, and one a second. */
#include "behave_fixture.h"

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 64 << 20 };

static void lasted(struct behave_fixture *f, int64_t time_ns, const char *to, int64_t duration_ns)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)duration_ns);
    behave_between(f, "10.0.0.5", to);
    behave_set(f, COLUMN_event_duration, text);
    behave_feed(f, time_ns);
}

static void test_four_hours_are_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    lasted(&f, START, "203.0.113.9", 4 * HOUR);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Long connection");
    assert_string_equal(f.told[0].explanation, "connections of 10.0.0.5 to 203.0.113.9 lasted 4.0 "
                                               "h together within 24 h");
    assert_int_equal(f.told[0].severity, SEVERITY_LOW);
    behave_close(&f);
}

static void test_a_second_less_is_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    lasted(&f, START, "203.0.113.9", 4 * HOUR - SECOND);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_several_connections_sum_up_and_severity_rises(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    for (int i = 0; i < 24; i++)
        lasted(&f, START + i * 30 * MINUTE, "203.0.113.9", 30 * MINUTE);
    assert_int_equal(f.count, 3);
    assert_int_equal(f.told[1].severity, SEVERITY_MEDIUM);
    assert_int_equal(f.told[2].severity, SEVERITY_HIGH);
    assert_int_equal(f.told[0].count + f.told[1].count + f.told[2].count, 24);
    behave_close(&f);
}

static void test_many_short_connections_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    for (int i = 0; i < 1000; i++)
        lasted(&f, START + i * MINUTE, "203.0.113.9", 9 * MINUTE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_hours_of_the_day_before_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    lasted(&f, START, "203.0.113.9", 3 * HOUR);
    lasted(&f, START + DAY, "203.0.113.9", HOUR);
    assert_int_equal(f.count, 0);
    lasted(&f, START + 2 * DAY - HOUR, "203.0.113.9", 3 * HOUR);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_destinations_within_gateways_and_the_ignored_are_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "ignore: [203.0.113.9]");
    lasted(&f, START, "10.0.0.1", 20 * HOUR);
    lasted(&f, START, "203.0.113.9", 20 * HOUR);
    behave_between(&f, "10.0.0.5", "203.0.113.10");
    f.o.source_asset.roles |= ROLE_NAT_GATEWAY;
    behave_set(&f, COLUMN_event_duration, "72000000000000");
    behave_feed(&f, START);
    assert_int_equal(f.count, 0);
    lasted(&f, START, "203.0.113.10", 20 * HOUR);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_durations_and_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "long_connection", "");
    for (size_t i = 0; i < countof(times); i++) {
        lasted(&f, times[i], "203.0.113.9", INT64_MAX);
        lasted(&f, times[i], "203.0.113.9", INT64_MIN);
    }
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 2); /* of 1970 and of 2099 */
    behave_close(&f);
}

static void test_a_flood_of_destinations_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char to[32];

    (void)unused;
    behave_open(&f, "long_connection", "");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(to, sizeof to, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        lasted(&f, START + i * (HOUR / FLOOD), to, 11 * MINUTE);
        if (i % (FLOOD / 24) == 0)
            lasted(&f, START + i * (HOUR / FLOOD), "203.0.113.9", 11 * MINUTE);
    }
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

/* ------------------------------------------------------------ one a second */

static void strobe(struct behave_fixture *f, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        behave_between(f, "10.0.0.5", "203.0.113.9");
        behave_feed(f, START + i * SECOND);
    }
}

static void test_a_connection_a_second_for_a_day_is_a_strobe(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "strobe", "");
    strobe(&f, 86400);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Strobe");
    assert_string_equal(f.told[0].explanation,
                        "10.0.0.5 connected to 203.0.113.9 86400 times within 24 h");
    assert_int_equal(f.told[0].count, 86400);
    behave_close(&f);
}

static void test_one_connection_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "strobe", "");
    strobe(&f, 86399);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_strobe_is_no_beacon(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "beacon", "");
    strobe(&f, 2 * 86400);
    const uint32_t first_day = f.count;
    for (uint32_t i = 0; i < 86400; i++)
        behave_feed(&f, START + 2 * DAY + i * SECOND);
    assert_int_equal(f.count, first_day); /* before it had lasted a day it may have been one */
    behave_close(&f);
}

static void test_a_strobe_within_is_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "strobe", "threshold: 100");
    for (uint32_t i = 0; i < 200; i++) {
        behave_between(&f, "10.0.0.5", "10.0.0.1");
        behave_feed(&f, START + i);
    }
    assert_int_equal(f.count, 0);
    strobe(&f, 100);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_strobes_connections_of_the_day_before_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "strobe", "threshold: 100");
    strobe(&f, 99);
    behave_feed(&f, START + DAY);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_strobes_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "strobe", "threshold: 100");
    for (size_t t = 0; t < countof(times); t++)
        for (uint32_t i = 0; i < 100; i++) {
            behave_between(&f, "10.0.0.5", "203.0.113.9");
            behave_feed(&f, times[t]);
        }
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 2); /* of 1970 and of 2099 */
    assert_int_equal(behave_stats(&f).keys, 0);
    behave_close(&f);
}

static void test_a_flood_of_pairs_is_bounded_and_hides_no_strobe(void **unused)
{
    struct behave_fixture f;
    char to[32];

    (void)unused;
    behave_open(&f, "strobe", "threshold: 100");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(to, sizeof to, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        behave_between(&f, "10.0.0.6", to);
        behave_feed(&f, START + i * (HOUR / FLOOD));
        if (i % (FLOOD / 100) == 0) {
            behave_between(&f, "10.0.0.5", "203.0.113.9");
            behave_feed(&f, START + i * (HOUR / FLOOD));
        }
    }
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_hours_are_told),
        cmocka_unit_test(test_a_second_less_is_not),
        cmocka_unit_test(test_several_connections_sum_up_and_severity_rises),
        cmocka_unit_test(test_many_short_connections_do_not_count),
        cmocka_unit_test(test_hours_of_the_day_before_do_not_count),
        cmocka_unit_test(test_destinations_within_gateways_and_the_ignored_are_silent),
        cmocka_unit_test(test_durations_and_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_destinations_is_bounded_and_hides_none),
        cmocka_unit_test(test_a_connection_a_second_for_a_day_is_a_strobe),
        cmocka_unit_test(test_one_connection_less_is_none),
        cmocka_unit_test(test_a_strobe_is_no_beacon),
        cmocka_unit_test(test_a_strobe_within_is_silent),
        cmocka_unit_test(test_a_strobes_connections_of_the_day_before_do_not_count),
        cmocka_unit_test(test_a_strobes_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_pairs_is_bounded_and_hides_no_strobe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
