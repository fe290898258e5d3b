/* test_cisco_asa.c - Cisco's firewalls: who was source, how it ended, what cannot be forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

static enum outcome outcome_of(const char *line)
{
    struct one_line one = one_line_read("cisco_asa", str_from(line));
    struct arena *a = arena_new(4096);
    struct columns c;

    assert_non_null(one.event);
    columns_fill(one.event, &c, a);
    enum outcome outcome = (enum outcome)c.outcome;
    arena_free(a);
    one_line_done(&one);
    return outcome;
}

static void the_source_is_who_opened_the_connection(void **state)
{
    struct one_line in = one_line_read(
        "cisco_asa", S("%ASA-6-302013: Built inbound TCP connection 1 for outside:192.0.2.7/4000 "
                       "(192.0.2.7/4000) to dmz:198.51.100.8/443 (203.0.113.8/443)"));
    struct one_line out = one_line_read(
        "cisco_asa", S("%ASA-6-302013: Built outbound TCP connection 1 for outside:192.0.2.7/4000 "
                       "(192.0.2.7/4000) to dmz:198.51.100.8/443 (203.0.113.8/443)"));

    (void)state;
    assert_true(one_line_column(&in, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_column(&in, COLUMN_destination_nat_ip, "203.0.113.8"));
    assert_true(one_line_column(&out, COLUMN_source_ip, "198.51.100.8"));
    assert_true(one_line_column(&out, COLUMN_destination_ip, "192.0.2.7"));
    one_line_done(&in);
    one_line_done(&out);
}

static void a_denied_flow_is_a_failure_and_an_allowed_one_a_success(void **state)
{
    (void)state;
    assert_int_equal(outcome_of("%ASA-4-106023: Deny tcp src a:192.0.2.7/1 dst b:198.51.100.4/2 by "
                                "access-group \"x\" [0x0, 0x0]"),
                     OUTCOME_FAILURE);
    assert_int_equal(outcome_of("%ASA-6-106100: access-list x denied tcp a/192.0.2.7(1) -> "
                                "b/198.51.100.4(2) hit-cnt 1 first hit [0x1, 0x0]"),
                     OUTCOME_FAILURE);
    assert_int_equal(outcome_of("%ASA-6-106100: access-list x permitted tcp a/192.0.2.7(1) -> "
                                "b/198.51.100.4(2) hit-cnt 1 first hit [0x1, 0x0]"),
                     OUTCOME_SUCCESS);
    assert_int_equal(outcome_of("%ASA-7-710005: UDP request discarded from 192.0.2.7/1 to "
                                "a:198.51.100.4/2"),
                     OUTCOME_FAILURE);
}

static void the_end_of_a_connection_is_a_failure_when_it_was_refused(void **state)
{
    (void)state;
#define END_OF(bytes, reason)                                                                      \
    outcome_of("%ASA-6-302014: Teardown TCP connection 1 for a:192.0.2.7/1 to b:198.51.100.4/2 "   \
               "duration 0:00:01 bytes " bytes " " reason)
    assert_int_equal(END_OF("900", "TCP FINs"), OUTCOME_SUCCESS);
    assert_int_equal(END_OF("900", "TCP Reset-O from a (alice)"), OUTCOME_SUCCESS);
    assert_int_equal(END_OF("0", "TCP Reset-I from b"), OUTCOME_FAILURE);
    assert_int_equal(END_OF("0", "SYN Timeout"), OUTCOME_FAILURE);
    assert_int_equal(END_OF("900", "TCP Reset-APPLIANCE"), OUTCOME_FAILURE);
    assert_int_equal(END_OF("900", "Flow closed by inspection"), OUTCOME_FAILURE);
#undef END_OF
}

static void a_name_cannot_forge_an_address(void **state)
{
    struct one_line plain =
        one_line_read("cisco_asa", S("%ASA-6-113015: AAA user authentication Rejected : reason = "
                                     "Invalid password : local database : user = bob : user IP = "
                                     "192.0.2.7"));
    struct one_line forged =
        one_line_read("cisco_asa", S("%ASA-6-113015: AAA user authentication Rejected : reason = "
                                     "Invalid password : local database : user = bob : user IP = "
                                     "203.0.113.1 : user IP = 192.0.2.7"));

    (void)state;
    assert_true(one_line_has(&plain, "user", "bob"));
    assert_true(one_line_column(&plain, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_column(&forged, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_has(&forged, "user", "bob : user IP = 203.0.113.1"));
    one_line_done(&plain);
    one_line_done(&forged);
}

static void a_message_without_a_template_has_its_number_and_level(void **state)
{
    struct one_line known = one_line_read("cisco_asa", S("%ASA-5-611103: User logged out: Uname: "
                                                         "alice"));
    struct one_line other = one_line_read("cisco_asa", S("%FTD-session-3-999999: what it says"));
    struct one_line none = one_line_read("cisco_asa", S("%SYS-5-CONFIG_I: Configured"));

    (void)state;
    assert_true(one_line_has(&known, "user", "alice"));
    assert_true(one_line_has(&other, "code", "999999"));
    assert_true(one_line_has(&other, "suffix", "session"));
    assert_true(one_line_column(&other, COLUMN_log_level, "error"));
    assert_null(event_get(none.event, S("code")).p);
    one_line_done(&known);
    one_line_done(&other);
    one_line_done(&none);
}

static void the_list_of_an_event_keeps_commas_and_its_first_addresses(void **state)
{
    struct one_line one = one_line_read(
        "cisco_asa", S("%FTD-1-430003: AccessControlRuleAction: Block, SrcIP: 192.0.2.7, DstIP: "
                       "198.51.100.8, SrcPort: 1, DstPort: 80, ACPolicy: a, b: c, URL: "
                       "http://h/, SrcIP: 203.0.113.1"));

    (void)state;
    assert_true(one_line_has(&one, "ACPolicy", "a, b: c"));
    assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_has(&one, "URL", "http://h/"));
    assert_int_equal(one.problems, 1);
    one_line_done(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_source_is_who_opened_the_connection),
        cmocka_unit_test(a_denied_flow_is_a_failure_and_an_allowed_one_a_success),
        cmocka_unit_test(the_end_of_a_connection_is_a_failure_when_it_was_refused),
        cmocka_unit_test(a_name_cannot_forge_an_address),
        cmocka_unit_test(a_message_without_a_template_has_its_number_and_level),
        cmocka_unit_test(the_list_of_an_event_keeps_commas_and_its_first_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
