/*
 * journal_export.c - the export format of systemd's journal (journalctl -o export,
 * https://systemd.io/JOURNAL_EXPORT_FORMATS): entries parted by an empty line, of fields
 *
 *   NAME=text                                    to the end of the line; or
 *   NAME, a line end, 8 bytes of a little-endian length, so many bytes, a line end
 *
 * An entry means what it does in journalctl's JSON (shape_linux.c), its message included.
 */
#include "base/mem.h"
#include "formats/format.h"
#include "formats/shape.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    LENGTH_BYTES = 8,
    NAME_BYTES_MAX = 64, /* as the journal has it */
    FIELDS_ROOM = 48,
    SNIFF_SURE = 97,
};

/* ------------------------------------------------------------ fields */

enum step {
    STEP_FIELD,
    STEP_END,  /* an empty line: the entry is over */
    STEP_MORE, /* the bytes end in the middle of a field */
};

static uint64_t length_at(const char *p)
{
    uint64_t n = 0;

    for (int i = LENGTH_BYTES; i-- > 0;)
        n = n << 8 | (uint8_t)p[i];
    return n;
}

/* One field, or the empty line, taken off the front. A length that is too large takes all. */
static enum step take_field(str *s, str *ret_name, str *ret_value)
{
    const char *end = s->n ? memchr(s->p, '\n', s->n) : NULL;

    if (!end)
        return STEP_MORE;
    str line = {s->p, (size_t)(end - s->p)}, rest = str_from_at(*s, line.n + 1);
    if (line.n == 0) {
        *s = rest;
        return STEP_END;
    }
    const char *equals = memchr(line.p, '=', line.n);
    if (equals) {
        *ret_name = (str){line.p, (size_t)(equals - line.p)};
        *ret_value = str_from_at(line, ret_name->n + 1);
        *s = rest;
        return STEP_FIELD;
    }
    if (rest.n < LENGTH_BYTES)
        return STEP_MORE;
    const uint64_t n = length_at(rest.p);
    rest = str_from_at(rest, LENGTH_BYTES);
    if (n >= rest.n)
        return STEP_MORE;
    *ret_name = line;
    *ret_value = (str){rest.p, (size_t)n};
    rest = str_from_at(rest, (size_t)n);
    *s = str_from_at(rest, rest.n && rest.p[0] == '\n');
    return STEP_FIELD;
}

/* ------------------------------------------------------------ the cutter */

struct export_cutter {
    size_t at; /* behind the last whole field of the pending bytes */
};

static void *cutter_new(void)
{
    return mem_alloc(sizeof(struct export_cutter));
}

static void cutter_free(void *cutter)
{
    free(cutter);
}

/* Whole entries. The fields of the one that is not whole are not looked at again. */
static void cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    struct export_cutter *c = cutter;
    str name, value, rest = str_from_at(pending, c->at);

    (void)seen;
    if (mode == CUT_END) {
        ret->whole = pending.n;
        c->at = 0;
        return;
    }
    if (mode == CUT_SKIP) {
        const char *end = str_find(pending, S("\n\n"));
        ret->skip_ended = end != NULL;
        ret->drop = end ? (size_t)(end - pending.p) + 2 : pending.n - (pending.n > 0);
        c->at = 0;
        return;
    }
    for (;;) {
        enum step step = take_field(&rest, &name, &value);
        if (step == STEP_MORE)
            break;
        c->at = pending.n - rest.n;
        if (step == STEP_END)
            ret->whole = c->at;
    }
    c->at -= ret->whole;
}

/* ------------------------------------------------------------ the decoder */

struct export_decoder {
    struct shape_book *shapes;
};

static void *export_open(const struct format *self)
{
    struct export_decoder *d = mem_alloc(sizeof *d);

    d->shapes = shape_book_new();
    shape_book_speak(d->shapes, self->dialects);
    return d;
}

static void export_close(void *decoder)
{
    struct export_decoder *d = decoder;

    shape_book_free(d->shapes);
    free(d);
}

static struct event *new_event(struct batch *b, size_t at)
{
    struct event *ev = arena_alloc(b->arena, sizeof *ev);

    ev->fields = arena_array(b->arena, FIELDS_ROOM, sizeof *ev->fields);
    ev->field_capacity = FIELDS_ROOM;
    ev->from = (struct provenance){.file = b->stream->path,
                                   .source = b->stream->id,
                                   .trust = b->stream->trust,
                                   .record = b->units,
                                   .offset = b->offset + at};
    return ev;
}

static void report(struct batch *b, const struct decode_sink *out, size_t at, size_t n,
                   const char *why)
{
    struct problem p = {.kind = PROBLEM_bad_record,
                        .has_record = true,
                        .record = b->units,
                        .offset = b->offset + at,
                        .length = n};

    problem_say(&p, why);
    out->problem(out->ctx, &p);
}

/* A field that comes again is one more value of an array. */
static void add_field(struct event *ev, str name, str value, struct arena *a)
{
    const bool again = event_find(ev, name) < ev->field_count;

    if (name.n <= NAME_BYTES_MAX && name.n)
        event_add(ev, a,
                  (struct field){.name = utf8_repair(name, a),
                                 .value = utf8_repair(value, a),
                                 .flags = again ? FIELD_CONTINUES : 0});
}

static void export_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct export_decoder *d = decoder;
    str rest = {b->data, b->n}, name, value;

    b->units = 0;
    b->number_from = 1;
    while (rest.n) {
        const size_t at = b->n - rest.n;
        struct event *ev = new_event(b, at);
        enum step step;
        while ((step = take_field(&rest, &name, &value)) == STEP_FIELD)
            add_field(ev, name, value, b->arena);
        if (step == STEP_MORE && rest.n) {
            report(b, out, at, b->n - at, "an entry that does not end");
            rest.n = 0;
        }
        if (ev->field_count == 0)
            continue;
        ev->raw = utf8_repair((str){b->data + at, b->n - rest.n - at}, b->arena);
        shape_apply(d->shapes, ev, b->arena);
        out->event(out->ctx, ev);
        b->units++;
    }
}

static int export_sniff(const struct format *self, str head)
{
    (void)self;
    return str_starts(head, S("__CURSOR=")) || str_starts(head, S("__REALTIME_TIMESTAMP="))
               ? SNIFF_SURE
               : 0;
}

const struct format format_journal_export = {
    .name = "journal_export",
    .summary = "systemd's journal, as journalctl -o export writes it",
    .sample = "__REALTIME_TIMESTAMP=1795514400123456\nSYSLOG_IDENTIFIER=sshd\nMESSAGE=...",
    .sniff = export_sniff,
    .cutter_new = cutter_new,
    .cutter_free = cutter_free,
    .cut = cut,
    .open = export_open,
    .feed = export_feed,
    .close = export_close,
};
