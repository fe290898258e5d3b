/*
 * json_text.h - the inside of a JSON string as text, for strings of ASCII.
 *
 * Nearly all strings in logs are ASCII, also behind their escapes (RFC 8259,
 * section 7), and full of them: paths, quotes, \u0027. Others are left to
 * text/json.h, which also says what broken ones mean.
 */
#pragma once

#include "simd/simd.h"

/*
 * Writes the text, with `fold` in lower case, and its length. False when a byte or
 * an escape is not ASCII, or an escape is broken: then what was written is of no
 * use. `out` has room for n + SIMD_PADDING bytes; SIMD_PADDING bytes behind the
 * string are readable.
 */
bool json_text_portable(const char *s, size_t n, bool fold, char *out, size_t *ret_n);
bool json_text_avx2(const char *s, size_t n, bool fold, char *out, size_t *ret_n);
bool json_text_avx512(const char *s, size_t n, bool fold, char *out, size_t *ret_n);

/* The value of a hexadecimal digit; 16 or more for anything else. */
static inline uint32_t json_text_digit(char c)
{
    uint32_t digit = (uint32_t)(uint8_t)c - '0', letter = ((uint32_t)(uint8_t)c | 0x20) - 'a';

    return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

/* The escape at s, a backslash with `left` bytes from it on: writes its byte; returns its length,
 * or 0 when it is broken or stands for more than ASCII. */
static inline size_t json_text_escape(const char *s, size_t left, bool fold, char *out)
{
    char c = left > 1 ? s[1] : '\0';

    switch (c) {
    case '"':
    case '\\':
    case '/':
        *out = c;
        return 2;
    case 'b':
        *out = '\b';
        return 2;
    case 'f':
        *out = '\f';
        return 2;
    case 'n':
        *out = '\n';
        return 2;
    case 'r':
        *out = '\r';
        return 2;
    case 't':
        *out = '\t';
        return 2;
    case 'u':
        break;
    default:
        return 0;
    }
    if (left < 6)
        return 0;
    uint32_t high = json_text_digit(s[4]), low = json_text_digit(s[5]);
    if (s[2] != '0' || s[3] != '0' || high > 7 || low > 15)
        return 0; /* more than ASCII, or broken */
    char code = (char)(high << 4 | low);
    *out = fold ? ascii_lower(code) : code;
    return 6;
}
