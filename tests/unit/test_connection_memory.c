/* test_connection_memory.c - where a connection's records that do not say so came from. */
#include "engine/connection_memory.h"

#include "base/buf.h"
#include "event/kind.h"
#include "format_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct reading {
    struct connection_memory *memory;
    struct arena *arena;
    struct buf seen;
    uint32_t source;
};

/* A line an event: "IP PORT outcome", "*" behind what is derived, "-" for what is not known. */
static void on_event(void *ctx, struct event *ev)
{
    struct reading *r = ctx;
    struct columns c;

    event_settle(ev, r->arena);
    ev->from.source = r->source;
    columns_fill(ev, &c, r->arena);
    connection_memory_apply(r->memory, ev, &c, r->arena);
    const str ip = c.values[COLUMN_source_ip], port = c.values[COLUMN_source_port];
    buf_printf(&r->seen, STR_FMT "%s " STR_FMT "%s %s%s\n", STR_ARG(ip.p ? ip : S("-")),
               c.derived & DERIVED_SOURCE_IP ? "*" : "", STR_ARG(port.p ? port : S("-")),
               c.derived & DERIVED_SOURCE_PORT ? "*" : "",
               c.outcome == OUTCOME_FAILURE   ? "failure"
               : c.outcome == OUTCOME_SUCCESS ? "success"
                                              : "-",
               c.derived & DERIVED_OUTCOME ? "*" : "");
    arena_reset(r->arena);
}

static void on_problem(void *ctx, const struct problem *p)
{
    buf_printf(&((struct reading *)ctx)->seen, "!%s\n", p->text);
}

static void feed(struct reading *r, const char *text)
{
    const struct decode_sink sink = {.ctx = r, .event = on_event, .problem = on_problem};

    format_drive(format_find(&formats_builtin, S("text")), str_from(text), strlen(text), &sink,
                 NULL);
}

static struct reading reading_new(void)
{
    return (struct reading){
        .memory = connection_memory_new(), .arena = arena_new(4096), .seen = buf_make(1 << 24)};
}

static void reading_done(struct reading *r)
{
    buf_done(&r->seen);
    arena_free(r->arena);
    connection_memory_free(r->memory);
}

/* What is seen of the last line of a text is this. */
static bool ends_as(const char *text, const char *want)
{
    struct reading r = reading_new();

    feed(&r, text);
    str seen = str_trim(buf_str(&r.seen));
    const char *line = seen.n ? memrchr(seen.p, '\n', seen.n) : NULL;
    if (line)
        seen = str_from_at(seen, (size_t)(line - seen.p) + 1);
    const bool same = str_eq(seen, str_from(want));
    if (!same)
        fprintf(stderr, "for %s: " STR_FMT "\n", text, STR_ARG(seen));
    reading_done(&r);
    return same;
}

#define AT(time, pid) "2026-11-24T" time "Z web1 sshd[" pid "]: "
#define LATER(pid)                                                                                 \
    AT("10:00:05", pid) "error: kex_exchange_identification: read: Connection reset\n"
#define OPENED AT("10:00:00", "7") "Connection from 192.0.2.7 port 50001 on 192.0.2.1 port 22\n"

static void test_a_connection_is_known_from_its_first_record(void **unused)
{
    (void)unused;
    assert_true(ends_as(OPENED LATER("7"), "192.0.2.7* 50001* failure"));
    assert_true(ends_as(OPENED LATER("8"), "- - failure"));
}

static void test_the_records_own_address_stays(void **unused)
{
    (void)unused;
    assert_true(
        ends_as(OPENED AT("10:00:01", "7") "Failed password for a from 192.0.2.8 port 9 ssh2\n",
                "192.0.2.8 9 failure"));
    assert_true(ends_as(OPENED AT("10:00:01", "7") "Connection reset by 192.0.2.7 [preauth]\n",
                        "192.0.2.7 50001* failure"));
    assert_true(ends_as(OPENED AT("10:00:01", "7") "Connection reset by 192.0.2.9 [preauth]\n",
                        "192.0.2.9 - failure"));
}

static void test_records_of_pam_belong_to_the_program_that_asks(void **unused)
{
    (void)unused;
    assert_true(
        ends_as(OPENED AT("10:00:01", "7") "pam_unix(sshd:auth): check pass; user unknown\n",
                "192.0.2.7* 50001* failure"));
    assert_true(ends_as(OPENED
                        "2026-11-24T10:00:01Z web1 su[7]: pam_unix(su:auth): check pass; user "
                        "unknown\n",
                        "- - failure"));
}

