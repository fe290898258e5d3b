/* Logs of web servers and proxies: what is read of their lines, and what a client that writes user
 * names, paths, referers and agents cannot make of them. */
#include "dialect/http_access.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "one_line.h"

#include <stdio.h>

static struct one_line look(const char *format, const char *line)
{
    return one_line_read(format, str_from(line));
}

static void assert_text(const char *line, str got, const char *want)
{
    if (!str_eq(got, str_from(want)))
        fail_msg("%s\n  is '" STR_FMT "' and not '%s'", line, STR_ARG(got), want);
}

static void assert_field(const char *format, const char *line, const char *name, const char *want)
{
    struct one_line s = look(format, line);

    assert_non_null(s.event);
    assert_text(line, event_get(s.event, str_from(name)), want);
    one_line_done(&s);
}

static void assert_column(const char *format, const char *line, enum column column,
                          const char *want)
{
    struct one_line s = look(format, line);

    assert_int_equal(s.events, 1);
    assert_text(line, s.columns.values[column], want);
    one_line_done(&s);
}

static void assert_outcome(const char *format, const char *line, enum outcome want)
{
    struct one_line s = look(format, line);

    if (s.columns.outcome != want)
        fail_msg("%s: outcome %u", line, s.columns.outcome);
    one_line_done(&s);
}

#define CLF(front) front " [24/Nov/2026:10:00:00 +0100] \"GET /a?b=1 HTTP/1.1\" 200 5 \"-\" \"x\""

static void the_client_stands_first_or_behind_the_name_of_the_host(void **state)
{
    (void)state;
    assert_field("web_access", CLF("192.0.2.7 - -"), "c-ip", "192.0.2.7");
    assert_field("web_access", CLF("www.example.com 192.0.2.7 - -"), "c-ip", "192.0.2.7");
    assert_field("web_access", CLF("www.example.com 192.0.2.7 - -"), "cs-host", "www.example.com");
    assert_field("web_access", CLF("www.example.com:443 192.0.2.7 - -"), "s-port", "443");
    assert_field("web_access", CLF("198.51.100.1 192.0.2.7 - -"), "c-ip", "192.0.2.7");
    assert_field("web_access", CLF("192.0.2.7 www.example.com -"), "cs-host", "www.example.com");
    assert_field("web_access", CLF("192.0.2.7 - -"), "cs-host", "");
    assert_field("web_access", CLF("2001:db8::7 - -"), "c-ip", "2001:db8::7");
    assert_field("web_access", CLF("host.example.com - -"), "c-ip", "host.example.com");
    assert_column("web_access", CLF("192.0.2.7:50022 - -"), COLUMN_source_ip, "192.0.2.7");
}

static void a_users_name_may_have_blanks_and_what_looks_like_a_client(void **state)
{
    (void)state;
    assert_field("web_access", CLF("192.0.2.7 - john doe"), "cs-username", "john doe");
    assert_field("web_access", CLF("192.0.2.7 - 203.0.113.9 -"), "c-ip", "192.0.2.7");
    assert_field("web_access", CLF("192.0.2.7 - x [01/Jan/2020:00:00:00 +0000]"), "cs-username",
                 "x [01/Jan/2020:00:00:00 +0000]");
    assert_field("web_access", CLF("192.0.2.7 - x\\\" 203.0.113.9 - -"), "c-ip", "192.0.2.7");
}

static void of_a_list_of_clients_the_last_public_one_counts(void **state)
{
    (void)state;
    assert_field("web_access", CLF("203.0.113.66, 198.51.100.9, 10.0.0.2 - -"), "c-ip",
                 "198.51.100.9");
    assert_true(str_eq(http_forwarded_client(S("8.8.8.8, 10.0.0.2, fd00::1")), S("8.8.8.8")));
    assert_true(str_eq(http_forwarded_client(S("10.0.0.1, 10.0.0.2")), S("10.0.0.2")));
    assert_true(str_eq(http_forwarded_client(S("-")), S("")));
    assert_true(str_eq(http_forwarded_client(S("")), S("")));
}

