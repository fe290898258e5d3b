/*
 * Replay gives what the walker gives: for records of known shapes, and for what differs from them
 * in one byte.
 */
#include "../json_twin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char *const records[] = {
    /* flat, as NXLog writes it */
    "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProviderGuid\":\"{5770385F-C22A-43E0-BF4C-"
    "06F5698FFBD9}\",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"Task\":"
    "1,\"Hostname\":\"WS01.corp.example\",\"@timestamp\":\"2020-10-19T03:33:05.471Z\","
    "\"EventTime\":"
    "\"2020-10-18 23:33:05\",\"Image\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\",\"CommandLine\":"
    "\"cmd /c \\u0022whoami\\u0022 \\/all\",\"Threat Name\":\"x\",\"port\":0,\"Signed\":true,"
    "\"Empty\":\"\",\"None\":null,\"tags\":[\"a\",\"b\"],\"Ratio\":-1.5e3}",
    /* nested, as evtx_dump writes it */
    "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-Sysmon\","
    "\"Guid\":\"5770385F-C22A-43E0-BF4C-06F5698FFBD9\"}},\"EventID\":10,\"TimeCreated\":{"
    "\"#attributes\":{\"SystemTime\":\"2021-01-01T10:11:12.123456Z\"}},\"EventRecordID\":77,"
    "\"Channel\":\"Security\",\"Computer\":\"WS01\",\"Security\":null},\"EventData\":{"
    "\"ProcessGuid\":\"5770385F-C22A-43E0-BF4C-06F5698FFBD9\",\"Image\":\"C:\\\\a.exe\","
    "\"GrantedAccess\":null}}}",
    /* Winlogbeat */
    "{\"@timestamp\":\"2021-01-01T10:11:12.123Z\",\"winlog\":{\"channel\":\"Security\",\"event_"
    "id\":"
    "4624,\"provider_name\":\"Microsoft-Windows-Security-Auditing\",\"computer_name\":\"WS01\","
    "\"event_data\":{\"TargetUserName\":\"bob\",\"LogonType\":\"3\",\"param1\":\"x\"}}}",
    /* CloudTrail */
    "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::1:"
    "user/"
    "a\"},\"eventTime\":\"2021-01-01T10:11:12Z\",\"eventSource\":\"iam.amazonaws.com\","
    "\"eventName\":"
    "\"CreateUser\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"10.0.0.1\","
    "\"requestParameters\":"
    "{\"userName\":\"x\"},\"responseElements\":null,\"resources\":[{\"ARN\":\"a\"},{\"ARN\":\"b\"}]"
    "}",
    /* the journal */
    "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"_HOSTNAME\":\"lab\",\"_TRANSPORT\":"
    "\"syslog\",\"SYSLOG_IDENTIFIER\":\"sshd\",\"_COMM\":\"sshd\",\"MESSAGE\":\"session opened\"}",
    /* the journal, whose message a dialect takes apart */
    "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"_HOSTNAME\":\"lab\",\"_PID\":\"7\","
    "\"SYSLOG_IDENTIFIER\":\"sshd\",\"MESSAGE\":\"Failed password for root from 192.0.2.7 port "
    "50022 ssh2\"}",
    /* Docker's: the line has an escape behind it, and a time of its own */
    "{\"log\":\"192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 "
    "13\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-24T10:00:00.1Z\"}",
    /* Zeek: a value names the service */
    "{\"_path\":\"dns\",\"ts\":1600000000.5,\"id.orig_h\":\"10.0.0.1\",\"query\":\"example.com\"}",
    /* Suricata */
    "{\"timestamp\":\"2021-01-01T10:11:12.123456+0000\",\"flow_id\":77,\"event_type\":\"flow\","
    "\"src_ip\":\"10.0.0.1\",\"dest_ip\":\"10.0.0.2\"}",
    /* Elastic Defend */
    "{\"@timestamp\":\"2021-01-01T10:11:12Z\",\"agent\":{\"type\":\"endpoint\"},\"host\":{\"os\":{"
    "\"type\":\"windows\"}},\"event\":{\"category\":[\"process\"],\"type\":[\"start\"]},"
    "\"process\":{\"executable\":\"C:\\\\a.exe\"}}",
    /* no shape, with blanks */
    "{ \"a\" : \"b\", \"n\" : 12 , \"o\" : { \"p\" : [ ] , \"q\" : {} } , \"m\" : false }",
    "{\"time\":1600000000,\"Guid\":\"5770385F-C22A-43E0-BF4C-06F5698FFBD9\",\"l\":[1,2,3]}",
};

