/* Syslog: what is read from the envelopes that RFC 3164 and RFC 5424 describe, from those that
 * devices and daemons send, and what becomes of a record that is none. */
#include "base/buf.h"
#include "formats/format.h"
#include "text/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_syslog;

enum { DATA_MAX = 4096 };

/* 2026-11-24T12:00:00Z */
#define REFERENCE_NS (INT64_C(1795521600) * NS_PER_S)

struct fixture {
    struct buf seen; /* "name=value;" of each field, "null" for one without; a line an event */
    struct buf time; /* "2026-11-24T10:00:00Z yz", with a letter for what was guessed */
    struct buf sources;
    struct buf problems; /* "RECORD@OFFSET reason" */
    uint64_t units;
    uint32_t layout;
    struct arena *arena; /* of the batch */
};

static void on_event(void *ctx, struct event *ev)
{
    struct fixture *f = ctx;
    char text[TIME_TEXT_MAX];

    event_settle(ev, f->arena);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *field = &ev->fields[i];
        str value = field->type == VALUE_NULL ? S("null") : field->value;
        buf_printf(&f->seen, "%s" STR_FMT "=" STR_FMT ";",
                   field->flags & FIELD_CONTINUES ? "+" : "", STR_ARG(field->name), STR_ARG(value));
    }
    buf_char(&f->seen, '\n');
    if (ev->has_time) {
        time_format(ev->time_ns, ev->time_digits, text);
        buf_printf(&f->time, "%s%s%s%s", text, ev->time_guess ? " " : "",
                   ev->time_guess & TIME_GUESS_YEAR ? "y" : "",
                   ev->time_guess & TIME_GUESS_ZONE ? "z" : "");
    }
    for (uint32_t i = 0; i < ev->logsource_count; i++)
        buf_printf(&f->sources, STR_FMT " ", STR_ARG(ev->logsources[i].service));
    f->layout = ev->layout;
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct fixture *f = ctx;

    buf_printf(&f->problems, "%u@%u %s\n", (unsigned)p->record, (unsigned)p->offset, p->text);
}

static void feed_at(struct fixture *f, str data, int64_t reference_ns, bool lazy)
{
    const struct stream stream = {
        .path = S("x"), .format = &format_syslog, .time = {.reference_ns = reference_ns}};
    const struct decode_sink sink = {
        .ctx = f, .lazy = lazy, .event = on_event, .problem = on_problem};
    char *copy = malloc(data.n + BATCH_PADDING);
    struct batch b = {.stream = &stream, .data = copy, .n = data.n, .arena = arena_new(4096)};
    void *decoder = format_syslog.open(&format_syslog);

    assert_non_null(copy);
    memset(copy + data.n, 0, BATCH_PADDING);
    if (data.n)
        memcpy(copy, data.p, data.n);
    *f = (struct fixture){.seen = buf_make(1 << 20),
                          .time = buf_make(1 << 16),
                          .sources = buf_make(1 << 16),
                          .problems = buf_make(1 << 16),
                          .arena = b.arena};
    format_syslog.feed(decoder, &b, &sink);
    f->units = b.units;
    format_syslog.close(decoder);
    arena_free(b.arena);
    free(copy);
}

static void done(struct fixture *f)
{
    buf_done(&f->seen);
    buf_done(&f->time);
    buf_done(&f->sources);
    buf_done(&f->problems);
}

/* One record, which is in order: its fields without their last semicolon. */
static void assert_fields(const char *record, const char *want)
{
    for (int lazy = 0; lazy < 2; lazy++) {
        struct fixture f;
        struct buf line = buf_make(1 << 16);
        feed_at(&f, str_from(record), REFERENCE_NS, lazy);
        buf_printf(&line, "%s;\n", want);
        assert_string_equal(buf_cstr(&f.seen), buf_cstr(&line));
        assert_string_equal(buf_cstr(&f.problems), "");
        buf_done(&line);
        done(&f);
    }
}

