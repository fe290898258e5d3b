/*
 * table.c - tables as text: a first line that names the columns, and a row a line, parted by
 * commas, tabs, semicolons or bars (RFC 4180), or Amazon's VPC flow logs, which are parted by
 * blanks.
 *
 * An event has a field a column, by the column's name; numbers are numbers, empty cells are absent.
 * The time is that of the first column which is named like one and holds one. Exports of Windows'
 * event logs and of other products are recognised by their names as their JSON is
 * (formats/shape.h). A quoted cell may hold line ends. The header may come again where files were
 * joined.
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/heading.h"
#include "formats/shape.h"
#include "dialect/aws_flow.h"
#include "message/csv.h"
#include "message/time_text.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    FIELDS_MORE = 16,   /* of other names */
    COLUMNS_LEAST = 3,  /* that a header has to be recognised */
    ROWS_LOOKED_AT = 8, /* behind it */
    NAME_MAX_BYTES = 64,
    SNIFF_TABLE = 60, /* above text's, below what has marks of its own */
    SNIFF_FLOW = 96,
};

struct table {
    struct heading names;
    struct buf header; /* the line itself */
    char separator;
    bool flow;            /* columns of a VPC flow log */
    uint32_t time;        /* the column that is the time; count of names when none is */
    uint32_t time_of_day; /* the one behind a date; likewise */
    struct shape_book *shapes;
};

static const struct kind kind_table = {.format = "table"};

static void *table_open(const struct format *self)
{
    struct table *t = mem_alloc(sizeof *t);

    (void)self;
    heading_init(&t->names);
    t->header = buf_make(HEADING_BYTES_MAX);
    t->shapes = shape_book_new();
    return t;
}

static void table_close(void *decoder)
{
    struct table *t = decoder;

    heading_done(&t->names);
    buf_done(&t->header);
    shape_book_free(t->shapes);
    free(t);
}

/* ------------------------------------------------------------ the header */

static const char separators[] = {'\t', ',', ';', '|'};

/* Which of them a line has most of; a blank for none. */
static char separator_of(str line)
{
    char best = ' ';
    uint32_t most = 0;

    for (size_t k = 0; k < sizeof separators; k++) {
        uint32_t n = 0;
        for (size_t i = 0; i < line.n; i++)
            n += line.p[i] == separators[k];
        if (n > most) {
            most = n;
            best = separators[k];
        }
    }
    return best;
}

static bool is_flow_header(str line)
{
    return str_find(line, S("srcaddr")) && str_find(line, S("dstaddr")) &&
           !memchr(line.p, ',', line.n) && !memchr(line.p, '=', line.n) &&
           memchr(line.p, ' ', line.n);
}

static bool is_time_name(str name)
{
    static const str names[] = {
        S("time"),          S("timestamp"),       S("@timestamp"),   S("datetime"),
        S("date_time"),     S("date time"),       S("date"),         S("_time"),
        S("eventtime"),     S("event_time"),      S("event time"),   S("timegenerated"),
        S("timecreated"),   S("utctime"),         S("ts"),           S("start"),
        S("starttime"),     S("date and time"),   S("receive time"), S("creationdate"),
        S("creation date"), S("createddatetime"), S("time created"), S("created at"),
        S("created_at"),    S("date (utc)"),      S("time (utc)"),   S("logtime"),
    };

    for (size_t i = 0; i < countof(names); i++)
        if (str_ieq(names[i], name))
            return true;
    return false;
}

static void find_time_column(struct table *t)
{
    t->time = t->time_of_day = t->names.count;
    for (uint32_t i = 0; i < t->names.count && t->time == t->names.count; i++)
        if (is_time_name(t->names.names[i]))
            t->time = i;
    for (uint32_t i = 0; i < t->names.count; i++)
        if (i != t->time && t->time < t->names.count &&
            str_ieq(t->names.names[t->time], S("date")) && str_ieq(t->names.names[i], S("time")))
            t->time_of_day = i;
    if (t->time < t->names.count && str_ieq(t->names.names[t->time], S("time")))
        for (uint32_t i = 0; i < t->names.count; i++)
            if (str_ieq(t->names.names[i], S("date"))) {
                t->time_of_day = t->time;
                t->time = i;
                return;
            }
}

