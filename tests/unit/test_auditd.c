/* The audit log: records joined to events however they are interleaved and cut, values decoded, and
 * what nobody can write into another field. */
#include "format_text.h"
#include "dialect/audit_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_auditd;

static void assert_has(const char *text, const char *part)
{
    assert_true(format_text_has(&format_auditd, text, part));
}

static uint32_t count_events(const char *text)
{
    struct buf seen = format_text(&format_auditd, str_from(text), 7);
    uint32_t n = 0;

    for (const char *p = buf_cstr(&seen); (p = strstr(p, "type=")); p++)
        n += p == buf_cstr(&seen) || p[-1] == '\n';
    buf_done(&seen);
    return n;
}

#define STAMP(n) "msg=audit(1795514400.000:" #n "): "

static void interleaved_records_of_two_events_are_joined(void **state)
{
    (void)state;
    const char *text = "type=SYSCALL " STAMP(
        1) "arch=c000003e syscall=59 success=yes\n"
           "type=SYSCALL " STAMP(2) "arch=c000003e syscall=2 success=no\n"
                                    "type=EXECVE " STAMP(1) "argc=1 a0=\"id\"\n"
                                                            "type=CWD " STAMP(
                                                                2) "cwd=\"/tmp\"\n"
                                                                   "type=EOE " STAMP(
                                                                       1) "\n"
                                                                          "type=EOE " STAMP(2) "\n";
    assert_has(text, "a0=id;CommandLine=id;ARCH=x86_64;SYSCALL=execve; success process_start");
    assert_has(text, "cwd=/tmp;ARCH=x86_64;SYSCALL=open; failure file_read");
    assert_int_equal(count_events(text), 2);
}

static void nodes_tell_events_of_one_number_apart(void **state)
{
    (void)state;
    assert_int_equal(
        count_events("node=a type=CWD " STAMP(1) "cwd=\"/a\"\n"
                                                 "node=b type=CWD " STAMP(1) "cwd=\"/b\"\n"),
        2);
    assert_int_equal(
        count_events("node=a type=CWD " STAMP(1) "cwd=\"/a\"\n"
                                                 "node=a type=CWD " STAMP(1) "cwd=\"/b\"\n"),
        1);
}

static void an_event_ends_when_the_log_has_gone_on(void **state)
{
    (void)state;
    struct buf seen = format_text(&format_auditd,
                                  S("type=CWD msg=audit(1795514400.000:1): cwd=\"/a\"\n"
                                    "type=CWD msg=audit(1795514403.000:2): cwd=\"/b\"\n"
                                    "type=CWD msg=audit(1795514400.000:1): cwd=\"/late\"\n"),
                                  1000);
    assert_non_null(strstr(buf_cstr(&seen), "cwd=/a; 2026"));
    assert_null(strstr(buf_cstr(&seen), "cwd=/a;+cwd=/late;"));
    buf_done(&seen);
}

static void hexadecimal_is_text_only_where_it_stands_for_it(void **state)
{
    (void)state;
    assert_has("type=CWD " STAMP(1) "cwd=2F746D702F6120\n", "cwd=/tmp/a ;");
    assert_has("type=CWD " STAMP(1) "cwd=\"2F746D702F6120\"\n", "cwd=2F746D702F6120;");
    assert_has("type=SYSCALL " STAMP(1) "a0=2F74 comm=6C73\n", "a0=2F74;comm=ls;");
}

static void a_split_argument_is_one(void **state)
{
    (void)state;
    assert_has("type=EXECVE " STAMP(1) "argc=2 a0=\"sh\" a1_len=8 a1[0]=2F746D70 a1[1]=2F78\n",
               "a0=sh;a1=/tmp/x;CommandLine=sh /tmp/x;");
}

static void a_name_that_somebody_chose_makes_no_other_field(void **state)
{
    (void)state;
    assert_has(
        "type=USER_LOGIN " STAMP(
            1) "pid=1 uid=0 msg='op=login acct=\"x addr=192.0.2.66 "
               "res=success\" exe=\"/usr/sbin/sshd\" hostname=h addr=203.0.113.5 terminal=ssh "
               "res=failed'\n",
        "acct=x addr=192.0.2.66 res=success;exe=/usr/sbin/sshd;hostname=h;addr=203.0.113.5;"
        "terminal=ssh;res=failed; failure logon");
    assert_has(
        "type=USER_LOGIN " STAMP(1) "pid=1 uid=0 msg='op=login acct=\"x\" pid=2 uid=7 "
                                    "addr=203.0.113.5 res=success addr=198.51.100.1 res=failed'\n",
        "pid=1;uid=0;op=login;acct=x;addr=198.51.100.1;res=failed; failure logon");
}

static void a_socket_is_told_with_its_port(void **state)
{
    (void)state;
    assert_has("type=SOCKADDR " STAMP(1) "saddr=02000050C63364500000000000000000\n",
               "saddr_fam=inet;laddr=198.51.100.80;lport=80;");
    assert_has("type=SOCKADDR " STAMP(1) "saddr=01002F746D702F7300\n",
               "saddr_fam=local;path=/tmp/s;");
    assert_has("type=SOCKADDR " STAMP(1) "saddr=0200\n", "saddr=0200; 2026");
}

static void what_is_no_record_is_told(void **state)
{
    (void)state;
    assert_has("type=SYSCALL msg=audit(x:1): a=b\n", "!no record of the audit log\n");
    assert_has("---- \ntype=CWD " STAMP(1) "cwd=\"/\"\n", "cwd=/;");
}

static void numbers_name_calls_of_three_machines(void **state)
{
    (void)state;
    assert_has("type=SYSCALL " STAMP(1) "arch=c000003e syscall=59\n", "SYSCALL=execve;");
    assert_has("type=SYSCALL " STAMP(1) "arch=40000003 syscall=11\n", "SYSCALL=execve;");
    assert_has("type=SYSCALL " STAMP(1) "arch=c00000b7 syscall=221\n", "SYSCALL=execve;");
    assert_has("type=SYSCALL " STAMP(1) "arch=c00000b7 syscall=9999\n",
               "syscall=9999;ARCH=aarch64; 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interleaved_records_of_two_events_are_joined),
        cmocka_unit_test(nodes_tell_events_of_one_number_apart),
        cmocka_unit_test(an_event_ends_when_the_log_has_gone_on),
        cmocka_unit_test(hexadecimal_is_text_only_where_it_stands_for_it),
        cmocka_unit_test(a_split_argument_is_one),
        cmocka_unit_test(a_name_that_somebody_chose_makes_no_other_field),
        cmocka_unit_test(a_socket_is_told_with_its_port),
        cmocka_unit_test(what_is_no_record_is_told),
        cmocka_unit_test(numbers_name_calls_of_three_machines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