static void the_parts_of_a_request_are_told_and_one_that_is_none_is_kept(void **state)
{
    static const char odd[] =
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"\\x16\\x03 \\x01\" 400 0";
    static const char blanks[] =
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET /a b HTTP/1.1\" 400 0";

    (void)state;
    assert_field("web_access", CLF("192.0.2.7 - -"), "cs-method", "GET");
    assert_field("web_access", CLF("192.0.2.7 - -"), "cs-uri-query", "/a?b=1");
    assert_field("web_access", CLF("192.0.2.7 - -"), "cs-uri-stem", "/a");
    assert_column("web_access", CLF("192.0.2.7 - -"), COLUMN_http_version, "1.1");
    assert_field("web_access", odd, "cs-method", "");
    assert_field("web_access", odd, "c-uri", "\\x16\\x03 \\x01");
    assert_field("web_access", blanks, "c-uri", "/a b");
}

static void escaped_quotes_end_no_value(void **state)
{
    static const char line[] =
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET /\\\" 200 5 HTTP/1.1\" "
        "404 9 \"a\\\\\" \"b\\\" 500\"";

    (void)state;
    assert_field("web_access", line, "sc-status", "404");
    assert_field("web_access", line, "cs-referer", "a\\\\");
    assert_field("web_access", line, "cs-user-agent", "b\\\" 500");
}

static void the_status_tells_the_outcome(void **state)
{
#define STATUS(s) "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" " s " 5"
    (void)state;
    assert_outcome("web_access", STATUS("200"), OUTCOME_SUCCESS);
    assert_outcome("web_access", STATUS("399"), OUTCOME_SUCCESS);
    assert_outcome("web_access", STATUS("400"), OUTCOME_FAILURE);
    assert_outcome("web_access", STATUS("503"), OUTCOME_FAILURE);
    assert_outcome("web_access", STATUS("000"), OUTCOME_UNTOLD);
    assert_outcome("web_access", STATUS("-"), OUTCOME_UNTOLD);
}

static uint32_t layout_of(const char *line)
{
    struct one_line s = look("web_access", line);
    uint32_t fields = s.event->layout ? s.event->field_count : 0;

    one_line_done(&s);
    return fields;
}

static void lines_have_a_layout_by_their_fields(void **state)
{
    (void)state;
    assert_int_not_equal(layout_of(CLF("192.0.2.7 - -")), 0);
    assert_int_equal(layout_of(CLF("192.0.2.7 - -")), layout_of(CLF("192.0.2.8 - alice")));
    assert_int_not_equal(layout_of(CLF("192.0.2.7 - -")),
                         layout_of(CLF("www.example.com 192.0.2.7 - -")));
}

static void what_is_no_access_line_is_left_alone(void **state)
{
    static const char *const others[] = {
        "",
        "[24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5",
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1",
        "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" twohundred 5",
        "192.0.2.7 - - [32/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5",
        "2026-11-24T10:00:00+01:00 stdout F [24/Nov/2026:10:00:00 +0100] \"GET /\" 200 5",
        "192.0.2.7 - - 24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5",
    };

    (void)state;
    for (size_t i = 0; i < countof(others); i++) {
        struct one_line s = look("text", others[i]);
        if (s.event && str_eq(str_from(kind_format(s.event->kind)), S("web_access")))
            fail_msg("read: %s", others[i]);
        one_line_done(&s);
    }
}

/* ------------------------------------------------------------ error logs */

#define NGINX(message) "2026/11/24 10:00:00 [error] 7#7: *3 " message
#define NGINX_TAIL(ip) ", client: " ip ", server: a, request: \"GET / HTTP/1.1\", host: \"h\""

static void a_user_of_nginx_forges_no_client(void **state)
{
    static const char plain[] = NGINX("user \"alice\": password mismatch" NGINX_TAIL("192.0.2.7"));
    static const char part[] =
        NGINX("user \"x\", client: 203.0.113.9\": password mismatch" NGINX_TAIL("192.0.2.7"));
    static const char whole[] = NGINX("user \"x\": password mismatch" NGINX_TAIL(
        "203.0.113.9") "\": password mismatch" NGINX_TAIL("192.0.2.7"));
    static const char behind[] = NGINX("access forbidden by rule" NGINX_TAIL(
        "192.0.2.7") ", referrer: \"" NGINX_TAIL("203.0.113.9") "\"");

    (void)state;
    assert_column("nginx", plain, COLUMN_source_ip, "192.0.2.7");
    assert_column("nginx", plain, COLUMN_user_name, "alice");
    assert_column("nginx", part, COLUMN_source_ip, "192.0.2.7");
    assert_column("nginx", behind, COLUMN_source_ip, "192.0.2.7");
    struct one_line s = look("nginx", whole); /* which of them is true cannot be told */
    assert_null(s.columns.values[COLUMN_source_ip].p);
    assert_int_equal(s.problems, 1);
    one_line_done(&s);
}

