/*
 * evtx_value.c - typed values as text. Types: [MS-EVEN6] 2.2.12; SIDs: [MS-DTYP]
 * 2.4.2.2 and 2.4.2.1; FILETIME and SYSTEMTIME: [MS-DTYP] 2.3.3 and 2.3.13.
 *
 * Every record has a dozen numbers, a time and a GUID or two: decimal digits are
 * written two at a time from a table, hex digits eight at a time within a word
 * (each nibble is moved into a byte of its own, then all become ASCII at once).
 */
#include "formats/evtx_value.h"

#include "simd/simd.h"
#include "text/utf8.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SID_HEADER = 8,
    GUID_SIZE = 16,
    SYSTEMTIME_SIZE = 16,
    CODEC_ROOM = 40,              /* for what evtx_is_raw() and is not a string */
    HEX_WORD = 8,                 /* digits written at once */
    HEX_CAPITALS = 'A' - '9' - 1, /* from behind '9' to the letters */
    HEX_SMALL = 'a' - '9' - 1,
};

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static char *put_pair(uint32_t v, char *out)
{
    memcpy(out, pairs + 2 * v, 2);
    return out + 2;
}

/* log10 from log2: 1233 / 4096 is a little more than log10(2). */
static uint32_t decimal_digits(uint64_t v)
{
    static const uint64_t powers[] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
        10000000000000000000u,
    };
    uint32_t guess = (64 - (uint32_t)__builtin_clzll(v | 1)) * 1233 >> 12;

    return guess + (guess == 0 || v >= powers[guess]);
}

static size_t put_decimal(uint64_t v, char *out)
{
    uint32_t digits = decimal_digits(v);
    char *at = out + digits;

    for (; v >= 100; v /= 100) {
        at -= 2;
        put_pair((uint32_t)(v % 100), at);
    }
    if (v >= 10)
        put_pair((uint32_t)v, at - 2);
    else
        at[-1] = (char)('0' + v);
    return digits;
}

static size_t put_signed(int64_t v, char *out)
{
    if (v >= 0)
        return put_decimal((uint64_t)v, out);
    out[0] = '-';
    return 1 + put_decimal(0 - (uint64_t)v, out + 1);
}

