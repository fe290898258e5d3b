/*
 * json_format.c - JSON logs: an object a line (NDJSON), arrays, envelopes,
 * concatenated and pretty-printed objects.
 *
 * A record that does not parse costs itself: json_split finds the next one
 * without parsing. Values of a line are taken as far as they are whole.
 */
#include "formats/json_format.h"

#include "base/hash.h"
#include "base/mem.h"
#include "formats/json_envelope.h"
#include "formats/json_replay.h"
#include "formats/json_split.h"
#include "formats/shape.h"

#include <stdio.h>
#include <stdlib.h>

enum { SNIFF_SURE = 90, SNIFF_MIXED = 60, SNIFF_LINES_MAX = 64 };

struct json_decoder {
    struct shape_book *shapes;
    uint64_t seed;
    uint32_t fields_guess; /* how many the last record had */
    /* Of the batch that is fed: */
    struct batch *batch;
    const struct decode_sink *out;
    uint64_t elements; /* records so far */
    uint64_t lines;    /* line ends before `counted` */
    size_t counted;
    bool by_element;

    /* For lines whose shape is known: */
    struct json_book *book;
    struct event event;          /* the last one that was replayed */
    size_t learn_from, learn_to; /* the record at work, should its shape be learned */
};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* Does a line hold a whole object? */
static bool is_object(str line)
{
    struct json j;

    json_init(&j, line);
    struct json_token t = json_next(&j);
    return t.kind == JSON_OBJECT && json_skip(&j, t) && json_next(&j).kind == JSON_END;
}

/* Objects a line among lines of another kind, as programs write that print a banner first. */
static int sniff_lines(str head)
{
    size_t objects = 0, lines = 0;

    while (head.n && lines < SNIFF_LINES_MAX) {
        str line = str_trim(str_cut(&head, '\n'));
        lines += line.n > 0;
        objects += line.n > 0 && line.p[0] == '{' && is_object(line);
    }
    return objects * 2 >= lines && objects > 0 ? SNIFF_MIXED : 0;
}

static int json_sniff(const struct format *self, str head)
{
    (void)self;
    struct json j;
    size_t at = 0;

    while (at < head.n && blank(head.p[at]))
        at++;
    str text = str_from_at(head, at);
    if (text.n == 0)
        return 0;
    json_init(&j, text);
    struct json_token first = json_next(&j), second = json_next(&j);
    bool object =
        first.kind == JSON_OBJECT && (second.kind == JSON_KEY || second.kind == JSON_OBJECT_END);
    bool array =
        first.kind == JSON_ARRAY && (second.kind == JSON_OBJECT || second.kind == JSON_ARRAY_END);
    return object || array ? SNIFF_SURE : sniff_lines(text);
}

/* The number of the record that begins at `at`, local to the batch. */
static uint64_t unit_at(struct json_decoder *d, size_t at)
{
    if (d->by_element)
        return d->elements;
    while (d->counted < at) {
        const char *found = memchr(d->batch->data + d->counted, '\n', at - d->counted);
        d->lines += found != NULL;
        d->counted = found ? (size_t)(found - d->batch->data) + 1 : at;
    }
    return d->lines;
}

static void report(struct json_decoder *d, enum problem_kind kind, size_t at, size_t length,
                   const char *why)
{
    struct problem p = {
        .kind = kind,
        .has_record = true,
        .record = unit_at(d, at),
        .offset = d->batch->offset + at,
        .length = length,
    };

    problem_say(&p, why);
    d->out->problem(d->out->ctx, &p);
}

static void report_broken(struct json_decoder *d, const struct json *j, size_t at, size_t to,
                          bool cut_off)
{
    char why[PROBLEM_TEXT_MAX];
    bool ends = cut_off && j->at == j->text.n && d->batch->last;

    snprintf(why, sizeof why, "%s, at byte %zu of the record", j->error, j->at);
    report(d, ends ? PROBLEM_truncated : PROBLEM_bad_record, at, to - at, why);
}

static void report_unclosed(struct json_decoder *d, size_t at, bool cut_off)
{
    report(d, cut_off && d->batch->last ? PROBLEM_truncated : PROBLEM_bad_record, at, 0,
           "an array of records that is not closed");
}

