/* Loki's push API, in JSON and as Promtail sends it: protocol buffers in a Snappy block. */
#include "http_decode.h"
#include "text/snappy.h"

extern const struct http_protocol http_protocol_loki;

static const char entry[] =
    "{\"source_type\":\"http_loki\",\"timestamp\":\"2026-11-24T10:00:00.000000007Z\","
    "\"labels\":{\"job\":\"sshd\",\"q\":\"a\\\"b\"},\"metadata\":{\"t\":\"1\"},"
    "\"line\":\"Failed password\"}";

static void json_entries_keep_labels_and_metadata(void **state)
{
    struct decoded d = decode_begin(&http_protocol_loki, HTTP_POST, "/loki/api/v1/push",
                                    "application/json; charset=utf-8");

    (void)state;
    decode_body(&d, S("{\"streams\":[{\"stream\":{\"job\":\"sshd\",\"q\":\"a\\\"b\"},\"values\":["
                      "[\"1795514400000000007\",\"Failed password\",{\"t\":\"1\"}],"
                      "[\"1795514400000000008\",\"{\\\"EventID\\\":1}\"]]}]}"));
    assert_int_equal(d.take.count, 2);
    assert_record(&d, 0, entry);
    assert_record(&d, 1,
                  "{\"source_type\":\"http_loki\",\"timestamp\":\"2026-11-24T10:00:00.000000008Z\","
                  "\"labels\":{\"job\":\"sshd\",\"q\":\"a\\\"b\"},\"line\":{\"EventID\":1}}");
    assert_int_equal(d.take.answer.status, 204);
    decode_end(&d);
}

/* PushRequest{streams{labels, entries{timestamp{s, ns}, line, structuredMetadata{name, value}}}} */
static const char push[] = "\x0a\x3c"
                           "\x0a\x15{job=\"sshd\",q=\"a\\\"b\"}"
                           "\x12\x23"
                           "\x0a\x08\x08\xa0\xc0\x95\xd8\x06\x10\x07"
                           "\x12\x0f"
                           "Failed password"
                           "\x1a\x06\x0a\x01t\x12\x01"
                           "1";

static void promtails_push_request_is_read(void **state)
{
    struct decoded d =
        decode_begin(&http_protocol_loki, HTTP_POST, "/loki/api/v1/push", "application/x-protobuf");
    struct buf block CLEANUP(buf_done) = buf_make(1024);
    size_t n = sizeof push - 1;

    (void)state;
    buf_char(&block, (char)n);    /* the length */
    buf_char(&block, (char)0xf0); /* a literal whose length is one byte more */
    buf_char(&block, (char)(n - 1));
    buf_add(&block, (str){push, n});
    decode_body(&d, buf_str(&block));
    assert_int_equal(d.take.answer.status, 204);
    assert_int_equal(d.take.count, 1);
    assert_record(&d, 0, entry);
    block.n--;
    decode_body(&d, buf_str(&block));
    assert_int_equal(d.take.answer.status, 400);
    decode_end(&d);
}

static void snappy_copies_reach_back_and_may_overlap(void **state)
{
    struct buf out CLEANUP(buf_done) = buf_make(100);
    bool too_long;

    (void)state;
    /* 12 bytes: literal "ab", a copy of 4 from 2 back, a copy of 6 from 4 back in two bytes */
    assert_true(snappy_unpack(S("\x0c\x04"
                                "ab\x01\x02\x16\x04\x00"),
                              &out, &too_long));
    assert_true(str_eq(buf_str(&out), S("abababababab")));
    buf_clear(&out);
    assert_false(snappy_unpack(S("\x06\x04"
                                 "ab\x01\x03"),
                               &out, &too_long)); /* before the beginning */
    assert_false(too_long);
    assert_false(snappy_unpack(S("\xff\xff\xff\x7f\x00"), &out, &too_long));
    assert_true(too_long);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_entries_keep_labels_and_metadata),
        cmocka_unit_test(promtails_push_request_is_read),
        cmocka_unit_test(snappy_copies_reach_back_and_may_overlap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
