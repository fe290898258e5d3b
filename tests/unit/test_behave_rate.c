/* test_behave_rate.c - more than is usual in an hour, and silence. */
#include "behave/rate_profile.h"
#include "behave_fixture.h"

#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 160 << 20, ACCEPT = 14 * 24 };

/* `count` logons of a user, spread over the hour. */
static void logons(struct behave_fixture *f, int64_t hour_ns, const char *user, uint32_t count)
{
    f->columns.activity = ACTIVITY_logon;
    f->o.user = str_from(user);
    for (uint32_t i = 0; i < count; i++)
        behave_feed(f, hour_ns + i * (HOUR / (count + 1)));
}

static void usual(struct behave_fixture *f, int64_t from, uint32_t hours, uint32_t count)
{
    for (uint32_t i = 0; i < hours; i++)
        logons(f, from + i * HOUR, "bob@corp", count);
}

/* ------------------------------------------------------------ the profile */

static void fill(struct rate_profile *p, int64_t hours, double day, double night)
{
    for (int64_t h = 0; h < hours; h++)
        rate_profile_add(p, h, h % 24 >= 8 && h % 24 < 18 ? day : night, false, ACCEPT);
}

static void test_an_hour_is_held_against_the_same_hour_of_the_weeks_before(void **unused)
{
    struct rate_profile p = {0};
    struct rate_band b;

    (void)unused;
    fill(&p, 4 * WEEK_HOURS, 400, 20);
    assert_true(rate_profile_band(&p, 4 * WEEK_HOURS + 3, &b));
    assert_string_equal(b.baseline, "its own same hour of the weeks before");
    assert_near(b.expected, 20, 0.5);
    assert_int_equal(b.samples, 4);
    assert_true(rate_profile_band(&p, 4 * WEEK_HOURS + 10, &b));
    assert_near(b.expected, 400, 3);
}

static void test_until_then_the_hours_of_days_and_then_of_the_week_count(void **unused)
{
    struct rate_profile p = {0};
    struct rate_band b;

    (void)unused;
    fill(&p, 5 * 24, 400, 20);
    assert_true(rate_profile_band(&p, 5 * 24 + 10, &b));
    assert_string_equal(b.baseline, "its own same hour of the days before");
    assert_int_equal(b.samples, 5);
    memset(&p, 0, sizeof p);
    fill(&p, 24, 400, 20);
    assert_true(rate_profile_band(&p, 24, &b));
    assert_string_equal(b.baseline, "its own hours of the last week");
    memset(&p, 0, sizeof p);
    fill(&p, 23, 400, 20);
    assert_false(rate_profile_band(&p, 23, &b));
}

static void test_of_what_seldom_comes_nothing_is_usual(void **unused)
{
    struct rate_profile p = {0};
    struct rate_band b;

    (void)unused;
    for (int64_t h = 0; h < 200; h += 20)
        rate_profile_add(&p, h, 100, false, ACCEPT);
    assert_false(rate_profile_band(&p, 200, &b));
    for (int64_t h = 200; h < 212; h++)
        rate_profile_add(&p, h, 100, false, ACCEPT);
    assert_true(rate_profile_band(&p, 212, &b));
}

static void test_the_band_is_the_median_and_its_deviation(void **unused)
{
    float numbers[] = {90, 100, 110, 120, 500}; /* deviations 20, 10, 0, 10, 390: median 10 */
    struct rate_band b;

    (void)unused;
    b = rate_band_of(numbers, countof(numbers));
    assert_near(b.expected, 110, 0.001);
    assert_near(b.high, 110 + 11 * 3.5 / 0.6745, 0.01); /* no less than a tenth of the median */
}

