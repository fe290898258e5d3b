/* Requests over HTTP: tokens, limits, slow senders, repeated requests, the wait for the disk. */
#include "http_fixture.h"

#include <zlib.h>
#include <zstd.h>

extern const struct source_type source_type_http_ndjson, source_type_http_bulk;

static void a_request_is_answered_when_its_records_are_durable(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_post(&f, fd, "/ingest", BEARER, S("{\"a\":1}\nplain\r\n\n"));
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.count, 2);
    assert_true(str_eq(o.inlet.records[1], S("plain")));
    assert_string_equal(o.inlet.origin, "127.0.0.1");
    assert_int_equal(o.inlet.trust, TRUST_AUTHENTICATED);
    o.inlet.durable = 1;
    http_intake_committed(f.listeners);
    assert_false(client_read(&f, fd, &answer, 20));
    o.inlet.durable = 2;
    http_intake_committed(f.listeners);
    assert_true(client_read(&f, fd, &answer, 20));
    assert_true(has(&answer, "200 OK") && has(&answer, "{\"records\":2}"));
    close(fd);
    source_close(&o);
    fixture_end(&f);
}

static void a_wrong_token_and_none_are_refused_and_counted(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf wrong CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf none CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf path CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    assert_true(client_ask(&f, &o, "/ingest", "Authorization: Bearer 0123456789abcdeF\r\n",
                           S("x\n"), &wrong));
    assert_true(has(&wrong, " 401 "));
    assert_true(client_ask(&f, &o, "/ingest", "", S("x\n"), &none));
    assert_true(has(&none, " 401 "));
    assert_int_equal(o.inlet.faults[FAULT_token], 2);
    assert_true(client_ask(&f, &o, "/other", BEARER, S("x\n"), &path));
    assert_true(has(&path, " 404 "));
    assert_int_equal(o.inlet.faults[FAULT_request], 1);
    assert_int_equal(o.inlet.count, 0);
    source_close(&o);
    fixture_end(&f);
}

static void at_a_shared_address_the_token_says_the_source(void **state)
{
    struct fixture f;
    struct opened one, two, three;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &one, &source_type_http_ndjson, TOKEN_YAML));
    assert_true(source_open(&f, &two, &source_type_http_ndjson,
                            "listen: 127.0.0.1:0\ntoken_env: TEST_HTTP_OTHER_TOKEN\n"));
    assert_false(source_open(&f, &three, &source_type_http_ndjson, TOKEN_YAML));
    assert_non_null(strstr(f.e.message, "would be for both"));
    assert_int_equal(http_source_port(one.source), http_source_port(two.source));
    one.inlet.durable = two.inlet.durable = 9;
    source_start(&f, &one);
    source_start(&f, &two);
    assert_true(client_ask(&f, &one, "/ingest", "Authorization: Bearer fedcba9876543210\r\n",
                           S("x\n"), &answer));
    assert_int_equal(one.inlet.count, 0);
    assert_int_equal(two.inlet.count, 1);
    source_close(&one);
    source_close(&two);
    fixture_end(&f);
}

static void without_a_token_senders_on_loopback_may_only_propose(void **state)
{
    struct fixture f;
    struct opened o;
    struct settings s;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_false(fixture_settings(&f, &source_type_http_ndjson, "listen: 127.0.0.1:0\n", &s));
    assert_false(
        fixture_settings(&f, &source_type_http_ndjson, "listen: 192.0.2.1:80\ntoken: none\n", &s));
    assert_false(fixture_settings(&f, &source_type_http_ndjson,
                                  "listen: 192.0.2.1:80\ntoken_env: TEST_HTTP_TOKEN\n", &s));
    assert_non_null(strstr(f.e.message, "in clear"));
    assert_true(
        source_open(&f, &o, &source_type_http_ndjson, "listen: 127.0.0.1:0\ntoken: none\n"));
    source_start(&f, &o);
    o.inlet.durable = 9;
    assert_true(client_ask(&f, &o, "/ingest", "", S("x\n"), &answer));
    assert_true(has(&answer, " 200 "));
    assert_int_equal(o.inlet.trust, TRUST_PROPOSE);
    source_close(&o);
    fixture_end(&f);
}