static void assert_equal(str text, size_t step, uint64_t *replayed)
{
    if (!json_twin_equal(text, step, replayed))
        fail_msg("they differ on: " STR_FMT, STR_ARG(text));
}

static void add_record(struct buf *out, const char *record)
{
    buf_add(out, str_from(record));
    buf_char(out, '\n');
}

static void records_of_known_shapes_are_replayed(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(records); i++) {
        struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
        uint64_t replayed = 0;
        for (int k = 0; k < 4; k++)
            add_record(&text, records[i]);
        assert_equal(buf_str(&text), text.n, &replayed);
        bool slow = i + 1 == countof(records); /* numbers in an array stay slow */
        if (replayed != (slow ? 0 : 3))
            fail_msg("record %zu: %llu were replayed", i, (unsigned long long)replayed);
    }
}

/* Behind the record that is learned comes one that differs from it in one byte. */
/* Every place is tried; under a sanitizer, which takes six times as long, every fourth. */
#ifdef TOCSIN_SANITIZED
enum { STEP = 4 };
#else
enum { STEP = 1 };
#endif

static void one_byte_makes_no_difference(void **state)
{
    static const char bytes[] = "\"\\{}[],: 0x\n\r\x80n-.E\x1F";

    (void)state;
    for (size_t i = 0; i < countof(records); i++) {
        size_t n = strlen(records[i]);
        struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
        add_record(&text, records[i]);
        for (size_t at = i % STEP; at < n; at += STEP)
            for (size_t k = 0; k + 1 < sizeof bytes; k++) {
                uint64_t replayed = 0;
                text.n = n + 1;
                add_record(&text, records[i]);
                text.p[n + 1 + at] = bytes[k];
                add_record(&text, records[i]);
                assert_equal(buf_str(&text), text.n, &replayed);
            }
    }
}

/* What is put in, left out or doubled at each place. */
static void more_or_less_makes_no_difference(void **state)
{
    static const char *const pieces[] = {"",        ",",        "null", "true", "{}",
                                         "\"\":1,", "\\u0041",  "\r",   "01",   "1.",
                                         "tru",     "\xC3\xA9", "\xFF"};

    (void)state;
    for (size_t i = 0; i < countof(records); i++) {
        str record = str_from(records[i]);
        for (size_t at = i % STEP; at < record.n; at += STEP)
            for (size_t k = 0; k < countof(pieces); k++) {
                struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
                uint64_t replayed = 0;
                add_record(&text, records[i]);
                buf_add(&text, (str){record.p, at});
                buf_add(&text, str_from(pieces[k]));
                buf_add(&text, str_from_at(record, k % 2 ? at : at + 1));
                buf_char(&text, '\n');
                add_record(&text, records[i]);
                assert_equal(buf_str(&text), text.n, &replayed);
            }
    }
}

static void steps_and_line_ends_make_no_difference(void **state)
{
    static const char *const ends[] = {"\n",     "\r\n",    "\n\n",      "\n \n",           " \n",
                                       "\n\0\n", "\n[1]\n", "\nnoise\n", "\n{\"a\":\n1}\n", ",\n",
                                       "{}\n"};

    (void)state;
    for (size_t i = 0; i < countof(ends); i++) {
        struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
        uint64_t replayed = 0;
        for (int k = 0; k < 3; k++)
            for (size_t r = 0; r < countof(records); r++) {
                buf_add(&text, str_from(records[r]));
                buf_add(&text, (str){ends[i], i == 5 ? 3 : strlen(ends[i])});
            }
        for (size_t step = 1; step < 4000; step += step / 3 + 1)
            assert_equal(buf_str(&text), step, &replayed);
        text.n -= 1; /* the last line has no end */
        assert_equal(buf_str(&text), text.n, &replayed);
    }
}

static void more_lines_and_longer_ones_than_a_window_are_read(void **state)
{
    struct buf text CLEANUP(buf_done) = buf_make(8 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < 9000; i++)
        buf_printf(&text, "{\"a\":\"%u\",\"b\":%u}\n", i, i);
    buf_add(&text, S("{\"a\":\""));
    for (uint32_t i = 0; i < 150 * 1024; i++)
        buf_char(&text, 'x');
    buf_add(&text, S("\",\"b\":1}\n{\"a\":\"x\",\"b\":2}\n"));
    assert_equal(buf_str(&text), text.n, &replayed);
    assert_int_equal(replayed, 9001);
}