/* Eight hex digits. A nibble above 9 carries into the next one when 6 is added. */
static char *put_hex_word(uint32_t v, uint64_t letters, char *out)
{
    uint64_t x = v;

    x = (x | x << 16) & 0x0000FFFF0000FFFFu;
    x = (x | x << 8) & 0x00FF00FF00FF00FFu;
    x = (x | x << 4) & 0x0F0F0F0F0F0F0F0Fu;
    uint64_t above = (x + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
    x = htobe64(x + 0x3030303030303030u + above * letters);
    memcpy(out, &x, sizeof x);
    return out + HEX_WORD;
}

static size_t put_hex_number(uint64_t v, char *out)
{
    uint32_t digits = (67 - (uint32_t)__builtin_clzll(v | 1)) / 4;

    v <<= 64 - 4 * digits; /* the first digit to the front; what is behind the last is cut off */
    out[0] = '0';
    out[1] = 'x';
    put_hex_word((uint32_t)(v >> 32), HEX_SMALL, out + 2);
    put_hex_word((uint32_t)v, HEX_SMALL, out + 2 + HEX_WORD);
    return 2 + digits;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static size_t put_binary(const uint8_t *p, size_t n, char *out)
{
    size_t i = 0;

    for (; i + 4 <= n; i += 4)
        put_hex_word(be32(p + i), HEX_CAPITALS, out + 2 * i);
    for (; i < n; i++) {
        out[2 * i] = "0123456789ABCDEF"[p[i] >> 4];
        out[2 * i + 1] = "0123456789ABCDEF"[p[i] & 15];
    }
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
    char middle[2 * HEX_WORD];
    char *at = out;

    if (n != GUID_SIZE)
        return put_binary(p, n, out);
    put_hex_word((uint32_t)le16(p + 4) << 16 | le16(p + 6), HEX_CAPITALS, middle);
    put_hex_word(be32(p + 8), HEX_CAPITALS, middle + HEX_WORD);
    *at++ = '{';
    at = put_hex_word(le32(p), HEX_CAPITALS, at);
    for (size_t i = 0; i < countof(middle); i += 4) {
        *at++ = '-';
        memcpy(at, middle + i, 4);
        at += 4;
    }
    at = put_hex_word(be32(p + 12), HEX_CAPITALS, at);
    *at++ = '}';
    return (size_t)(at - out);
}

struct moment {
    uint32_t year, month, day, hour, minute, second, ns;
};

/* 2026-05-04T10:11:12.123456700Z */
static size_t put_moment(const struct moment *m, char *out)
{
    char *at = put_pair(m->year % 100, put_pair(m->year / 100, out));

    *at++ = '-';
    at = put_pair(m->month, at);
    *at++ = '-';
    at = put_pair(m->day, at);
    *at++ = 'T';
    at = put_pair(m->hour, at);
    *at++ = ':';
    at = put_pair(m->minute, at);
    *at++ = ':';
    at = put_pair(m->second, at);
    *at++ = '.';
    *at++ = (char)('0' + m->ns / 100000000);
    at = put_pair(m->ns / 1000000 % 100, at);
    at = put_pair(m->ns / 10000 % 100, at);
    at = put_pair(m->ns / 100 % 100, at);
    at = put_pair(m->ns % 100, at);
    *at++ = 'Z';
    return (size_t)(at - out);
}

/*
 * The date of a day that is counted from 1600-03-01, the first of a March-based calendar of
 * 400 years (C. Neri and L. Schneider, "Euclidean affine functions and their application to
 * calendar algorithms", 2022). 2939745 and 2^32 are to each other as 1461 days to 4 * 365.25
 * years' share of a word; 2141 and 197913 give the month and the day of a day of the year.
 */
static void set_date(struct moment *m, uint32_t day)
{
    uint32_t in_centuries = 4 * day + 3, century = in_centuries / 146097;
    uint64_t share = (uint64_t)2939745 * (in_centuries % 146097 | 3);
    uint32_t day_of_year = (uint32_t)share / 2939745 / 4;
    uint32_t months = 2141 * day_of_year + 197913;
    bool is_next_year = day_of_year >= 306;

    m->year = 1600 + 100 * century + (uint32_t)(share >> 32) + is_next_year;
    m->month = (months >> 16) - (is_next_year ? 12 : 0);
    m->day = (months & 0xFFFF) / 2141 + 1;
}

/* 100 ns since 1601-01-01. Times from year 9601 on are shown as numbers. */
static size_t put_filetime(const uint8_t *p, size_t n, char *out)
{
    enum { TICKS_S = 10000000, DAY_S = 86400, FROM_MARCH = 306 };
    const uint64_t end = (uint64_t)20 * 146097 * DAY_S * TICKS_S; /* 20 times 400 years */
    struct moment m;

    if (n != 8 || le64(p) > end)
        return put_unsigned(p, n, out);
    uint64_t seconds = le64(p) / TICKS_S;
    uint32_t in_day = (uint32_t)(seconds % DAY_S);
    set_date(&m, (uint32_t)(seconds / DAY_S) + FROM_MARCH);
    m.hour = in_day / 3600;
    m.minute = in_day / 60 % 60;
    m.second = in_day % 60;
    m.ns = (uint32_t)(le64(p) % TICKS_S) * 100;
    return put_moment(&m, out);
}

/* Year, month, day of the week, day, hour, minute, second, millisecond: eight 16-bit numbers. */
static size_t put_systemtime(const uint8_t *p, size_t n, char *out)
{
    if (n != SYSTEMTIME_SIZE)
        return put_binary(p, n, out);
    struct moment m = {.year = le16(p),
                       .month = le16(p + 2),
                       .day = le16(p + 6),
                       .hour = le16(p + 8),
                       .minute = le16(p + 10),
                       .second = le16(p + 12)};
    uint32_t ms = le16(p + 14);
    if (m.year > 9999 || m.month > 12 || m.day > 31 || m.hour > 23 || m.minute > 59 ||
        m.second > 60 || ms > 999)
        return put_binary(p, n, out);
    m.ns = ms * 1000000;
    return put_moment(&m, out);
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
static size_t string_units(const uint8_t *p, size_t n)
{
    size_t units = n / 2;

    while (units && le16(p + 2 * (units - 1)) == 0)
        units--;
    return units;
}

static size_t put_string(const uint8_t *p, size_t n, char *out)
{
    return simd_best()->utf16_text(p, string_units(p, n), out);
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
} types[] = {
    [EVTX_NULL] = {put_nothing, 0},
    [EVTX_STRING] = {put_string, 0},
    [EVTX_ANSI] = {put_ansi, 0},
    [EVTX_INT8] = {put_integer, 1},
    [EVTX_UINT8] = {put_unsigned, 1},
    [EVTX_INT16] = {put_integer, 2},
    [EVTX_UINT16] = {put_unsigned, 2},
    [EVTX_INT32] = {put_integer, 4},
    [EVTX_UINT32] = {put_unsigned, 4},
    [EVTX_INT64] = {put_integer, 8},
    [EVTX_UINT64] = {put_unsigned, 8},
    [EVTX_REAL32] = {put_real, 4},
    [EVTX_REAL64] = {put_real, 8},
    [EVTX_BOOL] = {put_bool, 4},
    [EVTX_BINARY] = {put_binary, 0},
    [EVTX_GUID] = {put_guid, GUID_SIZE},
    [EVTX_SIZE] = {put_hex, 8},
    [EVTX_FILETIME] = {put_filetime, 8},
    [EVTX_SYSTEMTIME] = {put_systemtime, SYSTEMTIME_SIZE},
    [EVTX_SID] = {put_sid, 0},
    [EVTX_HEX32] = {put_hex, 4},
    [EVTX_HEX64] = {put_hex, 8},
};

#define SIZE(n) (1u << (n))
#define NUMBER (SIZE(1) | SIZE(2) | SIZE(4) | SIZE(8))
#define ANY UINT32_MAX
#define RAW(type) FIELD_RAW | (type) << FIELD_CODING_SHIFT
#define NUMERIC(type, sizes, field_type)                                                           \
    [type] = {sizes, RAW(type) | FIELD_NUMERIC, FIELD_NUMERIC, field_type}

/* What does not have its type's size is shown as hex. */
const struct evtx_kind evtx_kinds[UINT8_MAX + 1] = {
    [EVTX_STRING] = {ANY, RAW(EVTX_STRING) | FIELD_WIDE, 0, VALUE_STRING},
    [EVTX_ANSI] = {ANY, RAW(EVTX_ANSI), 0, VALUE_STRING},
    NUMERIC(EVTX_INT8, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_UINT8, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_INT16, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_UINT16, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_INT32, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_UINT32, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_INT64, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_UINT64, NUMBER, VALUE_NUMBER),
    NUMERIC(EVTX_GUID, SIZE(GUID_SIZE), VALUE_STRING),
    NUMERIC(EVTX_FILETIME, SIZE(8), VALUE_STRING),
    NUMERIC(EVTX_SIZE, NUMBER, VALUE_STRING),
    NUMERIC(EVTX_HEX32, NUMBER, VALUE_STRING),
    NUMERIC(EVTX_HEX64, NUMBER, VALUE_STRING),
    NUMERIC(EVTX_SYSTEMTIME, 0, VALUE_STRING),
    NUMERIC(EVTX_SID, 0, VALUE_STRING),
    NUMERIC(EVTX_BINARY, 0, VALUE_STRING),
};

size_t evtx_value_text(uint8_t type, const uint8_t *p, size_t n, char *out)
{
    size_t length = type < countof(types) && types[type].put ? types[type].put(p, n, out)
                                                             : put_binary(p, n, out);

    assert(length <= evtx_value_room(n));
    return length;
}

/* What is not a string is ASCII. */
size_t evtx_value_folded(uint8_t type, const uint8_t *p, size_t n, char *out)
{
    if (type == EVTX_STRING)
        return simd_best()->utf16_folded(p, string_units(p, n), out, utf8_fold);
    if (type == EVTX_ANSI) {
        char *text = out + evtx_value_room(n);
        return utf8_fold_str((str){text, put_ansi(p, n, text)}, out);
    }
    size_t length = evtx_value_text(type, p, n, out);
    bool is_number = evtx_is_integer(type) && evtx_is_raw(type, n);
    for (size_t i = 0; i < length && !is_number; i++)
        out[i] = ascii_lower(out[i]);
    return length;
}

size_t evtx_element_size(uint8_t type)
{
    return type < countof(types) ? types[type].size : 0;
}

/* A unit is 3 bytes at most, and folding keeps it in its plane. */
static size_t codec_room(const struct field *f)
{
    switch (f->flags >> FIELD_CODING_SHIFT) {
    case EVTX_STRING:
        return 3 * (f->value.n / 2);
    case EVTX_ANSI:
        return 2 * evtx_value_room(f->value.n);
    default:
        return CODEC_ROOM;
    }
}

static size_t codec_text(const struct field *f, char *out)
{
    return evtx_value_text((uint8_t)(f->flags >> FIELD_CODING_SHIFT), (const uint8_t *)f->value.p,
                           f->value.n, out);
}

static size_t codec_folded(const struct field *f, char *out)
{
    return evtx_value_folded((uint8_t)(f->flags >> FIELD_CODING_SHIFT), (const uint8_t *)f->value.p,
                             f->value.n, out);
}

const struct value_codec evtx_codec = {
    .room = codec_room, .text = codec_text, .folded = codec_folded};
