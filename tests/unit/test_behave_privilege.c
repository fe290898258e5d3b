/* test_behave_privilege.c - from a logon to higher rights to what keeps them; new accounts; tickets
 * of many services; copies of the directory; code that is brought and run. */
#include <string.h>

#include "logon_fixture.h"

/* Anything that happens on a host. */
static void happens(struct behave_fixture *f, int64_t time_ns, enum activity activity,
                    const char *action, const char *user)
{
    behave_between(f, "", "");
    behave_set(f, COLUMN_event_action, action);
    behave_set(f, COLUMN_user_name, user);
    f->o.user = str_from(user);
    f->o.host = S("web1");
    f->columns.activity = (uint8_t)activity;
    f->columns.outcome = OUTCOME_SUCCESS;
    behave_feed(f, time_ns);
}

/* ------------------------------------------------------------ privilege_chain */

static void test_logon_rights_and_a_change_are_a_chain(void **unused)
{
    static const enum activity changes[] = {ACTIVITY_account_create, ACTIVITY_group_add,
                                            ACTIVITY_job_change, ACTIVITY_service_change};
    struct behave_fixture f;

    (void)unused;
    for (size_t i = 0; i < countof(changes); i++) {
        behave_open(&f, "privilege_chain", "");
        logon(&f, START, "192.0.2.7", "bob", OUTCOME_SUCCESS);
        happens(&f, START + MINUTE, ACTIVITY_process_start, "sudo_command", "bob");
        assert_int_equal(f.count, 0);
        happens(&f, START + 2 * MINUTE, changes[i], "x", "root");
        assert_int_equal(f.count, 1);
        assert_string_equal(f.told[0].title, "Privilege escalation after logon");
        assert_string_equal(f.told[0].keys, "host=web1 user=bob");
        assert_int_equal(f.told[0].count, 3);
        assert_int_equal(f.told[0].event_count, 3);
        assert_int_equal(f.told[0].first_ns, START);
        happens(&f, START + 3 * MINUTE, changes[i], "x", "root");
        assert_int_equal(f.told[1].count, 1);
        behave_close(&f);
    }
}

static void test_a_chain_without_one_of_its_links_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "privilege_chain", "");
    happens(&f, START + MINUTE, ACTIVITY_privilege, "x", "bob"); /* nobody logged on */
    happens(&f, START + 2 * MINUTE, ACTIVITY_account_create, "x", "root");
    logon(&f, START + HOUR, "192.0.2.7", "bob", OUTCOME_SUCCESS);
    happens(&f, START + HOUR + 2, ACTIVITY_account_create, "x", "root"); /* no rights used */
    happens(&f, START + HOUR + 3, ACTIVITY_privilege, "x", "alice");     /* by another */
    happens(&f, START + HOUR + 4, ACTIVITY_account_create, "x", "root");
    logon(&f, START + DAY, "192.0.2.7", "bob", OUTCOME_FAILURE);
    happens(&f, START + DAY + 2, ACTIVITY_privilege, "x", "bob");
    happens(&f, START + DAY + 3, ACTIVITY_account_create, "x", "root");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_chain_from_inside_counts_only_when_it_is_set(void **unused)
{
    static const char *const settings[] = {"", "inside: true"};
    struct behave_fixture f;

    (void)unused;
    for (uint32_t i = 0; i < 2; i++) {
        behave_open(&f, "privilege_chain", settings[i]);
        logon(&f, START, "10.0.0.7", "bob", OUTCOME_SUCCESS);
        happens(&f, START + 1, ACTIVITY_privilege, "x", "bob");
        happens(&f, START + 2, ACTIVITY_job_change, "x", "root");
        assert_int_equal(f.count, i);
        behave_close(&f);
    }
}

static void test_a_chain_lasts_as_long_as_its_window(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    for (int64_t late = 0; late < 2; late++) {
        behave_open(&f, "privilege_chain", "");
        logon(&f, START, "192.0.2.7", "bob", OUTCOME_SUCCESS);
        happens(&f, START + 1, ACTIVITY_privilege, "x", "bob");
        happens(&f, START + HOUR + late, ACTIVITY_job_change, "x", "root");
        assert_int_equal(f.count, late ? 0 : 1);
        behave_close(&f);
    }
}