/* Names in quotes lose them: cells of the header joined by the separator again. */
static void set_names(struct table *t, str line, struct arena *a)
{
    struct csv cells = {.rest = line, .separator = t->separator};
    struct buf plain = buf_make(HEADING_BYTES_MAX);
    const char between = t->separator == ' ' ? ' ' : '\n';
    str cell;

    for (bool more = false; csv_next(&cells, &cell, a); more = true) {
        if (more)
            buf_char(&plain, between);
        buf_add(&plain, cell);
    }
    heading_set(&t->names, buf_str(&plain), (str){&between, 1});
    buf_done(&plain);
}

static void read_header(struct table *t, str line, struct arena *a)
{
    buf_clear(&t->header);
    buf_add(&t->header, line);
    t->flow = is_flow_header(line);
    t->separator = t->flow ? ' ' : separator_of(line);
    set_names(t, line, a);
    find_time_column(t);
}

/* ------------------------------------------------------------ rows */

static bool is_number(str s)
{
    enum { DIGITS_MAX = 18 };
    size_t i = s.n > 1 && s.p[0] == '-', from = i, points = 0;

    for (; i < s.n; i++) {
        points += s.p[i] == '.';
        if ((s.p[i] < '0' || s.p[i] > '9') && s.p[i] != '.')
            return false;
    }
    return s.n > from && s.n - from <= DIGITS_MAX && points <= 1 && s.p[from] != '.' &&
           s.p[s.n - 1] != '.' && !(s.p[from] == '0' && s.n - from > 1 && s.p[from + 1] != '.');
}

static void add_cell(const struct table *t, struct event *ev, uint32_t column, str value,
                     struct arena *a)
{
    if (value.n == 0)
        return;
    event_add(ev, a,
              (struct field){.name = heading_name(&t->names, column, a),
                             .value = value,
                             .type = is_number(value) ? VALUE_NUMBER : VALUE_STRING});
}

static void set_time(const struct table *t, struct event *ev, const struct time_rule *rule,
                     struct arena *a)
{
    struct syslog_time time;

    if (ev->has_time || t->time >= t->names.count)
        return;
    str text = event_get(ev, t->names.names[t->time]);
    if (t->time_of_day < t->names.count)
        text = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(text),
                            STR_ARG(event_get(ev, t->names.names[t->time_of_day])));
    if (!text.n || !time_text_read(text, rule, &time))
        return;
    ev->has_time = true;
    ev->time_ns = time.ns;
    ev->time_digits = time.digits;
    ev->time_guess = time.guess;
}

static void give_meaning(struct table *t, struct event *ev, const struct batch *b)
{
    struct message m = {.event = ev, .arena = b->arena, .time_rule = &b->stream->time};

    ev->kind = NULL;
    if (t->flow) {
        aws_flow_mean(&m);
        return;
    }
    shape_apply(t->shapes, ev, b->arena);
    if (str_eq(str_from(kind_format(ev->kind)), S("json")) || !ev->kind) /* no product's */
        ev->kind = &kind_table;
    set_time(t, ev, &b->stream->time, b->arena);
}

static void decode_row(struct table *t, const struct batch *b, const struct line_record *line,
                       const struct decode_sink *out)
{
    struct event *ev = heading_event(b, line, t->names.count + FIELDS_MORE);
    str text = str_is_ascii(line->text) ? line->text : utf8_repair(line->text, b->arena), cell;
    struct csv cells = {.rest = text, .separator = t->separator};
    uint32_t column = 0;

    for (; csv_next(&cells, &cell, b->arena); column++)
        add_cell(t, ev, column, cell, b->arena);
    give_meaning(t, ev, b);
    if (column != t->names.count)
        heading_report(b, line, out, "a row with more or fewer columns than are named");
    out->event(out->ctx, ev);
}

/* The lines that belong to a record whose quotes are open at its end. */
static void join_lines(struct line_cursor *lines, struct line_record *record)
{
    struct line_record next;
    size_t quotes = 0;

    for (size_t i = 0; i < record->text.n; i++)
        quotes += record->text.p[i] == '"';
    struct line_cursor ahead = *lines;
    while (quotes % 2 && !ahead.batch->spans && line_cursor_next(&ahead, &next) &&
           next.text.p + next.text.n - record->text.p < RECORD_KEPT_BYTES) {
        for (size_t i = 0; i < next.text.n; i++)
            quotes += next.text.p[i] == '"';
        if (quotes % 2 == 0) {
            record->text.n = (size_t)(next.text.p - record->text.p) + next.text.n;
            *lines = ahead;
        }
    }
}

