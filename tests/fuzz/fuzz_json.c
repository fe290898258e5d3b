/*
 * Any bytes as JSON: each token moves forward, strings come out as valid UTF-8,
 * skipping a value and reading it token by token end at the same place.
 */
#include "text/json.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(4096);
    struct json j, skipping;
    struct json_token t;
    size_t at = 0;

    json_init(&j, (str){(const char *)data, size});
    skipping = j;
    bool whole = json_skip(&skipping, json_next(&skipping));
    do {
        t = json_next(&j);
        assert(t.kind == JSON_ERROR || t.kind == JSON_END || j.at > at);
        if (t.kind == JSON_KEY || t.kind == JSON_STRING)
            assert(utf8_valid(json_string(t, a)));
        if (j.depth == 0 && at == 0 && t.kind != JSON_ERROR)
            assert(whole);
        if (j.depth == 0 && t.kind != JSON_ERROR && t.kind != JSON_END)
            assert(skipping.at == j.at);
        at = j.at;
    } while (t.kind != JSON_END && t.kind != JSON_ERROR);
    assert(t.kind != JSON_ERROR || j.error);
    return 0;
}