static void an_upstream_that_fails_is_no_failure_of_the_client(void **state)
{
    (void)state;
    assert_outcome("nginx",
                   NGINX("connect() failed (111: Connection refused) while connecting to upstream")
                       NGINX_TAIL("192.0.2.7"),
                   OUTCOME_UNTOLD);
    assert_outcome("nginx", NGINX("access forbidden by rule") NGINX_TAIL("192.0.2.7"),
                   OUTCOME_FAILURE);
}

#define APACHE "[Tue Nov 24 10:00:00.123456 2026] [core:error] [pid 7] "

static void apaches_client_is_the_first_with_or_without_a_port(void **state)
{
    (void)state;
    assert_column("apache", APACHE "[client 192.0.2.7:50022] x", COLUMN_source_ip, "192.0.2.7");
    assert_column("apache", APACHE "[client 192.0.2.7:50022] x", COLUMN_source_port, "50022");
    assert_column("apache", APACHE "[client ::1:50022] [client ::1] x", COLUMN_source_ip, "::1");
    assert_column("apache", APACHE "[client [2001:db8::7]:50022] x", COLUMN_source_ip,
                  "2001:db8::7");
    assert_column("apache", "[Tue Nov 24 10:00:00 2026] [error] [client 2001:db8::1234] x",
                  COLUMN_source_ip, "2001:db8::1234");
    assert_column("apache", APACHE "(70014)End of file found: [client 192.0.2.7:5] AH01: x",
                  COLUMN_source_ip, "192.0.2.7");
    assert_column("apache", APACHE "[client 192.0.2.7:5] user [client 203.0.113.9] not found: /",
                  COLUMN_source_ip, "192.0.2.7");
}

static void rules_of_modsecurity_are_told_and_whether_they_refused(void **state)
{
#define RULE "[id \"930100\"] [msg \"Path \\\"x\\\" [id \\\"1\\\"]\"] [tag \"a\"] [tag \"b\"]"
    static const char warned[] = APACHE "[client 192.0.2.7:5] ModSecurity: Warning. Hit. " RULE;
    static const char denied[] = APACHE
        "[client 192.0.2.7:5] ModSecurity: Access denied with code 403 (phase 2). Hit. " RULE;

    (void)state;
    assert_column("apache", warned, COLUMN_rule_id, "930100");
    assert_outcome("apache", warned, OUTCOME_UNTOLD);
    assert_outcome("apache", denied, OUTCOME_FAILURE);
    assert_field("apache", denied, "waf_action", "Access denied with code 403 (phase 2)");
}

/* ------------------------------------------------------------ proxies */

#define HAPROXY "192.0.2.7:50022 [24/Nov/2026:10:00:00.123] "

static void haproxy_tells_requests_sessions_and_errors(void **state)
{
    (void)state;
    assert_column("haproxy",
                  HAPROXY
                  "f b/s 0/0/1/2/3 404 9 - - ---- 1/1/0/0/0 0/0 {x [1] y} \"GET /a HTTP/1.1\"",
                  COLUMN_http_status, "404");
    assert_outcome("haproxy", HAPROXY "f b/s 0/1/3 9 -- 1/1/0/0/0 0/0", OUTCOME_SUCCESS);
    assert_outcome("haproxy", HAPROXY "f b/s 0/1/3 9 SC 1/1/0/0/0 0/0", OUTCOME_FAILURE);
    assert_outcome("haproxy", HAPROXY "f/1: SSL handshake failure", OUTCOME_FAILURE);
    assert_column("haproxy", "2001:db8::7:50022 [24/Nov/2026:10:00:00.123] f/1: x",
                  COLUMN_source_ip, "2001:db8::7");
}