static void a_full_pipeline_is_429_and_the_repeated_request_adds_only_the_rest(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf busy CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf done CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    o.inlet.room = 3;
    assert_true(client_ask(&f, &o, "/ingest", BEARER, S("a\nb\na\nc\nd\n"), &busy));
    assert_true(has(&busy, " 429 ") && has(&busy, "Retry-After: 1"));
    assert_int_equal(o.inlet.count, 3);
    o.inlet.room = UINT64_MAX;
    o.inlet.durable = 9;
    assert_true(client_ask(&f, &o, "/ingest", BEARER, S("a\nb\na\nc\nd\n"), &done));
    assert_true(has(&done, " 200 "));
    assert_int_equal(o.inlet.count, 5); /* the second a of the request stayed */
    assert_int_equal(o.inlet.faults[FAULT_duplicate], 3);
    source_close(&o);
    fixture_end(&f);
}

static void a_request_repeated_after_a_lost_answer_waits_for_the_first_ones_records(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int lost = client_connect(&o), again;
    client_post(&f, lost, "/ingest", BEARER, S("a\n"));
    assert_false(client_read(&f, lost, &answer, 20));
    close(lost);
    again = client_connect(&o);
    client_post(&f, again, "/ingest", BEARER, S("a\n"));
    assert_false(client_read(&f, again, &answer, 20));
    assert_int_equal(o.inlet.count, 1);
    o.inlet.durable = 1;
    http_intake_committed(f.listeners);
    assert_true(client_read(&f, again, &answer, 20));
    assert_true(has(&answer, " 200 "));
    close(again);
    source_close(&o);
    fixture_end(&f);
}

static void records_of_the_raw_log_are_known_at_the_start(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_bulk, TOKEN_YAML));
    o.type->recall(o.source, S("{\"a\":1}"), f.clock.fixed_ns - 5);
    o.type->recall(o.source, S("{\"_index\":\"i\",\"_id\":\"7\",\"_source\":{\"a\":2}}"),
                   f.clock.fixed_ns - 4);
    source_start(&f, &o);
    o.inlet.durable = 9;
    assert_true(client_ask(&f, &o, "/i/_bulk", BEARER,
                           S("{\"create\":{}}\n{\"a\":1}\n{\"index\":{\"_id\":\"7\"}}\n{\"a\":3}\n"
                             "{\"create\":{}}\n{\"a\":4}\n"),
                           &answer));
    assert_int_equal(o.inlet.count, 1);
    assert_true(str_eq(o.inlet.records[0], S("{\"a\":4}")));
    source_close(&o);
    fixture_end(&f);
}

static void a_head_that_comes_too_slowly_ends_the_connection(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_write(&f, fd, S("POST /ingest HTTP/1.1\r\n"));
    for (int second = 0; second < 9; second++) { /* a byte a second keeps nothing alive */
        f.clock.fixed_steady_ns += 1000000000;
        client_write(&f, fd, S("X"));
    }
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.faults[FAULT_timeout], 0);
    f.clock.fixed_steady_ns += 2000000000;
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.faults[FAULT_timeout], 1);
    assert_int_equal(recv(fd, (char[1]){0}, 1, 0), 0);
    close(fd);
    source_close(&o);
    fixture_end(&f);
}

static void a_body_that_stops_ends_the_connection(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_write(&f, fd,
                 S("POST /ingest HTTP/1.1\r\nHost: t\r\n" BEARER "Content-Length: 9\r\n\r\nhalf"));
    assert_false(client_read(&f, fd, &answer, 20));
    f.clock.fixed_steady_ns += 29000000000;
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.faults[FAULT_timeout], 0);
    f.clock.fixed_steady_ns += 2000000000;
    assert_false(client_read(&f, fd, &answer, 20));
    assert_int_equal(o.inlet.faults[FAULT_timeout], 1);
    assert_int_equal(o.inlet.count, 0);
    close(fd);
    source_close(&o);
    fixture_end(&f);
}

