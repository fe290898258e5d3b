/* test_host_program.c - programs of Linux and BSD hosts: sshd, PAM, sudo, the packet log, BIND and
 * others; above all, what a remote party writes into its name must not become another field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_line.h"

#include <stdio.h>

#define ATTACKER "203.0.113.99"
#define PEER "192.0.2.7"

/* A line of syslog whose message is read by the dialect. */
#define LINE(program, text) S("Nov 24 10:00:00 h " program "[7]: " text)

static void assert_source(const char *format, str line, const char *ip)
{
    struct one_line one = one_line_read(format, line);

    assert_true(one_line_column(&one, COLUMN_source_ip, ip));
    one_line_done(&one);
}

static void assert_no_source(const char *format, str line)
{
    struct one_line one = one_line_read(format, line);

    assert_true(one_line_column(&one, COLUMN_source_ip, ""));
    one_line_done(&one);
}

static void a_user_of_sshd_cannot_write_an_address(void **state)
{
    (void)state;
    assert_source("sshd",
                  LINE("sshd", "Failed password for invalid user x from " ATTACKER
                               " port 1 ssh2 from " PEER " port 2 ssh2"),
                  PEER);
    assert_source(
        "sshd", LINE("sshd", "Invalid user x from " ATTACKER " port 1 from " PEER " port 2"), PEER);
    assert_source("sshd",
                  LINE("sshd", "Connection closed by invalid user x " ATTACKER " port 1 " PEER
                               " port 2 [preauth]"),
                  PEER);
    assert_source("sshd",
                  LINE("sshd", "Bad protocol version identification 'x' from " ATTACKER
                               " port 1' from " PEER " port 2"),
                  PEER);
    assert_source("sshd",
                  LINE("sshd",
                       "error: PAM: Authentication failure for illegal user x from " ATTACKER
                       " from " PEER),
                  PEER);
}

static void what_a_client_says_behind_its_address_is_no_address(void **state)
{
    (void)state;
    assert_source("sshd",
                  LINE("sshd",
                       "Failed hostbased for alice from " PEER " port 2 ssh2: RSA a, client "
                       "user \"x from " ATTACKER " port 1 ssh2\", client host \"h\""),
                  PEER);
    assert_source("sshd",
                  LINE("sshd",
                       "Disconnecting invalid user a " PEER " port 2: Change of username or "
                       "service not allowed: (a,b) -> (c,d) [preauth]"),
                  PEER);
    assert_no_source(
        "sshd", LINE("sshd", "Disconnecting invalid user a " PEER " port 2: Change of username or "
                             "service not allowed: (a,b) -> (c " ATTACKER " port 1: Change of "
                             "username or service not allowed: (d,e)"));
}

static void a_repeated_message_is_one_event_with_a_count(void **state)
{
    struct one_line one = one_line_read(
        "sshd", LINE("sshd", "message repeated 3 times: [ Failed password for root from " PEER
                             " port 2 ssh2]"));

    (void)state;
    assert_true(one_line_has(&one, "repeat_count", "3"));
    assert_true(one_line_column(&one, COLUMN_source_ip, PEER));
    one_line_done(&one);
}

static void the_host_of_pam_is_the_last_that_a_user_follows(void **state)
{
    (void)state;
    assert_source("pam",
                  LINE("d", "pam_unix(d:auth): authentication failure; logname= uid=0 euid=0 tty=x "
                            "ruser=x rhost=" ATTACKER " rhost=" PEER),
                  PEER);
    assert_source("pam",
                  LINE("d", "pam_unix(d:auth): authentication failure; logname= uid=0 euid=0 tty=x "
                            "ruser= rhost=" PEER "  user=x rhost=" ATTACKER),
                  PEER);
}

static void a_field_of_sudo_that_stands_twice_is_not_believed(void **state)
{
    struct one_line twice = one_line_read(
        "sudo", LINE("sudo", "alice : TTY=pts/0 ; PWD=/ ; USER=bob ; COMMAND=/bin/ls ; USER=root ; "
                             "COMMAND=/bin/sh"));
    struct one_line once = one_line_read(
        "sudo",
        LINE("sudo", "alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c \"a ; b\""));

    (void)state;
    assert_null(event_get(twice.event, S("USER")).p);
    assert_true(one_line_column(&twice, COLUMN_user_name, "alice"));
    assert_true(one_line_has(&once, "USER", "root"));
    assert_true(one_line_has(&once, "COMMAND", "/bin/sh -c \"a ; b\""));
    one_line_done(&twice);
    one_line_done(&once);
}

static void who_doas_ran_as_is_told_when_it_is_sure(void **state)
{
    struct one_line sure = one_line_read("doas", LINE("doas", "a ran command ls as root from /x"));
    struct one_line unsure =
        one_line_read("doas", LINE("doas", "a ran command ls as bob from /y as root from /x"));

    (void)state;
    assert_true(one_line_has(&sure, "target_user", "root"));
    assert_null(event_get(unsure.event, S("target_user")).p);
    one_line_done(&sure);
    one_line_done(&unsure);
}

static void what_icmp_quotes_is_not_the_packet(void **state)
{
    struct one_line one = one_line_read(
        "netfilter",
        LINE("kernel", "DROP IN=eth0 OUT= SRC=" PEER " DST=192.0.2.1 LEN=84 PROTO=ICMP TYPE=3 "
                       "[SRC=" ATTACKER " DST=192.0.2.9 PROTO=TCP SPT=1 DPT=2 ]"));

    (void)state;
    assert_true(one_line_column(&one, COLUMN_source_ip, PEER));
    assert_true(one_line_column(&one, COLUMN_source_port, ""));
    one_line_done(&one);
}

