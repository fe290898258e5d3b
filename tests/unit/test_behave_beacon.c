/* test_behave_beacon.c - connections like a clock, and what is none. */
#include "behave_fixture.h"

#include "base/hash.h"

#include <math.h>
#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 320 << 20 };

static const char *const c2 = "203.0.113.9";

static void connect_to(struct behave_fixture *f, const char *from, const char *to, int64_t time_ns)
{
    behave_between(f, from, to);
    behave_feed(f, time_ns);
}

static void beat(struct behave_fixture *f, int64_t from_ns, int64_t step_ns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        connect_to(f, "10.0.0.5", c2, from_ns + i * step_ns);
}

static void open_beacon(struct behave_fixture *f, const char *yaml)
{
    behave_open(f, "beacon", yaml);
    behave_set(f, COLUMN_destination_port, "443");
    behave_set(f, COLUMN_source_bytes, "512");
}

static const struct told *newest(const struct behave_fixture *f)
{
    assert_in_range(f->count, 1, BEHAVE_SIGNALS);
    return &f->told[f->count - 1];
}

static void test_a_clockwork_day_scores_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START, MINUTE, 24 * 60 + 1);
    const struct told *t = newest(&f);
    assert_string_equal(t->title, "Beaconing");
    assert_string_equal(t->keys, "source=10.0.0.5 destination=203.0.113.9");
    assert_string_equal(
        t->explanation,
        "10.0.0.5 connected to 203.0.113.9 1440 times in 24 h, about every 60 s (100 "
        "% of the intervals are within a quarter of that), mostly of 512 bytes: "
        "beacon score 1.000");
    assert_int_equal(t->severity, SEVERITY_HIGH);
    assert_near(t->measure.value, 1.0, 1e-9);
    assert_int_equal(t->measure.samples, 1440);
    behave_close(&f);
}

static void test_the_same_number_at_any_times_and_sizes_is_none(void **unused)
{
    struct behave_fixture f;
    uint64_t random = 1;
    int64_t time = START;
    char bytes[16];

    (void)unused;
    open_beacon(&f, "");
    while (time < START + DAY + HOUR) { /* bursts and long pauses, as people make them */
        random = hash_mix(random, 7);
        time += random % 10 ? (int64_t)(random >> 8) % (20 * SECOND)
                            : (int64_t)(random >> 8) % (3 * HOUR);
        snprintf(bytes, sizeof bytes, "%u", (uint32_t)(random >> 20) % 20000);
        behave_set(&f, COLUMN_source_bytes, bytes);
        connect_to(&f, "10.0.0.5", c2, time);
    }
    assert_true(f.fed > 50);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_clock_that_is_late_now_and_then_is_a_beacon_still(void **unused)
{
    struct behave_fixture f;
    uint64_t random = 1;

    (void)unused;
    open_beacon(&f, "");
    for (int64_t time = START; time < START + DAY + HOUR; time += 5 * MINUTE) {
        random = hash_mix(random, 7);
        connect_to(&f, "10.0.0.5", c2, time + (int64_t)(random % 30) * SECOND);
    }
    assert_true(newest(&f)->measure.value > 0.85);
    behave_close(&f);
}

/* A day and more of connections at random moments, ten minutes apart in the mean. */
static void feed_random_moments(struct behave_fixture *f)
{
    uint64_t random = 1;
    int64_t time = START;

    while (time < START + 2 * DAY) {
        random = hash_mix(random, 7);
        time += (int64_t)(-600 * log(((double)(random >> 11) + 1) / 9007199254740993.0)) * SECOND;
        connect_to(f, "10.0.0.5", c2, time);
    }
}

static void test_random_moments_all_day_are_none_however_they_score(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    feed_random_moments(&f);
    assert_int_equal(f.count, 0);
    behave_close(&f);
    open_beacon(&f, "regularity: 0"); /* by the score alone */
    feed_random_moments(&f);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_as_many_connections_as_are_asked_for_suffice(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START + MINUTE, HOUR, 13); /* the last opens the hour in which twelve are scored */
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].count, 13); /* and that one */
    assert_int_equal(f.told[0].measure.samples, 12);
    behave_close(&f);
}

