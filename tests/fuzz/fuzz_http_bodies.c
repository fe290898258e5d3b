/*
 * Any bytes as the body of a request: the first byte says which protocol and which
 * of its paths. Each decoder must come to an answer, stay within the body, and give
 * JSON where it writes its records itself; a stored id must be found again.
 */
#include "collect/http_protocol.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct http_protocol http_protocol_ndjson, http_protocol_bulk, http_protocol_hec,
    http_protocol_loki, http_protocol_otlp;

static const struct {
    const struct http_protocol *protocol;
    str path, query, type;
    bool writes; /* its records are JSON */
} ways[] = {
    {&http_protocol_ndjson, S("/ingest"), S(""), S(""), false},
    {&http_protocol_bulk, S("/_bulk"), S(""), S(""), false},
    {&http_protocol_bulk, S("/i/_bulk"), S("filter_path=errors"), S(""), false},
    {&http_protocol_hec, S("/services/collector"), S(""), S(""), true},
    {&http_protocol_hec, S("/services/collector/raw"), S("host=%20a&time=1"), S(""), true},
    {&http_protocol_hec, S("/services/collector/ack"), S(""), S(""), true},
    {&http_protocol_loki, S("/loki/api/v1/push"), S(""), S("application/json"), true},
    {&http_protocol_loki, S("/loki/api/v1/push"), S(""), S("application/x-protobuf"), true},
    {&http_protocol_otlp, S("/v1/logs"), S(""), S("application/json"), true},
    {&http_protocol_otlp, S("/v1/logs"), S(""), S("application/x-protobuf"), true},
};

static bool is_json(str text)
{
    struct json j;

    json_init(&j, text);
    return json_skip(&j, json_next(&j)) && json_next(&j).kind == JSON_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    const size_t way = data[0] % countof(ways);
    const struct http_protocol *p = ways[way].protocol;
    struct http_take t = {.arena = a};
    const struct http_call c = {.method = HTTP_POST,
                                .path = ways[way].path,
                                .query = ways[way].query,
                                .type = ways[way].type,
                                .body = {(const char *)data + 1, size - 1},
                                .arena = a};

    assert(p->claims(c.method, c.path, c.path) == HTTP_WITH_TOKEN);
    p->decode(&c, &t);
    assert(t.asks_acks || t.too_many || t.answer.status >= 200);
    assert(t.count <= HTTP_RECORDS_MAX);
    for (uint32_t i = 0; i < t.count; i++) {
        const struct http_record *r = &t.records[i];
        assert(r->bytes.n > 0);
        assert(!ways[way].writes || is_json(r->bytes));
        assert(r->id.n == 0 || str_eq(p->recalled_id(r->bytes, a), r->id));
    }
    return 0;
}
