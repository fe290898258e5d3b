/* Splunk's HTTP Event Collector: bodies as Splunk's, Fluent Bit's and Vector's senders write them.
 */
#include "http_decode.h"

extern const struct http_protocol http_protocol_hec;
extern const struct source_type source_type_http_hec;

static void objects_follow_each_other_with_or_without_newlines(void **state)
{
    struct decoded d = decode_begin(&http_protocol_hec, HTTP_POST, "/services/collector/event", "");

    (void)state;
    decode_body(&d, S("{\"time\":1.5,\"sourcetype\":\"s\",\"event\":{\"EventID\":1}}"
                      "{\"time\":2,\"sourcetype\":\"s\",\"event\":\"line\"}\n\n"
                      "{\"event\":true,\"host\":\"h\",\"fields\":{\"a\":\"b\"}}"));
    assert_int_equal(d.take.count, 3);
    assert_record(&d, 0, "{\"time\":1.5,\"sourcetype\":\"s\",\"event\":{\"EventID\":1}}");
    assert_record(&d, 1, "{\"time\":2,\"sourcetype\":\"s\",\"event\":\"line\"}");
    assert_record(&d, 2,
                  "{\"time\":null,\"host\":\"h\",\"sourcetype\":\"httpevent\","
                  "\"event\":true,\"fields\":{\"a\":\"b\"}}");
    assert_answer(&d, "{\"text\":\"Success\",\"code\":0}");
    decode_end(&d);
}

static void errors_have_the_documented_codes(void **state)
{
    static const struct {
        const char *body, *answer;
    } wrong[] = {
        {"", "{\"text\":\"No data\",\"code\":5}"},
        {"{\"event\":1}{\"event\"",
         "{\"text\":\"Invalid data format\",\"code\":6,\"invalid-event-number\":1}"},
        {"{\"time\":1}",
         "{\"text\":\"Event field is required\",\"code\":12,\"invalid-event-number\":0}"},
        {"{\"event\":\"\"}",
         "{\"text\":\"Event field cannot be blank\",\"code\":13,\"invalid-event-number\":0}"},
    };

    (void)state;
    for (size_t i = 0; i < countof(wrong); i++) {
        struct decoded d = decode_begin(&http_protocol_hec, HTTP_POST, "/services/collector", "");
        decode_body(&d, str_from(wrong[i].body));
        assert_int_equal(d.take.answer.status, 400);
        assert_answer(&d, wrong[i].answer);
        decode_end(&d);
    }
}

static void raw_lines_become_events_with_what_the_query_says(void **state)
{
    struct decoded d = decode_begin(&http_protocol_hec, HTTP_POST,
                                    "/services/collector/raw?host=web%201&sourcetype=syslog", "");

    (void)state;
    decode_body(&d, S("one \"1\"\r\n\ntwo"));
    assert_int_equal(d.take.count, 2);
    assert_record(&d, 0,
                  "{\"time\":null,\"host\":\"web 1\",\"sourcetype\":\"syslog\","
                  "\"event\":\"one \\\"1\\\"\"}");
    decode_end(&d);
}

#define CHANNEL "X-Splunk-Request-Channel: 0aeeac95-ac74-4aa9-b30d-6c4c0ac581ba\r\n"
#define SPLUNK "Authorization: Splunk 0123456789abcdef\r\n"

static void an_acknowledgement_is_true_once_the_events_are_durable(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf sent CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf before CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf after CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf none CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_hec, TOKEN_YAML "acknowledgement: true\n"));
    source_start(&f, &o);
    assert_true(client_ask(&f, &o, "/services/collector", SPLUNK, S("{\"event\":1}"), &none));
    assert_true(has(&none, "\"code\":10"));
    assert_true(
        client_ask(&f, &o, "/services/collector", SPLUNK CHANNEL, S("{\"event\":1}"), &sent));
    assert_true(has(&sent, "{\"text\":\"Success\",\"code\":0,\"ackId\":0}"));
    assert_true(client_ask(&f, &o, "/services/collector/ack", SPLUNK CHANNEL, S("{\"acks\":[0,1]}"),
                           &before));
    assert_true(has(&before, "{\"acks\":{\"0\":false,\"1\":false}}"));
    o.inlet.durable = 1;
    assert_true(client_ask(&f, &o, "/services/collector/ack", SPLUNK CHANNEL, S("{\"acks\":[0,1]}"),
                           &after));
    assert_true(has(&after, "{\"acks\":{\"0\":true,\"1\":false}}"));
    source_close(&o);
    fixture_end(&f);
}

static void a_full_pipeline_is_503_with_code_9_and_basic_authentication_works(void **state)
{
    struct fixture f;
    struct opened o;
    struct buf busy CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf wrong CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    (void)state;
    fixture_begin(&f);
    assert_true(source_open(&f, &o, &source_type_http_hec, TOKEN_YAML));
    source_start(&f, &o);
    o.inlet.room = 0;
    assert_true(client_ask(&f, &o, "/services/collector",
                           "Authorization: Basic eDowMTIzNDU2Nzg5YWJjZGVm\r\n", S("{\"event\":1}"),
                           &busy));
    assert_true(has(&busy, " 503 ") && has(&busy, "\"code\":9") && has(&busy, "Retry-After"));
    assert_true(client_ask(&f, &o, "/services/collector", "Authorization: Splunk x\r\n",
                           S("{\"event\":1}"), &wrong));
    assert_true(has(&wrong, " 403 ") && has(&wrong, "\"code\":4"));
    source_close(&o);
    fixture_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_follow_each_other_with_or_without_newlines),
        cmocka_unit_test(errors_have_the_documented_codes),
        cmocka_unit_test(raw_lines_become_events_with_what_the_query_says),
        cmocka_unit_test(an_acknowledgement_is_true_once_the_events_are_durable),
        cmocka_unit_test(a_full_pipeline_is_503_with_code_9_and_basic_authentication_works),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
