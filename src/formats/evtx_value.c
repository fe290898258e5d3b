/*
 * evtx_value.c - typed values as text. Types: [MS-EVEN6] 2.2.12; SIDs: [MS-DTYP]
 * 2.4.2.2 and 2.4.2.1; FILETIME and SYSTEMTIME: [MS-DTYP] 2.3.3 and 2.3.13.
 * Digits are written by hand, since every record has a dozen numbers and a time
 * and snprintf would be a third of the decoder's time.
 */
#include "formats/evtx_value.h"

#include "text/time.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum { SID_HEADER = 8, GUID_SIZE = 16, SYSTEMTIME_SIZE = 16, TIME_DIGITS = 9 };

static size_t put_decimal(uint64_t v, char *out)
{
    char reversed[20];
    size_t n = 0;

    do {
        reversed[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    return n;
}

static size_t put_signed(int64_t v, char *out)
{
    if (v >= 0)
        return put_decimal((uint64_t)v, out);
    out[0] = '-';
    return 1 + put_decimal(0 - (uint64_t)v, out + 1);
}

static size_t put_hex_number(uint64_t v, char *out)
{
    size_t digits = 1;

    while (digits < 16 && v >> (4 * digits))
        digits++;
    out[0] = '0';
    out[1] = 'x';
    for (size_t i = 0; i < digits; i++)
        out[2 + i] = "0123456789abcdef"[v >> (4 * (digits - 1 - i)) & 15];
    return 2 + digits;
}

static char *put_hex_byte(uint8_t byte, char *out)
{
    out[0] = "0123456789ABCDEF"[byte >> 4];
    out[1] = "0123456789ABCDEF"[byte & 15];
    return out + 2;
}

static size_t put_binary(const uint8_t *p, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        put_hex_byte(p[i], out + 2 * i);
    return 2 * n;
}

/* An unsigned number of 1, 2, 4 or 8 bytes; false for other sizes. */
static bool number_of(const uint8_t *p, size_t n, uint64_t *ret)
{
    switch (n) {
    case 1:
        *ret = p[0];
        return true;
    case 2:
        *ret = le16(p);
        return true;
    case 4:
        *ret = le32(p);
        return true;
    case 8:
        *ret = le64(p);
        return true;
    default:
        return false;
    }
}

static size_t put_unsigned(const uint8_t *p, size_t n, char *out)
{
    uint64_t v;

    return number_of(p, n, &v) ? put_decimal(v, out) : put_binary(p, n, out);
}

static size_t put_integer(const uint8_t *p, size_t n, char *out)
{
    uint64_t v;

    if (!number_of(p, n, &v))
        return put_binary(p, n, out);
    uint32_t unused = 64 - 8 * (uint32_t)n; /* shifts that carry the sign into all 64 bits */
    return put_signed((int64_t)(v << unused) >> unused, out);
}

static size_t put_hex(const uint8_t *p, size_t n, char *out)
{
    uint64_t v;

    return number_of(p, n, &v) ? put_hex_number(v, out) : put_binary(p, n, out);
}

static size_t put_bool(const uint8_t *p, size_t n, char *out)
{
    uint64_t v;

    if (!number_of(p, n, &v))
        return put_binary(p, n, out);
    str text = v ? S("true") : S("false");
    memcpy(out, text.p, text.n);
    return text.n;
}

/* The shortest decimal that reads back as the same number. */
static size_t put_double(double v, bool is_float, char *out)
{
    char text[40];
    int n = 0;

    for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
        n = snprintf(text, sizeof text, "%.*g", digits, v);
        double again = strtod(text, NULL);
        if (again == v || (is_float && (float)again == (float)v))
            break;
    }
    assert(n > 0 && (size_t)n < sizeof text);
    memcpy(out, text, (size_t)n);
    return (size_t)n;
}

static size_t put_real(const uint8_t *p, size_t n, char *out)
{
    if (n == sizeof(float)) {
        float v;
        uint32_t bits = le32(p);
        memcpy(&v, &bits, sizeof v);
        return put_double((double)v, true, out);
    }
    if (n == sizeof(double)) {
        double v;
        uint64_t bits = le64(p);
        memcpy(&v, &bits, sizeof v);
        return put_double(v, false, out);
    }
    return put_binary(p, n, out);
}

/* {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}: three little-endian numbers, then eight bytes. */
static size_t put_guid(const uint8_t *p, size_t n, char *out)
{
    static const uint8_t order[GUID_SIZE] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    char *at = out;

    if (n != GUID_SIZE)
        return put_binary(p, n, out);
    *at++ = '{';
    for (size_t i = 0; i < GUID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        at = put_hex_byte(p[order[i]], at);
    }
    *at++ = '}';
    return (size_t)(at - out);
}

static char *put_padded(uint32_t v, size_t digits, char *out)
{
    for (size_t i = digits; i-- > 0; v /= 10)
        out[i] = (char)('0' + v % 10);
    return out + digits;
}

static size_t put_civil(const struct civil *c, size_t digits, uint32_t fraction, char *out)
{
    char *at = put_padded((uint32_t)c->year, 4, out);

    *at++ = '-';
    at = put_padded(c->month, 2, at);
    *at++ = '-';
    at = put_padded(c->day, 2, at);
    *at++ = 'T';
    at = put_padded(c->hour, 2, at);
    *at++ = ':';
    at = put_padded(c->minute, 2, at);
    *at++ = ':';
    at = put_padded(c->second, 2, at);
    *at++ = '.';
    at = put_padded(fraction, digits, at);
    *at++ = 'Z';
    return (size_t)(at - out);
}

/*
 * Nanoseconds in 64 bits reach from 1677 to 2262 only, a FILETIME from 1601 on. The calendar
 * repeats every 400 years, so that other years are reckoned as if they were 400 k later or earlier.
 */
static size_t put_filetime(const uint8_t *p, size_t n, char *out)
{
    const uint64_t era = 146097 * (uint64_t)864000000000; /* 400 years in 100 ns */
    const uint64_t year_1801 = era / 2;                   /* within the range, as is 2200 */
    int64_t ns;

    if (n != 8 || le64(p) > 20 * era) /* year 9601 */
        return put_unsigned(p, n, out);
    uint64_t ticks = le64(p) % era;
    int32_t years = (int32_t)(le64(p) / era) * 400;
    if (ticks < year_1801) {
        ticks += era;
        years -= 400;
    }
    bool ok = time_from_filetime(ticks, &ns);
    assert(ok);
    struct civil c = time_to_civil(ns);
    c.year += years;
    return put_civil(&c, TIME_DIGITS, c.ns, out);
}

/* Year, month, day of the week, day, hour, minute, second, millisecond: eight 16-bit numbers. */
static size_t put_systemtime(const uint8_t *p, size_t n, char *out)
{
    if (n != SYSTEMTIME_SIZE)
        return put_binary(p, n, out);
    struct civil c = {.year = le16(p),
                      .month = (uint8_t)le16(p + 2),
                      .day = (uint8_t)le16(p + 6),
                      .hour = (uint8_t)le16(p + 8),
                      .minute = (uint8_t)le16(p + 10),
                      .second = (uint8_t)le16(p + 12)};
    uint32_t ms = le16(p + 14);
    if (c.year > 9999 || le16(p + 2) > 12 || le16(p + 6) > 31 || le16(p + 8) > 23 ||
        le16(p + 10) > 59 || le16(p + 12) > 60 || ms > 999)
        return put_binary(p, n, out);
    return put_civil(&c, TIME_DIGITS, ms * 1000000, out);
}

/* Revision, number of sub-authorities, authority (48 bits, big endian), sub-authorities. */
static size_t put_sid(const uint8_t *p, size_t n, char *out)
{
    if (n < SID_HEADER || n < SID_HEADER + 4 * (size_t)p[1])
        return put_binary(p, n, out);

    uint64_t authority = 0;
    for (size_t i = 2; i < SID_HEADER; i++)
        authority = authority << 8 | p[i];

    char *at = out;
    *at++ = 'S';
    *at++ = '-';
    at += put_decimal(p[0], at);
    *at++ = '-';
    at += authority >> 32 ? put_hex_number(authority, at) : put_decimal(authority, at);
    for (size_t i = 0; i < p[1]; i++) {
        *at++ = '-';
        at += put_decimal(le32(p + SID_HEADER + 4 * i), at);
    }
    return (size_t)(at - out);
}

/* A NUL at the end is the terminator that many writers count in. */
static size_t put_string(const uint8_t *p, size_t n, char *out)
{
    size_t units = n / 2;

    while (units && le16(p + 2 * (units - 1)) == 0)
        units--;
    return utf8_from_utf16(p, units, false, out);
}

/* The code page is not recorded. Bytes that are not UTF-8 are taken for Windows-1252. */
static size_t put_ansi(const uint8_t *p, size_t n, char *out)
{
    static const uint16_t windows_1252[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
    };
    char *at = out;

    while (n && p[n - 1] == 0)
        n--;
    if (n && utf8_valid((str){(const char *)p, n})) {
        memcpy(out, p, n);
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        char point[4];
        size_t length =
            utf8_put(p[i] >= 0x80 && p[i] < 0xA0 ? windows_1252[p[i] - 0x80] : p[i], point);
        memcpy(at, point, length);
        at += length;
    }
    return (size_t)(at - out);
}

static size_t put_nothing(const uint8_t *p, size_t n, char *out)
{
    (void)p, (void)n, (void)out;
    return 0;
}

static const struct {
    size_t (*put)(const uint8_t *p, size_t n, char *out);
    uint8_t size; /* of an array's element; 0: it varies */
    bool is_integer;
} types[] = {
    [EVTX_NULL] = {put_nothing, 0, false},
    [EVTX_STRING] = {put_string, 0, false},
    [EVTX_ANSI] = {put_ansi, 0, false},
    [EVTX_INT8] = {put_integer, 1, true},
    [EVTX_UINT8] = {put_unsigned, 1, true},
    [EVTX_INT16] = {put_integer, 2, true},
    [EVTX_UINT16] = {put_unsigned, 2, true},
    [EVTX_INT32] = {put_integer, 4, true},
    [EVTX_UINT32] = {put_unsigned, 4, true},
    [EVTX_INT64] = {put_integer, 8, true},
    [EVTX_UINT64] = {put_unsigned, 8, true},
    [EVTX_REAL32] = {put_real, 4, false},
    [EVTX_REAL64] = {put_real, 8, false},
    [EVTX_BOOL] = {put_bool, 4, false},
    [EVTX_BINARY] = {put_binary, 0, false},
    [EVTX_GUID] = {put_guid, GUID_SIZE, false},
    [EVTX_SIZE] = {put_hex, 8, false},
    [EVTX_FILETIME] = {put_filetime, 8, false},
    [EVTX_SYSTEMTIME] = {put_systemtime, SYSTEMTIME_SIZE, false},
    [EVTX_SID] = {put_sid, 0, false},
    [EVTX_HEX32] = {put_hex, 4, false},
    [EVTX_HEX64] = {put_hex, 8, false},
};

size_t evtx_value_text(uint8_t type, const uint8_t *p, size_t n, char *out)
{
    size_t length = type < countof(types) && types[type].put ? types[type].put(p, n, out)
                                                             : put_binary(p, n, out);

    assert(length <= evtx_value_room(n));
    return length;
}

size_t evtx_element_size(uint8_t type)
{
    return type < countof(types) ? types[type].size : 0;
}

bool evtx_is_integer(uint8_t type)
{
    return type < countof(types) && types[type].is_integer;
}
