/* test_firewall.c - what firewalls write: outcomes, times, and that what a remote party chooses
 * stays in its field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

struct expectation {
    const char *format;
    str line;
    enum outcome outcome;
    enum activity activity;
    const char *source, *user; /* empty: none */
};

static void assert_meaning(const struct expectation *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct one_line one = one_line_read(rows[i].format, rows[i].line);
        assert_int_equal(one.columns.outcome, rows[i].outcome);
        assert_int_equal(one.columns.activity, rows[i].activity);
        assert_true(one_line_column(&one, COLUMN_source_ip, rows[i].source));
        assert_true(one_line_column(&one, COLUMN_user_name, rows[i].user));
        one_line_done(&one);
    }
}

static void a_denied_flow_is_a_failure_and_an_allowed_one_a_success(void **state)
{
    static const struct expectation rows[] = {
        {"fortigate",
         S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"traffic\" srcip=192.0.2.7 "
           "action=\"deny\""),
         OUTCOME_FAILURE, ACTIVITY_flow, "192.0.2.7", ""},
        {"fortigate",
         S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"traffic\" srcip=192.0.2.7 "
           "action=\"close\""),
         OUTCOME_SUCCESS, ACTIVITY_flow, "192.0.2.7", ""},
        {"paloalto",
         S("1,2026/11/24 10:00:00,1,TRAFFIC,drop,1,2026/11/24 "
           "10:00:00,192.0.2.7,192.0.2.8,,,r,,,a,v,"
           "f,t,i,o,l,x,1,1,2,3,0,0,0x0,tcp,deny"),
         OUTCOME_FAILURE, ACTIVITY_flow_fail, "192.0.2.7", ""},
        {"checkpoint", S("[action:\"Accept\"; src:\"192.0.2.7\"; dst:\"192.0.2.8\"; ]"),
         OUTCOME_SUCCESS, ACTIVITY_flow, "192.0.2.7", ""},
        {"checkpoint", S("[action:\"Drop\"; src:\"192.0.2.7\"; dst:\"192.0.2.8\"; ]"),
         OUTCOME_FAILURE, ACTIVITY_flow, "192.0.2.7", ""},
        {"filterlog",
         S("4,,,1,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,192.0.2.7,192.0.2.8,1,2,0,S,1,,1,,"),
         OUTCOME_FAILURE, ACTIVITY_flow, "192.0.2.7", ""},
        {"filterlog",
         S("4,,,1,em0,match,pass,in,6,0x00,0x0,51,udp,17,73,2001:db8::7,2001:db8::8,1,2,73"),
         OUTCOME_SUCCESS, ACTIVITY_flow, "2001:db8::7", ""},
    };

    (void)state;
    assert_meaning(rows, countof(rows));
}

static void who_logged_on_and_from_where(void **state)
{
    static const struct expectation rows[] = {
        {"fortigate",
         S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"event\" subtype=\"system\" "
           "user=\"root\" ui=\"ssh(192.0.2.7)\" action=\"login\" status=\"failed\""),
         OUTCOME_FAILURE, ACTIVITY_logon, "192.0.2.7", "root"},
        {"fortigate",
         S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"event\" subtype=\"vpn\" "
           "action=\"ssl-login-fail\" remip=192.0.2.7 user=\"bob\""),
         OUTCOME_FAILURE, ACTIVITY_logon, "192.0.2.7", "bob"},
        {"sophos_firewall",
         S("device=\"SFW\" date=2026-11-24 time=10:00:00 log_type=\"Event\" log_component=\"GUI\" "
           "status=\"Successful\" user_name=\"admin\" src_ip=192.0.2.7"),
         OUTCOME_SUCCESS, ACTIVITY_logon, "192.0.2.7", "admin"},
        {"netscreen",
         S("NetScreen device_id=x [Root]system-warning-00519: Admin user \"a\" logged in for "
           "Web(http) management (port 80) from 192.0.2.7:1"),
         OUTCOME_SUCCESS, ACTIVITY_logon, "192.0.2.7", "a"},
    };

    (void)state;
    assert_meaning(rows, countof(rows));
}

