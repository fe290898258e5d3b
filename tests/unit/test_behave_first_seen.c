/* test_behave_first_seen.c - what was never seen together, and devices that are new to an account.
 */
#include "behave_fixture.h"

#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 96 << 20 };

static void logon(struct behave_fixture *f, int64_t time_ns, const char *user, const char *host)
{
    f->columns.activity = ACTIVITY_logon;
    f->columns.outcome = OUTCOME_SUCCESS;
    f->o.user = str_from(user);
    f->o.host = str_from(host);
    behave_feed(f, time_ns);
}

static void agent_logon(struct behave_fixture *f, int64_t time_ns, const char *agent)
{
    behave_set(f, COLUMN_user_agent, agent);
    logon(f, time_ns, "bob@corp", "vpn1");
}

static void test_an_account_on_a_host_it_never_logged_on_to_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen", "");
    logon(&f, START, "bob@corp", "ws1");
    logon(&f, START + 8 * DAY, "bob@corp", "ws1");
    assert_int_equal(f.count, 0);
    logon(&f, START + 8 * DAY, "bob@corp", "dc1");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "user=bob@corp host=dc1");
    assert_string_equal(
        f.told[0].explanation,
        "first logon with user 'bob@corp', host 'dc1' in 14 days; such records were "
        "watched for 8.0 days");
    logon(&f, START + 8 * DAY + 1, "BOB@corp", "dc1");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_nothing_is_told_while_it_learns(void **unused)
{
    char host[32];
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen", "");
    for (int i = 0; i < 100; i++) {
        snprintf(host, sizeof host, "ws%d", i);
        logon(&f, START + i * HOUR, "bob@corp", host);
    }
    assert_int_equal(f.count, 0);
    logon(&f, START + 7 * DAY, "bob@corp", "ws100");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_term_that_was_not_seen_within_the_window_is_new_again(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen", "window: 10d\nlearning: 1d\n");
    logon(&f, START, "bob@corp", "ws1");
    logon(&f, START + 10 * DAY, "bob@corp", "ws1");
    assert_int_equal(f.count, 0);
    logon(&f, START + 20 * DAY + 1, "bob@corp", "ws1");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_what_failed_teaches_nothing(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen", "");
    logon(&f, START, "bob@corp", "ws1");
    f.columns.outcome = OUTCOME_FAILURE;
    f.o.host = S("dc1");
    behave_feed(&f, START + 6 * DAY);
    behave_feed(&f, START + 8 * DAY);
    assert_int_equal(f.count, 0);
    logon(&f, START + 8 * DAY, "bob@corp", "dc1");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_terms_are_settings(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen",
                "terms: ['process_start, driver_load: process.name by host']\nlearning: 1d\n");
    f.columns.activity = ACTIVITY_process_start;
    f.o.host = S("ws1");
    behave_set(&f, COLUMN_process_name, "cmd.exe");
    behave_feed(&f, START);
    behave_feed(&f, START + 2 * DAY);
    assert_int_equal(f.count, 0);
    f.columns.activity = ACTIVITY_http;
    f.o.host = S("ws2");
    behave_feed(&f, START + 2 * DAY);
    assert_int_equal(f.count, 0);
    f.columns.activity = ACTIVITY_process_start;
    behave_feed(&f, START + 2 * DAY);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "process.name=cmd.exe host=ws2");
    behave_close(&f);
}

static void refused(const char *behavior, const char *yaml, const char *why)
{
    const struct behavior_type *type = behavior_type_find(str_from(behavior));
    struct arena *a = arena_new(16 * 1024);
    struct yaml_document *documents;
    struct settings s;
    uint32_t count;
    struct err e = {0};

    assert_true(yaml_parse(str_from(yaml), a, &documents, &count, &e));
    assert_true(settings_read(documents[0].root, type->settings, type->setting_count, a, &s, &e));
    assert_null(type->open(&s, &e));
    assert_non_null(strstr(e.message, why));
    arena_free(a);
}

static void test_a_term_that_names_what_is_not_is_an_error(void **unused)
{
    (void)unused;
    refused("first_seen", "terms: ['logon']", "'logon' has no fields behind a colon");
    refused("first_seen", "terms: ['lunch: user']", "'lunch' is no activity");
    refused("first_seen", "terms: ['logon: user + shoe']", "'shoe' is no field");
    refused("rare", "terms: ['logon: user by shoe']", "'shoe' is no field");
    refused("rare", "terms: ['logon: user + host + source + target']", "'target' is no field");
}

static void test_where_new_values_are_usual_the_budget_ends(void **unused)
{
    char host[32];
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "first_seen", "budget: 5");
    logon(&f, START, "bob@corp", "ws1");
    for (int i = 0; i < 50; i++) {
        snprintf(host, sizeof host, "ci%d", i);
        logon(&f, START + 8 * DAY + i, "bob@corp", host);
    }
    assert_int_equal(f.count, 5);
    logon(&f, START + 9 * DAY, "bob@corp", "dc1");
    assert_int_equal(f.count, 6);
    behave_close(&f);
}

