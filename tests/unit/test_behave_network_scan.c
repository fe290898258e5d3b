/* test_behave_network_scan.c - many ports of a target, one port of many targets, and what is
 * neither.
 */
#include "behave_fixture.h"

#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 256 << 20 };

static void flow(struct behave_fixture *f, int64_t time_ns, const char *from, const char *to,
                 uint32_t port, enum outcome outcome)
{
    char text[8];

    snprintf(text, sizeof text, "%u", port);
    behave_between(f, from, to);
    behave_set(f, COLUMN_destination_port, text);
    f->columns.outcome = outcome;
    behave_feed(f, time_ns);
}

static void ports(struct behave_fixture *f, uint32_t count, int64_t step_ns, enum outcome outcome)
{
    for (uint32_t i = 0; i < count; i++)
        flow(f, START + i * step_ns, "10.0.0.9", "10.0.0.1", 1000 + i, outcome);
}

static void hosts(struct behave_fixture *f, const char *net, uint32_t count, enum outcome outcome)
{
    char to[32];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(to, sizeof to, "%s.%u", net, i + 1);
        flow(f, START + i * SECOND, "10.0.0.9", to, 445, outcome);
    }
}

static void test_as_many_refused_ports_as_the_threshold_are_a_scan(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    ports(&f, 15, SECOND, OUTCOME_FAILURE);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Port scan");
    assert_string_equal(f.told[0].keys, "source=10.0.0.9 target=10.0.0.1");
    assert_string_equal(f.told[0].explanation, "10.0.0.9 tried 15 ports of 10.0.0.1 within 15 s: "
                                               "15 of the last 15 did not let it in");
    assert_int_equal(f.told[0].count, 15);
    assert_int_equal(f.told[0].first_ns, START);
    assert_int_equal(f.told[0].newest_event, 15);
    assert_int_equal(f.told[0].event_count, 10);
    assert_true(f.told[0].measure.value > f.told[0].measure.high);
    behave_close(&f);
}