static void add_long_record(struct buf *out, int name_bytes)
{
    buf_add(out, S("{\"first\":\"x\",\"second\":\"x\",\"third\":\"x\""));
    for (int i = 0; i < 4; i++)
        buf_printf(out, ",\"%c%0*d\":null", 'd' + i, name_bytes, 0);
    buf_add(out, S(",\"z\":\"v\"}\n"));
}

/* As many tokens, but so little text that the long record's would reach beyond the batch. */
static void a_shorter_record_is_not_read_beyond_its_batch(void **state)
{
    (void)state;
    for (int name_bytes = 20; name_bytes < 400; name_bytes += 19) {
        struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
        uint64_t replayed = 0;
        for (int k = 0; k < 3; k++)
            add_long_record(&text, name_bytes);
        add_long_record(&text, 1);
        assert_equal(buf_str(&text), text.n, &replayed);
        assert_equal(buf_str(&text), 100, &replayed);
    }
}

static void a_shorter_record_is_not_read_before_its_batch(void **state)
{
    static const str learned[] = {S("{\"\":1}\n"), S("{\"\":1  }\n"), S("{\"\":1   }\n"),
                                  S("{\"\":1    }\n")};

    (void)state;
    for (size_t i = 0; i < countof(learned); i++) {
        struct buf text CLEANUP(buf_done) = buf_make(1 << 10);
        uint64_t replayed = 0;
        buf_add(&text, learned[i]);
        buf_add(&text, learned[i]);
        buf_add(&text, S("{\"\"}\n{\"\"}\n"));
        for (size_t step = 1; step < text.n; step++)
            assert_equal(buf_str(&text), step, &replayed);
    }
}

/* Numbers in arrays are not learned, however often they come; what comes behind them is. */
static void what_cannot_be_learned_does_not_hinder_the_rest(void **state)
{
    enum { UNLEARNED = 3000, LEARNED = 3000, PAUSE = 64 };
    struct buf text CLEANUP(buf_done) = buf_make(8 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < UNLEARNED; i++)
        buf_printf(&text, "{\"a\":[%u,1]}\n", i);
    for (uint32_t i = 0; i < LEARNED; i++)
        buf_printf(&text, "{\"a\":\"%u\"}\n", i);
    assert_equal(buf_str(&text), text.n, &replayed);
    assert_in_range(replayed, LEARNED - PAUSE - 1, LEARNED - 1);
}

/* Some of many texts at one place are known; the others stay slow. */
static void more_shapes_than_are_kept_are_read(void **state)
{
    enum { SHAPES = 600, ROUNDS = 3, FELLOWS = 256 };
    struct buf text CLEANUP(buf_done) = buf_make(8 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < SHAPES; i++)
            buf_printf(&text, "{\"first\":\"x\",\"k%u\":%u,\"last\":null}\n", i, i);
    assert_equal(buf_str(&text), text.n, &replayed);
    assert_int_equal(replayed, (ROUNDS - 1) * FELLOWS);
}

/* A value that decides what becomes of a record is no part of the fixed text. */
static void shapes_of_the_same_text_part_by_values(void **state)
{
    static const char *const channels[] = {"Security", "System", "Application"};
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < 300; i++)
        buf_printf(&text, "{\"Channel\":\"%s\",\"EventID\":%u,\"Computer\":\"a\"}\n",
                   channels[i % countof(channels)], 4000 + i % 5);
    assert_equal(buf_str(&text), text.n, &replayed);
    assert_in_range(replayed, 250, 299);
}

/* A message that begins with <Event is an event of Windows as XML; an escape may hide that. */
static void what_a_value_begins_with_decides(void **state)
{
    static const char *const messages[] = {
        "session opened",
        "another one, of another length",
        "",
        "<",
        "<Event",
        "<Event xmlns='x'><System><EventID>1</EventID></System></Event>",
        "\\u003cEvent><System><EventID>2</EventID></System></Event>",
        "\\u003CEvent",
        "a \\\"quoted\\\" word",
        "\\\\<Event",
    };
    static const char *const programs[] = {"sshd", "sudo", "kernel", "\\u0073shd", "audit"};
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < 400; i++)
        buf_printf(&text,
                   "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"_TRANSPORT\":\"syslog\","
                   "\"SYSLOG_IDENTIFIER\":\"%s\",\"MESSAGE\":\"%s\"}\n",
                   programs[i / 7 % countof(programs)], messages[i % countof(messages)]);
    assert_equal(buf_str(&text), text.n, &replayed);
    assert_in_range(replayed, 200, 399);
}