static void test_hours_outside_teach_nothing_until_they_are_accepted(void **unused)
{
    struct rate_profile p = {0};
    struct rate_band b;
    int64_t h = 48;

    (void)unused;
    fill(&p, h, 100, 100);
    for (; h < 48 + ACCEPT; h++)
        rate_profile_add(&p, h, 5000, true, ACCEPT);
    assert_false(rate_profile_band(&p, h, &b) && b.expected > 100.5);
    rate_profile_add(&p, h++, 5000, true, ACCEPT);
    assert_true(rate_profile_band(&p, h, &b));
    assert_near(b.expected, 5000, 50);
}

static void test_a_pause_of_years_begins_anew(void **unused)
{
    struct rate_profile p = {0};
    struct rate_band b;

    (void)unused;
    fill(&p, 100, 100, 100);
    rate_profile_add(&p, 1000000, 7, false, ACCEPT);
    assert_int_equal(p.known, 1);
    assert_false(rate_profile_band(&p, 1000001, &b));
}

/* ------------------------------------------------------------ rates */

static void test_an_hour_above_the_accounts_own_is_told_while_it_lasts(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    usual(&f, START, 48, 20);
    assert_int_equal(f.count, 0);
    logons(&f, START + 48 * HOUR, "bob@corp", 99);
    assert_int_equal(f.count, 0);
    behave_feed(&f, START + 48 * HOUR + 59 * MINUTE);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "user=bob@corp measure=logons");
    assert_string_equal(f.told[0].explanation,
                        "100 logons of bob@corp within an hour: 20.0 are expected and up to 30.4 "
                        "usual, by its own hours of the last week (48 of them)");
    assert_int_equal(f.told[0].count, 100);
    assert_int_equal(f.told[0].measure.samples, 48);
    behave_close(&f);
}

static void test_it_is_told_again_when_it_has_doubled(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    usual(&f, START, 48, 20);
    logons(&f, START + 48 * HOUR, "bob@corp", 199);
    assert_int_equal(f.count, 1);
    behave_feed(&f, START + 48 * HOUR + 59 * MINUTE);
    assert_int_equal(f.count, 2);
    assert_int_equal(f.told[1].count, 100);
    behave_close(&f);
}

static void test_what_is_usual_at_that_hour_is_not_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    for (uint32_t day = 0; day < 7; day++) {
        usual(&f, START + day * DAY, 23, 20);
        usual(&f, START + day * DAY + 23 * HOUR, 1, 300); /* a nightly job */
    }
    assert_int_equal(f.count, 0);
    usual(&f, START + 7 * DAY, 23, 20);
    usual(&f, START + 7 * DAY + 23 * HOUR, 1, 310);
    assert_int_equal(f.count, 0);
    usual(&f, START + 8 * DAY, 23, 20);
    usual(&f, START + 8 * DAY + 23 * HOUR, 1, 500);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_an_attacker_cannot_teach(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    usual(&f, START, 48, 20);
    usual(&f, START + 48 * HOUR, 72, 120); /* as long as what was learned, and longer */
    assert_int_equal(f.count, 72);
    assert_near(f.told[71].measure.expected, 20, 0.5);
    behave_close(&f);
}

static void test_an_account_without_a_history_is_held_against_its_peers(void **unused)
{
    struct behave_fixture f;
    char user[32];

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    for (uint32_t hour = 0; hour < 12; hour++)
        for (uint32_t i = 0; i < 8; i++) {
            snprintf(user, sizeof user, "user%u", i);
            logons(&f, START + hour * HOUR, user, 10);
        }
    logons(&f, START + 12 * HOUR, "eve", 100);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].measure.baseline, "its peers' hours");
    behave_close(&f);
}