static void test_other_hosts_and_sessions_change_nothing(void **unused)
{
    struct behave_fixture f;
    char host[32];

    (void)unused;
    behave_open(&f, "privilege_chain", "");
    logon(&f, START, "192.0.2.7", "bob", OUTCOME_SUCCESS);
    happens(&f, START + 1, ACTIVITY_privilege, "x", "bob");
    for (uint32_t i = 0; i < LOGON_FLOOD / 10; i++) {
        snprintf(host, sizeof host, "h%u", i);
        behave_between(&f, "192.0.2.8", "");
        f.o.user = S("eve");
        f.o.host = str_from(host);
        f.columns.activity = ACTIVITY_logon;
        behave_feed(&f, START + 2 + i);
    }
    assert_true(behave_stats(&f).bytes < LOGON_BYTES_MAX);
    happens(&f, START + MINUTE, ACTIVITY_job_change, "x", "root");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* ------------------------------------------------------------ new_account */

static void account(struct behave_fixture *f, int64_t time_ns, enum activity activity,
                    const char *name, const char *id, const char *group)
{
    behave_set(f, COLUMN_user_target_name, name);
    behave_set(f, COLUMN_user_target_id, id);
    behave_set(f, COLUMN_group_name, group);
    happens(f, time_ns, activity, "x", "root");
}

static void test_a_new_account_in_a_high_group_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_account", "");
    account(&f, START, ACTIVITY_account_create, "Eve", "1001", "");
    account(&f, START + 1, ACTIVITY_group_add, "eve", "", "users");
    assert_int_equal(f.count, 0);
    account(&f, START + MINUTE, ACTIVITY_group_add, "eve", "", "sudo");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "New account, then privilege");
    assert_string_equal(f.told[0].keys, "account=Eve host=web1");
    assert_int_equal(f.told[0].count, 2);
    behave_close(&f);
}

static void test_a_member_is_known_by_its_key_or_its_full_name_too(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_account", "");
    account(&f, START, ACTIVITY_account_create, "eve", "S-1-5-21-1-2-3-1105", "");
    account(&f, START + 1, ACTIVITY_group_add, "-", "S-1-5-21-1-2-3-1105", "Domain Admins");
    assert_int_equal(f.count, 1);
    account(&f, START + 2, ACTIVITY_group_add, "CN=eve,CN=Users,DC=corp", "", "Administratoren");
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

static void test_old_accounts_other_hosts_and_computers_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_account", "");
    account(&f, START, ACTIVITY_account_create, "eve", "", "");
    account(&f, START, ACTIVITY_account_create, "WS1$", "", "");
    account(&f, START + 1, ACTIVITY_group_add, "bob", "", "sudo");
    account(&f, START + 1, ACTIVITY_group_add, "WS1$", "", "sudo");
    account(&f, START + DAY + 1, ACTIVITY_group_add, "eve", "", "sudo");
    assert_int_equal(f.count, 0);
    account(&f, START + 2 * DAY, ACTIVITY_account_create, "eve", "", "");
    account(&f, START + 3 * DAY, ACTIVITY_group_add, "eve", "", "sudo");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_new_account_that_uses_rights_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "new_account", "");
    account(&f, START, ACTIVITY_account_create, "eve", "", "");
    happens(&f, START + 1, ACTIVITY_process_start, "sudo_refused", "eve");
    happens(&f, START + 1, ACTIVITY_process_start, "sudo_command", "bob");
    assert_int_equal(f.count, 0);
    happens(&f, START + 2, ACTIVITY_process_start, "sudo_command", "eve");
    happens(&f, START + 3, ACTIVITY_privilege, "logged-in-special", "eve");
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

/* ------------------------------------------------------------ kerberoasting */

static void ticket(struct behave_fixture *f, int64_t time_ns, const char *service,
                   const char *cipher, const char *code)
{
    behave_set(f, COLUMN_service_name, service);
    behave_set(f, COLUMN_kerberos_cipher, cipher);
    behave_set(f, COLUMN_event_code, code);
    happens(f, time_ns, ACTIVITY_ticket, "x", "bob");
}

static void tickets(struct behave_fixture *f, uint32_t count, const char *form, const char *cipher)
{
    const char *mark = strchr(form, '#');
    char service[32];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(service, sizeof service, "%.*s%u%s", (int)(mark - form), form, i, mark + 1);
        ticket(f, START + i * SECOND, service, cipher, "4769");
    }
}

static void test_tickets_of_some_services_with_a_weak_cipher_are_kerberoasting(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "kerberoasting", "");
    tickets(&f, 2, "svc#", "0x17");
    assert_int_equal(f.count, 0);
    tickets(&f, 3, "svc#", "0x17");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Kerberoasting");
    assert_string_equal(f.told[0].keys, "user=bob");
    assert_string_equal(f.told[0].explanation,
                        "bob asked for tickets of 3 services with a weak cipher within 2 s");
    behave_close(&f);
}