static void assert_time(const char *record, const char *want)
{
    struct fixture f;

    feed_at(&f, str_from(record), REFERENCE_NS, true);
    assert_string_equal(buf_cstr(&f.time), want);
    assert_string_equal(buf_cstr(&f.problems), "");
    done(&f);
}

static void assert_sources(const char *record, const char *want)
{
    struct fixture f;

    feed_at(&f, str_from(record), REFERENCE_NS, true);
    assert_string_equal(buf_cstr(&f.sources), want);
    done(&f);
}

static void assert_problem(const char *record, const char *want_fields, const char *why)
{
    struct fixture f;
    struct buf line = buf_make(1 << 16), problem = buf_make(1 << 16);

    feed_at(&f, str_from(record), REFERENCE_NS, true);
    buf_printf(&line, "%s;\n", want_fields);
    buf_printf(&problem, "0@0 %s\n", why);
    assert_string_equal(buf_cstr(&f.seen), buf_cstr(&line));
    assert_string_equal(buf_cstr(&f.problems), buf_cstr(&problem));
    buf_done(&line);
    buf_done(&problem);
    done(&f);
}

static void the_records_of_rfc_3164_are_read(void **state)
{
    (void)state;
    assert_fields("<34>Oct 11 22:14:15 mymachine su: 'su root' failed on /dev/pts/8",
                  "message='su root' failed on /dev/pts/8;hostname=mymachine;program=su;"
                  "priority=34;facility=auth;severity=crit");
    assert_fields("Nov 24 10:00:00 web1 sshd[712]: Failed password for root",
                  "message=Failed password for root;hostname=web1;program=sshd;pid=712");
}

static void the_records_of_rfc_5424_are_read(void **state)
{
    (void)state;
    assert_fields("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - "
                  "\xEF\xBB\xBF'su root' failed",
                  "message='su root' failed;hostname=mymachine.example.com;program=su;priority=34;"
                  "facility=auth;severity=crit;msgid=ID47");
    assert_fields("<165>1 2003-10-11T22:14:15.003Z h app 8710-a - "
                  "[a@1 x=\"1\" y=\"q\\\"b\\\\s\\]e\\n\"][b@2 x=\"2\" x=\"3\"][c] text",
                  "message=text;hostname=h;program=app;pid=8710-a;priority=165;facility=local4;"
                  "severity=notice;a@1.x=1;a@1.y=q\"b\\s]e\\n;b@2.x=2;+b@2.x=3;c=null");
    assert_fields("<13>1 - - - - - -", "message=;priority=13;facility=user;severity=notice");
}

static void a_broken_header_of_rfc_5424_leaves_the_text(void **state)
{
    (void)state;
    assert_problem("<13>1 2026-11-24T10:00:00Z h app - -",
                   "message=<13>1 2026-11-24T10:00:00Z h app - -;priority=13;facility=user;"
                   "severity=notice",
                   "a header of RFC 5424 that ends early");
    assert_problem("<13>1 - h a - - [x y=\"] m",
                   "message=<13>1 - h a - - [x y=\"] m;priority=13;facility=user;severity=notice",
                   "structured data that does not end");
    assert_problem("<13>1 - h a - - text",
                   "message=<13>1 - h a - - text;priority=13;facility=user;severity=notice",
                   "neither structured data nor a dash for none");
    assert_problem("<13>1 2026-13-24T10:00:00Z h a - - - m",
                   "message=<13>1 2026-13-24T10:00:00Z h a - - - m;priority=13;facility=user;"
                   "severity=notice",
                   "a time that does not exist");
}

static void a_priority_above_191_is_told_and_the_rest_is_read(void **state)
{
    (void)state;
    assert_problem("<192>Nov 24 10:00:00 h sshd[1]: m", "message=m;hostname=h;program=sshd;pid=1",
                   "a priority above 191");
    assert_fields("<191>Nov 24 10:00:00 h sshd[1]: m",
                  "message=m;hostname=h;program=sshd;pid=1;priority=191;facility=local7;"
                  "severity=debug");
    assert_fields("<007>Nov 24 10:00:00 h a: m",
                  "message=m;hostname=h;program=a;priority=7;facility=kern;severity=debug");
}

