/*
 * auditd.c - Linux's audit log, as auditd writes it: records of one event have one time and serial
 * number (and node), may stand between those of others, and become one event
 * (message/audit_event.h).
 *
 * An event is complete with its EOE or PROCTITLE record, as libaudit takes it; when the log has
 * gone on by END_OF_EVENT_NS, as auditd.conf's end_of_event_timeout is by default; when PENDING_MAX
 * later ones have begun; or at the end. What programs and the daemon tell is complete at once.
 * Lines may have the envelope of syslog, as auditd's dispatcher sends them, and be those of
 * ausearch. A record that comes after its event was complete is an event of its own.
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/line_cursor.h"
#include "formats/syslog_header.h"
#include "dialect/audit_event.h"
#include "dialect/audit_kind.h"
#include "text/time.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    PENDING_MAX = 64,         /* events of which records are waited for */
    EVENT_RECORDS_MAX = 1024, /* of one event; the rest becomes another */
    EVENT_BYTES_MAX = 1 << 20,
    FIELDS_ROOM = 96, /* at first */
    SNIFF_SURE = 96,
    SNIFF_LINES_MAX = 64,
};

#define END_OF_EVENT_NS (2 * NS_PER_S)

/* A line that outlives its batch. */
struct kept_line {
    struct kept_line *next;
    char bytes[];
};

struct pending {
    struct audit_record *records; /* owned */
    str *lines;                   /* of them; owned */
    uint32_t count, capacity;
    uint32_t kept_count; /* of the first ones, whose lines are in `kept` */
    struct kept_line *kept;
    size_t bytes;
    str hostname; /* of the envelope; in the first line */
    uint64_t number, offset;
};

struct auditd {
    struct audit_builder *builder;
    struct pending *pending[PENDING_MAX]; /* in the order in which they began */
    uint32_t pending_count;
    struct pending *spare;
    int64_t newest_ns;
    uint64_t lines; /* before the batch */
    struct field fields[EVENT_FIELDS_MAX];
    struct event event; /* of a sink that keeps none */
    /* Of the batch that is fed: */
    struct batch *batch;
    const struct decode_sink *out;
    struct syslog_clock clock;
};

static void *auditd_open(const struct format *self)
{
    struct auditd *d = mem_alloc(sizeof *d);

    (void)self;
    d->builder = audit_builder_new();
    return d;
}

static void clear_pending(struct pending *p)
{
    while (p->kept) {
        struct kept_line *next = p->kept->next;
        free(p->kept);
        p->kept = next;
    }
    p->count = p->kept_count = 0;
    p->bytes = 0;
}

static void free_pending(struct pending *p)
{
    if (!p)
        return;
    clear_pending(p);
    free(p->records);
    free(p->lines);
    free(p);
}

static void auditd_close(void *decoder)
{
    struct auditd *d = decoder;

    for (uint32_t i = 0; i < d->pending_count; i++)
        free_pending(d->pending[i]);
    free_pending(d->spare);
    audit_builder_free(d->builder);
    free(d);
}

/* ------------------------------------------------------------ events */

/* The lines of the event, one after another: the batch's own bytes where they stand so. */
static str raw_of(const struct pending *p, struct arena *a)
{
    bool together = p->kept_count == 0;

    for (uint32_t i = 1; i < p->count && together; i++)
        together = p->lines[i].p == p->lines[i - 1].p + p->lines[i - 1].n + 1;
    if (together) {
        const str last = p->lines[p->count - 1];
        return (str){p->lines[0].p, (size_t)(last.p - p->lines[0].p) + last.n};
    }
    char *out = arena_bytes(a, p->bytes + p->count);
    size_t n = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        memcpy(out + n, p->lines[i].p, p->lines[i].n);
        n += p->lines[i].n;
        out[n++] = '\n';
    }
    return (str){out, n - 1};
}

static struct event *new_event(struct auditd *d, uint64_t number, uint64_t offset, str raw)
{
    struct arena *a = d->batch->arena;
    const bool lazy = d->out->lazy;
    struct event *ev = lazy ? &d->event : arena_alloc(a, sizeof *ev);

    *ev = (struct event){
        .fields = lazy ? d->fields : arena_array(a, FIELDS_ROOM, sizeof *ev->fields),
        .field_capacity = lazy ? EVENT_FIELDS_MAX : FIELDS_ROOM,
        .raw = raw,
        .kind = &kind_audit,
        .from = {.file = d->batch->stream->path,
                 .source = d->batch->stream->id,
                 .trust = d->batch->stream->trust,
                 .record = number,
                 .offset = offset},
    };
    return ev;
}

