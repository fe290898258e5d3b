/* page.c - colours are those of ECMA-48 (SGR) that read on dark and on light terminals. */
#include "cli/page.h"

#include "text/escape.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const styles[] = {
    [STYLE_PLAIN] = "",
    [STYLE_STRONG] = "\x1b[1m",
    [STYLE_FAINT] = "\x1b[2m",
    [STYLE_HEADING] = "\x1b[1;4m",
    [STYLE_INFORMATIONAL] = "\x1b[2m",
    [STYLE_LOW] = "\x1b[36m",
    [STYLE_MEDIUM] = "\x1b[33m",
    [STYLE_HIGH] = "\x1b[31m",
    [STYLE_CRITICAL] = "\x1b[1;97;41m",
    [STYLE_BAD] = "\x1b[31m",
};

struct page page_make(struct buf *out, bool terminal, uint32_t columns)
{
    struct page p = {.out = out, .colour = terminal, .columns = PAGE_COLUMNS_PLAIN};

    if (terminal && columns) {
        p.columns = columns < PAGE_COLUMNS_MIN   ? PAGE_COLUMNS_MIN
                    : columns > PAGE_COLUMNS_MAX ? PAGE_COLUMNS_MAX
                                                 : columns;
    }
    return p;
}

enum page_style page_level_style(enum sigma_level level)
{
    static const enum page_style of_level[] = {
        [LEVEL_NONE] = STYLE_PLAIN, [LEVEL_INFORMATIONAL] = STYLE_INFORMATIONAL,
        [LEVEL_LOW] = STYLE_LOW,    [LEVEL_MEDIUM] = STYLE_MEDIUM,
        [LEVEL_HIGH] = STYLE_HIGH,  [LEVEL_CRITICAL] = STYLE_CRITICAL,
    };

    assert(level <= LEVEL_CRITICAL);
    return of_level[level];
}

str page_level_name(enum sigma_level level)
{
    return level == LEVEL_NONE ? S("none") : str_from(sigma_level_name(level));
}

static void style_on(struct page *p, enum page_style style)
{
    if (p->colour)
        buf_add(p->out, str_from(styles[style]));
}

static void style_off(struct page *p, enum page_style style)
{
    if (p->colour && styles[style][0])
        buf_add(p->out, S("\x1b[0m"));
}

void page_text(struct page *p, enum page_style style, str s)
{
    style_on(p, style);
    escape_terminal(p->out, s);
    style_off(p, style);
    p->at += (uint32_t)terminal_width(s);
}

void page_printf(struct page *p, enum page_style style, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    page_text(p, style, (str){text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1});
}

static void spaces(struct page *p, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buf_char(p->out, ' ');
    p->at += count;
}

/* The width of s when it is cut to `width`. */
static uint32_t width_cut(str s, uint32_t width)
{
    size_t columns = terminal_width(s);

    return columns < width ? (uint32_t)columns : width;
}

static void put_cut(struct page *p, enum page_style style, str s, uint32_t width)
{
    size_t before = p->out->n;

    style_on(p, style);
    size_t styled = p->out->n;
    escape_terminal_cut(p->out, s, width);
    if (p->out->n == styled)
        p->out->n = before;
    else
        style_off(p, style);
}

void page_cell(struct page *p, enum page_style style, str s, uint32_t width)
{
    uint32_t used = width_cut(s, width);

    put_cut(p, style, s, width);
    p->at += used;
    spaces(p, width - used);
}

void page_cell_right(struct page *p, enum page_style style, str s, uint32_t width)
{
    uint32_t used = width_cut(s, width);

    spaces(p, width - used);
    put_cut(p, style, s, width);
    p->at += used;
}

void page_rest(struct page *p, enum page_style style, str s)
{
    uint32_t room = p->at < p->columns ? p->columns - p->at : 0;

    put_cut(p, style, s, room);
    p->at += width_cut(s, room);
}

