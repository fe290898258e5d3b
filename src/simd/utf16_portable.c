/*
 * utf16_portable.c - four ASCII units in a 64-bit word, everything else unit by
 * unit (RFC 2781 for the pairs, RFC 3629 for the bytes).
 */
#include "simd/utf16.h"

enum {
    SURROGATE_HIGH = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_END = 0xE000,
    REPLACEMENT = 0xFFFD,
    WORD_UNITS = 4,
};

#define ASCII_MASK_16 0xFF80FF80FF80FF80u /* set in a unit that is not ASCII */

static uint32_t unit_at(const uint8_t *bytes, size_t at)
{
    return (uint32_t)bytes[2 * at] | (uint32_t)bytes[2 * at + 1] << 8;
}

static char *put(uint32_t c, char *out)
{
    if (c < 0x80) {
        *out = (char)c;
        return out + 1;
    }
    if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
    }
    *out = (char)(0x80 | (c & 0x3F));
    return out + 1;
}

size_t utf16_walk(const uint8_t *bytes, size_t *at, size_t until, size_t units, char *out,
                  uint32_t (*fold)(uint32_t))
{
    size_t i = *at;
    char *end = out;

    while (i < until) {
        uint32_t c = unit_at(bytes, i++);
        if (c >= SURROGATE_HIGH && c < SURROGATE_END) {
            uint32_t low = c < SURROGATE_LOW && i < units ? unit_at(bytes, i) : 0;
            if (low >= SURROGATE_LOW && low < SURROGATE_END) {
                c = 0x10000 + ((c - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
                i++;
            } else {
                c = REPLACEMENT;
            }
        }
        end = put(fold ? fold(c) : c, end);
    }
    *at = i;
    return (size_t)(end - out);
}

/* Takes the words of four ASCII units at the front; returns how many units. */
static size_t ascii_words(const uint8_t *bytes, size_t units, char *out, bool folds)
{
    const uint64_t ones = 0x0001000100010001u;
    size_t n = 0;

    for (; units - n >= WORD_UNITS; n += WORD_UNITS) {
        uint64_t four;
        memcpy(&four, bytes + n * 2, sizeof four);
        if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || (four & ASCII_MASK_16) != 0)
            break;
        if (folds) { /* as in text/fold.c: bit 7 is set in the sums from 'A' on, from '[' on */
            uint64_t capitals = (four + 0x3F * ones) & ~(four + 0x25 * ones) & 0x80 * ones;
            four |= capitals >> 2;
        }
        four |= four >> 8; /* bytes 0 and 1, and 4 and 5, now hold units 0 and 1, 2 and 3 */
        uint32_t packed = (uint32_t)(four & 0xFFFF) | (uint32_t)(four >> 16 & 0xFFFF0000u);
        memcpy(out + n, &packed, sizeof packed);
    }
    return n;
}

static size_t convert(const uint8_t *bytes, size_t units, char *out, uint32_t (*fold)(uint32_t))
{
    size_t n = 0, at = 0;

    while (at < units) {
        size_t ascii = ascii_words(bytes + at * 2, units - at, out + n, fold != NULL);
        at += ascii;
        n += ascii;
        size_t until = units - at < WORD_UNITS ? units : at + WORD_UNITS;
        n += utf16_walk(bytes, &at, until, units, out + n, fold);
    }
    return n;
}

size_t utf16_text_portable(const uint8_t *bytes, size_t units, char *out)
{
    return convert(bytes, units, out, NULL);
}

size_t utf16_folded_portable(const uint8_t *bytes, size_t units, char *out,
                             uint32_t (*fold)(uint32_t))
{
    return convert(bytes, units, out, fold);
}

size_t utf16_length_portable(const uint8_t *bytes, size_t units)
{
    size_t n = 0;

    while (n < units && unit_at(bytes, n))
        n++;
    return n;
}