static void test_host_and_stream_tell_connections_apart(void **unused)
{
    struct reading r = reading_new();

    (void)unused;
    feed(&r, OPENED);
    r.source = 1;
    feed(&r, LATER("7"));
    assert_true(str_ends(buf_str(&r.seen), S("\n- - failure\n")));
    reading_done(&r);
    assert_true(ends_as(OPENED "2026-11-24T10:00:01Z web2 sshd[7]: Corrupted MAC on input.\n",
                        "- - failure"));
}

/* ------------------------------------------------------------ forgetting */

static void test_a_number_that_comes_again_is_another_connection(void **unused)
{
    (void)unused;
    assert_true(
        ends_as(OPENED AT("10:00:03", "7") "Invalid user a from 192.0.2.9 port 50002\n" LATER("7"),
                "192.0.2.9* 50002* failure"));
    assert_true(
        ends_as(OPENED AT("10:00:03", "7") "Connection from 192.0.2.9 port 50002\n" LATER("7"),
                "192.0.2.9* 50002* failure"));
}

static void test_an_ended_connection_is_forgotten_after_seconds(void **unused)
{
    static const char ended[] = OPENED AT("10:00:01", "7") "Disconnecting: Too many authentication "
                                                           "failures [preauth]\n";
    char text[1024];

    (void)unused;
    snprintf(text, sizeof text, "%s%s", ended, AT("10:00:11", "7") "Corrupted MAC on input.\n");
    assert_true(ends_as(text, "192.0.2.7* 50001* failure"));
    snprintf(text, sizeof text, "%s%s", ended, AT("10:00:12", "7") "Corrupted MAC on input.\n");
    assert_true(ends_as(text, "- - failure"));
}

static void test_without_times_an_end_is_the_end(void **unused)
{
    (void)unused;
    assert_true(ends_as("web1 sshd[7]: Connection from 192.0.2.7 port 50001\n"
                        "web1 sshd[7]: Corrupted MAC on input.\n",
                        "192.0.2.7* 50001* failure"));
    assert_true(ends_as("web1 sshd[7]: Connection from 192.0.2.7 port 50001\n"
                        "web1 sshd[7]: Connection closed by 192.0.2.7 [preauth]\n"
                        "web1 sshd[7]: Corrupted MAC on input.\n",
                        "- - failure"));
}

static void test_an_idle_connection_is_forgotten_sooner_when_nobody_logged_on(void **unused)
{
    (void)unused;
    assert_true(ends_as(OPENED AT("10:10:00", "7") "Corrupted MAC on input.\n",
                        "192.0.2.7* 50001* failure"));
    assert_true(ends_as(OPENED AT("10:10:01", "7") "Corrupted MAC on input.\n", "- - failure"));
    assert_true(
        ends_as(AT("10:00:00", "7") "Accepted password for a from 192.0.2.7 port 50001 ssh2\n" AT(
                    "20:00:00", "7") "pam_unix(sshd:session): session closed for user a\n",
                "192.0.2.7* 50001* success"));
}

/* ------------------------------------------------------------ what does not teach */

static void test_what_a_client_can_write_teaches_nothing(void **unused)
{
    static const char *const forged[] = {
        AT("10:00:01", "7") "Invalid user a from 198.51.100.6 port 1 from 192.0.2.7 port 50001\n",
        AT("10:00:01", "7") "Failed publickey for root from 198.51.100.6 port 1 ssh2: RSA x for "
                            "invalid user a from 192.0.2.7 port 50001 ssh2\n",
        AT("10:00:01", "7") "refused local port forward: originator 198.51.100.6 port 1, target "
                            "192.0.2.1 port 80\n",
        AT("10:00:01",
           "7") "Bad protocol version identification 'Connection from 198.51.100.6 port "
                "1' from 192.0.2.7 port 50001\n",
        AT("10:00:01", "7") "PAM: Authentication failure for illegal user a from 198.51.100.6\n",
        AT("10:00:01", "7") "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
                            "tty=ssh ruser=a rhost=198.51.100.6\n",
    };

    (void)unused;
    for (size_t i = 0; i < countof(forged); i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%s", forged[i], LATER("7"));
        assert_true(ends_as(text, "- - failure"));
        snprintf(text, sizeof text, "%s%s%s", OPENED, forged[i], LATER("7"));
        assert_true(ends_as(text, "192.0.2.7* 50001* failure"));
    }
}

static void test_a_failed_logon_teaches_its_peer(void **unused)
{
    (void)unused;
    assert_true(ends_as(AT("10:00:01", "7") "Failed publickey for root from 192.0.2.7 port 50001 "
                                            "ssh2: RSA SHA256:x\n" LATER("7"),
                        "192.0.2.7* 50001* failure"));
}

/* ------------------------------------------------------------ how it ended */

#define MONGOD "2016-11-24T10:00:00.110+0000 "
#define FAILED MONGOD "[conn9] Failed to authenticate root@admin with mechanism MONGODB-CR: no\n"
#define ACCEPTED                                                                                   \
    MONGOD "[initandlisten] connection accepted from 192.0.2.7:50001 #9 (1 connection now open)\n"
