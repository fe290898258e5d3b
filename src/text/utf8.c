/*
 * utf8.c - UTF-8 as RFC 3629 has it, and UTF-16 (RFC 2781) on its way in.
 *
 * The valid forms are those of RFC 3629 section 4: the second byte's range tells
 * overlong forms, surrogates and code points past U+10FFFF apart, so that
 * no decoded value has to be checked afterwards. ASCII, which is nearly all of
 * what logs hold, is passed over eight bytes at a time.
 */
#include "text/utf8.h"

#include <string.h>

enum { SURROGATE_HIGH = 0xD800, SURROGATE_LOW = 0xDC00, SURROGATE_END = 0xE000 };

#define ASCII_MASK_8 0x8080808080808080u  /* set in a byte that is not ASCII */
#define ASCII_MASK_16 0xFF80FF80FF80FF80u /* set in a 16-bit unit that is not ASCII */

static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xC0) == 0x80;
}

/* The length of the valid sequence that s begins with; 0 when it is not one. s is not empty. */
static size_t sequence_length(str s)
{
    uint8_t lead = (uint8_t)s.p[0], low = 0x80, high = 0xBF; /* the second byte's range */
    size_t n;

    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    n = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (s.n < n)
        return 0;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    if ((uint8_t)s.p[1] < low || (uint8_t)s.p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (!is_continuation(s.p[i]))
            return 0;
    return n;
}

uint32_t utf8_next(str *s)
{
    static const uint8_t lead_mask[5] = {[1] = 0x7F, [2] = 0x1F, [3] = 0x0F, [4] = 0x07};

    assert(s->n > 0);
    size_t n = sequence_length(*s);
    uint32_t code_point = UTF8_REPLACEMENT;
    if (n) {
        code_point = (uint8_t)s->p[0] & lead_mask[n];
        for (size_t i = 1; i < n; i++)
            code_point = code_point << 6 | ((uint8_t)s->p[i] & 0x3F);
    }
    *s = str_from_at(*s, n ? n : 1);
    return code_point;
}

bool utf8_valid(str s)
{
    size_t at = 0;

    while (at < s.n) {
        uint64_t eight;
        if (s.n - at >= sizeof eight) {
            memcpy(&eight, s.p + at, sizeof eight);
            if ((eight & ASCII_MASK_8) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        size_t n = sequence_length((str){s.p + at, s.n - at});
        if (!n)
            return false;
        at += n;
    }
    return true;
}

size_t utf8_put(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point > 0x10FFFF || (code_point >= SURROGATE_HIGH && code_point < SURROGATE_END))
        code_point = UTF8_REPLACEMENT;
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

str utf8_repair(str s, struct arena *a)
{
    enum { REPLACEMENT_BYTES = 3 };

    if (utf8_valid(s))
        return s;
    char *out = arena_bytes(a, s.n * REPLACEMENT_BYTES);
    size_t n = 0;
    while (s.n) {
        size_t length = sequence_length(s);
        char point[4];
        if (length)
            memcpy(out + n, s.p, length);
        else
            memcpy(out + n, point, utf8_put(UTF8_REPLACEMENT, point));
        n += length ? length : REPLACEMENT_BYTES;
        s = str_from_at(s, length ? length : 1);
    }
    return (str){out, n};
}

static uint32_t unit_at(const uint8_t *bytes, size_t unit, bool big_endian)
{
    const uint8_t *b = bytes + unit * 2;

    return big_endian ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

/* Copies the ASCII units at the front, four at a time; returns how many. */
static size_t ascii_units(const uint8_t *bytes, size_t units, char *out)
{
    size_t n = 0;

    while (units - n >= 4) {
        uint64_t four;
        memcpy(&four, bytes + n * 2, sizeof four);
        if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || (four & ASCII_MASK_16) != 0)
            break;
        four |= four >> 8; /* bytes 0 and 1, and 4 and 5, now hold units 0 and 1, 2 and 3 */
        uint32_t packed = (uint32_t)(four & 0xFFFF) | (uint32_t)(four >> 16 & 0xFFFF0000u);
        memcpy(out + n, &packed, sizeof packed);
        n += 4;
    }
    return n;
}

size_t utf8_from_utf16(const uint8_t *bytes, size_t units, bool big_endian, char *out)
{
    size_t n = 0, i = 0;

    while (i < units) {
        if (!big_endian) {
            size_t ascii = ascii_units(bytes + i * 2, units - i, out + n);
            i += ascii;
            n += ascii;
            if (i == units)
                break;
        }
        uint32_t unit = unit_at(bytes, i++, big_endian);
        if (unit >= SURROGATE_HIGH && unit < SURROGATE_LOW && i < units) {
            uint32_t low = unit_at(bytes, i, big_endian);
            if (low >= SURROGATE_LOW && low < SURROGATE_END) {
                unit = 0x10000 + ((unit - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
                i++;
            }
        }
        char point[4]; /* utf8_put turns a surrogate that is still alone into U+FFFD */
        size_t length = utf8_put(unit, point);
        memcpy(out + n, point, length);
        n += length;
    }
    return n;
}
