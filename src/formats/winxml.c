/*
 * winxml.c - files of Windows events in XML: <Event>...</Event>, one behind the
 * other or inside <Events>. Numbered from 0 in their order.
 *
 * Inside an event every < of a value is written as a reference, so the bytes
 * "</Event>" end one wherever they stand.
 */
#include "formats/format.h"
#include "event/windows.h"
#include "formats/winxml_event.h"
#include "text/time.h"

#include <stdio.h>

static const str event_end = S("</Event>");

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* The first "<Event" of s that is the whole name of a tag. */
static const char *find_start(str s)
{
    const str start = S("<Event");

    for (;;) {
        const char *found = str_find(s, start);
        if (!found)
            return NULL;
        s = str_from_at(s, (size_t)(found - s.p) + start.n);
        if (s.n && (blank(s.p[0]) || s.p[0] == '>' || s.p[0] == '/'))
            return found;
    }
}

static int winxml_sniff(const struct format *self, str head)
{
    (void)self;
    head = str_trim(head);
    if (head.n == 0 || head.p[0] != '<')
        return 0;
    const char *start = find_start(head);
    if (!start)
        return 0;
    str rest = str_from_at(head, (size_t)(start - head.p));
    return str_find(rest, S("<System>")) || str_find(rest, S("schemas.microsoft.com/win/2004/08"))
               ? 90
               : 0;
}

/* Where it cuts follows from the bytes: there is no state. */
static void *winxml_cutter_new(void)
{
    return NULL;
}

static void winxml_cutter_free(void *cutter)
{
    (void)cutter;
}

static void winxml_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    size_t from = seen < event_end.n ? 0 : seen - (event_end.n - 1), end = 0;
    const char *found;

    (void)cutter;
    if (mode == CUT_END) {
        ret->whole = pending.n;
        return;
    }
    while ((found = str_find(str_from_at(pending, from), event_end))) {
        end = from = (size_t)(found - pending.p) + event_end.n;
        if (mode == CUT_SKIP)
            break;
    }
    if (mode == CUT_MORE) {
        ret->whole = end;
        return;
    }
    ret->skip_ended = end > 0;
    ret->drop = end ? end : pending.n >= event_end.n ? pending.n - (event_end.n - 1) : 0;
}

struct winxml {
    struct batch *batch;
    const struct decode_sink *out;
};

struct adding {
    struct event *event;
    struct arena *arena;
};

static void add_field(const void *ctx, struct field f)
{
    const struct adding *to = ctx;

    event_add(to->event, to->arena, f);
}

static void report(struct winxml *x, enum problem_kind kind, size_t at, size_t length,
                   const char *why)
{
    struct problem p = {
        .kind = kind,
        .has_record = true,
        .record = x->batch->units,
        .offset = x->batch->offset + at,
        .length = length,
    };

    problem_say(&p, why);
    x->out->problem(x->out->ctx, &p);
}

static void decode_event(struct winxml *x, size_t at, size_t to)
{
    struct batch *b = x->batch;
    struct event *ev = arena_alloc(b->arena, sizeof *ev);
    const struct adding adding = {.event = ev, .arena = b->arena};
    const struct winxml_sink sink = {.ctx = &adding, .add = add_field};
    const char *why;
    size_t why_at;
    char text[PROBLEM_TEXT_MAX];

    ev->raw = (str){b->data + at, to - at};
    ev->kind = &kind_windows;
    if (!winxml_event_read(ev->raw, b->arena, &sink, &why, &why_at)) {
        snprintf(text, sizeof text, "%s, at byte %zu of the record", why, why_at);
        report(x, PROBLEM_bad_record, at, to - at, text);
        b->units++;
        return;
    }
    ev->from = (struct provenance){
        .file = b->stream->path,
        .source = b->stream->id,
        .trust = b->stream->trust,
        .record = b->units,
        .offset = b->offset + at,
    };
    ev->has_time = time_parse_rfc3339(event_get(ev, S("TimeCreated_SystemTime")), &ev->time_ns,
                                      &ev->time_digits);
    if (ev->fields_dropped) {
        snprintf(text, sizeof text, "%u fields are left out", ev->fields_dropped);
        report(x, PROBLEM_fields_dropped, at, to - at, text);
    }
    x->out->event(x->out->ctx, ev);
    b->units++;
}

/* What stands between events: declarations and the root's tags are expected, nothing else. */
static void look_between(struct winxml *x, size_t from, size_t to)
{
    const char *data = x->batch->data;
    size_t at = from;

    while (at < to) {
        if (blank(data[at])) {
            at++;
            continue;
        }
        const char *end = data[at] == '<' ? memchr(data + at, '>', to - at) : NULL;
        if (!end) {
            report(x, PROBLEM_bad_record, at, to - at, "something other than an event");
            return;
        }
        at = (size_t)(end - data) + 1;
    }
}

static void winxml_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct winxml x = {.batch = b, .out = out};
    str text = {b->data, b->n};
    size_t at = 0, end = 0; /* end: behind the first "</Event>" that is not before `at` */

    (void)decoder;
    b->units = 0;
    b->number_from = 0;
    while (at < text.n) {
        const char *start = find_start(str_from_at(text, at));
        size_t from = start ? (size_t)(start - text.p) : text.n;
        look_between(&x, at, from);
        if (!start)
            return;
        if (end <= from) {
            const char *found = str_find(str_from_at(text, from), event_end);
            end = found ? (size_t)(found - text.p) + event_end.n : text.n + 1;
        }
        size_t to = end > text.n ? text.n : end;
        const char *next = find_start((str){text.p + from + 1, to - from - 1});
        if (next) { /* it never ended: the one that follows may be whole */
            to = (size_t)(next - text.p);
            report(&x, PROBLEM_bad_record, from, to - from, "an event that does not end");
            b->units++;
        } else if (end > text.n) {
            report(&x, b->last ? PROBLEM_truncated : PROBLEM_bad_record, from, to - from,
                   "an event that does not end");
            b->units++;
        } else {
            decode_event(&x, from, to);
        }
        at = to;
    }
}

static void *winxml_open(const struct format *self)
{
    (void)self;
    return NULL; /* batches need nothing of each other */
}

static void winxml_close(void *decoder)
{
    (void)decoder;
}

const struct format format_winxml = {
    .name = "winxml",
    .summary = "Windows events in XML, as wevtutil and Event Viewer export them",
    .sample = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
              "<Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System></Event>",
    .sniff = winxml_sniff,
    .cutter_new = winxml_cutter_new,
    .cutter_free = winxml_cutter_free,
    .cut = winxml_cut,
    .open = winxml_open,
    .feed = winxml_feed,
    .close = winxml_close,
};