#define ENDED MONGOD "[conn9] end connection 192.0.2.7:50001 (0 connections now open)\n"

static void test_a_failed_logon_has_the_address_of_its_connections_number(void **unused)
{
    (void)unused;
    assert_true(ends_as(ACCEPTED FAILED, "192.0.2.7* 50001* failure"));
    assert_true(ends_as(ACCEPTED MONGOD "[conn8] Failed to authenticate root@admin with mechanism "
                                        "MONGODB-CR: no\n",
                        "- - failure"));
}

static void test_a_connection_in_which_all_logons_failed_ends_as_a_failure(void **unused)
{
    (void)unused;
    assert_true(ends_as(FAILED ENDED, "192.0.2.7 50001 failure*"));
    assert_true(ends_as(FAILED MONGOD
                        "[conn9] Successfully authenticated as principal a on admin\n" ENDED,
                        "192.0.2.7 50001 success*"));
    assert_true(ends_as(ACCEPTED ENDED, "192.0.2.7 50001 -"));
    assert_true(ends_as(FAILED ACCEPTED ENDED, "192.0.2.7 50001 -"));
}

static void test_a_name_with_an_address_in_it_gives_mongod_no_source(void **unused)
{
    (void)unused;
    assert_true(ends_as(MONGOD
                        "I ACCESS   [conn9] SCRAM-SHA-1 authentication failed for a on admin "
                        "from client 192.0.2.7:50001 ; UserNotFound\n",
                        "192.0.2.7 50001 failure"));
    assert_true(
        ends_as(MONGOD "I ACCESS   [conn9] SCRAM-SHA-1 authentication failed for a on admin from "
                       "client 198.51.100.6:1 ; y on admin from client 192.0.2.7:50001 ; Could not "
                       "find user a on admin from client 198.51.100.6:1 ; y@admin\n",
                "- - failure"));
}

/* ------------------------------------------------------------ bounds */

static void
test_a_flood_of_connections_is_bounded_and_spares_those_of_several_records(void **unused)
{
    struct reading r = reading_new();
    struct buf text CLEANUP(buf_done) = buf_make(1 << 24);

    (void)unused;
    buf_add(&text, S(OPENED AT("10:00:00", "7") "Invalid user a from 192.0.2.7 port 50001\n"));
    for (uint32_t i = 0; i < CONNECTIONS_MAX + 100; i++)
        buf_printf(&text, "2026-11-24T10:00:01Z web1 sshd[%u]: Connection from 192.0.2.9 port 1\n",
                   i + 1000);
    buf_add(&text, S(LATER("7") LATER("1000")));
    feed(&r, buf_cstr(&text));
    assert_int_equal(connection_memory_count(r.memory), CONNECTIONS_MAX);
    assert_int_equal(connection_memory_displaced(r.memory), 101);
    assert_true(str_ends(buf_str(&r.seen), S("\n192.0.2.7* 50001* failure\n- - failure\n")));
    reading_done(&r);
}

static void test_events_of_no_connection_are_left_alone(void **unused)
{
    const struct event none = {0};
    struct connection_memory *m = connection_memory_new();
    struct columns c = {0};

    (void)unused;
    assert_false(connection_memory_concerns(&none));
    assert_int_equal(connection_note_make(m, &none, &c).steps, 0);
    connection_memory_apply(m, &none, &c, NULL);
    assert_int_equal(connection_memory_count(m), 0);
    connection_memory_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_connection_is_known_from_its_first_record),
        cmocka_unit_test(test_the_records_own_address_stays),
        cmocka_unit_test(test_records_of_pam_belong_to_the_program_that_asks),
        cmocka_unit_test(test_host_and_stream_tell_connections_apart),
        cmocka_unit_test(test_a_number_that_comes_again_is_another_connection),
        cmocka_unit_test(test_an_ended_connection_is_forgotten_after_seconds),
        cmocka_unit_test(test_without_times_an_end_is_the_end),
        cmocka_unit_test(test_an_idle_connection_is_forgotten_sooner_when_nobody_logged_on),
        cmocka_unit_test(test_what_a_client_can_write_teaches_nothing),
        cmocka_unit_test(test_a_failed_logon_teaches_its_peer),
        cmocka_unit_test(test_a_failed_logon_has_the_address_of_its_connections_number),
        cmocka_unit_test(test_a_connection_in_which_all_logons_failed_ends_as_a_failure),
        cmocka_unit_test(test_a_name_with_an_address_in_it_gives_mongod_no_source),
        cmocka_unit_test(
            test_a_flood_of_connections_is_bounded_and_spares_those_of_several_records),
        cmocka_unit_test(test_events_of_no_connection_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
