/* test_cisco_ios.c - Cisco's routers and switches: logons, access lists, log sources, forgeries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

static void a_logon_ends_as_its_mnemonic_says(void **state)
{
    struct one_line failed = one_line_read(
        "cisco_ios", S("%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: root] [Source: 192.0.2.7] "
                       "[localport: 22] [Reason: Login Authentication Failed] at x"));
    struct one_line passed =
        one_line_read("cisco_ios", S("%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: alice] "
                                     "[Source: 192.0.2.7] [localport: 22] at x"));

    (void)state;
    assert_int_equal(failed.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_column(&failed, COLUMN_source_ip, "192.0.2.7"));
    assert_int_equal(passed.columns.outcome, OUTCOME_SUCCESS);
    assert_true(one_line_column(&passed, COLUMN_user_name, "alice"));
    one_line_done(&failed);
    one_line_done(&passed);
}

static void a_user_name_forges_no_source(void **state)
{
    struct one_line one = one_line_read(
        "cisco_ios", S("%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: x] [Source: 203.0.113.1] "
                       "[localport: 22] [Reason: r] at] [Source: 192.0.2.7] [localport: 22] "
                       "[Reason: Login Authentication Failed] at x"));

    (void)state;
    assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
    one_line_done(&one);
}

static void an_access_list_denies_or_permits(void **state)
{
    struct one_line denied =
        one_line_read("cisco_ios", S("%SEC-6-IPACCESSLOGP: list 1 denied tcp 192.0.2.7(1) "
                                     "(Gi0/1 0200.0000.0001) -> 198.51.100.4(22), 1 packet"));
    struct one_line permitted =
        one_line_read("cisco_ios", S("%SEC-6-IPACCESSLOGP: list 1 permitted tcp 192.0.2.7(1) -> "
                                     "198.51.100.4(22), 2 packets"));

    (void)state;
    assert_int_equal(denied.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_has(&denied, "blocked", "true"));
    assert_true(one_line_column(&denied, COLUMN_source_mac, "02:00:00:00:00:01"));
    assert_int_equal(permitted.columns.outcome, OUTCOME_SUCCESS);
    assert_true(one_line_has(&permitted, "blocked", "false"));
    one_line_done(&denied);
    one_line_done(&permitted);
}

static bool is_of_service(const struct one_line *one, const char *service)
{
    for (uint32_t i = 0; i < one->event->logsource_count; i++)
        if (str_eq(one->event->logsources[i].service, str_from(service)))
            return true;
    return false;
}

static void the_part_of_the_system_tells_the_log_source(void **state)
{
    struct one_line command = one_line_read(
        "cisco_ios", S("%PARSER-5-CFGLOG_LOGGEDCMD: User:alice  logged command:clear logging"));
    struct one_line bgp = one_line_read(
        "cisco_ios", S("%IP-TCP-3-BADAUTH: Invalid MD5 digest from 192.0.2.7:1 to 192.0.2.8:179"));

    (void)state;
    assert_true(is_of_service(&command, "aaa"));
    assert_true(one_line_column(&command, COLUMN_process_command_line, "clear logging"));
    assert_true(is_of_service(&bgp, "bgp"));
    assert_false(is_of_service(&bgp, "aaa"));
    assert_true(one_line_has(&bgp, "module", "IP-TCP"));
    one_line_done(&command);
    one_line_done(&bgp);
}

static void the_node_of_a_router_stands_before_the_time(void **state)
{
    struct one_line xr =
        one_line_read("syslog", S("RP/0/RSP0/CPU0:Nov 24 10:00:16.123 : SSHD_[6]: "
                                  "%SECURITY-SSHD-4-INFO_FAILURE : Failed authentication attempt "
                                  "by user 'root' from '192.0.2.7' on vty"));
    struct one_line cut = one_line_read("syslog", S("RP/0/RSP0/CPU0:"));

    (void)state;
    assert_true(one_line_column(&xr, COLUMN_user_name, "root"));
    assert_true(xr.event->has_time);
    assert_false(cut.event->has_time);
    one_line_done(&xr);
    one_line_done(&cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_logon_ends_as_its_mnemonic_says),
        cmocka_unit_test(a_user_name_forges_no_source),
        cmocka_unit_test(an_access_list_denies_or_permits),
        cmocka_unit_test(the_part_of_the_system_tells_the_log_source),
        cmocka_unit_test(the_node_of_a_router_stands_before_the_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
