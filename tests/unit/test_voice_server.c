/* test_voice_server.c - servers of mailboxes, calls, messages and files: logons, and names that try
 * to be more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_logon.h"

#define AT "Nov 24 10:00:00 a1 "

static void calls_are_refused_to_the_address_behind_the_caller(void **state)
{
    static const struct one_logon asterisk[] = {
        {"[2026-11-24 10:00:00] NOTICE[1] chan_sip.c: Registration from '\"x\" <sip:x@y>' failed "
         "for "
         "'192.0.2.7:5060' - Wrong password",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {"[2026-11-24 10:00:00] NOTICE[1] chan_sip.c: Registration from 'x' failed for "
         "'198.51.100.66' - No' failed for '192.0.2.7:5060' - Wrong password",
         OUTCOME_FAILURE, "192.0.2.7", ""},
        {"[2026-11-24 10:00:00] SECURITY[1] res_security_log.c: SecurityEvent=\"SuccessfulAuth\","
         "AccountID=\"100\",SessionID=\"a\"b\",LocalAddress=\"IPV4/UDP/198.51.100.1/5060\","
         "RemoteAddress=\"IPV4/UDP/192.0.2.7/5060\",UsingPassword=\"1\"",
         OUTCOME_SUCCESS, "192.0.2.7", "100"},
        {"[2026-11-24 10:00:00] SECURITY[1] res_security_log.c: SecurityEvent=\"InvalidPassword\","
         "AccountID=\"x\",RemoteAddress=\"IPV4/UDP/198.51.100.66/5060\",SessionID=\"a\","
         "RemoteAddress=\"IPV4/UDP/192.0.2.7/5060\"",
         OUTCOME_FAILURE, "", "x"},
    };
    static const struct one_logon freeswitch[] = {
        {"2026-11-24 10:00:00.1 [WARNING] sofia_reg.c:1 SIP auth failure (REGISTER) on sofia "
         "profile "
         "'internal' for [100] from ip 198.51.100.66] from ip 192.0.2.7",
         OUTCOME_FAILURE, "192.0.2.7", "100] from ip 198.51.100.66"},
        {"2026-11-24 10:00:00.1 [NOTICE] switch_channel.c:1 New Channel x", OUTCOME_UNTOLD, "", ""},
    };

    (void)state;
    one_logon_check("asterisk", asterisk, countof(asterisk));
    one_logon_check("freeswitch", freeswitch, countof(freeswitch));
}

static void mailboxes_are_refused_to_the_address_that_the_server_names(void **state)
{
    static const struct one_logon courier[] = {
        {AT "imapd: LOGIN FAILED, user=x, ip=[198.51.100.66], ip=[192.0.2.7]", OUTCOME_FAILURE,
         "192.0.2.7", "x, ip=[198.51.100.66]"},
        {AT "imapd: LOGIN, user=alice, ip=[192.0.2.7], port=[1], protocol=IMAP", OUTCOME_SUCCESS,
         "192.0.2.7", "alice"},
    };
    static const struct one_logon cyrus[] = {
        {AT "cyrus/imap[1]: badlogin: y [192.0.2.7] plaintext x [198.51.100.66] SASL(-13): no",
         OUTCOME_FAILURE, "192.0.2.7", "x [198.51.100.66]"},
        {AT "cyrus/imap[1]: login: y [192.0.2.7] alice PLAIN User logged in", OUTCOME_SUCCESS,
         "192.0.2.7", "alice"},
    };
    static const struct one_logon uwimap[] = {
        {AT "ipop3d[1]: Login failed user=x host=y [198.51.100.66] auth=x host=y [192.0.2.7]",
         OUTCOME_FAILURE, "192.0.2.7", "x host=y [198.51.100.66]"},
        {AT "ipop3d[1]: Login user=alice host=[192.0.2.7] nmsgs=1/1", OUTCOME_SUCCESS, "192.0.2.7",
         "alice"},
    };
    static const struct one_logon domino[] = {
        {"2026-11-24 10:00:00   smtp: x [198.51.100.66] [192.0.2.7] authentication failure using "
         "internet password",
         OUTCOME_FAILURE, "192.0.2.7", "x [198.51.100.66]"},
    };
    static const struct one_logon zimbra[] = {
        {"2026-11-24 10:00:00,616 WARN  [t] [oip=192.0.2.7;ua=x;oip=198.51.100.66;] SoapEngine - "
         "handler exception",
         OUTCOME_FAILURE, "192.0.2.7", ""},
    };

    (void)state;
    one_logon_check("courier", courier, countof(courier));
    one_logon_check("cyrus", cyrus, countof(cyrus));
    one_logon_check("uwimap", uwimap, countof(uwimap));
    one_logon_check("domino", domino, countof(domino));
    one_logon_check("zimbra", zimbra, countof(zimbra));
}

static void samba_believes_one_remote_host_and_not_two(void **state)
{
    static const struct one_logon rows[] = {
        {"Auth: [SMB2,(null)] user [D]\\[alice] at [Tue, 24 Nov 2026 10:00:00.1 UTC] with [NTLMv2] "
         "status [NT_STATUS_OK] workstation [PC] remote host [ipv4:192.0.2.7:1] became "
         "[D]\\[alice] "
         "[S-1-5-1]. local host [ipv4:198.51.100.1:445]",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {"Auth: [SMB2,(null)] user [D]\\[alice] at [Tue, 24 Nov 2026 10:00:00.1 UTC] with [NTLMv2] "
         "status [NT_STATUS_WRONG_PASSWORD] workstation [PC] remote host [ipv6:2001:db8::7:1] "
         "mapped "
         "to [D]\\[alice]. local host [ipv4:198.51.100.1:445]",
         OUTCOME_FAILURE, "2001:db8::7", "alice"},
        {"Auth: [SMB2,(null)] user [D]\\[x] at [Tue, 24 Nov 2026 10:00:00.1 UTC] with [NTLMv2] "
         "status [NT_STATUS_NO_SUCH_USER] workstation [P] remote host [ipv4:198.51.100.66:1] "
         "remote "
         "host [ipv4:192.0.2.7:1] mapped to [D]\\[x]. local host [ipv4:198.51.100.1:445]",
         OUTCOME_UNTOLD, "", ""},
    };

    (void)state;
    one_logon_check("samba", rows, countof(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_refused_to_the_address_behind_the_caller),
        cmocka_unit_test(mailboxes_are_refused_to_the_address_that_the_server_names),
        cmocka_unit_test(samba_believes_one_remote_host_and_not_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
