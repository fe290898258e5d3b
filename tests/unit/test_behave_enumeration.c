/* test_behave_enumeration.c - names that nobody was seen to log on as; and slow guessing, which
 * rests on the same memory of who logs on. */
#include <string.h>

#include "logon_fixture.h"

static const char outside[] = "192.0.2.7";

static void test_unknown_accounts_of_one_source_are_enumeration(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "enumeration", "");
    failures(&f, 6, START, SECOND, outside, "user%u");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "User enumeration");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    assert_true(f.told[0].measure.value == 6 && f.told[0].measure.high == 5);
    behave_close(&f);
}

static void test_one_account_less_or_the_same_again_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "enumeration", "");
    for (uint32_t i = 0; i < 10; i++)
        failures(&f, 5, START + i, 0, outside, "user%u");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_attempts_whose_end_is_not_told_count_too(void **unused)
{
    static const char *const actions[] = {"authentication_step", "login_attempt"};
    struct behave_fixture f;
    char name[16];

    (void)unused;
    for (uint32_t a = 0; a < countof(actions); a++) {
        behave_open(&f, "enumeration", "");
        behave_set(&f, COLUMN_event_action, actions[a]);
        for (uint32_t i = 0; i < 6; i++) {
            snprintf(name, sizeof name, "user%u", i);
            behave_between(&f, outside, "");
            f.o.user = str_from(name);
            f.columns.activity = ACTIVITY_authenticate;
            behave_feed(&f, START + i);
        }
        assert_int_equal(f.count, a);
        behave_close(&f);
    }
}

static void test_accounts_that_log_on_are_not_enumerated(void **unused)
{
    struct behave_fixture f;
    char name[16];

    (void)unused;
    behave_open(&f, "enumeration", "");
    for (uint32_t i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "user%u", i);
        logon(&f, START - DAY + i, "10.0.0.4", name, OUTCOME_SUCCESS);
    }
    failures(&f, 25, START, SECOND, outside, "user%u");
    assert_int_equal(f.count, 0); /* five are unknown */
    failed(&f, START + 26 * SECOND, outside, "user25");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_accounts_outside_the_window_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "enumeration", "");
    failures(&f, 5, START, 0, outside, "user%u");
    failed(&f, START + 10 * MINUTE + 1, outside, "alice");
    assert_int_equal(f.count, 0);
    failures(&f, 5, START + HOUR, 0, outside, "user%u");
    failed(&f, START + HOUR + 10 * MINUTE, outside, "alice");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void honest(struct behave_fixture *f, int64_t time_ns, uint32_t i)
{
    char name[16];

    snprintf(name, sizeof name, "a%u", i);
    failed(f, time_ns, "192.0.2.99", name);
}

static void test_a_flood_of_sources_is_bounded_and_hides_no_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "enumeration", "");
    flood(&f, MINUTE / 100000, honest);
    assert_int_equal(f.count, 45);
    assert_string_equal(f.told[0].keys, "source=192.0.2.99");
    behave_close(&f);
}

/* ------------------------------------------------------------ slow */

static void test_failures_at_long_intervals_are_slow_brute_force(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    failures(&f, 4, START, 20 * MINUTE, outside, "root");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Slow brute force");
    assert_string_equal(f.told[0].explanation,
                        "4 failed logons from 192.0.2.7 as 1 account within 3600 s, 1200 s apart "
                        "on average, and none that succeeded");
    assert_int_equal(f.told[0].count, 4);
    behave_close(&f);
}

static void test_fewer_or_faster_failures_are_not_slow(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    failures(&f, 3, START, 20 * MINUTE, outside, "root");
    failures(&f, 4, START + HOUR, 5 * MINUTE - 1, "192.0.2.8", "root");
    failures(&f, 3, START + DAY, SECOND, "192.0.2.9", "root"); /* a burst and a straggler */
    failed(&f, START + DAY + HOUR, "192.0.2.9", "root");
    assert_int_equal(f.count, 0);
    failures(&f, 4, START + 2 * DAY, 5 * MINUTE, "192.0.2.10", "root");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_bursts_that_come_again_are_slow_brute_force(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    failures(&f, 20, START, SECOND, outside, "root"); /* one burst is not */
    failures(&f, 5, START + HOUR, 0, "192.0.2.8", "root");
    failures(&f, 4, START + HOUR + 20 * MINUTE, 0, "192.0.2.8", "root");
    assert_int_equal(f.count, 0);
    failed(&f, START + HOUR + 20 * MINUTE, "192.0.2.8", "root");
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].count, 10);
    behave_close(&f);
}

static void test_a_logon_that_succeeds_ends_it(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    failures(&f, 3, START, 20 * MINUTE, outside, "root");
    logon(&f, START + 50 * MINUTE, outside, "bob", OUTCOME_SUCCESS);
    failures(&f, 3, START + HOUR, 20 * MINUTE, outside, "root");
    assert_int_equal(f.count, 0);
    failed(&f, START + 2 * HOUR, outside, "root");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_of_an_account_that_logs_on_from_there_more_are_needed(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    logon(&f, START - HOUR, outside, "bob", OUTCOME_SUCCESS);
    failures(&f, 23, START, 20 * MINUTE, outside, "bob");
    assert_int_equal(f.count, 0);
    failed(&f, START + 23 * 20 * MINUTE, outside, "bob");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_failures_older_than_a_day_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    failures(&f, 10, START, 9 * HOUR, outside, "root");
    assert_int_equal(f.count, 0);
    failures(&f, 4, START + 10 * DAY, 8 * HOUR, outside, "root");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void now_and_then(struct behave_fixture *f, int64_t time_ns, uint32_t i)
{
    (void)i;
    failed(f, time_ns, "192.0.2.99", "alice");
}

static void test_a_flood_does_not_hide_slow_guessing(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "slow_brute_force", "");
    flood(&f, HOUR / 40000, now_and_then);
    assert_true(f.count > 10);
    assert_string_equal(f.told[0].keys, "source=192.0.2.99");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_accounts_of_one_source_are_enumeration),
        cmocka_unit_test(test_one_account_less_or_the_same_again_is_none),
        cmocka_unit_test(test_attempts_whose_end_is_not_told_count_too),
        cmocka_unit_test(test_accounts_that_log_on_are_not_enumerated),
        cmocka_unit_test(test_accounts_outside_the_window_do_not_count),
        cmocka_unit_test(test_a_flood_of_sources_is_bounded_and_hides_no_one),
        cmocka_unit_test(test_failures_at_long_intervals_are_slow_brute_force),
        cmocka_unit_test(test_fewer_or_faster_failures_are_not_slow),
        cmocka_unit_test(test_bursts_that_come_again_are_slow_brute_force),
        cmocka_unit_test(test_a_logon_that_succeeds_ends_it),
        cmocka_unit_test(test_of_an_account_that_logs_on_from_there_more_are_needed),
        cmocka_unit_test(test_failures_older_than_a_day_do_not_count),
        cmocka_unit_test(test_a_flood_does_not_hide_slow_guessing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
