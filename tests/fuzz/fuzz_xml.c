/* Any bytes as XML: each token moves forward, what comes out is valid UTF-8, the end is reached. */
#include "text/utf8.h"
#include "text/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    struct xml *x = arena_alloc(a, sizeof *x);
    struct xml_token *t = arena_alloc(a, sizeof *t);

    xml_init(x, (str){(const char *)data, size}, a);
    for (size_t tokens = 0;; tokens++) {
        xml_next(x, t);
        assert(tokens <= 2 * size + 1 && x->at <= size && x->depth <= XML_DEPTH_MAX);
        if (t->kind == XML_END || t->kind == XML_ERROR)
            break;
        if (t->kind == XML_TEXT)
            assert(utf8_valid(t->text));
        for (uint32_t i = 0; i < t->attribute_count; i++)
            assert(utf8_valid(t->attributes[i].value));
    }
    assert(t->kind == XML_END ? x->depth == 0 : x->error != NULL);
    return 0;
}