static void what_squid_denied_is_a_failure_and_denied(void **state)
{
    static const char line[] =
        "1795514400.123 87 192.0.2.7 TCP_DENIED/200 9 GET http://a.example/b "
        "alice HIER_NONE/- text/html";
    struct one_line s = look("squid", line);

    (void)state;
    assert_int_equal(s.columns.outcome, OUTCOME_FAILURE);
    assert_string_equal(s.columns.type, "denied");
    assert_text(line, s.columns.values[COLUMN_url_domain], "a.example");
    assert_text(line, s.columns.values[COLUMN_user_name], "alice");
    one_line_done(&s);
}

static void an_agent_that_is_not_there_is_none(void **state)
{
    const char *front = "1795514404.892 5 192.0.2.7 TCP_MISS/200 9 GET http://a/ - HIER_NONE/- - ";
    char line[256];

    (void)state;
    snprintf(line, sizeof line, "%s\"http://b/\" \"", front);
    assert_field("squid", line, "c-useragent", "");
    assert_field("squid", line, "more", "\"http://b/\" \"");
    snprintf(line, sizeof line, "%s\"http://b/\" \"c\"", front);
    assert_field("squid", line, "c-useragent", "c");
}

static void a_proxys_lines_have_what_rules_for_proxies_ask_for(void **state)
{
#define SQUID(uri)                                                                                 \
    "1795514400.123 87 192.0.2.7 TCP_MISS/200 9 GET " uri " - HIER_DIRECT/198.51.100.1 text/html"
    static const char combined[] = "192.0.2.7 - - [24/Nov/2026:10:00:00 +0100] \"GET "
                                   "http://a.example/b.exe HTTP/1.1\" 200 5 \"-\" \"x\" "
                                   "TCP_MISS:HIER_DIRECT";

    (void)state;
    assert_field("squid", SQUID("http://a.example/b.exe?c=1"), "c-uri-extension", "exe");
    assert_field("squid", SQUID("http://a.example/b.exe?c=1"), "c-uri-query", "c=1");
    assert_field("squid", SQUID("http://a.example"), "c-uri-extension", "");
    assert_field("web_access", combined, "c-uri-extension", "exe");
    assert_field("web_access", combined, "s-action", "TCP_MISS");
    assert_field("web_access", CLF("192.0.2.7 - -") " TCP_MISS", "s-action", "");
}

static void a_client_of_envoy_forges_no_other_with_quotes(void **state)
{
#define ENVOY(agent)                                                                               \
    "[2026-11-24T10:00:00.310Z] \"GET / HTTP/2\" 200 - 0 5 2 1 \"198.51.100.9\" \"" agent          \
    "\" \"id\" \"h\" \"10.0.0.7:80\""
    struct one_line s = look("envoy", ENVOY("a\" \"203.0.113.9"));

    (void)state;
    assert_column("envoy", ENVOY("curl"), COLUMN_source_ip, "198.51.100.9");
    assert_null(s.columns.values[COLUMN_source_ip].p);
    assert_int_equal(s.problems, 1);
    one_line_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_stands_first_or_behind_the_name_of_the_host),
        cmocka_unit_test(a_users_name_may_have_blanks_and_what_looks_like_a_client),
        cmocka_unit_test(of_a_list_of_clients_the_last_public_one_counts),
        cmocka_unit_test(the_parts_of_a_request_are_told_and_one_that_is_none_is_kept),
        cmocka_unit_test(escaped_quotes_end_no_value),
        cmocka_unit_test(the_status_tells_the_outcome),
        cmocka_unit_test(lines_have_a_layout_by_their_fields),
        cmocka_unit_test(what_is_no_access_line_is_left_alone),
        cmocka_unit_test(a_user_of_nginx_forges_no_client),
        cmocka_unit_test(an_upstream_that_fails_is_no_failure_of_the_client),
        cmocka_unit_test(apaches_client_is_the_first_with_or_without_a_port),
        cmocka_unit_test(rules_of_modsecurity_are_told_and_whether_they_refused),
        cmocka_unit_test(haproxy_tells_requests_sessions_and_errors),
        cmocka_unit_test(what_squid_denied_is_a_failure_and_denied),
        cmocka_unit_test(an_agent_that_is_not_there_is_none),
        cmocka_unit_test(a_proxys_lines_have_what_rules_for_proxies_ask_for),
        cmocka_unit_test(a_client_of_envoy_forges_no_other_with_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