static void text_without_priority_and_time_is_a_problem_and_an_event(void **state)
{
    (void)state;
    assert_problem("  at Foo.bar(Foo.java:12)", "message=  at Foo.bar(Foo.java:12)",
                   "neither a priority nor a time at its front");
    assert_problem("Nov 31 10:00:00 h a: m", "message=Nov 31 10:00:00 h a: m",
                   "a time that does not exist");
    assert_problem("{\"a\":1}", "message={\"a\":1}", "neither a priority nor a time at its front");
    assert_problem("<abc>x", "message=<abc>x", "neither a priority nor a time at its front");
}

static void a_priority_alone_is_enough(void **state)
{
    (void)state;
    assert_fields("<13>just text", "message=just text;priority=13;facility=user;severity=notice");
    assert_fields("<34>su[3]: text",
                  "message=text;program=su;pid=3;priority=34;facility=auth;severity=crit");
    assert_fields("<189>date=2026-11-24 devname=\"f\"",
                  "message=date=2026-11-24 devname=\"f\";priority=189;facility=local7;"
                  "severity=notice");
}

static void what_octet_counting_left_is_taken_off(void **state)
{
    (void)state;
    assert_fields("38 <13>Nov 24 10:00:00 h a: m",
                  "message=m;hostname=h;program=a;priority=13;facility=user;severity=notice");
}

static void tags_are_told_from_other_words(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 h CRON[12]: (root) CMD (x)",
                  "message=(root) CMD (x);hostname=h;program=CRON;pid=12;user=root;command=x");
    assert_fields("Nov 24 10:00:00 h postfix/smtpd[3]: m",
                  "message=m;hostname=h;program=postfix/smtpd;pid=3");
    assert_fields("Nov 24 10:00:00 h sshd-session[9] m",
                  "message=m;hostname=h;program=sshd-session;pid=9");
    assert_fields("Nov 24 10:00:00 h su(pam_unix)[9]: m",
                  "message=m;hostname=h;program=su(pam_unix);pid=9");
    assert_fields("Nov 24 10:00:00 h python3 [9]: m", "message=m;hostname=h;program=python3;pid=9");
    assert_fields("Nov 24 10:00:00 h kernel: [ 12.5] m",
                  "message=[ 12.5] m;hostname=h;program=kernel");
    assert_fields("Nov 24 10:00:00 h EFC:0|v|p|1|2|n|3|a=b",
                  "message=EFC:0|v|p|1|2|n|3|a=b;hostname=h");
    assert_fields("Nov 24 10:00:00 h {\"a\" 1", "message={\"a\" 1;hostname=h");
}

static void a_tag_that_nothing_ends_stays_in_the_message(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 r1 system,info user admin logged in",
                  "message=system,info user admin logged "
                  "in;hostname=r1;program=system,info;topics=system,info;level=info");
    assert_fields("Nov 24 10:00:00 h last message repeated 3 times",
                  "message=last message repeated 3 times;hostname=h");
}

static void the_host_may_be_missing_or_odd(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 sshd[1]: m", "message=m;program=sshd;pid=1");
    assert_fields("Nov 24 10:00:00 last message repeated 3 times",
                  "message=last message repeated 3 times");
    assert_fields("Nov 24 10:00:00 [192.0.2.1] a: m", "message=m;hostname=192.0.2.1;program=a");
    assert_fields("Nov 24 10:00:00 fe80::1 a: m", "message=m;hostname=fe80::1;program=a");
    assert_fields("Nov 24 10:00:00 u@h/x a: m", "message=m;hostname=u@h/x;program=a");
    assert_fields("Nov 24 10:00:00 Message forwarded from aix1: su: m",
                  "message=m;hostname=aix1;program=su");
}

