/*
 * cri.c - logs of containers as containerd and CRI-O file them
 * (https://github.com/kubernetes/design-proposals-archive, kubelet-cri-logging):
 *
 *   2026-11-24T10:00:00.123456789Z stdout F text
 *
 * F ends a line of the program, P is a part of a longer one, which goes on in the stream's next
 * line; parts are joined up to LINE_BYTES_MAX. The text is read by the dialects, or as JSON when it
 * is an object. The time is the container's, which has a zone and all digits.
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/heading.h"
#include "formats/json_body.h"
#include "message/dialect.h"
#include "text/time.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    LINE_BYTES_MAX = 256 * 1024,
    FIELDS_ROOM = 32,
    SNIFF_SURE = 96,
    SNIFF_LINES_MAX = 16,
    STREAMS = 2, /* stdout, stderr */
};

struct cri_line {
    str time, stream, tag, text;
    uint8_t stream_at;
};

struct cri {
    struct dialect_reader *dialects;
    struct json_body *body;
    struct buf parts[STREAMS]; /* of lines that have not ended */
};

static const struct kind kind_cri = {.format = "cri"};

static bool read_line(str text, struct cri_line *ret)
{
    static const str streams[STREAMS] = {S("stdout"), S("stderr")};
    str rest = text;
    int64_t ns;
    uint8_t digits;

    ret->time = str_cut(&rest, ' ');
    ret->stream = str_cut(&rest, ' ');
    ret->tag = str_cut(&rest, ' ');
    ret->text = rest;
    if (ret->tag.n == 0 || (ret->tag.p[0] != 'F' && ret->tag.p[0] != 'P'))
        return false;
    for (int i = 0; i < STREAMS; i++)
        if (str_eq(ret->stream, streams[i])) {
            ret->stream_at = (uint8_t)i;
            return time_parse_rfc3339(ret->time, &ns, &digits);
        }
    return false;
}

static void *cri_open(const struct format *self)
{
    struct cri *c = mem_alloc(sizeof *c);

    c->dialects = dialect_reader_new(format_dialects(self), NULL);
    c->body = json_body_new();
    for (int i = 0; i < STREAMS; i++)
        c->parts[i] = buf_make(LINE_BYTES_MAX);
    return c;
}

static void cri_close(void *decoder)
{
    struct cri *c = decoder;

    dialect_reader_free(c->dialects);
    json_body_free(c->body);
    for (int i = 0; i < STREAMS; i++)
        buf_done(&c->parts[i]);
    free(c);
}

static void add_text(struct event *ev, struct arena *a, str name, str value)
{
    event_add(ev, a, (struct field){.name = name, .value = value});
}

/* What the text means, as an object or as a dialect's. */
static void give_meaning(struct cri *c, struct event *ev, str text, const struct batch *b)
{
    struct message m = {
        .text = str_trim(text), .event = ev, .arena = b->arena, .time_rule = &b->stream->time};
    struct event object;

    if (m.text.n && m.text.p[0] == '{' &&
        json_body_read(c->body, m.text, false, &object, b->arena)) {
        for (uint32_t i = 0; i < object.field_count; i++)
            event_add(ev, b->arena, object.fields[i]);
        memcpy(ev->logsources, object.logsources,
               object.logsource_count * sizeof *object.logsources);
        ev->logsource_count = object.logsource_count;
        ev->kind = object.kind;
        return;
    }
    add_text(ev, b->arena, S("message"), m.text);
    (void)dialect_read(c->dialects, &m, false);
}

static void decode(struct cri *c, const struct batch *b, const struct line_record *record,
                   const struct decode_sink *out)
{
    struct event *ev = heading_event(b, record, FIELDS_ROOM);
    str text = str_is_ascii(record->text) ? record->text : utf8_repair(record->text, b->arena);
    struct cri_line line;

    ev->kind = &kind_cri;
    if (!read_line(text, &line)) {
        add_text(ev, b->arena, S("message"), text);
        heading_report(b, record, out, "no time, stream and tag in front");
        out->event(out->ctx, ev);
        return;
    }
    struct buf *parts = &c->parts[line.stream_at];
    const bool ends = line.tag.p[0] == 'F';
    if (!ends && parts->n + line.text.n < LINE_BYTES_MAX) {
        buf_add(parts, line.text);
        return;
    }
    if (parts->n) {
        buf_add(parts, line.text);
        line.text = arena_str(b->arena, buf_str(parts));
        buf_clear(parts);
    }
    add_text(ev, b->arena, S("stream"), line.stream);
    add_text(ev, b->arena, S("logtag"), line.tag);
    add_text(ev, b->arena, S("cri_timestamp"), line.time);
    give_meaning(c, ev, line.text, b);
    ev->has_time = time_parse_rfc3339(line.time, &ev->time_ns, &ev->time_digits);
    ev->time_guess = 0;
    out->event(out->ctx, ev);
}

static void cri_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct line_cursor lines;
    struct line_record line;

    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line))
        decode(decoder, b, &line, out);
    b->units = lines.next;
    b->number_from = 1;
}

/* Parts whose end never came. */
static void cri_flush(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct cri *c = decoder;

    for (int i = 0; i < STREAMS; i++) {
        if (!c->parts[i].n)
            continue;
        const struct line_record at = {.text = arena_str(b->arena, buf_str(&c->parts[i])),
                                       .number = b->units ? b->units - 1 : 0};
        struct event *ev = heading_event(b, &at, FIELDS_ROOM);
        buf_clear(&c->parts[i]);
        ev->kind = &kind_cri;
        give_meaning(c, ev, at.text, b);
        out->event(out->ctx, ev);
    }
}

static int cri_sniff(const struct format *self, str head)
{
    struct cri_line line;
    uint32_t read = 0, lines = 0;

    (void)self;
    while (head.n && lines < SNIFF_LINES_MAX) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str text = str_cut(&head, '\n');
        if (!text.n || (!whole && lines))
            continue;
        lines++;
        read += read_line(text, &line);
    }
    return read && read == lines ? SNIFF_SURE : 0;
}

const struct format format_cri = {
    .name = "cri",
    .summary = "logs of containers as containerd and CRI-O file them, and what is in them",
    .sample = "2026-11-24T10:00:00.123456789Z stdout F 192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "
              "\"GET / HTTP/1.1\" 200 13",
    .ordered = true,
    .sniff = cri_sniff,
    .cutter_new = line_cutter_new,
    .cutter_free = line_cutter_free,
    .cut = line_cut,
    .open = cri_open,
    .feed = cri_feed,
    .flush = cri_flush,
    .close = cri_close,
};