static void test_with_a_strong_cipher_many_more_are_needed(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "kerberoasting", "");
    tickets(&f, 14, "svc#", "0x12");
    assert_int_equal(f.count, 0);
    tickets(&f, 15, "svc#", "0x12");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_computers_kerberos_itself_and_the_first_ticket_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "kerberoasting", "");
    tickets(&f, 50, "ws#$", "0x17");
    tickets(&f, 50, "krbtgt#", "0x17");
    for (uint32_t i = 0; i < 9; i++)
        ticket(&f, START + MINUTE, i % 2 ? "a" : "b", "0x17", "4769");
    ticket(&f, START + MINUTE, "c", "0x17", "4768");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_tickets_outside_the_window_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "kerberoasting", "weak_services: 2");
    ticket(&f, START, "a", "rc4-hmac", "4769");
    ticket(&f, START + 15 * MINUTE + 1, "b", "rc4-hmac", "4769");
    assert_int_equal(f.count, 0);
    ticket(&f, START + 30 * MINUTE + 1, "c", "rc4-hmac", "4769");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* ------------------------------------------------------------ dcsync */

static void replicate(struct behave_fixture *f, int64_t time_ns, const char *user)
{
    happens(f, time_ns, ACTIVITY_entity_change, "directory-replication-requested", user);
}

static void test_a_person_who_copies_the_directory_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dcsync", "");
    happens(&f, START, ACTIVITY_entity_change, "object-operation-performed", "bob");
    assert_int_equal(f.count, 0);
    replicate(&f, START + 1, "bob@corp");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "DCSync");
    assert_int_equal(f.told[0].severity, SEVERITY_CRITICAL);
    replicate(&f, START + 2, "bob@corp");
    assert_int_equal(f.told[1].count, 1);
    behave_close(&f);
}

static void test_domain_controllers_copy_the_directory(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dcsync", "");
    replicate(&f, START, "web1$@corp");
    replicate(&f, START, "ws7$@corp");
    f.o.user_asset.roles = ROLE_DOMAIN_CONTROLLER;
    replicate(&f, START, "sync@corp");
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "dcsync", "computers: true");
    happens(&f, START, ACTIVITY_ticket, "x", "bob"); /* web1 issues tickets */
    replicate(&f, START, "web1$@corp");
    assert_int_equal(f.count, 0);
    replicate(&f, START, "ws7$@corp");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* ------------------------------------------------------------ dropper */

static void starts(struct behave_fixture *f, int64_t time_ns, const char *parent, const char *path)
{
    behave_set(f, COLUMN_process_parent_pid, parent);
    behave_set(f, COLUMN_process_executable, path);
    behave_set(f, COLUMN_process_name, strrchr(path, '/') + 1);
    happens(f, time_ns, ACTIVITY_process_start, "executed", "bob");
}

static void test_a_decoder_beside_an_interpreter_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dropper", "");
    starts(&f, START, "7", "/usr/bin/base64");
    starts(&f, START + 2 * SECOND, "7", "/usr/bin/perl");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Decoded script run");
    assert_string_equal(f.told[0].keys, "host=web1 parent=7");
    starts(&f, START + MINUTE, "8", "/usr/bin/bash");
    starts(&f, START + MINUTE, "8", "/usr/bin/base64");
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

static void test_a_download_that_is_run_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dropper", "");
    starts(&f, START, "7", "/usr/bin/wget");
    starts(&f, START + 5 * MINUTE, "7", "/tmp/blitz64");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Downloaded program run");
    assert_int_equal(f.told[0].severity, SEVERITY_HIGH);
    assert_int_equal(f.told[0].count, 2);
    behave_close(&f);
}

static void test_steps_of_other_parents_orders_and_times_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dropper", "");
    starts(&f, START, "7", "/usr/bin/base64");
    starts(&f, START, "8", "/usr/bin/perl");
    starts(&f, START + 2 * SECOND + 1, "7", "/usr/bin/perl");
    starts(&f, START + HOUR, "9", "/tmp/a");
    starts(&f, START + HOUR + 1, "9", "/usr/bin/curl");
    starts(&f, START + HOUR + 2, "9", "/usr/bin/a");
    starts(&f, START + HOUR + 2 + 5 * MINUTE, "9", "/tmp/a");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_flood_of_processes_is_bounded_and_hides_no_dropper(void **unused)
{
    struct behave_fixture f;
    char parent[16];

    (void)unused;
    behave_open(&f, "dropper", "");
    starts(&f, START, "7", "/usr/bin/curl");
    starts(&f, START, "7", "/usr/bin/wget");
    for (uint32_t i = 0; i < LOGON_FLOOD; i++) {
        snprintf(parent, sizeof parent, "p%u", i);
        starts(&f, START + i, parent, "/usr/bin/sh");
    }
    assert_true(behave_stats(&f).bytes < LOGON_BYTES_MAX);
    starts(&f, START + MINUTE, "7", "/dev/shm/x");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* ------------------------------------------------------------ cloud_discovery */

static void calls(struct behave_fixture *f, int64_t time_ns, const char *operation, bool denied)
{
    behave_between(f, "192.0.2.7", "");
    behave_set(f, COLUMN_event_action, operation);
    behave_set(f, COLUMN_cloud_provider, "aws");
    f->o.user = S("alice");
    f->columns.activity = ACTIVITY_api_read;
    f->columns.outcome = denied ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    behave_feed(f, time_ns);
}

static void test_lists_that_are_denied_are_discovery(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "cloud_discovery", "");
    calls(&f, START, "GetCallerIdentity", false);
    calls(&f, START + HOUR, "ListBuckets", true);
    assert_int_equal(f.count, 0);
    calls(&f, START + 6 * HOUR, "ListFunctions20150331", true);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Cloud discovery");
    assert_string_equal(f.told[0].keys, "user=alice");
    assert_int_equal(f.told[0].count, 3);
    behave_close(&f);
}