static void report(struct auditd *d, uint64_t number, uint64_t offset, enum problem_kind kind,
                   const char *why)
{
    struct problem p = {.kind = kind, .has_record = true, .record = number, .offset = offset};

    problem_say(&p, why);
    d->out->problem(d->out->ctx, &p);
}

static void emit(struct auditd *d, struct event *ev, str hostname,
                 const struct audit_record *records, uint32_t count)
{
    if (hostname.n)
        event_add(ev, d->batch->arena, (struct field){.name = S("hostname"), .value = hostname});
    audit_build(d->builder, records, count, ev, d->batch->arena);
    if (ev->fields_dropped)
        report(d, ev->from.record, ev->from.offset, PROBLEM_fields_dropped,
               "fields beyond the limit are left out");
    d->out->event(d->out->ctx, ev);
}

static void rebase(str *s, str from, const char *to)
{
    if (s->n)
        s->p = to + (s->p - from.p);
}

/* Has a line of the event, and what is sliced from it, stand at `to`. */
static void move_line(struct pending *p, uint32_t i, char *to)
{
    const str line = p->lines[i];
    struct audit_record *r = &p->records[i];

    memcpy(to, line.p, line.n);
    p->lines[i].p = to;
    rebase(&r->node, line, to);
    rebase(&r->type, line, to);
    rebase(&r->stamp, line, to);
    rebase(&r->serial, line, to);
    rebase(&r->body, line, to);
    if (i == 0)
        rebase(&p->hostname, line, to);
}

/* Copies the lines of what is pending, whose batch goes away. */
static void keep(struct pending *p)
{
    for (uint32_t i = p->kept_count; i < p->count; i++) {
        struct kept_line *kept = mem_alloc(sizeof *kept + p->lines[i].n + 1);
        kept->next = p->kept;
        p->kept = kept;
        move_line(p, i, kept->bytes);
    }
    p->kept_count = p->count;
}

/* Emits the event at a place of the table, and takes it out. Lines kept from other batches go to
 * this one's arena, as the event's values are slices of them. */
static void complete(struct auditd *d, uint32_t at)
{
    struct pending *p = d->pending[at];

    d->pending_count--;
    memmove(&d->pending[at], &d->pending[at + 1], (d->pending_count - at) * sizeof *d->pending);
    for (uint32_t i = 0; i < p->kept_count; i++)
        move_line(p, i, arena_bytes(d->batch->arena, p->lines[i].n + 1));
    emit(d, new_event(d, p->number, p->offset, raw_of(p, d->batch->arena)), p->hostname, p->records,
         p->count);
    clear_pending(p);
    if (d->spare)
        free_pending(p);
    else
        d->spare = p;
}

/* ------------------------------------------------------------ records */

/* The pending event that the record is of; pending_count when there is none. */
static uint32_t find(const struct auditd *d, const struct audit_record *r)
{
    for (uint32_t i = d->pending_count; i-- > 0;) {
        const struct audit_record *first = &d->pending[i]->records[0];
        if (str_eq(first->stamp, r->stamp) && str_eq(first->node, r->node))
            return i;
    }
    return d->pending_count;
}

/* Events that time, or number, has passed. */
static void expire(struct auditd *d, int64_t now_ns)
{
    if (now_ns > d->newest_ns)
        d->newest_ns = now_ns;
    while (d->pending_count && (d->pending_count == PENDING_MAX ||
                                d->newest_ns - d->pending[0]->records[0].time_ns > END_OF_EVENT_NS))
        complete(d, 0);
}

static struct pending *begin(struct auditd *d, str hostname, uint64_t number, uint64_t offset)
{
    struct pending *p = d->spare ? d->spare : mem_alloc(sizeof *p);

    assert(d->pending_count < PENDING_MAX);
    d->spare = NULL;
    p->hostname = hostname;
    p->number = number;
    p->offset = offset;
    d->pending[d->pending_count++] = p;
    return p;
}

static void append(struct pending *p, const struct audit_record *r, str line)
{
    if (p->count == p->capacity) {
        p->capacity = p->capacity * 2 + 8;
        p->records = mem_resize(p->records, p->capacity, sizeof *p->records);
        p->lines = mem_resize(p->lines, p->capacity, sizeof *p->lines);
    }
    p->records[p->count] = *r;
    p->lines[p->count++] = line;
    p->bytes += line.n;
}