static void test_five_times_the_mean_of_all_is_told_when_the_hour_has_ended(void **unused)
{
    struct behave_fixture f;
    char user[32];

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    for (uint32_t i = 0; i < 19; i++) {
        snprintf(user, sizeof user, "user%u", i);
        logons(&f, START, user, 20);
    }
    logons(&f, START, "eve", 140); /* the mean is (380 + 140) / 20 */
    logons(&f, START, "bob@corp", 100);
    assert_int_equal(f.count, 0);
    behave_advance(&f, START + HOUR);
    assert_int_equal(f.count, 0); /* of 21 it is 29.5, and five times that more than 140 */
    for (uint32_t i = 0; i < 19; i++) {
        snprintf(user, sizeof user, "user%u", i);
        logons(&f, START + HOUR, user, 10);
    }
    logons(&f, START + HOUR, "eve", 140);
    behave_advance(&f, START + 2 * HOUR);
    assert_int_equal(f.count, 1);
    assert_string_equal(
        f.told[0].explanation,
        "140 logons of eve within an hour: 8.5 times the mean of 20 users, which is "
        "16.5");
    behave_close(&f);
}

static void test_the_mean_of_few_is_none(void **unused)
{
    struct behave_fixture f;
    char user[32];

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    for (uint32_t i = 0; i < 8; i++) {
        snprintf(user, sizeof user, "user%u", i);
        logons(&f, START, user, 1);
    }
    logons(&f, START, "eve", 1000);
    behave_advance(&f, START + HOUR);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_scanners_are_not_counted(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    f.o.user_asset.roles = ROLE_SCANNER;
    usual(&f, START, 48, 20);
    logons(&f, START + 48 * HOUR, "bob@corp", 500);
    assert_int_equal(f.count, 0);
    assert_int_equal(behave_stats(&f).keys, 0);
    behave_close(&f);
}

static void test_a_flood_of_keys_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char user[32];

    (void)unused;
    behave_open(&f, "anomaly_rate", "");
    usual(&f, START, 48, 20);
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(user, sizeof user, "u%u", i);
        logons(&f, START + 48 * HOUR, user, 1);
    }
    f.columns.activity = ACTIVITY_logon;
    f.o.user = S("bob@corp");
    for (uint32_t i = 0; i < 200; i++)
        behave_feed(&f, START + 48 * HOUR + 30 * MINUTE + i);
    assert_true(f.count >= 1);
    assert_string_equal(f.told[0].keys, "user=bob@corp measure=logons");
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

static void test_clocks_at_both_ends_do_no_harm(void **unused)
{
    static const char *const names[] = {"anomaly_rate", "flatline"};
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    for (size_t n = 0; n < countof(names); n++) {
        behave_open(&f, names[n], "");
        f.columns.activity = ACTIVITY_logon;
        f.o.user = f.o.source = f.o.host = S("x");
        for (size_t i = 0; i < countof(times); i++)
            for (int k = 0; k < 200; k++)
                behave_feed(&f, times[i]);
        behave_advance(&f, INT64_MAX);
        assert_true(f.count <= 10);
        behave_close(&f);
    }
}

/* ------------------------------------------------------------ silence */

/* Each minute of some hours; `hosts` machines. */
static void regular(struct behave_fixture *f, int64_t from, uint32_t hours, uint32_t hosts)
{
    char host[16];

    for (uint32_t minute = 0; minute < hours * 60; minute += 5)
        for (uint32_t i = 0; i < hosts; i++) {
            snprintf(host, sizeof host, "ws%u", i);
            f->o.host = str_from(host);
            behave_feed(f, from + minute * MINUTE);
        }
}

static void test_a_machine_that_falls_silent_is_told_once(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "flatline", "");
    regular(&f, START, 25, 3);
    for (uint32_t minute = 0; minute < 150; minute += 5) {
        f.o.host = S("ws1");
        behave_feed(&f, START + 25 * HOUR + minute * MINUTE);
        behave_advance(&f, START + 25 * HOUR + minute * MINUTE);
        f.o.host = S("ws2");
        behave_feed(&f, START + 25 * HOUR + minute * MINUTE);
    }
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "host=ws0");
    assert_string_equal(f.told[0].explanation,
                        "ws0 has told nothing for 65 minutes; in each of the 24 hours before it "
                        "did, and no pause was longer than 5.0 minutes");
    behave_close(&f);
}

