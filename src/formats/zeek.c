/*
 * zeek.c - Zeek's logs as text: lines that begin with '#' say how the others are read
 * (https://docs.zeek.org/en/master/log-formats.html).
 *
 *   #separator \x09          between columns, and between the parts of these lines
 *   #set_separator , #empty_field (empty) #unset_field -
 *   #path conn               which log: the field _path, as Zeek's JSON has it
 *   #fields ts uid ...       names, and #types time string ...
 *
 * An event has the names and types of the same record in Zeek's JSON: numbers, true and false, sets
 * and vectors as arrays, no field for what is unset. The shape of that JSON (shape_network.c) tells
 * the rest. The header repeats where logs were rotated into one file.
 */
#include "base/mem.h"
#include "event/kind.h"
#include "formats/heading.h"
#include "formats/shape.h"
#include "formats/shape_time.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    MARK_MAX = 32, /* bytes of a separator, and of what stands for nothing */
    SNIFF_SURE = 98,
};

struct mark {
    char p[MARK_MAX];
    uint8_t n;
};

static void set_mark(struct mark *m, str value)
{
    m->n = (uint8_t)(value.n > MARK_MAX ? MARK_MAX : value.n);
    if (m->n)
        memcpy(m->p, value.p, m->n);
}

static str mark_text(const struct mark *m)
{
    return (str){m->p, m->n};
}

enum zeek_type { ZEEK_TEXT, ZEEK_NUMBER, ZEEK_BOOL, ZEEK_TIME };

struct zeek {
    struct heading names;
    uint8_t types[HEADING_COLUMNS_MAX];
    bool several[HEADING_COLUMNS_MAX]; /* set[...], vector[...] */
    struct mark separator, set_separator, empty, unset;
    struct buf path;
    struct shape_book *shapes;
};

static const struct kind kind_zeek = {.format = "zeek"};

static void *zeek_open(const struct format *self)
{
    struct zeek *z = mem_alloc(sizeof *z);

    (void)self;
    heading_init(&z->names);
    z->path = buf_make(EVENT_NAME_MAX);
    set_mark(&z->separator, S("\t"));
    set_mark(&z->set_separator, S(","));
    set_mark(&z->empty, S("(empty)"));
    set_mark(&z->unset, S("-"));
    z->shapes = shape_book_new();
    return z;
}

static void zeek_close(void *decoder)
{
    struct zeek *z = decoder;

    heading_done(&z->names);
    buf_done(&z->path);
    shape_book_free(z->shapes);
    free(z);
}

/* ------------------------------------------------------------ escapes */