static void ciscos_numbers_and_marks_are_passed_over(void **state)
{
    (void)state;
    assert_fields("<189>123: *Nov 24 10:00:00.123 UTC: %SYS-5-CONFIG_I: Configured",
                  "message=%SYS-5-CONFIG_I: Configured;priority=189;facility=local7;"
                  "severity=notice;module=SYS;level=5;code=CONFIG_I;text=Configured");
    assert_fields("<189>123: r1: 000456: .Nov 24 10:00:00: %SYS-5-X: m",
                  "message=%SYS-5-X: m;hostname=r1;priority=189;facility=local7;"
                  "severity=notice;module=SYS;level=5;code=X;text=m");
    assert_fields("<166>Nov 24 2026 10:00:00 fw1 : %ASA-6-302013: Built",
                  "message=%ASA-6-302013: Built;hostname=fw1;priority=166;facility=local4;"
                  "severity=info;product=ASA;level=6;code=302013");
    assert_fields("Nov 24 10:00:00 r1 456: *Nov 24 09:59:59.1: %SYS-5-X: m",
                  "message=%SYS-5-X: m;hostname=r1;module=SYS;level=5;code=X;text=m");
}

static void times_come_in_many_shapes(void **state)
{
    (void)state;
    assert_time("Nov 24 10:00:00 h a: m", "2026-11-24T10:00:00Z yz");
    assert_time("Nov  4 10:00:00 h a: m", "2026-11-04T10:00:00Z yz");
    assert_time("Nov 04 10:00:00 h a: m", "2026-11-04T10:00:00Z yz");
    assert_time("Nov 4 10:00:00 h a: m", "2026-11-04T10:00:00Z yz");
    assert_time("Nov 24 10:00:00.25 h a: m", "2026-11-24T10:00:00.25Z yz");
    assert_time("Nov 24 10:00:00 2025 h a: m", "2025-11-24T10:00:00Z z");
    assert_time("Nov 24 2025 10:00:00 h a: m", "2025-11-24T10:00:00Z z");
    assert_time("<13>2025 Nov 24 10:00:00 UTC: %A-1-B: m", "2025-11-24T10:00:00Z");
    assert_time("Mon Nov 24 10:00:00 2025 h a: m", "2025-11-24T10:00:00Z z");
    assert_time("<13>Nov 24 10:00:00 EST: %A-1-B: m", "2026-11-24T15:00:00Z y");
    assert_time("2026-11-24T10:00:00.123+01:00 h a: m", "2026-11-24T09:00:00.123Z");
    assert_time("2026-11-24T10:00:00+0100 h a: m", "2026-11-24T09:00:00Z");
    assert_time("2026-11-24 10:00:00 h a: m", "2026-11-24T10:00:00Z z");
    assert_time("<13>1 - h a - - - m", "");
}

static void the_year_is_the_latest_that_is_not_a_week_ahead(void **state)
{
    (void)state;
    assert_time("Nov 30 10:00:00 h a: m", "2026-11-30T10:00:00Z yz");
    assert_time("Dec  1 11:59:59 h a: m", "2026-12-01T11:59:59Z yz");
    assert_time("Dec  1 12:00:01 h a: m", "2025-12-01T12:00:01Z yz");
    assert_time("Feb 29 10:00:00 h a: m", "2024-02-29T10:00:00Z yz");
}

static void without_a_reference_there_is_no_year(void **state)
{
    struct fixture f;

    (void)state;
    feed_at(&f, S("Nov 24 10:00:00 h a: m"), 0, true);
    assert_string_equal(buf_cstr(&f.time), "");
    assert_string_equal(buf_cstr(&f.problems), "");
    assert_string_equal(buf_cstr(&f.seen), "message=m;hostname=h;program=a;\n");
    done(&f);
}