static void test_a_flood_is_bounded_and_hides_no_one(void **unused)
{
    struct behave_fixture f;
    char host[32];

    (void)unused;
    behave_open(&f, "first_seen", "");
    logon(&f, START, "bob@corp", "ws1");
    logon(&f, START + 1, "bob@corp", "ws1");
    for (uint32_t i = 0; i < FLOOD + FLOOD / 10; i++) {
        snprintf(host, sizeof host, "h%u", i);
        logon(&f, START + i, "eve", host);
    }
    logon(&f, START + 8 * DAY, "bob@corp", "ws1"); /* still known */
    assert_int_equal(f.count, 0);
    logon(&f, START + 8 * DAY, "bob@corp", "dc1");
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

static void test_clocks_at_both_ends_do_no_harm(void **unused)
{
    static const char *const names[] = {"first_seen", "rare", "rare_parent_child", "new_device"};
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    for (size_t n = 0; n < countof(names); n++) {
        behave_open(&f, names[n], "");
        behave_set(&f, COLUMN_process_name, "a");
        behave_set(&f, COLUMN_process_parent_name, "b");
        behave_set(&f, COLUMN_user_agent, "c");
        for (size_t i = 0; i < countof(times); i++) {
            f.columns.activity = ACTIVITY_process_start;
            behave_feed(&f, times[i]);
            logon(&f, times[i], "bob", "ws1");
        }
        assert_true(f.count <= 4);
        behave_close(&f);
    }
}

/* ------------------------------------------------------------ devices */

static void test_a_device_that_is_new_to_an_account_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_device", "");
    for (int day = 0; day < 6; day++)
        agent_logon(&f, START + day * DAY, "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0");
    assert_int_equal(f.count, 0);
    agent_logon(&f, START + 6 * DAY, "Mozilla/5.0 (Windows NT 10.0) Firefox/129.0");
    assert_int_equal(f.count, 0); /* an update */
    agent_logon(&f, START + 6 * DAY, "python-requests/2.31");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].explanation,
                        "bob@corp logged on from 'python-requests/2.31', which is new to it: on 6 "
                        "days before it used 1 devices");
    agent_logon(&f, START + 6 * DAY, "python-requests/2.31");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_every_device_of_a_new_account_is_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_device", "");
    agent_logon(&f, START, "curl");
    agent_logon(&f, START + DAY, "wget");
    agent_logon(&f, START + 2 * DAY, "firefox");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_refused_logons_make_no_device_known(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_device", "days: 1");
    agent_logon(&f, START, "firefox");
    behave_set(&f, COLUMN_user_agent, "curl");
    f.columns.outcome = OUTCOME_FAILURE;
    behave_feed(&f, START + DAY);
    assert_int_equal(f.count, 0);
    agent_logon(&f, START + DAY, "curl");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_devices_of_a_flood_are_bounded_and_hide_no_one(void **unused)
{
    struct behave_fixture f;
    char user[32];

    (void)unused;
    behave_open(&f, "new_device", "days: 2");
    for (int day = 0; day < 3; day++)
        agent_logon(&f, START + day * DAY, "firefox");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(user, sizeof user, "u%u", i);
        behave_set(&f, COLUMN_user_agent, user);
        logon(&f, START + 3 * DAY, user, "vpn1");
    }
    assert_int_equal(f.count, 0);
    agent_logon(&f, START + 3 * DAY, "curl");
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_account_on_a_host_it_never_logged_on_to_is_told),
        cmocka_unit_test(test_nothing_is_told_while_it_learns),
        cmocka_unit_test(test_a_term_that_was_not_seen_within_the_window_is_new_again),
        cmocka_unit_test(test_what_failed_teaches_nothing),
        cmocka_unit_test(test_terms_are_settings),
        cmocka_unit_test(test_a_term_that_names_what_is_not_is_an_error),
        cmocka_unit_test(test_where_new_values_are_usual_the_budget_ends),
        cmocka_unit_test(test_a_flood_is_bounded_and_hides_no_one),
        cmocka_unit_test(test_clocks_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_device_that_is_new_to_an_account_is_told),
        cmocka_unit_test(test_every_device_of_a_new_account_is_silent),
        cmocka_unit_test(test_refused_logons_make_no_device_known),
        cmocka_unit_test(test_devices_of_a_flood_are_bounded_and_hide_no_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