static void test_a_machine_with_pauses_is_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "flatline", "");
    for (uint32_t i = 0; i < 26;
         i++) { /* every 59 minutes: each hour, but a pause of 118 is usual */
        f.o.host = S("printer");
        behave_feed(&f, START + i * 59 * MINUTE);
    }
    f.o.host = S("ws1");
    behave_feed(&f, START + (25 * 59 + 110) * MINUTE);
    behave_advance(&f, START + (25 * 59 + 110) * MINUTE);
    assert_int_equal(f.count, 0);
    behave_feed(&f, START + (25 * 59 + 120) * MINUTE);
    behave_advance(&f, START + (25 * 59 + 120) * MINUTE);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_machine_that_is_off_at_night_is_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "flatline", "");
    regular(&f, START, 23, 2);
    f.o.host = S("ws1");
    for (uint32_t minute = 0; minute < 180; minute++) {
        behave_feed(&f, START + 23 * HOUR + minute * MINUTE);
        behave_advance(&f, START + 23 * HOUR + minute * MINUTE);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_end_of_evidence_is_no_silence(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "flatline", "");
    regular(&f, START, 48, 3);
    behave_advance(&f, START + 48 * HOUR);
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_many_that_fall_silent_together_are_one_signal(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "flatline", "");
    regular(&f, START, 25, 30);
    f.o.host = S("ws3");
    for (uint32_t minute = 0; minute < 120; minute++) {
        behave_feed(&f, START + 25 * HOUR + minute * MINUTE);
        behave_advance(&f, START + 25 * HOUR + minute * MINUTE);
    }
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "hosts=many");
    assert_string_equal(f.told[0].explanation,
                        "29 machines fell silent together, 1 others did not: "
                        "look at the way their logs take");
    assert_int_equal(f.told[0].count, 29);
    behave_close(&f);
}

static void test_a_flood_of_names_hides_no_silence(void **unused)
{
    struct behave_fixture f;
    char host[16];

    (void)unused;
    behave_open(&f, "flatline", "");
    regular(&f, START, 25, 1);
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(host, sizeof host, "h%u", i);
        f.o.host = str_from(host);
        behave_feed(&f, START + 25 * HOUR);
    }
    behave_feed(&f, START + 27 * HOUR);
    behave_advance(&f, START + 27 * HOUR);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "host=ws0");
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_hour_is_held_against_the_same_hour_of_the_weeks_before),
        cmocka_unit_test(test_until_then_the_hours_of_days_and_then_of_the_week_count),
        cmocka_unit_test(test_of_what_seldom_comes_nothing_is_usual),
        cmocka_unit_test(test_the_band_is_the_median_and_its_deviation),
        cmocka_unit_test(test_hours_outside_teach_nothing_until_they_are_accepted),
        cmocka_unit_test(test_a_pause_of_years_begins_anew),
        cmocka_unit_test(test_an_hour_above_the_accounts_own_is_told_while_it_lasts),
        cmocka_unit_test(test_it_is_told_again_when_it_has_doubled),
        cmocka_unit_test(test_what_is_usual_at_that_hour_is_not_told),
        cmocka_unit_test(test_an_attacker_cannot_teach),
        cmocka_unit_test(test_an_account_without_a_history_is_held_against_its_peers),
        cmocka_unit_test(test_five_times_the_mean_of_all_is_told_when_the_hour_has_ended),
        cmocka_unit_test(test_the_mean_of_few_is_none),
        cmocka_unit_test(test_scanners_are_not_counted),
        cmocka_unit_test(test_a_flood_of_keys_is_bounded_and_hides_none),
        cmocka_unit_test(test_clocks_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_machine_that_falls_silent_is_told_once),
        cmocka_unit_test(test_a_machine_with_pauses_is_not),
        cmocka_unit_test(test_a_machine_that_is_off_at_night_is_not),
        cmocka_unit_test(test_the_end_of_evidence_is_no_silence),
        cmocka_unit_test(test_many_that_fall_silent_together_are_one_signal),
        cmocka_unit_test(test_a_flood_of_names_hides_no_silence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