static void test_one_connection_less_does_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START + MINUTE, HOUR, 12);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_day_holds_24_hours(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START, 10 * MINUTE, 3 * 24 * 6 + 1);
    assert_int_equal(newest(&f)->measure.samples, 24 * 6);
    behave_close(&f);
}

static void test_each_connection_is_told_once(void **unused)
{
    struct behave_fixture f;
    uint64_t count = 0;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START, MINUTE, 24 * 60 + 1);
    for (uint32_t i = 0; i < f.count; i++)
        count += f.told[i].count;
    assert_int_equal(count, 24 * 60 + 1);
    behave_close(&f);
}

static void test_it_is_told_within_each_half_hour_while_it_lasts(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START, 7 * MINUTE, 24 * 60 / 7);
    assert_true(f.count > 20);
    for (uint32_t i = 1; i < f.count; i++) {
        assert_true(f.told[i].last_ns - f.told[i - 1].last_ns <= 37 * MINUTE);
        assert_int_equal(f.told[i].first_ns, f.told[i - 1].last_ns); /* what came since */
    }
    behave_close(&f);
}

static void test_two_connections_a_beat_are_a_beacon_too(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    for (uint32_t i = 0; i < 24 * 12; i++) {
        connect_to(&f, "10.0.0.5", c2, START + i * 5 * MINUTE);
        connect_to(&f, "10.0.0.5", c2, START + i * 5 * MINUTE + 2 * SECOND);
    }
    assert_non_null(strstr(newest(&f)->explanation, "about every 298 s (100 %"));
    behave_close(&f);
}

static void test_less_than_six_hours_are_not_enough(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, START, MINUTE, 5 * 60 + 59);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_threshold_that_is_not_reached_is_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "threshold: 90");
    beat(&f, START, MINUTE, 9 * 60); /* two scores of four are below one */
    assert_int_equal(f.count, 0);
    behave_close(&f);
    open_beacon(&f, "threshold: 60");
    beat(&f, START, MINUTE, 9 * 60);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_without_sizes_the_rest_decides(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    behave_set(&f, COLUMN_source_bytes, NULL);
    beat(&f, START, MINUTE, 24 * 60 + 1);
    assert_true(newest(&f)->measure.value > 0.999);
    assert_null(strstr(newest(&f)->explanation, "bytes"));
    behave_close(&f);
}

static void test_the_end_of_a_connection_is_no_further_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    for (uint32_t i = 0; i <= 24 * 60; i++) {
        f.columns.activity = ACTIVITY_flow_open;
        behave_set(&f, COLUMN_source_bytes, NULL);
        connect_to(&f, "10.0.0.5", c2, START + i * MINUTE);
        f.columns.activity = ACTIVITY_flow_close;
        behave_set(&f, COLUMN_source_bytes, "700");
        connect_to(&f, "10.0.0.5", c2, START + i * MINUTE + 7 * SECOND);
    }
    assert_int_equal(newest(&f)->measure.samples, 24 * 60);
    assert_non_null(strstr(newest(&f)->explanation, "about every 60 s"));
    assert_non_null(strstr(newest(&f)->explanation, "mostly of 700 bytes"));
    behave_close(&f);
}

static void test_ends_alone_are_connections(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    f.columns.activity = ACTIVITY_flow_close;
    beat(&f, START, MINUTE, 24 * 60 + 1);
    assert_int_equal(newest(&f)->measure.samples, 24 * 60);
    behave_close(&f);
}

static void test_a_domain_is_the_destination_whatever_its_addresses(void **unused)
{
    static const char *const addresses[] = {"203.0.113.1", "203.0.113.2", "203.0.113.3"};
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    behave_set(&f, COLUMN_destination_domain, "cdn.example");
    for (uint32_t i = 0; i <= 24 * 60; i++)
        connect_to(&f, "10.0.0.5", addresses[i % 3], START + i * MINUTE);
    assert_string_equal(newest(&f)->keys, "source=10.0.0.5 destination=cdn.example");
    behave_close(&f);
}