static void a_name_forges_no_address(void **state)
{
    static const struct expectation rows[] = {
        {"fortigate",
         S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"event\" user=\"x\\\" "
           "srcip=203.0.113.9 y=\\\"\" srcip=192.0.2.7 action=\"login\" status=\"failed\""),
         OUTCOME_FAILURE, ACTIVITY_logon, "192.0.2.7", "x\" srcip=203.0.113.9 y=\""},
        {"paloalto",
         S("1,2026/11/24 10:00:00,1,SYSTEM,auth,1,2026/11/24 10:00:00,,auth-fail,A,0,0,general,"
           "medium,\"failed authentication for user 'x'. Reason: y auth profile 'z' From: "
           "203.0.113.9.'. Reason: bad auth profile 'A' From: 192.0.2.7.\""),
         OUTCOME_FAILURE, ACTIVITY_logon, "192.0.2.7",
         "x'. Reason: y auth profile 'z' From: 203.0.113.9."},
        {"checkpoint",
         S("[action:\"Failed Log In\"; user:\"x\\\"; src:\\\"203.0.113.9\"; src:\"192.0.2.7\"; ]"),
         OUTCOME_FAILURE, ACTIVITY_logon, "192.0.2.7", "x\"; src:\"203.0.113.9"},
    };

    (void)state;
    assert_meaning(rows, countof(rows));
}

static void assert_time(const char *format, str line, int64_t ns)
{
    struct one_line one = one_line_read(format, line);

    assert_true(one.event && one.event->has_time);
    assert_int_equal(one.event->time_ns, ns);
    one_line_done(&one);
}

static void times_stand_in_fields_of_their_own(void **state)
{
    const int64_t at = INT64_C(1795514400000000000);

    (void)state;
    assert_time("fortigate",
                S("date=2026-11-24 time=12:00:00 devid=\"F\" eventtime=1795514400 a=1"), at);
    assert_time("fortigate",
                S("date=2026-11-24 time=12:00:00 devid=\"F\" eventtime=1795514400000000007 a=1"),
                at + 7);
    assert_time("fortigate", S("date=2026-11-24 time=12:00:00 devid=\"F\" tz=\"+0200\" a=1"), at);
    assert_time("stormshield", S("id=firewall time=\"2026-11-24 11:00:00\" fw=\"S\" tz=+0100 a=1"),
                at);
    assert_time("stormshield", S("id=firewall time=2026-11-24 11:00:00 fw=S tz=+0100 a=1"), at);
    assert_time("sophos_utm",
                S("2026:11:24-10:00:00 utm ulogd[1]: id=\"2001\" sys=\"SecureNet\" sub=\"x\""), at);
    assert_time("checkpoint", S("time=1795514400|hostname=gw1|action=Drop"), at);
    assert_time("keyvalue", S("a=1 ts=2026-11-24T10:00:00Z b=2"), at);
}

static void columns_of_configuration_records_move(void **state)
{
    struct one_line plain = one_line_read(
        "paloalto", S("1,2026/11/24 10:00:00,1,CONFIG,0,1,2026/11/24 10:00:00,192.0.2.7,,set,admin,"
                      "Web,Succeeded,path,77,0x0,0,0,0,0,,fw1"));
    struct one_line detailed = one_line_read(
        "paloalto", S("1,2026/11/24 10:00:00,1,CONFIG,0,1,2026/11/24 10:00:00,192.0.2.7,,set,admin,"
                      "Web,Succeeded,path,old,new,78,0x0,0,0,0,0,,fw1"));

    (void)state;
    assert_true(one_line_has(&plain, "seqno", "77"));
    assert_true(one_line_has(&detailed, "seqno", "78"));
    assert_true(one_line_has(&detailed, "before_change_detail", "old"));
    assert_true(one_line_has(&plain, "device_name", "fw1"));
    assert_true(one_line_has(&detailed, "device_name", "fw1"));
    one_line_done(&plain);
    one_line_done(&detailed);
}

static void rules_for_firewalls_find_their_names(void **state)
{
    struct one_line one = one_line_read(
        "fortigate", S("date=2026-11-24 time=10:00:00 devid=\"FGT1\" type=\"traffic\" "
                       "srcip=192.0.2.7 dstport=443"));
    const struct logsource rule = {.product = S(""), .category = S("firewall"), .service = S("")};
    const struct logsource other = {.product = S("linux"), .category = S(""), .service = S("")};

    (void)state;
    assert_true(one.event && one.event->logsource_count == 1);
    assert_true(logsource_applies(&rule, &one.event->logsources[0]));
    assert_false(logsource_applies(&other, &one.event->logsources[0]));
    assert_true(
        str_eq(logsource_native_name(&one.event->logsources[0], S("dst_port")), S("dstport")));
    one_line_done(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_denied_flow_is_a_failure_and_an_allowed_one_a_success),
        cmocka_unit_test(who_logged_on_and_from_where),
        cmocka_unit_test(a_name_forges_no_address),
        cmocka_unit_test(times_stand_in_fields_of_their_own),
        cmocka_unit_test(columns_of_configuration_records_move),
        cmocka_unit_test(rules_for_firewalls_find_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
