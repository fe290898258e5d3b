/*
 * escape.c - hostile bytes made harmless, for each kind of output its own way.
 *
 * What a terminal would obey (ECMA-48: C0, DEL, C1 in one byte or in UTF-8) and
 * what reorders text for the reader (Unicode UAX #9, the "Trojan Source"
 * characters) is shown as an escape, so that the reader sees that it was there.
 * CSV follows RFC 4180 and OWASP's "CSV Injection".
 *
 * Columns follow the classes of Unicode's EastAsianWidth.txt and the marks of
 * UnicodeData.txt in two short tables: whole blocks where single code points
 * would be exact. A mistake costs a column of alignment, never safety.
 */
#include "text/escape.h"

#include "text/utf8.h"

#include <stdio.h>

struct range {
    uint32_t first, last;
};

static const struct range unsafe[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C},   {0x200E, 0x200F},
    {0x2028, 0x202E}, {0x2066, 0x2069}, {0xE0000, 0xE007F},
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26A1, 0x26A1},
    {0x2705, 0x2705},   {0x270A, 0x270B},   {0x274C, 0x274C},   {0x2753, 0x2757},
    {0x2795, 0x2797},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2E80, 0x303E},
    {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF}, {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

static const struct range combining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
    {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED}, {0x0711, 0x0711},
    {0x0730, 0x074A}, {0x0900, 0x0902}, {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948},
    {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0x302A, 0x302D},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code_point)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code_point > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && code_point >= ranges[low].first;
}

bool escape_is_unsafe(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7F)
        return false;
    return in_ranges(unsafe, countof(unsafe), code_point);
}

/* Takes one code point off *s; false when it is a byte that is not part of valid UTF-8. */
static bool take(str *s, uint32_t *ret)
{
    size_t before = s->n;

    *ret = utf8_next(s);
    return *ret != UTF8_REPLACEMENT || before - s->n == 3;
}

static void put(struct buf *out, uint32_t code_point)
{
    char bytes[4];

    buf_add(out, (str){bytes, utf8_put(code_point, bytes)});
}

/* What a terminal is given for one code point. */
struct cell {
    char text[12]; /* "\U000e0041" is the longest */
    uint32_t bytes, columns;
};

static const char *const named_escapes[] = {
    ['\t'] = "\\t",
    ['\n'] = "\\n",
    ['\r'] = "\\r",
};

static void cell_escape(struct cell *c, uint32_t value, bool is_code_point)
{
    int n;

    if (value < countof(named_escapes) && named_escapes[value])
        n = snprintf(c->text, sizeof c->text, "%s", named_escapes[value]);
    else if (!is_code_point || value < 0x80)
        n = snprintf(c->text, sizeof c->text, "\\x%02x", value);
    else if (value <= 0xFFFF)
        n = snprintf(c->text, sizeof c->text, "\\u%04x", value);
    else
        n = snprintf(c->text, sizeof c->text, "\\U%08x", value);
    c->bytes = c->columns = (uint32_t)n;
}

static uint32_t columns_of(uint32_t code_point)
{
    if (code_point < combining[0].first)
        return 1;
    if (in_ranges(combining, countof(combining), code_point))
        return 0;
    return in_ranges(wide, countof(wide), code_point) ? 2 : 1;
}

static struct cell next_cell(str *s)
{
    struct cell c = {0};
    uint8_t first = (uint8_t)s->p[0];
    uint32_t code_point;

    if (!take(s, &code_point)) {
        cell_escape(&c, first, false);
    } else if (escape_is_unsafe(code_point)) {
        cell_escape(&c, code_point, true);
    } else {
        c.bytes = (uint32_t)utf8_put(code_point, c.text);
        c.columns = columns_of(code_point);
    }
    return c;
}

void escape_terminal(struct buf *out, str s)
{
    while (s.n) {
        struct cell c = next_cell(&s);
        buf_add(out, (str){c.text, c.bytes});
    }
}

size_t terminal_width(str s)
{
    size_t columns = 0;

    while (s.n)
        columns += next_cell(&s).columns;
    return columns;
}

void escape_terminal_cut(struct buf *out, str s, size_t columns)
{
    size_t dots = columns < 3 ? columns : 3, start = out->n;
    size_t used = 0, fits = out->n; /* the end of what leaves room for the dots */

    while (s.n) {
        struct cell c = next_cell(&s);
        if (used + c.columns > columns) {
            out->n = fits < out->n ? fits : out->n;
            assert(out->n >= start);
            buf_add(out, (str){"...", dots});
            return;
        }
        buf_add(out, (str){c.text, c.bytes});
        used += c.columns;
        if (used + dots <= columns)
            fits = out->n;
    }
}

void escape_terminal_middle(struct buf *out, str s, size_t columns, size_t head)
{
    size_t width = terminal_width(s), used = 0;

    assert(head + 3 < columns);
    if (width <= columns) {
        escape_terminal(out, s);
        return;
    }
    while (s.n) {
        str rest = s;
        struct cell c = next_cell(&rest);
        if (used + c.columns > head)
            break;
        buf_add(out, (str){c.text, c.bytes});
        used += c.columns;
        s = rest;
    }
    while (width - used > columns - 3 - head)
        used += next_cell(&s).columns;
    buf_add(out, S("..."));
    escape_terminal(out, s);
}

static str html_entity(uint32_t code_point)
{
    switch (code_point) {
    case '&':
        return S("&amp;");
    case '<':
        return S("&lt;");
    case '>':
        return S("&gt;");
    case '"':
        return S("&quot;");
    case '\'':
        return S("&#39;");
    default:
        return (str){0};
    }
}

void escape_html(struct buf *out, str s)
{
    while (s.n) {
        uint32_t code_point;
        bool valid = take(&s, &code_point);
        str entity = html_entity(code_point);
        if (entity.n)
            buf_add(out, entity);
        else
            put(out, valid && !escape_is_unsafe(code_point) ? code_point : UTF8_REPLACEMENT);
    }
}

static bool starts_formula(uint32_t code_point)
{
    static const uint32_t starts[] = {'=',  '+',    '-',    '@',    '\t',  '\r',
                                      '\n', 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20};

    for (size_t i = 0; i < countof(starts); i++)
        if (code_point == starts[i])
            return true;
    return false;
}

void escape_csv(struct buf *out, str s)
{
    bool at_start = true;

    buf_char(out, '"');
    while (s.n) {
        uint32_t code_point;
        bool valid = take(&s, &code_point);
        bool layout = code_point == '\t' || code_point == '\r' || code_point == '\n';

        if (code_point == 0)
            continue;
        if (at_start && starts_formula(code_point))
            buf_char(out, '\'');
        at_start = false;
        if (code_point == '"')
            buf_char(out, '"');
        put(out,
            valid && (layout || !escape_is_unsafe(code_point)) ? code_point : UTF8_REPLACEMENT);
    }
    buf_char(out, '"');
}

void escape_header(struct buf *out, str s)
{
    while (s.n) {
        uint32_t code_point;
        take(&s, &code_point);
        put(out, escape_is_unsafe(code_point) ? ' ' : code_point);
    }
}
