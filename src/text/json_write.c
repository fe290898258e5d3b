/*
 * json_write.c - JSON (RFC 8259) into a buf.
 *
 * Beyond what the RFC demands, escape_is_unsafe() code points are written as
 * \u escapes: the value is the same, and a line of output shown on a terminal
 * does nothing. "</" becomes "<\/" and "<!" becomes "\u003c!", the two ways to
 * leave or derail an HTML script element (HTML Standard, 4.12.1.3).
 */
#include "text/json_write.h"

#include "text/escape.h"
#include "text/utf8.h"

#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PIECE_BYTES = 4096,   /* of a string that room is made for at once */
    NUMBER_TEXT_MAX = 20, /* digits of UINT64_MAX */
};

struct json_writer json_writer_make(struct buf *out, uint8_t indent)
{
    return (struct json_writer){.out = out, .indent = indent};
}

static void new_line(struct json_writer *w)
{
    if (w->indent == 0)
        return;
    buf_char(w->out, '\n');
    for (uint32_t i = 0; i < w->depth * w->indent; i++)
        buf_char(w->out, ' ');
}

/* What stands before an element of an array, a key or the top value. */
static void before_item(struct json_writer *w)
{
    if (w->depth == 0)
        return;
    if (w->has_item[w->depth - 1])
        buf_char(w->out, ',');
    w->has_item[w->depth - 1] = true;
    new_line(w);
}

static void before_value(struct json_writer *w)
{
    if (w->after_key)
        w->after_key = false;
    else
        before_item(w);
}

static void open_level(struct json_writer *w, char bracket)
{
    assert(w->depth < JSON_WRITE_DEPTH_MAX);
    before_value(w);
    buf_char(w->out, bracket);
    w->has_item[w->depth++] = false;
}

static void close_level(struct json_writer *w, char bracket)
{
    assert(w->depth > 0 && !w->after_key);
    bool had_item = w->has_item[--w->depth];
    if (had_item)
        new_line(w);
    buf_char(w->out, bracket);
}

void json_object(struct json_writer *w)
{
    open_level(w, '{');
}

void json_object_end(struct json_writer *w)
{
    close_level(w, '}');
}

void json_array(struct json_writer *w)
{
    open_level(w, '[');
}

void json_array_end(struct json_writer *w)
{
    close_level(w, ']');
}

static const char short_escapes[] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',  ['\f'] = 'f',
    ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\',
};

static void put_u16(struct buf *out, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\',
                    'u',
                    digits[unit >> 12 & 15],
                    digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15],
                    digits[unit & 15]};

    buf_add(out, (str){text, sizeof text});
}