static void take_record(struct auditd *d, const struct audit_record *r, str hostname, str line,
                        uint64_t number, uint64_t offset)
{
    const enum audit_role role = audit_role_of(r->kind);

    if (role == AUDIT_SINGLE) {
        emit(d, new_event(d, number, offset, line), hostname, r, 1);
        return;
    }
    uint32_t at = find(d, r);
    if (role == AUDIT_END) {
        if (at < d->pending_count)
            complete(d, at);
        return;
    }
    if (at < d->pending_count && (d->pending[at]->count == EVENT_RECORDS_MAX ||
                                  d->pending[at]->bytes + line.n > EVENT_BYTES_MAX)) {
        report(d, number, offset, PROBLEM_bad_record, "an event of more records than the limit");
        complete(d, at);
        at = d->pending_count;
    }
    if (at == d->pending_count) {
        expire(d, r->time_ns);
        at = d->pending_count;
        begin(d, hostname, number, offset);
    }
    append(d->pending[at], r, line);
    if (role == AUDIT_LAST)
        complete(d, at);
}

/* A record, perhaps in the envelope of syslog. */
static bool read_record(struct syslog_clock *clock, const struct audit_book *book, str text,
                        struct audit_record *ret, str *ret_hostname)
{
    struct syslog_header h;

    *ret_hostname = (str){0};
    if (audit_record_read(book, text, ret))
        return true;
    if (!str_find(text, S("audit(")) || syslog_header_read(text, clock, &h))
        return false;
    *ret_hostname = h.hostname;
    return audit_record_read(book, h.message, ret);
}

static void take_line(struct auditd *d, const struct line_record *line)
{
    struct arena *a = d->batch->arena;
    const uint64_t number = d->lines + line->number + 1, offset = d->batch->offset + line->at;
    str text = str_is_ascii(line->text) ? line->text : utf8_repair(line->text, a), hostname;
    struct audit_record r;

    if (read_record(&d->clock, audit_builder_book(d->builder), text, &r, &hostname)) {
        take_record(d, &r, hostname, text, number, offset);
        return;
    }
    if (str_starts(text, S("----")) || str_starts(text, S("time->"))) /* ausearch's */
        return;
    struct event *ev = new_event(d, number, offset, line->text);
    event_add(ev, a, (struct field){.name = S("message"), .value = text});
    report(d, number, offset, PROBLEM_bad_record, "no record of the audit log");
    d->out->event(d->out->ctx, ev);
}

/* ------------------------------------------------------------ batches */

static void begin_batch(struct auditd *d, struct batch *b, const struct decode_sink *out)
{
    d->batch = b;
    d->out = out;
    syslog_clock_init(&d->clock, &b->stream->time);
}

static void auditd_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct auditd *d = decoder;
    struct line_cursor lines;
    struct line_record line;

    begin_batch(d, b, out);
    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line))
        take_line(d, &line);
    for (uint32_t i = 0; i < d->pending_count; i++)
        keep(d->pending[i]);
    d->lines += lines.next;
    b->units = lines.next;
    b->own_numbers = true;
}

static void auditd_flush(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct auditd *d = decoder;

    begin_batch(d, b, out);
    while (d->pending_count)
        complete(d, 0);
}

static uint64_t auditd_pending(const void *decoder)
{
    const struct auditd *d = decoder;
    uint64_t first = 0;

    for (uint32_t i = 0; i < d->pending_count; i++)
        if (!first || d->pending[i]->number < first)
            first = d->pending[i]->number;
    return first;
}

static int auditd_sniff(const struct format *self, str head)
{
    (void)self;
    const struct time_rule rule = {0};
    struct syslog_clock clock;
    struct audit_record r;
    uint32_t records = 0, lines = 0;
    str hostname;

    syslog_clock_init(&clock, &rule);
    while (head.n && lines < SNIFF_LINES_MAX) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str line = str_trim(str_cut(&head, '\n'));
        if (line.n == 0 || (!whole && lines) || str_starts(line, S("----")) ||
            str_starts(line, S("time->")))
            continue;
        lines++;
        records += read_record(&clock, NULL, line, &r, &hostname);
    }
    return records && records * 10 >= lines * 9 ? SNIFF_SURE : 0;
}

const struct format format_auditd = {
    .name = "auditd",
    .summary = "Linux's audit log: the records of an event joined, also behind syslog's envelope",
    .sample = "type=SYSCALL msg=audit(1795514400.123:4711): arch=c000003e syscall=59 success=yes "
              "exit=0 ppid=1 pid=712 auid=1000 uid=0 comm=\"id\" exe=\"/usr/bin/id\" key=\"root\"",
    .ordered = true,
    .sniff = auditd_sniff,
    .cutter_new = line_cutter_new,
    .cutter_free = line_cutter_free,
    .cut = line_cut,
    .open = auditd_open,
    .feed = auditd_feed,
    .flush = auditd_flush,
    .pending = auditd_pending,
    .close = auditd_close,
};