static void one_connection_more_than_the_limit_is_closed(void **state)
{
    struct fixture f;
    struct opened o;
    char byte;

    (void)state;
    fixture_begin(&f);
    assert_true(
        source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML "connections_per_peer: 2\n"));
    source_start(&f, &o);
    int fds[3];
    for (size_t i = 0; i < countof(fds); i++) {
        fds[i] = client_connect(&o);
        for (int step = 0; step < 5; step++)
            loop_step(f.loop, 0);
    }
    assert_int_equal(o.inlet.faults[FAULT_refused], 1);
    assert_true(recv(fds[1], &byte, 1, 0) < 0 && errno == EAGAIN);
    assert_true(recv(fds[2], &byte, 1, 0) <= 0 && errno != EINTR);
    for (size_t i = 0; i < countof(fds); i++)
        close(fds[i]);
    source_close(&o);
    fixture_end(&f);
}

static str gzip_of(struct arena *a, str text)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)text.p, .avail_in = (uInt)text.n};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, text.n);
    char *to = arena_bytes(a, room);
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (str){to, room - z.avail_out};
}

static str zstd_of(struct arena *a, str text)
{
    size_t room = ZSTD_compressBound(text.n);
    char *to = arena_bytes(a, room);

    return (str){to, ZSTD_compress(to, room, text.p, text.n, 3)};
}

static void compressed_bodies_are_read_and_bombs_are_refused(void **state)
{
    struct fixture f;
    struct opened o;
    enum { BOMB = 3 * 1024 * 1024 };
    static const struct {
        str (*pack)(struct arena *a, str text);
        const char *header;
    } ways[] = {{gzip_of, BEARER "Content-Encoding: gzip\r\n"},
                {zstd_of, BEARER "Content-Encoding: zstd\r\n"}};

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML "unpacked_max: 2M\n"));
    source_start(&f, &o);
    o.inlet.durable = 99;
    char *zeros = mem_alloc(BOMB);
    for (size_t i = 0; i < countof(ways); i++) {
        struct buf good CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        struct buf bomb CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        struct buf broken CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        str text = i ? S("z1\nz2\n") : S("g1\ng2\n"), packed = ways[i].pack(f.arena, text);
        assert_true(client_ask(&f, &o, "/ingest", ways[i].header, packed, &good));
        assert_true(has(&good, " 200 "));
        assert_int_equal(o.inlet.count, 2 * (i + 1));
        assert_true(client_ask(&f, &o, "/ingest", ways[i].header,
                               ways[i].pack(f.arena, (str){zeros, BOMB}), &bomb));
        assert_true(has(&bomb, " 413 "));
        assert_int_equal(o.inlet.faults[FAULT_bomb], i + 1);
        packed.n--;
        assert_true(client_ask(&f, &o, "/ingest", ways[i].header, packed, &broken));
        assert_true(has(&broken, " 400 "));
        assert_int_equal(o.inlet.faults[FAULT_body], i + 1);
    }
    free(zeros);
    source_close(&o);
    fixture_end(&f);
}

static void a_body_beyond_its_limit_is_413(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf chunked CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    char body[2000];

    (void)state;
    memset(body, 'x', sizeof body);
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML "body_max: 1K\n"));
    source_start(&f, &o);
    assert_true(client_ask(&f, &o, "/ingest", BEARER, (str){body, sizeof body}, &answer));
    assert_true(has(&answer, " 413 "));
    int fd = client_connect(&o);
    client_write(&f, fd,
                 S("POST /ingest HTTP/1.1\r\nHost: t\r\n" BEARER
                   "Transfer-Encoding: chunked\r\n\r\n7d0\r\n"));
    client_write(&f, fd, (str){body, sizeof body});
    client_write(&f, fd, S("\r\n0\r\n\r\n"));
    assert_true(client_read(&f, fd, &chunked, FIXTURE_STEPS_MAX));
    assert_true(has(&chunked, " 413 "));
    assert_int_equal(o.inlet.count, 0);
    close(fd);
    source_close(&o);
    fixture_end(&f);
}