static void the_prefix_tells_what_became_of_a_packet(void **state)
{
    static const char packet[] = "IN=eth0 OUT= SRC=192.0.2.7 DST=192.0.2.1 LEN=84 PROTO=UDP";
    static const struct {
        const char *prefix;
        enum outcome outcome;
    } cases[] = {
        {"[UFW BLOCK] ", OUTCOME_FAILURE},
        {"[ 12.5] [UFW ALLOW] ", OUTCOME_SUCCESS},
        {"filter_IN_public_REJECT: ", OUTCOME_FAILURE},
        {"DROP(src wan)", OUTCOME_FAILURE},
        {"FORWARD: ", OUTCOME_UNTOLD},
        {"DROPLET: ", OUTCOME_UNTOLD},
        {"", OUTCOME_UNTOLD},
    };

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        char line[256];
        snprintf(line, sizeof line, "Nov 24 10:00:00 h kernel: %s%s", cases[i].prefix, packet);
        struct one_line one = one_line_read("netfilter", str_from(line));
        assert_int_equal(one.columns.outcome, cases[i].outcome);
        one_line_done(&one);
    }
}

static void names_of_users_cannot_move_addresses_of_other_daemons(void **state)
{
    (void)state;
    assert_source(
        "dropbear",
        LINE("dropbear", "Bad password attempt for 'x' from " ATTACKER ":1' from " PEER ":2"),
        PEER);
    assert_source("xrdp",
                  LINE("xrdp-sesman",
                       "[INFO ] AUTHFAIL: user=x ip=" ATTACKER " time=1 ip=::ffff:" PEER " time=2"),
                  PEER);
    assert_source(
        "uwimap",
        LINE("imapd", "Login failed user=x auth=x host=h [" ATTACKER "] auth=x host=h [" PEER "]"),
        PEER);
    assert_source("screensharing",
                  LINE("screensharingd",
                       "Authentication: FAILED :: User Name: x :: Viewer Address: " ATTACKER
                       " :: Type: DH :: Viewer Address: " PEER " :: Type: DH"),
                  PEER);
    assert_source("login",
                  LINE("login", "FAILED LOGIN 2 FROM " PEER " FOR x FROM " ATTACKER
                                " FOR y, Authentication failure"),
                  PEER);
    assert_source("kerberos",
                  LINE("krb5kdc", "AS_REQ (1 etypes {18}) " PEER ": CLIENT_NOT_FOUND: x for y, "
                                  "AS_REQ (1 etypes {18}) " ATTACKER ": ISSUE: z for w, reason"),
                  PEER);
}

static void a_port_behind_a_mapped_address_is_told_from_it(void **state)
{
    struct one_line mapped = one_line_read(
        "dropbear", LINE("dropbear", "Bad password attempt for 'x' from ::ffff:" PEER ":22"));
    struct one_line bare = one_line_read(
        "dropbear", LINE("dropbear", "Bad password attempt for 'x' from 2001:db8::7:22"));

    (void)state;
    assert_true(one_line_column(&mapped, COLUMN_source_ip, PEER));
    assert_true(one_line_column(&mapped, COLUMN_source_port, "22"));
    assert_true(one_line_column(&bare, COLUMN_source_ip, "")); /* it may be all address */
    one_line_done(&mapped);
    one_line_done(&bare);
}

static void a_name_that_bind_is_asked_for_is_no_address(void **state)
{
    (void)state;
    assert_source("named",
                  LINE("named", "client " PEER "#2 (a\\)\\ " ATTACKER
                                "#1): query (cache) 'a\\)\\ " ATTACKER "#1/A/IN' denied"),
                  PEER);
    assert_no_source("named", LINE("named", "client x#2: query (cache) 'a/A/IN' denied"));
}

static void the_code_of_an_ldap_result_is_its_outcome(void **state)
{
    struct one_line good =
        one_line_read("slapd", LINE("slapd", "conn=1 op=0 RESULT tag=97 err=0 text="));
    struct one_line bad =
        one_line_read("slapd", LINE("slapd", "conn=1 op=0 RESULT tag=97 err=49 text="));

    (void)state;
    assert_int_equal(good.columns.outcome, OUTCOME_SUCCESS);
    assert_int_equal(bad.columns.outcome, OUTCOME_FAILURE);
    one_line_done(&good);
    one_line_done(&bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_of_sshd_cannot_write_an_address),
        cmocka_unit_test(what_a_client_says_behind_its_address_is_no_address),
        cmocka_unit_test(a_repeated_message_is_one_event_with_a_count),
        cmocka_unit_test(the_host_of_pam_is_the_last_that_a_user_follows),
        cmocka_unit_test(a_field_of_sudo_that_stands_twice_is_not_believed),
        cmocka_unit_test(who_doas_ran_as_is_told_when_it_is_sure),
        cmocka_unit_test(what_icmp_quotes_is_not_the_packet),
        cmocka_unit_test(the_prefix_tells_what_became_of_a_packet),
        cmocka_unit_test(names_of_users_cannot_move_addresses_of_other_daemons),
        cmocka_unit_test(a_port_behind_a_mapped_address_is_told_from_it),
        cmocka_unit_test(a_name_that_bind_is_asked_for_is_no_address),
        cmocka_unit_test(the_code_of_an_ldap_result_is_its_outcome),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
