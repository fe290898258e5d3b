/* OpenTelemetry's logs: the JSON of the specification's example, and protocol buffers. */
#include "collect/http_otlp.h"
#include "http_decode.h"

extern const struct http_protocol http_protocol_otlp;

static const char request[] =
    "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
    "{\"stringValue\":\"svc\"}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"lib\",\"version\":\"1\","
    "\"attributes\":[{\"key\":\"k\",\"value\":{\"boolValue\":true}}]},\"logRecords\":["
    "{\"timeUnixNano\":\"1795514400000000007\",\"observedTimeUnixNano\":\"1795514400000000008\","
    "\"severityNumber\":10,\"severityText\":\"INFO\",\"traceId\":"
    "\"5B8EFFF798038103D269B633813FC60C\",\"spanId\":\"EEE19B7EC3C1B174\","
    "\"body\":{\"stringValue\":\"line\"},\"attributes\":["
    "{\"key\":\"n\",\"value\":{\"intValue\":\"-7\"}},{\"key\":\"d\",\"value\":{\"doubleValue\":1.5}"
    "},"
    "{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"a\"},{}]}}}]},"
    "{\"body\":{\"kvlistValue\":{\"values\":[{\"key\":\"EventID\",\"value\":{\"intValue\":4688}},"
    "{\"key\":\"in\",\"value\":{\"kvlistValue\":{\"values\":[]}}}]}}}]}]}]}";

static const char *const records[] = {
    "{\"source_type\":\"http_otlp\",\"timestamp\":\"2026-11-24T10:00:00.000000007Z\","
    "\"observed_timestamp\":\"2026-11-24T10:00:00.000000008Z\",\"severity_number\":10,"
    "\"severity_text\":\"INFO\",\"trace_id\":\"5b8efff798038103d269b633813fc60c\","
    "\"span_id\":\"eee19b7ec3c1b174\",\"resource\":{\"service.name\":\"svc\"},"
    "\"scope\":{\"name\":\"lib\",\"version\":\"1\",\"k\":true},"
    "\"attributes\":{\"n\":-7,\"d\":1.5,\"l\":[\"a\",null]},\"body\":\"line\"}",
    "{\"source_type\":\"http_otlp\",\"resource\":{\"service.name\":\"svc\"},"
    "\"scope\":{\"name\":\"lib\",\"version\":\"1\",\"k\":true},"
    "\"body\":{\"EventID\":4688,\"in\":{}}}",
};

static void json_and_protobuf_give_the_same_records(void **state)
{
    struct decoded d = decode_begin(&http_protocol_otlp, HTTP_POST, "/v1/logs", "application/json");
    struct buf message CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    bool too_many;

    (void)state;
    assert_true(otlp_json_read(str_from(request), d.arena, &message, &too_many));
    for (int protobuf = 0; protobuf < 2; protobuf++) {
        d.call.type = protobuf ? S("application/x-protobuf") : S("application/json");
        decode_body(&d, protobuf ? buf_str(&message) : str_from(request));
        assert_int_equal(d.take.answer.status, 200);
        assert_answer(&d, protobuf ? "" : "{}");
        assert_int_equal(d.take.count, 2);
        assert_record(&d, 0, records[0]);
        assert_record(&d, 1, records[1]);
    }
    decode_end(&d);
}

static void a_record_that_cannot_be_read_is_a_partial_success(void **state)
{
    struct decoded d = decode_begin(&http_protocol_otlp, HTTP_POST, "/v1/logs", "");
    /* ResourceLogs{ScopeLogs{a record that says its body is longer, a record with body "b"}} */
    static const char body[] = "\x0a\x0f\x12\x0d\x12\x02\x2a\x09\x12\x07\x2a\x05\x0a\x03"
                               "bcd";

    (void)state;
    decode_body(&d, (str){body, sizeof body - 1});
    assert_int_equal(d.take.answer.status, 200);
    assert_int_equal(d.take.count, 1);
    assert_int_equal(d.take.broken, 1);
    assert_answer(&d, "\x0a\x22\x08\x01\x12\x1erecords that could not be read");
    decode_end(&d);
}

static void what_is_no_request_is_400(void **state)
{
    struct decoded d = decode_begin(&http_protocol_otlp, HTTP_POST, "/v1/logs", "application/json");

    (void)state;
    decode_body(&d, S("{\"resourceLogs\":7}"));
    assert_int_equal(d.take.answer.status, 400);
    d.call.type = S("application/x-protobuf");
    decode_body(&d, S("\x0a\x7f"));
    assert_int_equal(d.take.answer.status, 400);
    decode_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_and_protobuf_give_the_same_records),
        cmocka_unit_test(a_record_that_cannot_be_read_is_a_partial_success),
        cmocka_unit_test(what_is_no_request_is_400),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