static void give(struct json_decoder *d, struct event *ev, size_t at, size_t to)
{
    struct batch *b = d->batch;

    ev->raw = (str){b->data + at, to - at};
    ev->from = (struct provenance){
        .file = b->stream->path,
        .source = b->stream->id,
        .trust = b->stream->trust,
        .record = unit_at(d, at),
        .offset = b->offset + at,
    };
    d->fields_guess = ev->field_count + 1;
    shape_apply(d->shapes, ev, b->arena);
    if (d->learn_to == to && d->learn_from == at)
        json_learn(d->shapes, d->book, d->seed, ev, b->arena);
    if (ev->fields_dropped) {
        char why[PROBLEM_TEXT_MAX];
        snprintf(why, sizeof why, "%u fields are left out", ev->fields_dropped);
        report(d, PROBLEM_fields_dropped, at, to - at, why);
    }
    d->out->event(d->out->ctx, ev);
}

/* One value at the front of [at, to): an event when it is an object. Returns where it ends; of a
 * broken one where its brackets say so. */
static size_t decode_value(struct json_decoder *d, size_t at, size_t to, bool cut_off)
{
    struct arena *a = d->batch->arena;
    str text = {d->batch->data + at, to - at};
    struct json j;
    size_t end;

    json_init(&j, text);
    struct json_token t = json_next(&j);
    struct event *ev = t.kind == JSON_OBJECT ? arena_alloc(a, sizeof *ev) : NULL;
    if (ev) {
        ev->field_capacity = d->fields_guess;
        ev->fields = arena_array(a, ev->field_capacity, sizeof *ev->fields);
    }
    if (ev ? json_flatten(&j, ev, d->seed, false, a) : json_skip(&j, t)) {
        end = at + j.at;
        if (ev)
            give(d, ev, at, end);
        else
            report(d, PROBLEM_bad_record, at, j.at, "a value that is not an object");
    } else {
        end = at + json_value_end(text);
        report_broken(d, &j, at, end, cut_off);
    }
    d->elements++;
    return end;
}

static void decode_element(struct json_decoder *d, const struct json_piece *piece, size_t base)
{
    size_t at = base + piece->from, to = base + piece->to;
    size_t end = decode_value(d, at, to, piece->cut_off);

    while (end < to && blank(d->batch->data[end]))
        end++;
    if (end < to)
        report(d, PROBLEM_bad_record, end, to - end, "something follows the element");
}

/* The elements from `at` on, behind `base` open levels. Returns where their array, and what is
 * around it, ends. */
static size_t decode_elements(struct json_decoder *d, size_t at, const struct json_piece *in,
                              uint8_t base)
{
    str text = {d->batch->data + at, in->to - at};
    struct json_split split;
    struct json_piece piece;

    json_split_init(
        &split,
        (struct json_place){.phase = JSON_ELEMENTS, .base = base, .column = JSON_COLUMN_INLINE});
    while (split.place.phase != JSON_TOP && json_split_next(&split, text, true, &piece)) {
        if (!piece.element) /* the array is over, and this follows it */
            return at + piece.from;
        decode_element(d, &piece, at);
    }
    if (split.place.phase != JSON_TOP)
        report_unclosed(d, in->to, in->cut_off);
    return in->to;
}

/* Values that follow each other: a line of them, or one that is spread over lines. */
static void decode_values(struct json_decoder *d, const struct json_piece *piece)
{
    const char *data = d->batch->data;
    size_t at = piece->from;

    for (;;) {
        struct json_envelope e;
        while (at < piece->to && (blank(data[at]) || data[at] == ','))
            at++;
        if (at == piece->to)
            return;
        str rest = {data + at, piece->to - at};
        if (json_begins_array(rest))
            at = decode_elements(d, at + 1, piece, 1);
        else if (data[at] == '{' && json_envelope_find(rest, false, &e))
            at = decode_elements(d, at + e.elements, piece, e.base);
        else
            at = decode_value(d, at, piece->to, piece->cut_off);
    }
}

/* File systems leave zero bytes where a crash lost what was written. */
static void report_zeros(struct json_decoder *d, struct json_split *split, size_t at)
{
    if (split->nuls)
        report(d, PROBLEM_damaged, at, split->nuls, "zero bytes between records");
    split->nuls = 0;
}

/* ------------------------------------------------------------ lines of known shape */

/* The end of the line's text; 0 when it is not an object alone in its line. */
static size_t object_end(const char *data, size_t from, size_t end)
{
    while (end > from && (data[end - 1] == '\r' || data[end - 1] == ' '))
        end--;
    bool object = end - from >= 2 && data[from] == '{' && data[end - 1] == '}';
    return object && end - from <= JSON_HELD_MAX ? end : 0;
}

