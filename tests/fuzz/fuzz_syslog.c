/*
 * Any bytes as syslog, as lines and as records with limits of their own, for a sink
 * that keeps events and for one that does not: each record is an event with a
 * message, and all of it lies inside of the bytes.
 */
#include "base/mem.h"
#include "formats/format.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct format format_syslog;

enum { SPANS_MAX = 64 };

struct outcome {
    const struct batch *batch;
    uint64_t events;
};

static void on_event(void *ctx, struct event *ev)
{
    struct outcome *o = ctx;

    assert(ev->raw.n > 0 && ev->from.offset + ev->raw.n <= o->batch->n);
    assert(ev->field_count >= 1 && ev->field_count <= EVENT_FIELDS_MAX);
    assert(ev->logsource_count <= EVENT_LOGSOURCES_MAX);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        assert(ev->fields[i].name.n <= EVENT_NAME_MAX && ev->fields[i].type <= VALUE_NULL);
        if (!(ev->fields[i].flags & FIELD_RAW))
            assert(utf8_valid(ev->fields[i].value));
    }
    event_settle(ev, o->batch->arena);
    o->events++;
}

static void on_problem(void *ctx, const struct problem *p)
{
    assert(p->offset < ((struct outcome *)ctx)->batch->n && p->text[0]);
}

static uint64_t feed(void *decoder, struct batch *b, bool lazy)
{
    struct outcome o = {.batch = b};
    const struct decode_sink sink = {
        .ctx = &o, .lazy = lazy, .event = on_event, .problem = on_problem};

    format_syslog.feed(decoder, b, &sink);
    arena_reset(b->arena);
    return o.events;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    const struct stream stream = {
        .path = S("x"), .format = &format_syslog, .time = {.reference_ns = INT64_C(1) << 60}};
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    char *copy = mem_alloc(size + BATCH_PADDING);
    struct record_span spans[SPANS_MAX];
    struct batch b = {.stream = &stream, .data = copy, .n = size, .last = true, .arena = a};

    memcpy(copy, data, size);
    void *decoder = format_syslog.open(&format_syslog);
    format_syslog.sniff(&format_syslog, (str){copy, size});
    const uint64_t events = feed(decoder, &b, false);
    const uint64_t units = b.units;
    assert(feed(decoder, &b, true) == events && b.units == units && events <= units);
    for (b.span_count = 0; b.span_count < SPANS_MAX && b.span_count < size; b.span_count++) {
        uint32_t from = data[b.span_count] % (uint32_t)size;
        spans[b.span_count] = (struct record_span){from, (uint32_t)size - from};
    }
    b.spans = spans;
    (void)feed(decoder, &b, true);
    assert(b.units == b.span_count);
    format_syslog.close(decoder);
    free(copy);
    return 0;
}
