/* test_mikrotik.c - RouterOS: topics, logons, what the prefix of a rule tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

static void topics_stand_before_a_blank_or_a_colon(void **state)
{
    struct one_line blank = one_line_read(
        "mikrotik", S("system,error,critical login failure for user admin from 192.0.2.7 via ssh"));
    struct one_line colon = one_line_read(
        "syslog", S("Nov 24 10:00:00 gw1 system,error,critical: login failure for user admin from "
                    "192.0.2.7 via ssh"));
    struct one_line other = one_line_read("mikrotik", S("one,two login failure for user admin"));

    (void)state;
    assert_true(one_line_has(&blank, "topics", "system,error,critical"));
    assert_true(one_line_has(&blank, "level", "critical"));
    assert_true(one_line_column(&colon, COLUMN_source_ip, "192.0.2.7"));
    assert_int_equal(colon.columns.outcome, OUTCOME_FAILURE);
    assert_null(event_get(other.event, S("topics")).p);
    one_line_done(&blank);
    one_line_done(&colon);
    one_line_done(&other);
}

static void a_user_name_forges_no_address(void **state)
{
    struct one_line one =
        one_line_read("mikrotik", S("system,error,critical login failure for user x from "
                                    "203.0.113.1 via web from 192.0.2.7 via ssh"));

    (void)state;
    assert_true(one_line_column(&one, COLUMN_source_ip, "192.0.2.7"));
    assert_true(one_line_has(&one, "user", "x from 203.0.113.1 via web"));
    one_line_done(&one);
}

#define RULE(prefix)                                                                               \
    S("firewall,info " prefix "input: in:wan out:(unknown 0), connection-state:new src-mac "       \
      "02:00:00:00:00:01, proto TCP (SYN), 192.0.2.7:1->198.51.100.4:23, len 40")

static void only_a_prefix_tells_what_a_rule_did(void **state)
{
    struct one_line dropped = one_line_read("mikrotik", RULE("drop-in "));
    struct one_line passed = one_line_read("mikrotik", RULE("ACCEPT "));
    struct one_line untold = one_line_read("mikrotik", RULE(""));

    (void)state;
    assert_int_equal(dropped.columns.outcome, OUTCOME_FAILURE);
    assert_true(one_line_has(&dropped, "blocked", "true"));
    assert_int_equal(passed.columns.outcome, OUTCOME_SUCCESS);
    assert_int_equal(untold.columns.outcome, OUTCOME_UNTOLD);
    assert_null(event_get(untold.event, S("blocked")).p);
    assert_true(one_line_column(&untold, COLUMN_destination_port, "23"));
    one_line_done(&dropped);
    one_line_done(&passed);
    one_line_done(&untold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_stand_before_a_blank_or_a_colon),
        cmocka_unit_test(a_user_name_forges_no_address),
        cmocka_unit_test(only_a_prefix_tells_what_a_rule_did),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