static void a_stamp_that_is_repeated_is_the_same_time(void **state)
{
    struct fixture f;

    (void)state;
    feed_at(&f, S("Nov 24 10:00:00 h a: m\nNov 24 10:00:00 h a: m\nNov 24 10:00:01 h a: m\n"),
            REFERENCE_NS, true);
    assert_string_equal(buf_cstr(&f.time), "2026-11-24T10:00:00Z yz2026-11-24T10:00:00Z yz"
                                           "2026-11-24T10:00:01Z yz");
    assert_int_equal(f.units, 3);
    done(&f);
}

static void the_program_and_the_facility_tell_the_log_source(void **state)
{
    (void)state;
    assert_sources("Nov 24 10:00:00 h sshd-session[1]: m", "sshd auth syslog ");
    assert_sources("Nov 24 10:00:00 h sudo: m", "sudo auth syslog ");
    assert_sources("Nov 24 10:00:00 h /USR/SBIN/CRON[1]: m", "cron syslog ");
    assert_sources("Nov 24 10:00:00 h su(pam_unix)[1]: m", "auth syslog ");
    assert_sources("<86>Nov 24 10:00:00 h thing: m", "auth syslog ");
    assert_sources("<78>Nov 24 10:00:00 h thing: m", "cron syslog ");
    assert_sources("<14>Nov 24 10:00:00 h thing: m", "syslog ");
}

static void invalid_bytes_are_replaced(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 h a: x\xFFy", "message=x\xEF\xBF\xBDy;hostname=h;program=a");
}

static void records_of_the_same_names_share_a_layout(void **state)
{
    struct fixture f, g;

    (void)state;
    feed_at(&f, S("Nov 24 10:00:00 h a: m"), REFERENCE_NS, true);
    assert_int_not_equal(f.layout, 0);
    feed_at(&g, S("<13>1 - h a - - [x y=\"1\"] m"), REFERENCE_NS, true);
    assert_int_equal(g.layout, 0);
    done(&f);
    done(&g);
}

static void the_words_of_sudo_are_fields(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 h sudo:  ann : TTY=pts/0 ; USER=#-1 ; COMMAND=/bin/id -u x=1",
                  "message= ann : TTY=pts/0 ; USER=#-1 ; COMMAND=/bin/id -u x=1;hostname=h;"
                  "program=sudo;invoking_user=ann;TTY=pts/0;USER=#-1;"
                  "COMMAND=/bin/id -u x=1");
    assert_fields("Nov 24 10:00:00 h su: USER=x", "message=USER=x;hostname=h;program=su");
}

static void a_line_of_the_journal_has_no_time(void **state)
{
    (void)state;
    assert_fields("web1 app[12]: m", "message=m;hostname=web1;program=app;pid=12");
    assert_problem("web1 app: m", "message=web1 app: m",
                   "neither a priority nor a time at its front");
    assert_problem("12 app[12]: m", "message=12 app[12]: m",
                   "neither a priority nor a time at its front");
    assert_problem("INFO app[12]: m", "message=INFO app[12]: m",
                   "neither a priority nor a time at its front");
    assert_problem("web1 app[a]: m", "message=web1 app[a]: m",
                   "neither a priority nor a time at its front");
}

static void bsds_codes_are_a_priority(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 <4.6> h app[3]: m", "message=m;hostname=h;program=app;pid=3;"
                                                       "priority=38;facility=auth;severity=info");
    assert_fields("Nov 24 10:00:00 <authpriv.err> h app[3]: m",
                  "message=m;hostname=h;program=app;pid=3;priority=83;facility=authpriv;"
                  "severity=err");
    assert_fields("Nov 24 10:00:00 <4.9> h app[3]: m", "message=<4.9> h app[3]: m");
}