static void table_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct table *t = decoder;
    struct line_cursor lines;
    struct line_record line;

    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line)) {
        join_lines(&lines, &line);
        if (!t->names.given || str_eq(line.text, buf_str(&t->header))) {
            read_header(t, line.text, b->arena);
            continue;
        }
        decode_row(t, b, &line, out);
    }
    b->units = lines.next;
    b->number_from = 1;
}

/* ------------------------------------------------------------ batches */

/* Where records end: at line ends outside of quotes. A quote that is open for longer than a record
 * is kept is none. */
struct table_cutter {
    bool inside;
    size_t good, last; /* behind a line end outside of quotes, behind any; of the pending bytes */
};

static void *table_cutter_new(void)
{
    return mem_alloc(sizeof(struct table_cutter));
}

static void table_cutter_free(void *cutter)
{
    free(cutter);
}

static void table_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    struct table_cutter *c = cutter;

    if (mode != CUT_MORE) {
        line_cut(NULL, pending, seen, mode, ret);
        *c = (struct table_cutter){0};
        return;
    }
    for (size_t i = seen; i < pending.n; i++) {
        c->inside ^= pending.p[i] == '"';
        if (pending.p[i] == '\n') {
            c->last = i + 1;
            c->good = c->inside ? c->good : i + 1;
        }
        if (c->inside && i - c->good > RECORD_KEPT_BYTES) {
            c->inside = false;
            c->good = c->last;
        }
    }
    ret->whole = c->good;
    c->last -= c->good;
    c->good = 0;
}

/* ------------------------------------------------------------ recognition */

/* A name of a column: short, begins with a letter or a mark, and is no number, time or address. */
static bool is_name(str cell)
{
    char first = cell.n ? ascii_lower(cell.p[0]) : '0';

    if (cell.n > NAME_MAX_BYTES || !((first >= 'a' && first <= 'z') || first == '_' ||
                                     first == '@' || first == '#' || (first & 0x80)))
        return false;
    for (size_t i = 0; i < cell.n; i++)
        if (memchr("=<>{}[]\"\\", cell.p[i], 9))
            return false;
    return true;
}

/* How many cells the line has, and whether all are names. */
static uint32_t count_cells(str line, char separator, struct arena *a, bool *ret_names)
{
    struct csv cells = {.rest = line, .separator = separator};
    uint32_t n = 0;
    str cell;

    *ret_names = true;
    for (; n <= HEADING_COLUMNS_MAX && csv_next(&cells, &cell, a); n++)
        *ret_names &= is_name(str_trim(cell));
    return n;
}

/* A line of names, and rows with as many cells that are not all names. */
static int table_sniff(const struct format *self, str head)
{
    enum { ARENA_BYTES = 4096 };
    str line = str_trim(str_cut(&head, '\n'));
    uint32_t fit = 0, rows = 0;
    bool names, other = false;

    (void)self;
    if (!line.n || line.n > HEADING_BYTES_MAX)
        return 0;
    if (is_flow_header(line))
        return SNIFF_FLOW;
    struct arena *a CLEANUP(arena_freep) = arena_new(ARENA_BYTES);
    const char separator = separator_of(line);
    const uint32_t columns = separator == ' ' ? 0 : count_cells(line, separator, a, &names);
    if (columns < COLUMNS_LEAST || !names)
        return 0;
    while (head.n && rows < ROWS_LOOKED_AT) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str row = str_cut(&head, '\n');
        row.n -= row.n && row.p[row.n - 1] == '\r';
        if (!row.n || (!whole && rows))
            continue;
        rows++;
        fit += count_cells(row, separator, a, &names) == columns;
        other |= !names;
    }
    return rows && fit * 4 >= rows * 3 && other ? SNIFF_TABLE : 0;
}

const struct format format_table = {
    .name = "table",
    .summary = "tables with a line of names: CSV, TSV, ';' and '|'; VPC flow logs with a header",
    .sample = "time,user,src_ip,action",
    .ordered = true,
    .sniff = table_sniff,
    .cutter_new = table_cutter_new,
    .cutter_free = table_cutter_free,
    .cut = table_cut,
    .open = table_open,
    .feed = table_feed,
    .close = table_close,
};
