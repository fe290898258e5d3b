/*
 * encode.c - windash, UTF-16 and base64 of rule values.
 *
 * Differences from pySigma, all on purpose: base64offset counts bytes, not
 * characters (so that non-ASCII text is found); wide takes any text; utf16
 * begins with FF FE. windash keeps one string with a dash class in it, where
 * pySigma writes out 5 strings for each dash.
 */
#include "sigma/encode.h"

#include "text/utf8.h"

/* Letters, digits and underscore. Beyond ASCII everything counts as a letter but for what is known
 * to be punctuation and space: enough for the place of an option's dash. */
static bool is_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_';
    if (c < 0xC0)
        return c == 0xAA || c == 0xB5 || c == 0xBA || c == 0xB2 || c == 0xB3 || c == 0xB9;
    return c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x3000 && c <= 0x3003);
}

/* Regex \B[-/]\b: nothing of a word before the dash, a word after it. A wildcard is no word. */
static uint32_t split_dashes(str text, struct sigma_part *out)
{
    uint32_t n = 0;
    bool word_before = false;
    str rest = text;
    const char *from = text.p;

    while (rest.n) {
        const char *here = rest.p;
        uint32_t c = utf8_next(&rest);
        str ahead = rest;
        bool dash = (c == '-' || c == '/') && !word_before && ahead.n && is_word(utf8_next(&ahead));
        if (dash) {
            if (here > from)
                out[n++] = (struct sigma_part){PART_TEXT, {from, (size_t)(here - from)}};
            out[n++] = (struct sigma_part){PART_DASH, {here, 1}};
            from = rest.p;
        }
        word_before = is_word(c);
    }
    if (from < text.p + text.n)
        out[n++] = (struct sigma_part){PART_TEXT, {from, (size_t)(text.p + text.n - from)}};
    return n;
}

void encode_windash(struct sigma_string *s, struct arena *a)
{
    size_t room = 0;
    struct sigma_string out = {0};

    for (uint32_t i = 0; i < s->count; i++) {
        room++;
        for (size_t k = 0; s->parts[i].kind == PART_TEXT && k < s->parts[i].text.n; k++)
            room += s->parts[i].text.p[k] == '-' || s->parts[i].text.p[k] == '/' ? 2 : 0;
    }
    out.parts = arena_array(a, room, sizeof *out.parts);
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->parts[i].kind == PART_TEXT)
            out.count += split_dashes(s->parts[i].text, out.parts + out.count);
        else
            out.parts[out.count++] = s->parts[i];
    }
    assert(out.count <= room);
    *s = out;
}

static char *put_unit(char *out, uint32_t unit, bool big_endian)
{
    out[big_endian ? 0 : 1] = (char)(unit >> 8);
    out[big_endian ? 1 : 0] = (char)(unit & 0xFF);
    return out + 2;
}

static str utf16_of(str text, bool big_endian, bool mark, struct arena *a)
{
    char *begin = arena_bytes(a, 2 * text.n + 2), *out = begin; /* UTF-8 is never less than half */

    if (mark)
        out = put_unit(out, 0xFEFF, big_endian);
    while (text.n) {
        uint32_t c = utf8_next(&text);
        if (c >= 0x10000) {
            out = put_unit(out, 0xD800 + ((c - 0x10000) >> 10), big_endian);
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        out = put_unit(out, c, big_endian);
    }
    return (str){begin, (size_t)(out - begin)};
}

void encode_utf16(struct sigma_string *s, enum utf16_form form, struct arena *a)
{
    bool big_endian = form == UTF16_BE, mark = form == UTF16_BOM;
    struct sigma_part *parts = arena_array(a, (size_t)s->count + 1, sizeof *parts);
    uint32_t n = 0;

    if (mark && !(s->count && s->parts[0].kind == PART_TEXT)) {
        parts[n++] = (struct sigma_part){PART_TEXT, utf16_of(S(""), big_endian, true, a)};
        mark = false;
    }
    for (uint32_t i = 0; i < s->count; i++) {
        parts[n] = s->parts[i];
        if (parts[n].kind == PART_TEXT)
            parts[n].text = utf16_of(parts[n].text, big_endian, mark && i == 0, a);
        n++;
    }
    *s = (struct sigma_string){parts, n};
}

str encode_base64(str bytes, struct arena *a)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = arena_bytes(a, (bytes.n + 2) / 3 * 4 + 1);
    size_t n = 0;

    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t group = (uint32_t)(uint8_t)bytes.p[i] << 16;
        if (left > 1)
            group |= (uint32_t)(uint8_t)bytes.p[i + 1] << 8;
        if (left > 2)
            group |= (uint8_t)bytes.p[i + 2];
        out[n++] = digits[group >> 18];
        out[n++] = digits[(group >> 12) & 63];
        out[n++] = left > 1 ? digits[(group >> 6) & 63] : '=';
        out[n++] = left > 2 ? digits[group & 63] : '=';
    }
    return (str){out, n};
}

str encode_base64_shifted(str bytes, uint32_t shift, struct arena *a)
{
    /* Digits at the front that hold bits of the bytes before, and at the end of those after. */
    static const size_t front[] = {0, 2, 3}, back[] = {0, 3, 2};
    char *shifted = arena_bytes(a, bytes.n + shift + 1);

    assert(shift < countof(front));
    memset(shifted, ' ', shift);
    if (bytes.n)
        memcpy(shifted + shift, bytes.p, bytes.n);
    str text = encode_base64((str){shifted, bytes.n + shift}, a);
    size_t cut = back[(bytes.n + shift) % 3];
    if (text.n < front[shift] + cut)
        return S("");
    return (str){text.p + front[shift], text.n - front[shift] - cut};
}