static void test_a_domain_without_an_address_is_outside_unless_it_is_ones_own(void **unused)
{
    static const char *const names[] = {"c2.example.com", "printer.local", "printer"};
    struct behave_fixture f;

    (void)unused;
    for (size_t n = 0; n < countof(names); n++) {
        open_beacon(&f, "");
        behave_set(&f, COLUMN_destination_domain, names[n]);
        for (uint32_t i = 0; i <= 24 * 60; i++) {
            behave_between(&f, "10.0.0.5", "c2"); /* the key that a name has */
            behave_set(&f, COLUMN_destination_ip, NULL);
            behave_feed(&f, START + i * MINUTE);
        }
        assert_int_equal(f.count > 0, n == 0);
        behave_close(&f);
    }
}

/* A day in which 60 hosts speak to one destination and `others` of them to another. */
static double score_among(uint32_t others)
{
    struct behave_fixture f;
    char from[32];

    open_beacon(&f, "threshold: 1");
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(from, sizeof from, "10.0.1.%u", i);
        connect_to(&f, from, "198.51.100.1", START + i * SECOND);
        if (i < others)
            connect_to(&f, from, c2, START + i * SECOND);
    }
    beat(&f, START + MINUTE, MINUTE, 8 * 60 + 1);
    const double score = newest(&f)->measure.value;
    behave_close(&f);
    return score;
}

static void test_a_destination_of_one_host_among_many_scores_higher(void **unused)
{
    (void)unused;
    assert_near(score_among(0) - score_among(10), 0.15, 0.001);
}

static void test_a_destination_of_most_hosts_scores_lower(void **unused)
{
    (void)unused;
    assert_near(score_among(50) - score_among(10), -0.15, 0.001);
}

static void test_a_destination_that_is_new_after_a_week_scores_higher(void **unused)
{
    struct behave_fixture known, new;

    (void)unused;
    open_beacon(&known, "threshold: 1");
    open_beacon(&new, "threshold: 1");
    connect_to(&known, "10.0.0.6", c2, START - 10 * DAY);
    connect_to(&new, "10.0.0.6", "198.51.100.1", START - 10 * DAY);
    beat(&known, START, MINUTE, 8 * 60 + 1);
    beat(&new, START, MINUTE, 8 * 60 + 1);
    assert_near(newest(&new)->measure.value - newest(&known)->measure.value, 0.15, 0.001);
    behave_close(&known);
    behave_close(&new);
}

static void test_a_request_without_a_host_scores_higher(void **unused)
{
    struct behave_fixture named, hostless;

    (void)unused;
    open_beacon(&named, "threshold: 1");
    open_beacon(&hostless, "threshold: 1");
    named.columns.activity = hostless.columns.activity = ACTIVITY_http;
    behave_set(&named, COLUMN_url_domain, "www.example");
    beat(&named, START, MINUTE, 8 * 60 + 1);
    beat(&hostless, START, MINUTE, 8 * 60 + 1);
    assert_near(newest(&hostless)->measure.value - newest(&named)->measure.value, 0.10, 0.001);
    behave_close(&named);
    behave_close(&hostless);
}

