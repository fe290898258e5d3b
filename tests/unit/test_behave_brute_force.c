/* test_behave_brute_force.c - many failed logons of one source or account, the logon that succeeds
 * after them, and attempts that are told twice. */
#include <string.h>

#include "logon_fixture.h"

static const char outside[] = "192.0.2.7";

static void test_as_many_failures_as_the_threshold_are_brute_force(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    failures(&f, 6, START, SECOND, outside, "root");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Brute force");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    assert_string_equal(f.told[0].explanation,
                        "6 failed logons from 192.0.2.7 as 1 account within 5 s");
    assert_int_equal(f.told[0].count, 6);
    assert_int_equal(f.told[0].first_ns, START);
    assert_int_equal(f.told[0].event_count, 6);
    assert_int_equal(f.told[0].newest_event, 6);
    assert_true(f.told[0].measure.value == 6 && f.told[0].measure.high == 5);
    failed(&f, START + 6 * SECOND, outside, "root");
    assert_int_equal(f.count, 2);
    assert_int_equal(f.told[1].count, 1);
    assert_int_equal(f.told[1].first_ns, START + 6 * SECOND);
    behave_close(&f);
}

static void test_one_failure_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    failures(&f, 5, START, SECOND, outside, "root");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_first_failure_counts_at_the_end_of_the_window_and_not_behind(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "threshold: 2");
    failed(&f, START, outside, "root");
    failed(&f, START + 10 * MINUTE, outside, "root");
    assert_int_equal(f.count, 1);
    failed(&f, START + 20 * MINUTE + 1, outside, "root");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_failures_of_other_sources_change_nothing(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "account_threshold: 1000");
    for (uint32_t i = 0; i < 100; i++) {
        char other[32];
        snprintf(other, sizeof other, "198.51.100.%u", i * 37 % 50);
        failed(&f, START + i * SECOND, other, "root");
        if (i % 16 == 0)
            failed(&f, START + i * SECOND, outside, "root");
    }
    assert_int_equal(f.count, 2);
    assert_int_equal(f.told[0].last_ns, START + 80 * SECOND);
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    behave_close(&f);
}

static void test_successes_are_not_counted(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t i = 0; i < 100; i++)
        logon(&f, START + i, outside, "root", OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_logon_after_the_failures_is_told_with_high_severity(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "threshold: 20");
    failures(&f, 6, START, SECOND, outside, "bob");
    logon(&f, START + 9 * SECOND, outside, "bob", OUTCOME_SUCCESS);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Brute force, then success");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7 user=bob");
    assert_int_equal(f.told[0].severity, SEVERITY_HIGH);
    assert_int_equal(f.told[0].count, 7);
    assert_int_equal(f.told[0].newest_event, 7);
    logon(&f, START + 10 * SECOND, outside, "bob", OUTCOME_SUCCESS);
    assert_int_equal(f.told[1].count, 1);
    behave_close(&f);
}

static void test_a_logon_after_fewer_failures_or_from_elsewhere_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "threshold: 20");
    failures(&f, 5, START, SECOND, outside, "bob");
    logon(&f, START + 9 * SECOND, outside, "bob", OUTCOME_SUCCESS);
    failures(&f, 6, START, SECOND, "192.0.2.8", "bob");
    logon(&f, START + 9 * SECOND, "192.0.2.9", "bob", OUTCOME_SUCCESS);
    logon(&f, START + 20 * MINUTE, "192.0.2.8", "bob", OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_one_account_tried_from_many_sources_is_told_of_the_account(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t i = 0; i < 20; i++) {
        char source[32];
        assert_int_equal(f.count, 0);
        snprintf(source, sizeof source, "192.0.2.%u", i % 4);
        failed(&f, START + i * SECOND, source, "alice");
    }
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "user=alice");
    assert_string_equal(f.told[0].explanation,
                        "20 failed logons as alice from 4 places within 19 s");
    behave_close(&f);
}

/* sshd's own line, that of PAM, and "invalid user" before both, of one process. */
static void one_attempt(struct behave_fixture *f, int64_t time_ns, const char *pid)
{
    static const char *const actions[] = {"user_refused", "authentication_failed", "ssh_login"};

    behave_set(f, COLUMN_process_pid, pid);
    for (size_t i = 0; i < countof(actions); i++) {
        behave_set(f, COLUMN_event_action, actions[i]);
        failed(f, time_ns, outside, "admin");
    }
}

static void test_an_attempt_that_is_told_three_times_counts_once(void **unused)
{
    struct behave_fixture f;
    char pid[16];

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t i = 0; i < 5; i++) {
        snprintf(pid, sizeof pid, "%u", 1000 + i);
        one_attempt(&f, START + i * SECOND, pid);
    }
    assert_int_equal(f.count, 0);
    one_attempt(&f, START + 6 * SECOND, "2000");
    assert_int_equal(f.count, 1);
    assert_int_equal(f.told[0].count, 6);
    behave_close(&f);
}