/* Takes one code point that plain_run() stopped at. */
static void put_special(struct buf *out, str *s)
{
    str before = *s;
    uint32_t c = utf8_next(s);

    if (c < sizeof short_escapes && short_escapes[c]) {
        char text[2] = {'\\', short_escapes[c]};
        buf_add(out, (str){text, 2});
    } else if (c == '<') {
        char follows = s->n ? s->p[0] : '\0';
        buf_add(out, follows == '!' ? S("\\u003c") : follows == '/' ? S("<\\") : S("<"));
    } else if (!escape_is_unsafe(c)) {
        char bytes[4];
        size_t n = utf8_put(c, bytes);
        /* Valid text is copied; an invalid byte has become U+FFFD. */
        buf_add(out, c == UTF8_REPLACEMENT ? (str){bytes, n} : (str){before.p, before.n - s->n});
    } else if (c <= 0xFFFF) {
        put_u16(out, c);
    } else { /* RFC 8259, section 7: a surrogate pair */
        put_u16(out, 0xD800 + ((c - 0x10000) >> 10));
        put_u16(out, 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
}

/* Of 8 bytes those that are not written as they are: below 0x20, 0x7F and above, '"', '\\' and '<'.
 * The upper bit of each is set. No sum of 7 bits carries into the next byte. */
static uint64_t special_bytes(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x80 * ones, low = word & ~tops;
    uint64_t plain = (low + 0x60 * ones) & ~(low + ones); /* 0x20 and above; not 0x7F */

    plain &= (low ^ '"' * ones) + 0x7f * ones;
    plain &= (low ^ '\\' * ones) + 0x7f * ones;
    plain &= (low ^ '<' * ones) + 0x7f * ones;
    return (word | ~plain) & tops;
}

static uint64_t load_word(const char *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof word);
    return word;
}

/* The last `left` bytes before `end`, fewer than 8, and zeros behind them. */
static uint64_t load_end(const char *start, const char *end, size_t left)
{
    char bytes[sizeof(uint64_t)] = {0};

    if (end - start >= (ptrdiff_t)sizeof(uint64_t)) /* those before them are shifted out */
        return htole64(le64toh(load_word(end - sizeof(uint64_t))) >> 8 * (8 - left));
    for (size_t i = 0; i < left; i++)
        bytes[i] = end[(ptrdiff_t)i - (ptrdiff_t)left];
    return load_word(bytes);
}

/* Copies bytes that are written as they are, and escapes quotes and backslashes. `out` has room for
 * twice s and 8 bytes more. Returns how much was written; *s is what is left. */
static size_t copy_plain(str *s, char *out)
{
    const char *from = s->p, *end = s->p + s->n;
    char *to = out;

    while (from < end) {
        size_t left = (size_t)(end - from), run = left < 8 ? left : 8;
        uint64_t word = run == 8 ? load_word(from) : load_end(s->p, end, left);
        memcpy(to, &word, sizeof word);
        uint64_t special = le64toh(special_bytes(word));
        size_t plain = special ? (size_t)__builtin_ctzll(special) / 8 : 8;
        if (plain >= run) { /* bytes behind the end are zero, which is special */
            from += run;
            to += run;
            continue;
        }
        from += plain;
        to += plain;
        if (*from != '"' && *from != '\\')
            break;
        *to++ = '\\';
        *to++ = *from++;
    }
    *s = (str){from, (size_t)(end - from)};
    return (size_t)(to - out);
}

static void put_string(struct buf *out, str s)
{
    buf_char(out, '"');
    while (s.n) {
        str piece = {s.p, s.n < PIECE_BYTES ? s.n : PIECE_BYTES};
        char *room = buf_room(out, 2 * piece.n + sizeof(uint64_t));
        if (!room)
            return;
        s = str_from_at(s, piece.n);
        out->n += copy_plain(&piece, room);
        s = (str){piece.p, piece.n + s.n};
        if (piece.n)
            put_special(out, &s);
    }
    buf_char(out, '"');
}

void json_key(struct json_writer *w, str key)
{
    assert(w->depth > 0 && !w->after_key);
    before_item(w);
    put_string(w->out, key);
    buf_char(w->out, ':');
    if (w->indent)
        buf_char(w->out, ' ');
    w->after_key = true;
}

void json_str(struct json_writer *w, str value)
{
    before_value(w);
    put_string(w->out, value);
}

void json_u64(struct json_writer *w, uint64_t value)
{
    char text[NUMBER_TEXT_MAX];
    size_t at = sizeof text;

    before_value(w);
    do
        text[--at] = (char)('0' + value % 10);
    while (value /= 10);
    buf_add(w->out, (str){text + at, sizeof text - at});
}

void json_i64(struct json_writer *w, int64_t value)
{
    before_value(w);
    buf_printf(w->out, "%" PRId64, value);
}

/* The shorter of two precisions that reads back as the same number; JSON has no NaN or infinity. */
void json_double(struct json_writer *w, double value)
{
    char text[32];

    before_value(w);
    if (!isfinite(value)) {
        buf_add(w->out, S("null"));
        return;
    }
    int n = snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) != value)
        n = snprintf(text, sizeof text, "%.17g", value);
    buf_add(w->out, (str){text, (size_t)n});
}

void json_bool(struct json_writer *w, bool value)
{
    before_value(w);
    buf_add(w->out, value ? S("true") : S("false"));
}

void json_null(struct json_writer *w)
{
    before_value(w);
    buf_add(w->out, S("null"));
}

void json_raw(struct json_writer *w, str value)
{
    before_value(w);
    buf_add(w->out, value);
}

void json_members(struct json_writer *w, str members)
{
    assert(w->depth > 0 && !w->after_key && members.n && w->indent == 0);
    before_item(w);
    buf_add(w->out, members);
}

void json_field_str(struct json_writer *w, str key, str value)
{
    json_key(w, key);
    json_str(w, value);
}

void json_field_u64(struct json_writer *w, str key, uint64_t value)
{
    json_key(w, key);
    json_u64(w, value);
}