static bool is_empty_line(const char *data, size_t from, size_t end)
{
    return from == end || (end - from == 1 && data[from] == '\r');
}

static void give_replayed(struct json_decoder *d, size_t from, size_t to)
{
    struct batch *b = d->batch;

    d->event.raw = (str){b->data + from, to - from};
    d->event.from = (struct provenance){
        .file = b->stream->path,
        .source = b->stream->id,
        .trust = b->stream->trust,
        .record = d->lines,
        .offset = b->offset + from,
    };
    json_replay_speech(d->book, d->shapes, &d->event, b->arena);
    d->out->event(d->out->ctx, &d->event);
}

/* The line that begins at `from`, when it holds a record of known shape and nothing else. *ret_end
 * is its newline. */
static bool feed_known(struct json_decoder *d, size_t from, size_t *ret_end)
{
    const char *data = d->batch->data;
    size_t n, to;

    if (data[from] != '{' ||
        !json_replay(d->book, (str){data + from, d->batch->n - from}, &d->event, &n) ||
        n > JSON_HELD_MAX)
        return false;
    for (to = from + n; to < d->batch->n && (data[to] == '\r' || data[to] == ' ');)
        to++;
    if (to == d->batch->n || data[to] != '\n')
        return false;
    give_replayed(d, from, from + n);
    *ret_end = to;
    return true;
}

/* The line [from, end). False when it is not an object alone in its line. */
static bool feed_line(struct json_decoder *d, size_t from, size_t end)
{
    size_t to = object_end(d->batch->data, from, end);

    if (to == 0)
        return is_empty_line(d->batch->data, from, end);
    struct json_piece piece = {.from = from, .to = to};
    d->learn_from = from;
    d->learn_to = json_book_wants(d->book) ? to : 0;
    decode_values(d, &piece);
    d->learn_to = 0;
    return true;
}

/* The lines of a batch from its beginning on, as long as each holds an object and nothing else.
 * Returns where the rest begins. */
static size_t feed_lines(struct json_decoder *d)
{
    const char *data = d->batch->data;
    size_t at = 0;

    while (at < d->batch->n) {
        size_t end;
        d->counted = at;
        if (!feed_known(d, at, &end)) {
            const char *found = memchr(data + at, '\n', d->batch->n - at);
            end = found ? (size_t)(found - data) : d->batch->n;
            if (!found || !feed_line(d, at, end))
                return at;
        }
        d->counted = at = end + 1;
        d->lines++;
    }
    return at;
}

void json_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct json_decoder *d = decoder;
    struct json_place place = json_place_unpack(b->context);
    struct json_split split;
    struct json_piece piece;
    str text = {b->data, b->n};
    size_t from = 0;

    d->batch = b;
    d->out = out;
    d->by_element = place.by_element;
    d->elements = d->lines = 0;
    d->counted = 0;
    bool line_start = place.line_start || b->offset == 0;
    if (out->lazy && place.phase == JSON_TOP && line_start && !place.by_element)
        from = feed_lines(d);
    place.line_start = place.line_start || from;
    json_split_init_at(&split, place, from);
    while (json_split_next(&split, text, true, &piece)) {
        report_zeros(d, &split, piece.from);
        if (piece.element)
            decode_element(d, &piece, 0);
        else
            decode_values(d, &piece);
    }
    report_zeros(d, &split, b->n);
    if (b->last && split.place.phase != JSON_TOP)
        report_unclosed(d, b->n, true);
    b->units = unit_at(d, b->n);
    b->number_from = d->by_element ? 0 : 1;
}

void *json_open(const struct format *self)
{
    struct json_decoder *d = mem_alloc(sizeof *d);

    d->shapes = shape_book_new();
    shape_book_speak(d->shapes, self->dialects);
    d->book = json_book_new();
    d->seed = hash_seed();
    d->fields_guess = 16;
    return d;
}

void json_close(void *decoder)
{
    struct json_decoder *d = decoder;

    shape_book_free(d->shapes);
    json_book_free(d->book);
    free(d);
}

const struct format format_json = {
    .name = "json",
    .summary = "JSON: an object a line, arrays, envelopes, pretty-printed; most products' shapes",
    .sample = "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
              "\"Image\":\"C:\\\\Windows\\\\System32\\\\whoami.exe\"}",
    .sniff = json_sniff,
    JSON_PARTS,
};