static void test_attempts_on_one_connection_count_each(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(f.count, 0);
        one_attempt(&f, START + i * SECOND, "1000");
    }
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_connection_that_ends_early_is_an_attempt_if_it_names_an_account(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    behave_set(&f, COLUMN_event_action, "connection_closed_before_authentication");
    for (uint32_t i = 0; i < 12; i++) {
        behave_between(&f, outside, "");
        f.o.user = i < 6 ? (str){0} : S("root");
        f.columns.activity = ACTIVITY_flow_close;
        f.columns.outcome = OUTCOME_FAILURE;
        assert_int_equal(f.count, 0);
        behave_feed(&f, START + i);
    }
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_kerberos_service_tickets_are_no_logons(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t i = 0; i < 12; i++) {
        behave_between(&f, "10.0.0.5", "");
        behave_set(&f, COLUMN_event_code, i < 6 ? "4769" : "4768");
        f.o.user = S("bob");
        f.columns.activity = ACTIVITY_ticket;
        f.columns.outcome = OUTCOME_FAILURE;
        assert_int_equal(f.count, 0);
        behave_feed(&f, START + i);
    }
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* Of one account, or of another each time. */
static void with_role(struct behave_fixture *f, uint32_t source_role, uint32_t user_role,
                      uint32_t count, const char *source, const char *user)
{
    char name[64];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "user%u", i);
        behave_between(f, source, "");
        f->o.source_asset.roles |= source_role;
        f->o.user_asset.roles = user_role;
        f->o.user = str_from(user ? user : name);
        f->columns.activity = ACTIVITY_logon;
        f->columns.outcome = OUTCOME_FAILURE;
        behave_feed(f, START + i * SECOND);
    }
}

static void test_scanners_and_own_service_accounts_are_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    with_role(&f, ROLE_SCANNER, 0, 50, "10.0.0.9", "root");
    with_role(&f, 0, ROLE_SERVICE_ACCOUNT, 50, "10.0.0.8", "svc-backup");
    assert_int_equal(f.count, 0);
    with_role(&f, 0, ROLE_SERVICE_ACCOUNT, 6, "192.0.2.8", "svc-backup");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_behind_a_gateway_each_account_counts_by_itself(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    with_role(&f, ROLE_NAT_GATEWAY, 0, 50, "10.0.0.1", NULL);
    assert_int_equal(f.count, 0);
    with_role(&f, ROLE_NAT_GATEWAY, 0, 6, "10.0.0.1", "alice");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "source=10.0.0.1 user=alice");
    behave_close(&f);
}

static void test_times_in_1970_and_2100_and_at_both_ends_count_alike(void **unused)
{
    static const int64_t times[] = {INT64_MIN, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "");
    for (uint32_t t = 0; t < countof(times); t++) {
        failures(&f, 6, times[t], 0, outside, "root");
        assert_int_equal(f.count, t + 1);
        assert_int_equal(f.told[t].first_ns, times[t]);
    }
    behave_close(&f);
}

static void honest(struct behave_fixture *f, int64_t time_ns, uint32_t i)
{
    (void)i;
    failed(f, time_ns, "192.0.2.99", "alice");
}

static void test_a_flood_of_sources_is_bounded_and_hides_no_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "brute_force", "account_threshold: 2000");
    flood(&f, MINUTE / 100000, honest);
    assert_true(behave_stats(&f).displaced > 0);
    assert_int_equal(f.count, 45);
    assert_string_equal(f.told[0].keys, "source=192.0.2.99");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_many_failures_as_the_threshold_are_brute_force),
        cmocka_unit_test(test_one_failure_less_is_none),
        cmocka_unit_test(test_the_first_failure_counts_at_the_end_of_the_window_and_not_behind),
        cmocka_unit_test(test_failures_of_other_sources_change_nothing),
        cmocka_unit_test(test_successes_are_not_counted),
        cmocka_unit_test(test_a_logon_after_the_failures_is_told_with_high_severity),
        cmocka_unit_test(test_a_logon_after_fewer_failures_or_from_elsewhere_is_none),
        cmocka_unit_test(test_one_account_tried_from_many_sources_is_told_of_the_account),
        cmocka_unit_test(test_an_attempt_that_is_told_three_times_counts_once),
        cmocka_unit_test(test_attempts_on_one_connection_count_each),
        cmocka_unit_test(test_a_connection_that_ends_early_is_an_attempt_if_it_names_an_account),
        cmocka_unit_test(test_kerberos_service_tickets_are_no_logons),
        cmocka_unit_test(test_scanners_and_own_service_accounts_are_silent),
        cmocka_unit_test(test_behind_a_gateway_each_account_counts_by_itself),
        cmocka_unit_test(test_times_in_1970_and_2100_and_at_both_ends_count_alike),
        cmocka_unit_test(test_a_flood_of_sources_is_bounded_and_hides_no_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
