/*
 * text.c - lines of programs and devices without an envelope, and lines of which some have one:
 * recognised when dialects read most of them; or when they read any and no other format is sure, as
 * logs have traces and other text between their records.
 */
#include "base/arena.h"
#include "formats/syslog_header.h"
#include "formats/text_format.h"

enum {
    SNIFF_MOST = 50, /* percent, at the most: below JSON's and syslog's */
    SNIFF_LEAST = 2,
    SNIFF_LINES_MAX = 32,
    SNIFF_ARENA_BYTES = 16 * 1024,
    SNIFF_FIELDS = 16,
};

static bool is_spoken(struct dialect_reader *r, str text, str program, bool bare, struct arena *a)
{
    static const struct time_rule any_time;
    struct event *ev = arena_alloc(a, sizeof *ev);
    struct message m = {
        .text = text, .program = program, .event = ev, .arena = a, .time_rule = &any_time};

    ev->fields = arena_array(a, SNIFF_FIELDS, sizeof *ev->fields);
    ev->field_capacity = SNIFF_FIELDS;
    return dialect_read(r, &m, bare) != NULL;
}

/* As a whole, or behind an envelope that alone would not be sure to be one: a time and a host, and
 * no tag. */
static bool is_read(struct dialect_reader *r, str line, struct arena *a)
{
    const struct time_rule rule = {0};
    struct syslog_clock clock;
    struct syslog_header h;

    if (is_spoken(r, line, (str){0}, true, a))
        return true;
    syslog_clock_init(&clock, &rule);
    return !syslog_header_read(line, &clock, &h) && !h.broken && h.message.p != line.p &&
           is_spoken(r, str_trim(h.message), h.program, false, a);
}

/* Is there at least the time of an envelope, and something behind it? */
static bool is_timed(str line)
{
    const struct time_rule rule = {0};
    struct syslog_clock clock;
    struct syslog_header h;

    syslog_clock_init(&clock, &rule);
    return !syslog_header_read(line, &clock, &h) && !h.broken && h.message.p != line.p;
}

static int text_sniff(const struct format *self, str head)
{
    struct dialect_reader *r = dialect_reader_new(format_dialects(self), NULL);
    struct arena *a = arena_new(SNIFF_ARENA_BYTES);
    const bool binary = head.n && memchr(head.p, '\0', head.n);
    uint32_t read = 0, lines = 0;
    bool any = false;

    while (head.n && lines < SNIFF_LINES_MAX) {
        bool whole = memchr(head.p, '\n', head.n) != NULL;
        str line = str_trim(str_cut(&head, '\n'));
        if (line.n == 0 || (!whole && lines))
            continue;
        lines++;
        const bool is = is_read(r, line, a);
        read += is;
        any |= is || is_timed(line);
        arena_reset(a);
    }
    arena_free(a);
    dialect_reader_free(r);
    if (read && read * 2 >= lines)
        return (int)(SNIFF_MOST * read / lines);
    return any && !binary ? SNIFF_LEAST : 0;
}

const struct format format_text = {
    TEXT_FORMAT("text", NULL),
    .summary = "lines of programs and devices without an envelope: all dialects below",
    .sample = "192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 512",
    .sniff = text_sniff,
    .sniff_most = SNIFF_MOST,
};