static void test_destinations_within_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    for (uint32_t i = 0; i <= 24 * 60; i++)
        connect_to(&f, "10.0.0.5", "10.0.0.1", START + i * MINUTE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_time_keeping_and_gateways_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    behave_set(&f, COLUMN_destination_port, "123");
    beat(&f, START, MINUTE, 24 * 60 + 1);
    assert_int_equal(f.count, 0);
    behave_set(&f, COLUMN_destination_port, "443");
    for (uint32_t i = 0; i <= 24 * 60; i++) {
        behave_between(&f, "10.0.0.5", c2);
        f.o.source_asset.roles |= ROLE_NAT_GATEWAY;
        behave_feed(&f, START + 2 * DAY + i * MINUTE);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_what_is_set_to_be_ignored_is(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "ignore: [example.com]");
    behave_set(&f, COLUMN_destination_domain, "update.example.com");
    beat(&f, START, MINUTE, 24 * 60 + 1);
    assert_int_equal(f.count, 0);
    behave_set(&f, COLUMN_destination_domain, "notexample.com");
    beat(&f, START + 2 * DAY, MINUTE, 24 * 60 + 1);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_times_at_both_ends_do_no_harm(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    open_beacon(&f, "");
    beat(&f, INT64_MIN, 1, 20);
    beat(&f, -HOUR, MINUTE, 20);
    beat(&f, 0, MINUTE, 24 * 60 + 1);
    assert_true(f.count > 0);
    const uint32_t before = f.count;
    beat(&f, 130 * 365 * DAY, MINUTE, 24 * 60 + 1);
    assert_true(f.count > before);
    beat(&f, INT64_MAX - 20, 1, 20);
    behave_advance(&f, INT64_MAX);
    assert_int_equal(behave_stats(&f).keys, 0);
    behave_close(&f);
}

static void test_a_flood_of_pairs_is_bounded_and_hides_no_beacon(void **unused)
{
    struct behave_fixture f;
    char to[32];

    (void)unused;
    open_beacon(&f, "");
    for (uint32_t i = 0; i < FLOOD; i++) {
        const int64_t time = START + (int64_t)i * (DAY / FLOOD);
        snprintf(to, sizeof to, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        connect_to(&f, "10.0.0.6", to, time);
        if (i % (FLOOD / 288) == 0)
            connect_to(&f, "10.0.0.5", c2, time);
    }
    const struct behavior_stats s = behave_stats(&f);
    assert_true(s.bytes < FLOOD_BYTES_MAX);
    assert_true(s.displaced > 0);
    assert_true(f.count > 0);
    assert_string_equal(newest(&f)->keys, "source=10.0.0.5 destination=203.0.113.9");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clockwork_day_scores_one),
        cmocka_unit_test(test_the_same_number_at_any_times_and_sizes_is_none),
        cmocka_unit_test(test_a_clock_that_is_late_now_and_then_is_a_beacon_still),
        cmocka_unit_test(test_random_moments_all_day_are_none_however_they_score),
        cmocka_unit_test(test_as_many_connections_as_are_asked_for_suffice),
        cmocka_unit_test(test_one_connection_less_does_not),
        cmocka_unit_test(test_a_day_holds_24_hours),
        cmocka_unit_test(test_each_connection_is_told_once),
        cmocka_unit_test(test_it_is_told_within_each_half_hour_while_it_lasts),
        cmocka_unit_test(test_two_connections_a_beat_are_a_beacon_too),
        cmocka_unit_test(test_less_than_six_hours_are_not_enough),
        cmocka_unit_test(test_a_threshold_that_is_not_reached_is_silent),
        cmocka_unit_test(test_without_sizes_the_rest_decides),
        cmocka_unit_test(test_the_end_of_a_connection_is_no_further_one),
        cmocka_unit_test(test_ends_alone_are_connections),
        cmocka_unit_test(test_a_domain_is_the_destination_whatever_its_addresses),
        cmocka_unit_test(test_a_domain_without_an_address_is_outside_unless_it_is_ones_own),
        cmocka_unit_test(test_a_destination_of_one_host_among_many_scores_higher),
        cmocka_unit_test(test_a_destination_of_most_hosts_scores_lower),
        cmocka_unit_test(test_a_destination_that_is_new_after_a_week_scores_higher),
        cmocka_unit_test(test_a_request_without_a_host_scores_higher),
        cmocka_unit_test(test_destinations_within_are_none),
        cmocka_unit_test(test_time_keeping_and_gateways_are_none),
        cmocka_unit_test(test_what_is_set_to_be_ignored_is),
        cmocka_unit_test(test_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_pairs_is_bounded_and_hides_no_beacon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