/* Dialects of one template, of several, of names that the text has itself, of none; with escapes
 * in the text, beside it, and in what a dialect looks at. */
static void what_a_message_says_is_no_part_of_its_shape(void **state)
{
    static const char *const said[][2] = {
        {"sshd", "Failed password for root from 192.0.2.7 port 50022 ssh2"},
        {"sshd", "Failed password for r\u00f6\u00f6t from 192.0.2.7 port 50022 ssh2"},
        {"sshd", "error: Failed password for r\xC3\xB6t from 192.0.2.7 port 50022 ssh2 [preauth]"},
        {"sshd", "what sshd never says"},
        {"sshd",
         "  message repeated 2 times: [ Failed password for root from 192.0.2.7 port 1 ssh2]"},
        {"kernel", "[1.5] IN=eth0 OUT= SRC=192.0.2.7 DST=192.0.2.1 LEN=40 PROTO=TCP SPT=1 DPT=22"},
        {"nginx", "192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 13"},
        {"app", "level=error msg=\\\"no such user\\\" user=root src=192.0.2.7"},
        {"app", "date=2026-11-24 time=10:00:00 type=traffic srcip=192.0.2.7 action=deny"},
        {"app", ""},
        {"", "Failed password for root from 192.0.2.7 port 50022 ssh2"},
    };
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < 20 * countof(said); i++) {
        const uint32_t k = i % countof(said);
        buf_printf(&text,
                   "{\"__REALTIME_TIMESTAMP\":\"1700000000000000\",\"_HOSTNAME\":\"%s\",\"_PID\":"
                   "\"%u\",\"SYSLOG_IDENTIFIER\":\"%s\",\"MESSAGE\":\"%s\"}\n",
                   i % 3   ? "lab"
                   : i % 2 ? ""
                           : "l\\u0061b",
                   i, said[k][0], said[k][1]);
        buf_printf(&text,
                   "{\"log\":\"%s%s\",\"stream\":\"std%s\",\"time\":\"2026-11-24T10:00:0%u%s\"}\n",
                   said[k][1], i % 2 ? "\\n" : "", i % 3 ? "out" : "err", i % 10,
                   i % 5 ? ".5Z" : "\\u005a");
    }
    for (size_t step = 100; step < 2 * text.n; step *= 7)
        assert_equal(buf_str(&text), step, &replayed);
    assert_true(replayed > 400);
}

static void a_value_may_name_the_service(void **state)
{
    static const char *const paths[] = {"dns", "conn", "http", "x\\ty", "dns"};
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);
    uint64_t replayed = 0;

    (void)state;
    for (uint32_t i = 0; i < 200; i++)
        buf_printf(&text, "{\"_path\":\"%s\",\"ts\":%u,\"query\":\"a\"}\n",
                   paths[i % countof(paths)], 1600000000 + i);
    assert_equal(buf_str(&text), 512, &replayed);
    assert_true(replayed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_known_shapes_are_replayed),
        cmocka_unit_test(one_byte_makes_no_difference),
        cmocka_unit_test(more_or_less_makes_no_difference),
        cmocka_unit_test(steps_and_line_ends_make_no_difference),
        cmocka_unit_test(a_shorter_record_is_not_read_beyond_its_batch),
        cmocka_unit_test(a_shorter_record_is_not_read_before_its_batch),
        cmocka_unit_test(more_lines_and_longer_ones_than_a_window_are_read),
        cmocka_unit_test(what_cannot_be_learned_does_not_hinder_the_rest),
        cmocka_unit_test(more_shapes_than_are_kept_are_read),
        cmocka_unit_test(shapes_of_the_same_text_part_by_values),
        cmocka_unit_test(what_a_value_begins_with_decides),
        cmocka_unit_test(what_a_message_says_is_no_part_of_its_shape),
        cmocka_unit_test(a_value_may_name_the_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