static void a_message_that_stands_for_several_is_one_event(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 h CRON[3]: message repeated 2 times: [ (root) CMD (x)]",
                  "message=message repeated 2 times: [ (root) CMD (x)];hostname=h;program=CRON;"
                  "pid=3;user=root;command=x;repeat_count=2");
    assert_fields("Nov 24 10:00:00 h CRON[3]: message repeated x times: [ (root) CMD (x)]",
                  "message=message repeated x times: [ (root) CMD (x)];hostname=h;program=CRON;"
                  "pid=3");
}

static void an_object_gives_its_fields_in_place_of_the_message(void **state)
{
    (void)state;
    assert_fields("<13>Nov 24 10:00:00 h app[3]: {\"a\":{\"b\":1},\"c\":\"x\\ty\"}",
                  "a.b=1;c=x\ty;hostname=h;program=app;pid=3;priority=13;facility=user;"
                  "severity=notice");
    assert_fields("Nov 24 10:00:00 h app: @cee: {\"a\":true} ", "a=true;hostname=h;program=app");
    assert_fields("<13>1 - h app - - [x y=\"1\"] {\"a\":1}",
                  "a=1;hostname=h;program=app;priority=13;facility=user;severity=notice;x.y=1");
    assert_fields("Nov 24 10:00:00 h {\"a\":1}", "a=1;hostname=h");
    assert_fields("Nov 24 10:00:00 h app: {}", "message={};hostname=h;program=app");
}

static void an_objects_own_names_go_before_the_envelopes(void **state)
{
    (void)state;
    assert_fields("<13>Nov 24 10:00:00 h app: {\"message\":\"m\",\"severity\":\"high\","
                  "\"pid\":7}",
                  "message=m;severity=high;pid=7;hostname=h;program=app;priority=13;facility=user");
}

static void what_only_looks_like_an_object_is_text(void **state)
{
    (void)state;
    assert_fields("Nov 24 10:00:00 h app: {\"a\":1", "message={\"a\":1;hostname=h;program=app");
    assert_fields("Nov 24 10:00:00 h app: {\"a\":}", "message={\"a\":};hostname=h;program=app");
    assert_fields("Nov 24 10:00:00 h app: {\"a\":1} {\"b\":2}",
                  "message={\"a\":1} {\"b\":2};hostname=h;program=app");
    assert_fields("Nov 24 10:00:00 h app: @cee: text", "message=@cee: text;hostname=h;program=app");
}

static void objects_of_known_layout_come_out_alike(void **state)
{
    static const char line[] = "<13>Nov 24 10:00:00 h app: {\"k\":\"v\\n\",\"n\":[\"1\",\"2\"]}\n";
    struct fixture f;
    struct buf data = buf_make(DATA_MAX), want = buf_make(DATA_MAX);

    (void)state;
    for (int i = 0; i < 5; i++) {
        buf_add(&data, str_from(line));
        buf_add(&want, S("k=v\n;n=1;+n=2;hostname=h;program=app;priority=13;facility=user;"
                         "severity=notice;\n"));
    }
    for (int lazy = 0; lazy < 2; lazy++) {
        feed_at(&f, buf_str(&data), REFERENCE_NS, lazy);
        assert_string_equal(buf_cstr(&f.seen), buf_cstr(&want));
        assert_int_equal(f.layout != 0, lazy);
        done(&f);
    }
    buf_done(&data);
    buf_done(&want);
}

static void the_kind_of_an_object_tells_its_log_source(void **state)
{
    (void)state;
    assert_sources("<13>Nov 24 10:00:00 h app: {\"a\":1}", "syslog ");
    /* Left to the tables of Windows. */
    assert_sources("<13>Nov 24 10:00:00 h app: {\"EventID\":1,\"Channel\":\"Security\"}", "");
    assert_sources("<13>Nov 24 10:00:00 h app: {\"eventSource\":\"s3.amazonaws.com\","
                   "\"eventName\":\"x\",\"eventVersion\":\"1.08\",\"awsRegion\":\"eu\","
                   "\"eventTime\":\"2026-11-24T09:00:00Z\"}",
                   "cloudtrail ");
}