static void a_head_beyond_its_limit_is_431(void **state)
{
    struct fixture f;
    struct opened o;
    static const int lengths[] = {20000, 33000, 100000};

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    o.inlet.durable = 9;
    for (size_t i = 0; i < countof(lengths); i++) {
        struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        struct buf headers CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        buf_printf(&headers, BEARER "X: %0*d\r\n", lengths[i], 0);
        assert_true(client_ask(&f, &o, "/ingest", buf_cstr(&headers), S("x\n"), &answer));
        assert_true(has(&answer, i == 0 ? " 200 " : " 431 "));
    }
    source_close(&o);
    fixture_end(&f);
}

static void what_is_not_on_disk_in_time_is_to_be_sent_again(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_post(&f, fd, "/ingest", BEARER, S("a\n"));
    assert_false(client_read(&f, fd, &answer, 20));
    f.clock.fixed_steady_ns += 31000000000;
    assert_true(client_read(&f, fd, &answer, 20));
    assert_true(has(&answer, " 429 "));
    close(fd);
    source_close(&o);
    fixture_end(&f);
}

static void requests_that_wait_are_refused_when_their_source_closes(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_ndjson, TOKEN_YAML));
    source_start(&f, &o);
    int fd = client_connect(&o);
    client_post(&f, fd, "/ingest", BEARER, S("a\n"));
    assert_false(client_read(&f, fd, &answer, 20));
    source_close(&o);
    assert_true(client_read(&f, fd, &answer, 20));
    assert_true(has(&answer, " 429 "));
    close(fd);
    fixture_end(&f);
}

static void a_proxy_is_believed_only_when_it_is_listed(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf answer CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    for (int listed = 0; listed < 2; listed++) {
        buf_clear(&answer);
        assert_true(source_open(&f, &o, &source_type_http_ndjson,
                                listed ? TOKEN_YAML "trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]\n"
                                       : TOKEN_YAML));
        source_start(&f, &o);
        o.inlet.durable = 9;
        assert_true(client_ask(&f, &o, "/ingest",
                               BEARER "X-Forwarded-For: 203.0.113.9, 198.51.100.7, 10.1.1.1\r\n",
                               S("x\n"), &answer));
        assert_string_equal(o.inlet.origin, listed ? "198.51.100.7" : "127.0.0.1");
        source_close(&o);
    }
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_when_its_records_are_durable),
        cmocka_unit_test(a_wrong_token_and_none_are_refused_and_counted),
        cmocka_unit_test(at_a_shared_address_the_token_says_the_source),
        cmocka_unit_test(without_a_token_senders_on_loopback_may_only_propose),
        cmocka_unit_test(a_full_pipeline_is_429_and_the_repeated_request_adds_only_the_rest),
        cmocka_unit_test(a_request_repeated_after_a_lost_answer_waits_for_the_first_ones_records),
        cmocka_unit_test(records_of_the_raw_log_are_known_at_the_start),
        cmocka_unit_test(a_head_that_comes_too_slowly_ends_the_connection),
        cmocka_unit_test(a_body_that_stops_ends_the_connection),
        cmocka_unit_test(one_connection_more_than_the_limit_is_closed),
        cmocka_unit_test(compressed_bodies_are_read_and_bombs_are_refused),
        cmocka_unit_test(a_body_beyond_its_limit_is_413),
        cmocka_unit_test(a_head_beyond_its_limit_is_431),
        cmocka_unit_test(what_is_not_on_disk_in_time_is_to_be_sent_again),
        cmocka_unit_test(requests_that_wait_are_refused_when_their_source_closes),
        cmocka_unit_test(a_proxy_is_believed_only_when_it_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
