/*
 * Any bytes as a file of Windows events in XML: cutting loses no byte, events
 * lie inside of the bytes, and decoding ends.
 */
#include "base/mem.h"
#include "formats/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct format format_winxml;

static void on_event(void *ctx, struct event *ev)
{
    const struct batch *b = ctx;

    assert(ev->raw.n > 0 && ev->from.offset + ev->raw.n <= b->n);
    for (uint32_t i = 0; i < ev->field_count; i++)
        assert(ev->fields[i].name.n <= EVENT_NAME_MAX);
}

static void on_problem(void *ctx, const struct problem *p)
{
    assert(p->offset <= ((const struct batch *)ctx)->n && p->text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    const struct stream stream = {.path = S("x.xml"), .format = &format_winxml};
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    char *copy = mem_alloc(size + BATCH_PADDING);
    struct batch b = {.stream = &stream, .data = copy, .n = size, .last = true, .arena = a};
    const struct decode_sink sink = {.ctx = &b, .event = on_event, .problem = on_problem};
    struct cut cut = {0};

    memcpy(copy, data, size);
    format_winxml.cut(NULL, (str){copy, size}, 0, CUT_MORE, &cut);
    assert(cut.drop + cut.whole <= size);
    format_winxml.sniff(&format_winxml, (str){copy, size});
    format_winxml.feed(NULL, &b, &sink);
    free(copy);
    return 0;
}
