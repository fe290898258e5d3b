/*
 * Any bytes as a line of a dialect: the input's first line names it, or any text format. Kept and
 * lazy events are the same, all values are UTF-8, and the columns have the types that they promise.
 */
#include "base/mem.h"
#include "engine/connection_memory.h"
#include "engine/event_json.h"
#include "event/column.h"
#include "formats/format.h"
#include "message/dialect.h"
#include "text/ip.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORD_MAX = 16 * 1024 };

struct taken {
    struct arena *arena;
    struct buf *text;
    struct connection_memory *connections;
    uint64_t events;
};

static struct columns columns_of(const struct event *ev, struct taken *t)
{
    struct columns c;
    uint64_t number;
    int64_t sign;
    struct ip ip;

    columns_fill(ev, &c, t->arena);
    connection_memory_apply(t->connections, ev, &c, t->arena);
    assert(c.activity < ACTIVITY_COUNT && c.outcome <= OUTCOME_FAILURE);
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        str value = c.values[i];
        if (!value.p)
            continue;
        assert(value.n && utf8_valid(value));
        enum column_type type = column_type((enum column)i);
        assert(type != COLUMN_TYPE_IP || ip_parse(value, &ip));
        assert(type != COLUMN_TYPE_PORT || (str_u64(value, &number) && number <= UINT16_MAX));
        assert(type != COLUMN_TYPE_INT || str_u64(value, &number) || str_i64(value, &sign));
    }
    return c;
}

static void on_event(void *ctx, struct event *ev)
{
    struct taken *t = ctx;

    assert(ev->field_count <= EVENT_FIELDS_MAX && ev->logsource_count <= EVENT_LOGSOURCES_MAX);
    event_settle(ev, t->arena);
    for (uint32_t i = 0; i < ev->field_count; i++)
        assert(ev->fields[i].name.n <= EVENT_NAME_MAX && utf8_valid(ev->fields[i].value));
    const struct columns columns = columns_of(ev, t);
    struct json_writer w = json_writer_make(t->text, 0);
    event_json_write(&w, ev, &columns, NULL);
    buf_char(t->text, '\n');
    t->events++;
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    assert(p->text[0]);
}

static void feed(const struct format *f, void *decoder, struct batch *b, bool lazy,
                 struct buf *text)
{
    struct taken t = {.arena = b->arena, .text = text, .connections = connection_memory_new()};
    const struct decode_sink sink = {
        .ctx = &t, .lazy = lazy, .event = on_event, .problem = on_problem};

    f->feed(decoder, b, &sink);
    assert(t.events <= b->units);
    connection_memory_free(t.connections);
    arena_reset(b->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *end = size ? memchr(data, '\n', size) : NULL;

    if (!end || size > RECORD_MAX)
        return 0;
    str name = {(const char *)data, (size_t)(end - (const char *)data)};
    str record = {end + 1, size - name.n - 1};
    const struct format *f = format_find(&formats_builtin, name);
    if (record.n == 0)
        return 0;
    if (!f || !f->dialect)
        f = format_find(&formats_builtin, S("text"));

    const struct stream stream = {
        .path = S("x"), .format = f, .time = {.reference_ns = INT64_C(1) << 60}};
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    struct buf kept CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct buf lazy CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    char *copy = mem_alloc(record.n + BATCH_PADDING);
    const struct record_span span = {0, (uint32_t)record.n};
    struct batch b = {.stream = &stream,
                      .data = copy,
                      .n = record.n,
                      .last = true,
                      .spans = &span,
                      .span_count = 1,
                      .arena = a};

    memcpy(copy, record.p, record.n);
    void *decoder = f->open(f);
    feed(f, decoder, &b, false, &kept);
    feed(f, decoder, &b, true, &lazy);
    assert(str_eq(buf_str(&kept), buf_str(&lazy)));
    f->close(decoder);
    free(copy);
    return 0;
}
