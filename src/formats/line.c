/*
 * line.c - any text: a record is a line, or what the source says is one, and has
 * the field `message`. For what no other format knows; never chosen by content.
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/format.h"
#include "formats/line_cursor.h"
#include "text/utf8.h"

#include <stdlib.h>

struct line_decoder {
    uint32_t layout;
    struct event event; /* of a sink that keeps none */
    struct field field;
};

static const struct kind kind_line = {.format = "line"};

static void *line_open(const struct format *self)
{
    (void)self;
    struct line_decoder *d = mem_alloc(sizeof *d);

    d->layout = layout_number_new();
    return d;
}

static void line_close(void *decoder)
{
    free(decoder);
}

static void line_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct line_decoder *d = decoder;
    struct line_cursor lines;
    struct line_record line;

    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line)) {
        struct event *ev = out->lazy ? &d->event : arena_alloc(b->arena, sizeof *ev);
        struct field *field = out->lazy ? &d->field : arena_alloc(b->arena, sizeof *field);
        *field = (struct field){.name = S("message"), .value = utf8_repair(line.text, b->arena)};
        *ev = (struct event){
            .fields = field,
            .field_count = 1,
            .field_capacity = 1,
            .from = line_provenance(b, &line),
            .kind = &kind_line,
            .raw = line.text,
            .layout = d->layout,
        };
        out->event(out->ctx, ev);
    }
    b->units = lines.next;
    b->number_from = 1;
}

const struct format format_line = {
    .name = "line",
    .summary = "any text, a record a line; only when asked for",
    .sample = "whatever a program prints",
    .cutter_new = line_cutter_new,
    .cutter_free = line_cutter_free,
    .cut = line_cut,
    .open = line_open,
    .feed = line_feed,
    .close = line_close,
};
