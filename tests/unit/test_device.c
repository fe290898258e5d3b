/* test_device.c - devices of several makers: what is denied, what cannot be forged;
 * and that the catalogues of messages can be compiled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "message/template.h"
#include "one_line.h"

static void every_row_of_the_catalogues_is_a_template(void **state)
{
    static const struct template_row rows[] = {
#define ASA(code, of, text) {text, NULL},
#include "dialect/cisco_asa.def"
#undef ASA
#define IOS(code, of, text) {text, NULL},
#include "dialect/cisco_ios.def"
#undef IOS
#define JUNOS(code, of, text) {text, NULL},
#include "dialect/junos.def"
#undef JUNOS
    };

    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct template_set *set = template_set_new(&rows[i], 1);
        assert_non_null(set);
        template_set_free(set);
    }
}

static void an_access_list_of_f5_denies_or_allows(void **state)
{
    struct one_line denied = one_line_read(
        "f5", S("01580002:5: /Common/p:Common:1: discard ACL: /Common/a:0 packet: tcp "
                "192.0.2.7:1 -> 198.51.100.4:22"));
    struct one_line allowed =
        one_line_read("f5", S("01580002:5: /Common/p:Common:1: allow ACL: /Common/a:0 packet: tcp "
                              "192.0.2.7:1 -> 198.51.100.4:22"));

    (void)state;
    assert_int_equal(denied.columns.outcome, OUTCOME_FAILURE);
    assert_int_equal(allowed.columns.outcome, OUTCOME_SUCCESS);
    assert_true(one_line_column(&allowed, COLUMN_rule_name, "/Common/a"));
    one_line_done(&denied);
    one_line_done(&allowed);
}

static void the_level_before_a_daemon_is_no_part_of_its_name(void **state)
{
    struct one_line one = one_line_read(
        "syslog", S("Nov 24 10:00:00 bigip1 notice mcpd[7]: 01070638:5: No members available for "
                    "pool /Common/p"));
    struct one_line plain =
        one_line_read("syslog", S("Nov 24 10:00:00 bigip1 mcpd[7]: 01070638:5: No members "
                                  "available for pool /Common/p"));

    (void)state;
    assert_true(one_line_has(&one, "program", "mcpd"));
    assert_true(one_line_has(&one, "level", "notice"));
    assert_true(one_line_has(&plain, "program", "mcpd"));
    assert_int_equal(plain.columns.outcome, OUTCOME_FAILURE);
    one_line_done(&one);
    one_line_done(&plain);
}

static void policies_of_huawei_permit_or_deny(void **state)
{
    struct one_line denied = one_line_read(
        "huawei", S("%%01POLICY/6/POLICYDENY(l)[2]:source-ip=192.0.2.7, destination-port=22"));
    struct one_line permitted = one_line_read(
        "huawei", S("%%01POLICY/6/POLICYPERMIT(l)[2]:source-ip=192.0.2.7, destination-port=22"));

    (void)state;
    assert_int_equal(denied.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_column(&denied, COLUMN_source_ip, "192.0.2.7"));
    assert_int_equal(permitted.columns.outcome, OUTCOME_SUCCESS);
    one_line_done(&denied);
    one_line_done(&permitted);
}

static void a_name_of_comware_forges_no_address(void **state)
{
    struct one_line one =
        one_line_read("comware", S("%%10LOGIN/5/LOGIN_FAILED: x failed to log in from 203.0.113.1 "
                                   "failed to log in from 192.0.2.7."));
    struct one_line cut = one_line_read("comware", S("%%10LOGIN/5/"));

    (void)state;
    assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
    assert_int_equal(one.columns.outcome, OUTCOME_FAILURE);
    assert_null(event_get(cut.event, S("module")).p);
    one_line_done(&one);
    one_line_done(&cut);
}

static void meraki_counts_an_allowed_pattern_from_nought(void **state)
{
    struct one_line allowed = one_line_read(
        "meraki", S("1795514400.12 mx1 flows src=192.0.2.7 dst=198.51.100.4 pattern: 0 all"));
    struct one_line denied = one_line_read(
        "meraki", S("1795514400.12 mx1 flows src=192.0.2.7 dst=198.51.100.4 pattern: 1 all"));
    struct one_line twice =
        one_line_read("meraki", S("1795514400.12 mx1 flows deny src=192.0.2.7 src=203.0.113.1"));

    (void)state;
    assert_int_equal(allowed.columns.outcome, OUTCOME_SUCCESS);
    assert_int_equal(denied.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_column(&twice, COLUMN_source_ip, "192.0.2.7"));
    assert_true(allowed.event->has_time);
    one_line_done(&allowed);
    one_line_done(&denied);
    one_line_done(&twice);
}

static void a_part_of_netscaler_that_comes_twice_is_told(void **state)
{
    struct one_line plain = one_line_read(
        "netscaler", S("11/24/2026:10:00:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 1 0 :  User "
                       "x - Client_ip 192.0.2.7 - Browser b"));
    struct one_line forged = one_line_read(
        "netscaler", S("11/24/2026:10:00:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 1 0 :  User "
                       "x - Client_ip 192.0.2.7 - Browser b - Client_ip 203.0.113.1"));

    (void)state;
    assert_int_equal(plain.problems, 0);
    assert_int_equal(plain.columns.outcome, OUTCOME_FAILURE);
    assert_int_equal(forged.problems, 1);
    assert_true(one_line_column(&forged, COLUMN_source_ip, "192.0.2.7"));
    one_line_done(&plain);
    one_line_done(&forged);
}

static void vmware_names_the_host_and_not_the_level(void **state)
{
    struct one_line file = one_line_read(
        "text", S("2026-11-24T10:00:00Z info vpxd[7] [Originator@6876 sub=Default] Rejected "
                  "password for user x from 203.0.113.1 from 192.0.2.7"));
    struct one_line sent = one_line_read(
        "syslog", S("<14>2026-11-24T10:00:00Z esx1 Hostd: info hostd[7] [Originator@6876 sub=D] "
                    "Accepted password for user root from 192.0.2.7"));

    (void)state;
    assert_true(one_line_has(&file, "level", "info"));
    assert_null(event_get(file.event, S("hostname")).p);
    assert_true(file.event->has_time);
    assert_int_equal(file.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_column(&file, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_column(&sent, COLUMN_host_name, "esx1"));
    assert_int_equal(sent.columns.outcome, OUTCOME_SUCCESS);
    one_line_done(&file);
    one_line_done(&sent);
}

static void a_comma_with_a_backslash_ends_no_value_of_ise(void **state)
{
    struct one_line failed = one_line_read(
        "cisco_ise", S("CISE_Failed_Attempts 0001027727 1 0 2026-11-24 10:00:00.301 +00:00 1 5400 "
                       "NOTICE Failed-Attempt: Authentication failed, UserName=x\\, "
                       "Calling-Station-ID=203.0.113.1, Calling-Station-ID=192.0.2.7,"));
    struct one_line passed =
        one_line_read("cisco_ise", S("0001027727 1 0 2026-11-24 10:00:00.301 +00:00 1 5200 NOTICE "
                                     "Passed-Authentication: Authentication succeeded, "
                                     "Calling-Station-ID=02-00-00-00-00-01,"));

    (void)state;
    assert_true(one_line_has(&failed, "UserName", "x, Calling-Station-ID=203.0.113.1"));
    assert_true(one_line_column(&failed, COLUMN_source_ip, "192.0.2.7"));
    assert_int_equal(failed.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_column(&passed, COLUMN_source_mac, "02:00:00:00:00:01"));
    assert_int_equal(passed.columns.outcome, OUTCOME_SUCCESS);
    one_line_done(&failed);
    one_line_done(&passed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_catalogues_is_a_template),
        cmocka_unit_test(an_access_list_of_f5_denies_or_allows),
        cmocka_unit_test(the_level_before_a_daemon_is_no_part_of_its_name),
        cmocka_unit_test(policies_of_huawei_permit_or_deny),
        cmocka_unit_test(a_name_of_comware_forges_no_address),
        cmocka_unit_test(meraki_counts_an_allowed_pattern_from_nought),
        cmocka_unit_test(a_part_of_netscaler_that_comes_twice_is_told),
        cmocka_unit_test(vmware_names_the_host_and_not_the_level),
        cmocka_unit_test(a_comma_with_a_backslash_ends_no_value_of_ise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
