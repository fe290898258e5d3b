/* one_line.h - for tests of dialects: one line through a format, and what comes of it. */
#pragma once

#include "event/column.h"
#include "event/kind.h"
#include "formats/format.h"

struct one_line {
    struct arena *arena;
    struct event *event; /* NULL: there was none */
    struct columns columns;
    uint32_t events, problems;
    const struct format *format;
    void *decoder; /* names of fields may be its own: it lives as long as the event */
};

static inline void one_line_event(void *ctx, struct event *ev)
{
    struct one_line *one = ctx;

    one->event = event_keep(ev, one->arena);
    columns_fill(one->event, &one->columns, one->arena);
    one->events++;
}

static inline void one_line_problem(void *ctx, const struct problem *p)
{
    (void)p;
    ((struct one_line *)ctx)->problems++;
}

/* By the format of that name. Values live in one->arena: one_line_done() frees them. */
static inline struct one_line one_line_read(const char *name, str line)
{
    struct one_line one = {.arena = arena_new(16 * 1024)};
    const struct format *format = format_find(&formats_builtin, str_from(name));
    const struct stream stream = {.path = S("line"),
                                  .format = format,
                                  .time = {.reference_ns = INT64_C(1798675200000000000)}};
    const struct record_span span = {0, (uint32_t)line.n};
    const struct decode_sink sink = {
        .ctx = &one, .event = one_line_event, .problem = one_line_problem};
    char *data = arena_bytes(one.arena, line.n + BATCH_PADDING);

    assert_non_null(format);
    memcpy(data, line.p, line.n);
    memset(data + line.n, 0xA5, BATCH_PADDING);
    struct batch b = {.stream = &stream,
                      .data = data,
                      .n = line.n,
                      .last = true,
                      .spans = &span,
                      .span_count = 1,
                      .arena = one.arena};
    one.format = format;
    one.decoder = format->open(format);
    format->feed(one.decoder, &b, &sink);
    return one;
}

static inline void one_line_done(struct one_line *one)
{
    one->format->close(one->decoder);
    arena_free(one->arena);
}

/* Does a field, or a column, have that value? An absent one is empty. */
static inline bool one_line_has(const struct one_line *one, const char *name, const char *value)
{
    return one->event && str_eq(event_get(one->event, str_from(name)), str_from(value));
}

static inline bool one_line_column(const struct one_line *one, enum column column,
                                   const char *value)
{
    return str_eq(one->columns.values[column], str_from(value));
}
