/* test_junos.c - Junos: text and structured data mean the same; what is denied; forgeries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

#include <stdio.h>

static void text_and_structured_data_mean_the_same(void **state)
{
    struct one_line ones[] = {
        one_line_read("syslog", S("<14>1 2026-11-24T10:00:00Z srx1 RT_FLOW - RT_FLOW_SESSION_DENY "
                                  "[junos@2636.1.1.1.2.40 source-address=\"192.0.2.7\" "
                                  "destination-address=\"198.51.100.4\" destination-port=\"22\" "
                                  "protocol-id=\"6\" policy-name=\"p\"]")),
        one_line_read("syslog", S("Nov 24 10:00:00 srx1 RT_FLOW: RT_FLOW_SESSION_DENY: session "
                                  "denied 192.0.2.7/1->198.51.100.4/22 0x0 junos-ssh 6(0) p a b")),
        one_line_read("junos",
                      S("RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 "
                        "source-address=\"192.0.2.7\" destination-address=\"198.51.100.4\" "
                        "destination-port=\"22\" protocol-id=\"6\" policy-name=\"p\"]")),
    };

    (void)state;
    for (size_t i = 0; i < countof(ones); i++) {
        assert_true(one_line_column(&ones[i], COLUMN_source_ip, "192.0.2.7"));
        assert_true(one_line_column(&ones[i], COLUMN_destination_port, "22"));
        assert_true(one_line_column(&ones[i], COLUMN_network_transport, "tcp"));
        assert_true(one_line_column(&ones[i], COLUMN_rule_name, "p"));
        assert_int_equal(ones[i].columns.outcome, OUTCOME_FAILURE);
        assert_true(one_line_has(&ones[i], "blocked", "true"));
        one_line_done(&ones[i]);
    }
}

static void parameters_of_other_senders_keep_the_name_of_their_element(void **state)
{
    struct one_line one = one_line_read(
        "syslog", S("<14>1 2026-11-24T10:00:00Z h RT_FLOW - X_Y [other@1 source-address=\"a\"] x"));

    (void)state;
    assert_true(one_line_has(&one, "other@1.source-address", "a"));
    assert_null(event_get(one.event, S("source-address")).p);
    one_line_done(&one);
}

static enum outcome end_of(const char *reason, const char *server_bytes)
{
    char line[256];
    snprintf(line, sizeof line,
             "RT_FLOW_SESSION_CLOSE [junos@2636.1 reason=\"%s\" source-address=\"192.0.2.7\" "
             "bytes-from-server=\"%s\"]",
             reason, server_bytes);
    struct one_line one = one_line_read("junos", str_from(line));
    enum outcome outcome = (enum outcome)one.columns.outcome;

    one_line_done(&one);
    return outcome;
}

static void a_session_that_nothing_answered_or_the_firewall_ended_failed(void **state)
{
    (void)state;
    assert_int_equal(end_of("TCP FIN", "900"), OUTCOME_SUCCESS);
    assert_int_equal(end_of("TCP SERVER RST", "900"), OUTCOME_SUCCESS);
    assert_int_equal(end_of("TCP SERVER RST", "0"), OUTCOME_FAILURE);
    assert_int_equal(end_of("application failure or action", "900"), OUTCOME_FAILURE);
}

static void a_user_name_and_a_path_forge_nothing(void **state)
{
    struct one_line logon =
        one_line_read("junos", S("SSHD_LOGIN_FAILED: Login failed for user 'x' from host "
                                 "'203.0.113.1' from host '192.0.2.7'"));
    struct one_line url =
        one_line_read("junos", S("WEBFILTER_URL_BLOCKED [junos@2636.1 source-address=\"192.0.2.7\" "
                                 "obj=\"/\" source-address=\"203.0.113.1\" username=\"alice\"]"));

    (void)state;
    assert_true(one_line_column(&logon, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_column(&url, COLUMN_source_ip, "192.0.2.7"));
    one_line_done(&logon);
    one_line_done(&url);
}

static void the_daemon_may_stand_before_the_tag(void **state)
{
    struct one_line one = one_line_read(
        "junos", S("mgd[712]: UI_CMDLINE_READ_LINE: User 'alice', command 'show version'"));
    struct one_line other = one_line_read("junos", S("xntpd: kernel time sync enabled"));

    (void)state;
    assert_true(one_line_has(&one, "program", "mgd"));
    assert_true(one_line_has(&one, "pid", "712"));
    assert_true(one_line_column(&one, COLUMN_process_command_line, "show version"));
    assert_true(!other.event || !event_get(other.event, S("program")).p);
    one_line_done(&one);
    one_line_done(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_structured_data_mean_the_same),
        cmocka_unit_test(parameters_of_other_senders_keep_the_name_of_their_element),
        cmocka_unit_test(a_session_that_nothing_answered_or_the_firewall_ended_failed),
        cmocka_unit_test(a_user_name_and_a_path_forge_nothing),
        cmocka_unit_test(the_daemon_may_stand_before_the_tag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
