/* Elasticsearch's bulk API: bodies as Filebeat, Fluent Bit and Vector write them. */
#include "collect/http_protocol.h"
#include "http_decode.h"

extern const struct http_protocol http_protocol_bulk;

static void filebeat_creates_without_ids_and_asks_for_status_alone(void **state)
{
    struct decoded d = decode_begin(
        &http_protocol_bulk, HTTP_POST,
        "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status", "application/json");

    (void)state;
    decode_body(&d, S("{\"create\":{\"_index\":\"filebeat-8.17.0\"}}\n"
                      "{\"@timestamp\":\"2026-11-24T10:00:00.000Z\",\"message\":\"a\"}\n"
                      "{\"create\":{\"_index\":\"filebeat-8.17.0\"}}\n"
                      "{\"@timestamp\":\"2026-11-24T10:00:01.000Z\",\"message\":\"b\"}\n"));
    assert_int_equal(d.take.count, 2);
    assert_record(&d, 0, "{\"@timestamp\":\"2026-11-24T10:00:00.000Z\",\"message\":\"a\"}");
    assert_int_equal(d.take.records[0].id.n, 0);
    assert_int_equal(d.take.answer.status, 200);
    assert_answer(&d, "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}},"
                      "{\"create\":{\"status\":201}}]}");
    decode_end(&d);
}

static void fluent_bit_names_no_index_and_gets_the_paths(void **state)
{
    struct decoded d = decode_begin(&http_protocol_bulk, HTTP_POST, "/logs/_bulk", "");

    (void)state;
    decode_body(&d, S("{\"create\":{}}\n{\"log\":\"x\"}\n"));
    assert_int_equal(d.take.count, 1);
    assert_answer(&d, "{\"took\":1,\"errors\":false,\"items\":[{\"create\":{\"_index\":\"logs\","
                      "\"result\":\"created\",\"status\":201}}]}");
    decode_end(&d);
}

static void an_id_is_kept_with_the_document_and_found_again(void **state)
{
    struct decoded d = decode_begin(&http_protocol_bulk, HTTP_POST, "/_bulk", "");
    static const char hit[] = "{\"_index\":\"v\",\"_id\":\"a\\\"7\",\"_source\":{\"m\":1}}";

    (void)state;
    decode_body(&d, S("{\"create\":{\"_index\":\"v\",\"_id\":\"a\\\"7\"}}\n{\"m\":1}\n"));
    assert_record(&d, 0, hit);
    str id = http_protocol_bulk.recalled_id(str_from(hit), d.arena);
    assert_true(id.n && str_eq(id, d.take.records[0].id));
    assert_int_equal(http_protocol_bulk.recalled_id(S("{\"m\":1}"), d.arena).n, 0);
    decode_end(&d);
}

static void what_cannot_be_taken_is_an_item_with_an_error(void **state)
{
    struct decoded d =
        decode_begin(&http_protocol_bulk, HTTP_POST, "/_bulk?filter_path=errors", "");

    (void)state;
    decode_body(&d, S("{\"delete\":{\"_id\":\"1\"}}\n{\"update\":{\"_id\":\"1\"}}\n{\"doc\":{}}\n"
                      "{\"index\":{}}\nno object\n{\"index\":{}}\n{}\n"));
    assert_int_equal(d.take.count, 1);
    assert_int_equal(d.take.broken, 1);
    assert_true(answer_has(&d, "\"errors\":true"));
    assert_true(answer_has(&d, "{\"index\":{\"status\":201}}]"));
    decode_end(&d);
}

static void an_action_that_is_none_refuses_the_whole_body(void **state)
{
    struct decoded d = decode_begin(&http_protocol_bulk, HTTP_POST, "/_bulk", "");

    (void)state;
    decode_body(&d, S("{\"create\":{}}\n{\"a\":1}\n{\"a\":1}\n"));
    assert_int_equal(d.take.answer.status, 400);
    decode_end(&d);
}

static void what_shippers_ask_before_is_answered(void **state)
{
    static const struct {
        enum http_method method;
        const char *path, *part;
    } asked[] = {
        {HTTP_GET, "/", "\"number\":\"8."},
        {HTTP_GET, "/_license?human=false", "\"status\":\"active\""},
        {HTTP_GET, "/_cluster/health", "\"status\":\"green\""},
        {HTTP_PUT, "/_ilm/policy/filebeat", "\"acknowledged\":true"},
        {HTTP_GET, "/_index_template/filebeat-8.17.0", "index_templates"},
        {HTTP_GET, "/_nodes/http", "{\"nodes\":{}}"},
    };

    (void)state;
    for (size_t i = 0; i < countof(asked); i++) {
        struct decoded d = decode_begin(&http_protocol_bulk, asked[i].method, asked[i].path, "");
        decode_body(&d, (str){0});
        assert_int_equal(d.take.answer.status, 200);
        assert_string_equal(d.take.answer.headers[0].value, "Elasticsearch");
        assert_true(answer_has(&d, asked[i].part));
        decode_end(&d);
    }
    assert_int_equal(http_protocol_bulk.claims(HTTP_HEAD, S("/"), S("")), HTTP_WITH_TOKEN);
    assert_int_equal(http_protocol_bulk.claims(HTTP_POST, S("/"), S("")), HTTP_NOT_OURS);
    assert_int_equal(http_protocol_bulk.claims(HTTP_GET, S("/x/_search"), S("")), HTTP_NOT_OURS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filebeat_creates_without_ids_and_asks_for_status_alone),
        cmocka_unit_test(fluent_bit_names_no_index_and_gets_the_paths),
        cmocka_unit_test(an_id_is_kept_with_the_document_and_found_again),
        cmocka_unit_test(what_cannot_be_taken_is_an_item_with_an_error),
        cmocka_unit_test(an_action_that_is_none_refuses_the_whole_body),
        cmocka_unit_test(what_shippers_ask_before_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