static int hex_digit(char c)
{
    char lower = ascii_lower(c);

    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* \x2d at the front: the byte, or -1. */
static int escaped_byte(str s)
{
    if (s.n < 4 || s.p[0] != '\\' || s.p[1] != 'x')
        return -1;
    int high = hex_digit(s.p[2]), low = hex_digit(s.p[3]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Escapes of separators and control bytes are undone. Those of bytes that are no UTF-8 stay, as in
 * Zeek's JSON. */
static str unescape(str s, struct arena *a)
{
    if (!s.n || !memchr(s.p, '\\', s.n))
        return utf8_repair(s, a);
    char *out = arena_bytes(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        int byte = escaped_byte(str_from_at(s, i));
        bool double_slash = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == '\\';
        bool undone = byte >= 0 && byte < 0x80;
        out[n++] = undone ? (char)byte : s.p[i];
        i += undone ? 4 : double_slash ? 2 : 1;
    }
    return utf8_repair((str){out, n}, a);
}

/* ------------------------------------------------------------ the header */

static uint8_t type_of(str name)
{
    static const struct {
        str name;
        uint8_t type;
    } types[] = {
        {S("time"), ZEEK_TIME},    {S("interval"), ZEEK_NUMBER}, {S("double"), ZEEK_NUMBER},
        {S("count"), ZEEK_NUMBER}, {S("int"), ZEEK_NUMBER},      {S("port"), ZEEK_NUMBER},
        {S("bool"), ZEEK_BOOL},
    };

    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(types[i].name, name))
            return types[i].type;
    return ZEEK_TEXT;
}

static void set_types(struct zeek *z, str rest)
{
    memset(z->types, ZEEK_TEXT, sizeof z->types);
    memset(z->several, 0, sizeof z->several);
    bool more = rest.n > 0;
    for (uint32_t i = 0; more && i < HEADING_COLUMNS_MAX; i++) {
        str name = heading_cut(&rest, mark_text(&z->separator), &more);
        const char *open = name.n ? memchr(name.p, '[', name.n) : NULL;
        z->several[i] = open != NULL;
        if (open && name.p[name.n - 1] == ']')
            name = (str){open + 1, name.n - (size_t)(open - name.p) - 2};
        z->types[i] = type_of(name);
    }
}

/* "#fields<tab>ts<tab>uid": a line that begins with '#'. */
static void read_header(struct zeek *z, str line)
{
    const str separator = S("#separator ");

    if (str_starts(line, separator)) {
        str value = str_from_at(line, separator.n);
        int byte = escaped_byte(value);
        const char one = (char)byte;
        if (value.n)
            set_mark(&z->separator, byte >= 0 ? (str){&one, 1} : value);
        z->names.given = false;
        buf_clear(&z->path);
        return;
    }
    bool more;
    str rest = line, name = heading_cut(&rest, mark_text(&z->separator), &more);
    if (str_eq(name, S("#set_separator"))) {
        if (rest.n)
            set_mark(&z->set_separator, rest);
    } else if (str_eq(name, S("#empty_field"))) {
        set_mark(&z->empty, rest);
    } else if (str_eq(name, S("#unset_field"))) {
        set_mark(&z->unset, rest);
    } else if (str_eq(name, S("#path"))) {
        buf_clear(&z->path);
        if (rest.n <= EVENT_NAME_MAX && utf8_valid(rest))
            buf_add(&z->path, rest);
    } else if (str_eq(name, S("#fields"))) {
        heading_set(&z->names, rest, mark_text(&z->separator));
        set_types(z, (str){0});
    } else if (str_eq(name, S("#types"))) {
        set_types(z, rest);
    }
}

/* ------------------------------------------------------------ rows */

static bool is_mark(str value, const struct mark *m)
{
    return str_eq(value, mark_text(m));
}

static struct field scalar(const struct zeek *z, str name, uint8_t type, str value, struct arena *a)
{
    struct field f = {.name = name};

    if (is_mark(value, &z->unset)) {
        f.type = VALUE_NULL;
    } else if (type == ZEEK_BOOL && value.n == 1 && (value.p[0] == 'T' || value.p[0] == 'F')) {
        f.type = VALUE_BOOL;
        f.value = value.p[0] == 'T' ? S("true") : S("false");
    } else if (is_mark(value, &z->empty)) {
        f.value = str_from_at(value, value.n);
    } else {
        f.type = type == ZEEK_NUMBER || type == ZEEK_TIME ? VALUE_NUMBER : VALUE_STRING;
        f.value = unescape(value, a);
    }
    return f;
}

static void add_cell(const struct zeek *z, struct event *ev, uint32_t column, str value,
                     struct arena *a)
{
    const str name = heading_name(&z->names, column, a);
    const uint8_t type = column < HEADING_COLUMNS_MAX ? z->types[column] : (uint8_t)ZEEK_TEXT;

    if (is_mark(value, &z->unset))
        return;
    if (column >= HEADING_COLUMNS_MAX || !z->several[column]) {
        event_add(ev, a, scalar(z, name, type, value, a));
        return;
    }
    if (is_mark(value, &z->empty)) {
        event_add(ev, a, (struct field){.name = name, .type = VALUE_NULL});
        return;
    }
    bool first = true;
    for (bool more = true; more; first = false) {
        struct field f =
            scalar(z, name, type, heading_cut(&value, mark_text(&z->set_separator), &more), a);
        f.flags = first ? 0 : FIELD_CONTINUES;
        event_add(ev, a, f);
    }
}

/* Adds what the shape of Zeek's JSON knows; and the time, where that does not tell it. */
static void give_meaning(struct zeek *z, struct event *ev, struct arena *a)
{
    bool zoned;

    if (z->path.n)
        event_add(ev, a,
                  (struct field){.name = S("_path"), .value = arena_str(a, buf_str(&z->path))});
    shape_apply(z->shapes, ev, a);
    if (!ev->kind || str_eq(str_from(kind_format(ev->kind)), S("json"))) /* no log of Zeek's own */
        ev->kind = &kind_zeek;
    for (uint32_t i = 0; !ev->has_time && i < z->names.count; i++)
        if (z->types[i] == ZEEK_TIME)
            ev->has_time = shape_time_read(event_get(ev, z->names.names[i]), &ev->time_ns,
                                           &ev->time_digits, &zoned);
}

static void decode_row(struct zeek *z, const struct batch *b, const struct line_record *line,
                       const struct decode_sink *out)
{
    struct event *ev = heading_event(b, line, z->names.count + 8);
    str rest = line->text;

    if (!z->names.given) {
        event_add(ev, b->arena,
                  (struct field){.name = S("message"), .value = utf8_repair(rest, b->arena)});
        ev->kind = &kind_zeek;
        heading_report(b, line, out, "a row before the line that names its columns");
        out->event(out->ctx, ev);
        return;
    }
    uint32_t column = 0;
    for (bool more = true; more; column++)
        add_cell(z, ev, column, heading_cut(&rest, mark_text(&z->separator), &more), b->arena);
    give_meaning(z, ev, b->arena);
    if (column != z->names.count)
        heading_report(b, line, out, "a row with more or fewer columns than are named");
    out->event(out->ctx, ev);
}

static void zeek_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    struct zeek *z = decoder;
    struct line_cursor lines;
    struct line_record line;

    line_cursor_init(&lines, b);
    while (line_cursor_next(&lines, &line)) {
        if (line.text.p[0] == '#')
            read_header(z, line.text);
        else
            decode_row(z, b, &line, out);
    }
    b->units = lines.next;
    b->number_from = 1;
}

static int zeek_sniff(const struct format *self, str head)
{
    (void)self;
    return str_starts(head, S("#separator ")) ? SNIFF_SURE : 0;
}

const struct format format_zeek = {
    .name = "zeek",
    .summary = "Zeek's logs with tabs (conn.log, dns.log, http.log ...); its JSON is json's",
    .sample = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tquery",
    .ordered = true,
    .sniff = zeek_sniff,
    .cutter_new = line_cutter_new,
    .cutter_free = line_cutter_free,
    .cut = line_cut,
    .open = zeek_open,
    .feed = zeek_feed,
    .close = zeek_close,
};