static void the_time_of_an_object_goes_before_the_envelopes(void **state)
{
    (void)state;
    assert_time("<13>Nov 24 10:00:00 h app: {\"timestamp\":\"2026-11-24T09:59:58.5Z\"}",
                "2026-11-24T09:59:58.5Z");
    assert_time("<13>Nov 24 10:00:00 h app: {\"a\":1}", "2026-11-24T10:00:00Z yz");
}

static void only_lines_that_show_it_are_recognised(void **state)
{
    (void)state;
    assert_true(format_syslog.sniff(&format_syslog, S("<34>Oct 11 22:14:15 h su: m")) >= 80);
    assert_true(format_syslog.sniff(&format_syslog,
                                    S("Nov 24 10:00:00 h a[1]: m\nNov 24 10:00:00 h a: m\nNov")) >=
                80);
    assert_true(format_syslog.sniff(&format_syslog, S("2026-11-24T10:00:00.123+01:00 h a: m\n")) >=
                80);
    assert_true(format_syslog.sniff(&format_syslog, S("Nov 24 10:00:00 a[1]: m\n")) >= 80);
    assert_int_equal(format_syslog.sniff(&format_syslog, S("Nov 24 10:00:00 a: m\n")), 0);
    assert_int_equal(
        format_syslog.sniff(&format_syslog, S("2026-11-24T10:00:00Z INFO main: started\n")), 0);
    assert_int_equal(format_syslog.sniff(&format_syslog, S("Nov 24 10:00:00 and so on\n")), 0);
    assert_int_equal(format_syslog.sniff(&format_syslog, S("{\"a\":1}\n")), 0);
    assert_int_equal(format_syslog.sniff(&format_syslog, S("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_records_of_rfc_3164_are_read),
        cmocka_unit_test(the_records_of_rfc_5424_are_read),
        cmocka_unit_test(a_broken_header_of_rfc_5424_leaves_the_text),
        cmocka_unit_test(a_priority_above_191_is_told_and_the_rest_is_read),
        cmocka_unit_test(text_without_priority_and_time_is_a_problem_and_an_event),
        cmocka_unit_test(a_priority_alone_is_enough),
        cmocka_unit_test(what_octet_counting_left_is_taken_off),
        cmocka_unit_test(tags_are_told_from_other_words),
        cmocka_unit_test(a_tag_that_nothing_ends_stays_in_the_message),
        cmocka_unit_test(the_host_may_be_missing_or_odd),
        cmocka_unit_test(ciscos_numbers_and_marks_are_passed_over),
        cmocka_unit_test(times_come_in_many_shapes),
        cmocka_unit_test(the_year_is_the_latest_that_is_not_a_week_ahead),
        cmocka_unit_test(without_a_reference_there_is_no_year),
        cmocka_unit_test(a_stamp_that_is_repeated_is_the_same_time),
        cmocka_unit_test(the_program_and_the_facility_tell_the_log_source),
        cmocka_unit_test(invalid_bytes_are_replaced),
        cmocka_unit_test(records_of_the_same_names_share_a_layout),
        cmocka_unit_test(the_words_of_sudo_are_fields),
        cmocka_unit_test(a_line_of_the_journal_has_no_time),
        cmocka_unit_test(bsds_codes_are_a_priority),
        cmocka_unit_test(a_message_that_stands_for_several_is_one_event),
        cmocka_unit_test(an_object_gives_its_fields_in_place_of_the_message),
        cmocka_unit_test(an_objects_own_names_go_before_the_envelopes),
        cmocka_unit_test(what_only_looks_like_an_object_is_text),
        cmocka_unit_test(objects_of_known_layout_come_out_alike),
        cmocka_unit_test(the_kind_of_an_object_tells_its_log_source),
        cmocka_unit_test(the_time_of_an_object_goes_before_the_envelopes),
        cmocka_unit_test(only_lines_that_show_it_are_recognised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