/* A third of a path's columns show where it begins, two thirds of a value's. */
static void put_middle(struct page *p, enum page_style style, str s, uint32_t spare,
                       uint32_t thirds)
{
    enum { MIDDLE_MIN = 12 };
    uint32_t taken = p->at + spare, room = taken < p->columns ? p->columns - taken : 0;

    if (room < MIDDLE_MIN) {
        put_cut(p, style, s, room);
        p->at += width_cut(s, room);
        return;
    }
    if (s.n == 0)
        return;
    style_on(p, style);
    escape_terminal_middle(p->out, s, room, (room - 3) * thirds / 3);
    style_off(p, style);
    p->at += width_cut(s, room);
}

void page_path(struct page *p, enum page_style style, str path, uint32_t spare)
{
    put_middle(p, style, path, spare, 1);
}

void page_value(struct page *p, enum page_style style, str s)
{
    put_middle(p, style, s, 0, 2);
}

void page_tab(struct page *p, uint32_t column)
{
    if (p->at < column)
        spaces(p, column - p->at);
}

void page_fit(struct page *p, uint32_t indent, size_t width)
{
    if (p->at <= indent || p->at + width <= p->columns)
        return;
    page_newline(p);
    page_tab(p, indent);
}

void page_newline(struct page *p)
{
    while (p->out->n && p->out->p[p->out->n - 1] == ' ')
        p->out->n--; /* no spaces at the ends of lines */
    buf_char(p->out, '\n');
    p->at = 0;
}

void page_heading(struct page *p, const char *heading, const char *note)
{
    page_newline(p);
    page_text(p, STYLE_HEADING, str_from(heading));
    if (note) {
        page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_FAINT, str_from(note));
    }
    page_newline(p);
}

void page_paragraph(struct page *p, enum page_style style, uint32_t indent, str s)
{
    page_tab(p, indent);
    while (s.n) {
        str word = str_cut(&s, ' ');
        uint32_t width = (uint32_t)terminal_width(word);
        if (p->at > indent && p->at + 1 + width > p->columns) {
            page_newline(p);
            page_tab(p, indent);
        }
        if (p->at > indent)
            spaces(p, 1);
        page_rest(p, style, word);
    }
    page_newline(p);
}

str page_number(uint64_t n, char out[PAGE_NUMBER_MAX])
{
    char *end = out + PAGE_NUMBER_MAX, *p = end;
    int digits = 0;

    do {
        if (digits && digits % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + n % 10);
        n /= 10;
        digits++;
    } while (n);
    return (str){p, (size_t)(end - p)};
}

str page_size(uint64_t bytes, char out[PAGE_NUMBER_MAX])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    size_t unit = 0;

    while (size >= 1024 && unit + 1 < countof(units)) {
        size /= 1024;
        unit++;
    }
    int n = snprintf(out, PAGE_NUMBER_MAX, unit == 0 || size >= 100 ? "%.0f %s" : "%.1f %s", size,
                     units[unit]);
    return (str){out, (size_t)n};
}

str page_time(int64_t ns, char out[PAGE_NUMBER_MAX])
{
    struct civil c = time_to_civil(ns);
    int n = snprintf(out, PAGE_NUMBER_MAX, "%04d-%02u-%02u %02u:%02u:%02u", c.year, c.month, c.day,
                     c.hour, c.minute, c.second);

    return (str){out, (size_t)n};
}

str page_duration(int64_t ns, char out[PAGE_NUMBER_MAX])
{
    int64_t s = ns / NS_PER_S;
    int n;

    if (s >= 48 * 3600)
        n = snprintf(out, PAGE_NUMBER_MAX, "%" PRId64 " d %" PRId64 " h", s / 86400, s / 3600 % 24);
    else if (s >= 3600)
        n = snprintf(out, PAGE_NUMBER_MAX, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
    else if (s >= 120)
        n = snprintf(out, PAGE_NUMBER_MAX, "%" PRId64 " min", s / 60);
    else
        n = snprintf(out, PAGE_NUMBER_MAX, "%" PRId64 " s", s);
    return (str){out, (size_t)n};
}
