/*
 * Any bytes as a stream of JSON, twice: in one piece, and cut into chunks whose
 * sizes the first bytes give. Both runs must give the same events with the same
 * numbers at the same offsets, account for every byte, and stay inside of it.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "formats/format.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct format format_json;

enum { CHUNK_SIZES = 4 };

struct outcome {
    uint64_t events, units, hash;
    str text;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return hash_mix(hash, value + 1);
}

static void on_event(void *ctx, struct event *ev)
{
    struct outcome *o = ctx;

    assert(ev->raw.n > 0 && ev->from.offset + ev->raw.n <= o->text.n);
    assert(memcmp(ev->raw.p, o->text.p + ev->from.offset, ev->raw.n) == 0);
    assert(ev->field_count <= EVENT_FIELDS_MAX && ev->logsource_count <= EVENT_LOGSOURCES_MAX);
    for (uint32_t i = 0; i < ev->field_count; i++)
        assert(ev->fields[i].name.n <= EVENT_NAME_MAX && ev->fields[i].type <= VALUE_NULL);
    o->events++;
    o->hash = mix(o->hash, ev->from.offset);
    o->hash = mix(o->hash, o->units + ev->from.record);
    o->hash = mix(o->hash, ev->field_count);
}

static void on_problem(void *ctx, const struct problem *p)
{
    const struct outcome *o = ctx;

    assert(p->offset <= o->text.n && p->text[0]);
}

static void feed(struct outcome *o, void *decoder, str bytes, uint64_t offset, uint32_t context,
                 bool last)
{
    const struct stream stream = {.path = S("x.json"), .format = &format_json};
    const struct decode_sink sink = {.ctx = o, .event = on_event, .problem = on_problem};
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    char *copy = mem_alloc(bytes.n + BATCH_PADDING);
    struct batch b = {.stream = &stream,
                      .data = copy,
                      .n = bytes.n,
                      .offset = offset,
                      .context = context,
                      .last = last,
                      .arena = a};

    memcpy(copy, bytes.p, bytes.n);
    format_json.feed(decoder, &b, &sink);
    o->units += b.units;
    free(copy);
}

static struct outcome run(str text, const uint8_t *sizes, size_t size_count)
{
    struct outcome o = {.text = text};
    void *cutter = format_json.cutter_new(), *decoder = format_json.open(&format_json);
    size_t from = 0, shown = 0, to = 0;

    for (size_t n = 0; from < text.n; n++) {
        size_t chunk = size_count ? (size_t)sizes[n % size_count] + 1 : text.n;
        to = to + chunk < text.n ? to + chunk : text.n;
        bool end = to == text.n;
        struct cut cut = {0};
        format_json.cut(cutter, (str){text.p + from, to - from}, shown - from,
                        end ? CUT_END : CUT_MORE, &cut);
        assert(cut.drop + cut.whole <= to - from);
        shown = to;
        if (cut.whole)
            feed(&o, decoder, (str){text.p + from + cut.drop, cut.whole}, from + cut.drop,
                 cut.context, end);
        from += cut.drop + cut.whole;
        assert(!end || from == text.n);
    }
    format_json.cutter_free(cutter);
    format_json.close(decoder);
    return o;
}

/* Dropping a record that is too long must come to an end with the text. */
static void skip_all(str text)
{
    void *cutter = format_json.cutter_new();
    size_t from = 0;

    for (size_t n = 0; from < text.n && n <= text.n; n++) {
        struct cut cut = {0};
        format_json.cut(cutter, (str){text.p + from, text.n - from}, 0, CUT_SKIP, &cut);
        assert(cut.drop <= text.n - from);
        from += cut.drop;
        if (!cut.skip_ended)
            break;
    }
    format_json.cutter_free(cutter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CHUNK_SIZES)
        return 0;

    str text = {(const char *)data + CHUNK_SIZES, size - CHUNK_SIZES};
    struct outcome whole = run(text, NULL, 0), pieces = run(text, data, CHUNK_SIZES);

    assert(whole.events == pieces.events && whole.units == pieces.units);
    assert(whole.hash == pieces.hash);
    format_json.sniff(&format_json, text);
    skip_all(text);
    return 0;
}
