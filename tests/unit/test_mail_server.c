/* test_mail_server.c - Postfix, Dovecot, Exim and Sendmail: logons, refusals, and what clients
 * write to be taken for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_logon.h"

#define AT "Nov 24 10:00:00 mail1 "

static void postfix_tells_who_logged_on_and_who_could_not(void **state)
{
    static const struct one_logon rows[] = {
        {AT "postfix/smtpd[1]: 83B741009C: client=pc.example.com[192.0.2.7], sasl_method=PLAIN, "
            "sasl_username=alice",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {AT "postfix/smtps/smtpd[1]: warning: unknown[2001:db8::7]:55: SASL LOGIN authentication "
            "failed: UGFzc3dvcmQ6",
         OUTCOME_FAILURE, "2001:db8::7", ""},
        {AT "postfix/smtpd[1]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, "
            "sasl_username=root",
         OUTCOME_FAILURE, "192.0.2.7", "root"},
        {AT "postfix/smtpd[1]: warning: unknown[192.0.2.7]: SASL DIGEST-MD5 authentication failed: "
            "Invalid authentication mechanism",
         OUTCOME_UNTOLD, "192.0.2.7", ""},
        {AT "postfix/smtpd[1]: disconnect from unknown[192.0.2.7] ehlo=1 auth=0/1 commands=1/2",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "postfix/smtpd[1]: disconnect from unknown[192.0.2.7] ehlo=1 quit=1 commands=2",
         OUTCOME_SUCCESS, "192.0.2.7", ""},
    };

    (void)state;
    one_logon_check("postfix", rows, countof(rows));
}

static void postfix_takes_no_address_from_what_a_client_writes(void **state)
{
    static const struct one_logon rows[] = {
        {AT "postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <\"x> from "
            "y[198.51.100.66]: \"@example.com>: no; from=<a@example.com> "
            "to=<b@example.com> proto=ESMTP helo=<z from y[198.51.100.66]>",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "postfix/cleanup[1]: 83B741009C: reject: header Subject: x from y[192.0.2.7]; "
            "from=<a@example.com> to=<b@example.com> proto=ESMTP helo=<z>: 5.7.1 no",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "postfix/cleanup[1]: 83B741009C: reject: header Subject: x from y[198.51.100.66]; "
            "from=<> from z[192.0.2.7]; from=<a@example.com> to=<b@example.com> proto=ESMTP "
            "helo=<z>: 5.7.1 no",
         OUTCOME_FAILURE, "", ""},
        {AT "postfix/smtpd[1]: connect from 198.51.100.66.example.com[192.0.2.7]", OUTCOME_SUCCESS,
         "192.0.2.7", ""},
        {AT "postfix/smtpd[1]: connect from 198.51.100.66", OUTCOME_UNTOLD, "", ""},
    };

    (void)state;
    one_logon_check("postfix", rows, countof(rows));
}

static void postfix_tells_where_a_mail_went_and_how_that_ended(void **state)
{
    struct one_line sent = one_line_read(
        "postfix",
        S(AT "postfix/smtp[1]: 83B741009C: to=<b@example.net>, "
             "relay=mx.example.net[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, "
             "status=sent (250 Ok: queued as 4BxYz12345)"));
    struct one_line forged = one_line_read(
        "postfix",
        S(AT
          "postfix/smtp[1]: 83B741009C: to=<\"x>, relay=y[203.0.113.66]:25, status=sent (z\""
          "@example.net>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (no)"));

    (void)state;
    assert_true(one_line_column(&sent, COLUMN_destination_ip, "198.51.100.9"));
    assert_true(one_line_column(&sent, COLUMN_email_to, "b@example.net"));
    assert_true(one_line_has(&sent, "remote_queue_id", "4BxYz12345"));
    assert_int_equal(sent.columns.outcome, OUTCOME_SUCCESS);
    assert_true(one_line_column(&forged, COLUMN_destination_ip, ""));
    assert_int_equal(forged.columns.outcome, OUTCOME_FAILURE);
    one_line_done(&sent);
    one_line_done(&forged);
}

static void dovecot_tells_failed_logons_in_each_of_its_ways(void **state)
{
    static const struct one_logon rows[] = {
        {AT "dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=192.0.2.7, "
            "lip=198.51.100.1, mpid=1, TLS",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {AT "dovecot: pop3-login: Disconnected (auth failed, 1 attempts): user=<bob>, "
            "method=PLAIN, rip=192.0.2.7, lip=198.51.100.1",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {AT "dovecot: pop3-login: Disconnected (no auth attempts in 1 secs): user=<>, "
            "rip=192.0.2.7, lip=198.51.100.1",
         OUTCOME_UNTOLD, "192.0.2.7", ""},
        {AT "dovecot: auth-worker(1): sql(bob,192.0.2.7): unknown user", OUTCOME_FAILURE,
         "192.0.2.7", "bob"},
        {"Nov 24 10:00:00 auth(bob,192.0.2.7,sasl:plain)<abc>: Info: sql: Password mismatch",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {AT "dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<x>, method=PLAIN, "
            "rip=198.51.100.66, lip=1.1.1.1>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1",
         OUTCOME_FAILURE, "192.0.2.7", "x>, method=PLAIN, rip=198.51.100.66, lip=1.1.1.1"},
        {AT "dovecot-auth: pam_unix(dovecot:auth): authentication failure; logname= uid=0 euid=0 "
            "tty=dovecot ruser=rhost=198.51.100.66 rhost=192.0.2.7",
         OUTCOME_FAILURE, "192.0.2.7", "rhost=198.51.100.66"},
    };

    (void)state;
    one_logon_check("dovecot", rows, countof(rows));
}

static void exim_reads_the_host_before_what_it_wrote(void **state)
{
    static const struct one_logon rows[] = {
        {"2026-11-24 10:00:00 plain authenticator failed for (x) [192.0.2.7]:1: 535 Incorrect "
         "authentication data (set_id=alice)",
         OUTCOME_FAILURE, "192.0.2.7", "alice"},
        {"2026-11-24 10:00:00 H=y (x) [192.0.2.7] F=<\"(x) [198.51.100.66]\"@example.com> rejected "
         "RCPT <b@example.com>: no",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {"2026-11-24 10:00:00 SMTP protocol error in \"AUTH x\" H=(x) [198.51.100.66]\" H=(y) "
         "[192.0.2.7] AUTH command used when not advertised",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {"2026-11-24 10:00:00 SMTP protocol synchronization error (x): rejected \"NOOP\" "
         "H=[198.51.100.66]\" H=[192.0.2.7] next input=\"\"",
         OUTCOME_FAILURE, "", ""},
        {"2026-11-24 10:00:00 1abcde-000001-AB <= a@example.com H=y (x) [192.0.2.7] P=esmtpsa "
         "A=plain:alice S=1",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {"2026-11-24 10:00:00 1abcde-000001-AB ** b@example.net R=r T=t H=z [198.51.100.9]: no",
         OUTCOME_FAILURE, "", ""},
    };

    (void)state;
    one_logon_check("exim", rows, countof(rows));
}

static void sendmail_takes_the_relay_that_is_its_own(void **state)
{
    static const struct one_logon rows[] = {
        {AT "sm-mta[1]: x2TMpAlI024202: ruleset=check_rcpt, arg1=<b@example.com>, relay=y "
            "[192.0.2.7], reject=550 5.7.1 no",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "sm-mta[1]: x2TMpAlI024202: from=<a@example.com>, size=1, nrcpts=1, msgid=<x>, relay=y "
            "[198.51.100.66], proto=SMTP, daemon=MTA, relay=[192.0.2.7]",
         OUTCOME_SUCCESS, "192.0.2.7", ""},
        {AT "sm-mta[1]: x2TMpAlI024202: ruleset=check_rcpt, arg1=<\"a>, relay=[198.51.100.66], "
            "reject=x\"@example.com>, relay=203.0.113.66.example.com [192.0.2.7], reject=550 no",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "sm-mta[1]: x2TMpAlI024202: from=<a@example.com>, size=0, nrcpts=0, proto=SMTP, "
            "daemon=MTA, relay=[192.0.2.7]",
         OUTCOME_UNTOLD, "192.0.2.7", ""},
        {AT "sm-mta[1]: AUTH=server, relay=y [192.0.2.7], authid=alice, mech=LOGIN, bits=0",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {AT "sm-mta[1]: x2TMpAlI024202: to=<b@example.com>, relay=z. [198.51.100.9], dsn=2.0.0, "
            "stat=Sent (ok)",
         OUTCOME_SUCCESS, "", ""},
    };

    (void)state;
    one_logon_check("sendmail", rows, countof(rows));
}

static void a_filter_names_who_connected_and_not_what_a_mail_says(void **state)
{
    static const struct one_logon rows[] = {
        {AT "amavis[1]: (1-2) Blocked SPAM {DiscardedInbound}, LOCAL [192.0.2.7]:5 [192.0.2.8] "
            "<a> -> <b@example.com>, Queue-ID: A, Message-ID: <x [198.51.100.66]:1 <c> -> <d>, "
            "Queue-ID: B>, mail_id: C, Hits: 9, size: 1, 2 ms",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {AT "amavis[1]: (1-2) Passed CLEAN {RelayedInbound}, [192.0.2.7]:5 <a@example.org> -> "
            "<b@example.com>, mail_id: C, Hits: -, size: 1, 2 ms",
         OUTCOME_SUCCESS, "192.0.2.7", ""},
    };
    struct one_line one = one_line_read("mail_filter", str_from(rows[0].line));

    (void)state;
    one_logon_check("mail_filter", rows, countof(rows));
    assert_true(one_line_has(&one, "queue_id", "A"));
    assert_true(one_line_has(&one, "origin_ip", "192.0.2.8"));
    one_line_done(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postfix_tells_who_logged_on_and_who_could_not),
        cmocka_unit_test(postfix_takes_no_address_from_what_a_client_writes),
        cmocka_unit_test(postfix_tells_where_a_mail_went_and_how_that_ended),
        cmocka_unit_test(dovecot_tells_failed_logons_in_each_of_its_ways),
        cmocka_unit_test(exim_reads_the_host_before_what_it_wrote),
        cmocka_unit_test(sendmail_takes_the_relay_that_is_its_own),
        cmocka_unit_test(a_filter_names_who_connected_and_not_what_a_mail_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