static void test_one_refused_port_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    ports(&f, 14, SECOND, OUTCOME_FAILURE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_same_port_again_and_again_is_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    for (uint32_t i = 0; i < 200; i++)
        flow(&f, START + i * SECOND, "10.0.0.9", "10.0.0.1", 80, OUTCOME_FAILURE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_first_port_counts_at_the_end_of_the_window(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "failed_ports: 2");
    flow(&f, START, "10.0.0.9", "10.0.0.1", 1, OUTCOME_FAILURE);
    flow(&f, START + 5 * MINUTE, "10.0.0.9", "10.0.0.1", 2, OUTCOME_FAILURE);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_the_first_port_does_not_count_behind_the_window(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "failed_ports: 2");
    flow(&f, START, "10.0.0.9", "10.0.0.1", 1, OUTCOME_FAILURE);
    flow(&f, START + 5 * MINUTE + SECOND, "10.0.0.9", "10.0.0.1", 2, OUTCOME_FAILURE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_many_ports_that_let_it_in_are_a_scan_too(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    ports(&f, 99, SECOND, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    ports(&f, 100, SECOND, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_answers_of_a_server_are_no_scan(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    behave_set(&f, COLUMN_source_port, "53");
    ports(&f, 500, MINUTE / 600, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    behave_set(&f, COLUMN_source_port, "50053");
    ports(&f, 500, MINUTE / 600, OUTCOME_SUCCESS);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_one_port_of_many_hosts_is_a_sweep(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    hosts(&f, "10.0.1", 19, OUTCOME_FAILURE);
    assert_int_equal(f.count, 0);
    hosts(&f, "10.0.1", 20, OUTCOME_FAILURE);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Host sweep");
    assert_string_equal(f.told[0].keys, "source=10.0.0.9 port=445");
    behave_close(&f);
}

static void test_hosts_outside_that_let_it_in_are_no_sweep(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    hosts(&f, "198.51.100", 200, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    hosts(&f, "10.0.1", 200, OUTCOME_SUCCESS);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_a_scan_is_told_when_it_begins_and_when_it_has_doubled(void **unused)
{
    struct behave_fixture f;
    uint64_t count = 0;

    (void)unused;
    behave_open(&f, "network_scan", "");
    ports(&f, 2000, SECOND / 100, OUTCOME_FAILURE);
    assert_in_range(f.count, 6, 9);
    for (uint32_t i = 0; i < f.count; i++)
        count += f.told[i].count;
    assert_in_range(count, 700, 2000); /* a sketch, which errs by 6.5 % */
    assert_true(f.told[f.count - 1].measure.value > 900);
    behave_close(&f);
}

static void test_a_scan_after_a_pause_is_told_again(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    ports(&f, 15, SECOND, OUTCOME_FAILURE);
    for (uint32_t i = 0; i < 15; i++)
        flow(&f, START + DAY + i * SECOND, "10.0.0.9", "10.0.0.1", 1 + i, OUTCOME_FAILURE);
    assert_int_equal(f.count, 2);
    assert_int_equal(f.told[1].first_ns, START + DAY);
    behave_close(&f);
}

static void test_scans_from_outside_are_low(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    for (uint32_t i = 0; i < 15; i++)
        flow(&f, START + i * SECOND, "192.0.2.7", "10.0.0.1", 1 + i, OUTCOME_FAILURE);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].severity, SEVERITY_LOW);
    ports(&f, 15, SECOND, OUTCOME_FAILURE);
    assert_int_equal(f.told[1].severity, SEVERITY_MEDIUM);
    behave_close(&f);
}

static void test_scanners_and_gateways_are_silent(void **unused)
{
    static const uint32_t silent[] = {ROLE_SCANNER, ROLE_NAT_GATEWAY};
    struct behave_fixture f;

    (void)unused;
    for (size_t r = 0; r < countof(silent); r++) {
        behave_open(&f, "network_scan", "");
        for (uint32_t i = 0; i < 50; i++) {
            char text[8];
            snprintf(text, sizeof text, "%u", i + 1);
            behave_between(&f, "10.0.0.9", "10.0.0.1");
            behave_set(&f, COLUMN_destination_port, text);
            f.columns.outcome = OUTCOME_FAILURE;
            f.o.source_asset.roles |= silent[r];
            behave_feed(&f, START + i * SECOND);
        }
        assert_int_equal(f.count, 0);
        behave_close(&f);
    }
}

static void test_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -SECOND, 0, SECOND, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "network_scan", "");
    for (size_t t = 0; t < countof(times); t++)
        for (uint32_t i = 0; i < 15; i++)
            flow(&f, times[t], "10.0.0.9", "10.0.0.1", 1 + i, OUTCOME_FAILURE);
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 2); /* 1970 and 2099 */
    behave_close(&f);
}

static void test_a_flood_of_sources_is_bounded_and_hides_no_scan(void **unused)
{
    struct behave_fixture f;
    char from[32];

    (void)unused;
    behave_open(&f, "network_scan", "");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(from, sizeof from, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        flow(&f, START + i * (SECOND / 10000), from, "10.0.0.1", 80, OUTCOME_FAILURE);
        if (i % (FLOOD / 20) == 0)
            flow(&f, START + i * (SECOND / 10000), "10.0.0.9", "10.0.0.1", 1 + i / (FLOOD / 20),
                 OUTCOME_FAILURE);
    }
    const struct behavior_stats s = behave_stats(&f);
    assert_true(s.bytes < FLOOD_BYTES_MAX);
    assert_true(s.displaced > 0);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "source=10.0.0.9 target=10.0.0.1");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_many_refused_ports_as_the_threshold_are_a_scan),
        cmocka_unit_test(test_one_refused_port_less_is_none),
        cmocka_unit_test(test_the_same_port_again_and_again_is_one),
        cmocka_unit_test(test_the_first_port_counts_at_the_end_of_the_window),
        cmocka_unit_test(test_the_first_port_does_not_count_behind_the_window),
        cmocka_unit_test(test_many_ports_that_let_it_in_are_a_scan_too),
        cmocka_unit_test(test_answers_of_a_server_are_no_scan),
        cmocka_unit_test(test_one_port_of_many_hosts_is_a_sweep),
        cmocka_unit_test(test_hosts_outside_that_let_it_in_are_no_sweep),
        cmocka_unit_test(test_a_scan_is_told_when_it_begins_and_when_it_has_doubled),
        cmocka_unit_test(test_a_scan_after_a_pause_is_told_again),
        cmocka_unit_test(test_scans_from_outside_are_low),
        cmocka_unit_test(test_scanners_and_gateways_are_silent),
        cmocka_unit_test(test_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_sources_is_bounded_and_hides_no_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