static void test_lists_that_are_allowed_the_same_or_too_late_are_none(void **unused)
{
    static const char *const names[] = {"ListBuckets", "ListUsers", "DescribeInstances",
                                        "GetObject"};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "cloud_discovery", "");
    for (uint32_t i = 0; i < 50; i++)
        calls(&f, START + i, names[i % 4], false);
    for (uint32_t i = 0; i < 50; i++)
        calls(&f, START + MINUTE + i, "ListBuckets", true);
    for (uint32_t i = 0; i < 50; i++)
        calls(&f, START + MINUTE + i, "PutObject", true);
    calls(&f, START + DAY, "ListBuckets", true);
    calls(&f, START + DAY, "ListUsers", false);
    calls(&f, START + DAY + 6 * HOUR + 1, "DescribeInstances", true);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_times_in_1970_and_2100_count_alike(void **unused)
{
    static const int64_t times[] = {0, 130 * 365 * DAY};
    struct behave_fixture f;

    (void)unused;
    for (size_t i = 0; i < countof(times); i++) {
        behave_open(&f, "privilege_chain", "");
        logon(&f, times[i], "192.0.2.7", "bob", OUTCOME_SUCCESS);
        happens(&f, times[i] + 1, ACTIVITY_privilege, "x", "bob");
        happens(&f, times[i] + 2, ACTIVITY_job_change, "x", "root");
        assert_int_equal(f.count, 1);
        behave_close(&f);
        behave_open(&f, "new_account", "");
        account(&f, times[i], ACTIVITY_account_create, "eve", "", "");
        account(&f, times[i] + 1, ACTIVITY_group_add, "eve", "", "wheel");
        assert_int_equal(f.count, 1);
        behave_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logon_rights_and_a_change_are_a_chain),
        cmocka_unit_test(test_a_chain_without_one_of_its_links_is_none),
        cmocka_unit_test(test_a_chain_from_inside_counts_only_when_it_is_set),
        cmocka_unit_test(test_a_chain_lasts_as_long_as_its_window),
        cmocka_unit_test(test_other_hosts_and_sessions_change_nothing),
        cmocka_unit_test(test_a_new_account_in_a_high_group_is_told),
        cmocka_unit_test(test_a_member_is_known_by_its_key_or_its_full_name_too),
        cmocka_unit_test(test_old_accounts_other_hosts_and_computers_are_none),
        cmocka_unit_test(test_a_new_account_that_uses_rights_is_told),
        cmocka_unit_test(test_tickets_of_some_services_with_a_weak_cipher_are_kerberoasting),
        cmocka_unit_test(test_with_a_strong_cipher_many_more_are_needed),
        cmocka_unit_test(test_computers_kerberos_itself_and_the_first_ticket_do_not_count),
        cmocka_unit_test(test_tickets_outside_the_window_do_not_count),
        cmocka_unit_test(test_a_person_who_copies_the_directory_is_told),
        cmocka_unit_test(test_domain_controllers_copy_the_directory),
        cmocka_unit_test(test_a_decoder_beside_an_interpreter_is_told),
        cmocka_unit_test(test_a_download_that_is_run_is_told),
        cmocka_unit_test(test_steps_of_other_parents_orders_and_times_are_none),
        cmocka_unit_test(test_a_flood_of_processes_is_bounded_and_hides_no_dropper),
        cmocka_unit_test(test_lists_that_are_denied_are_discovery),
        cmocka_unit_test(test_lists_that_are_allowed_the_same_or_too_late_are_none),
        cmocka_unit_test(test_times_in_1970_and_2100_count_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
