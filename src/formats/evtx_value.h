/*
 * evtx_value.h - the typed values of binary XML as text, and the little-endian
 * numbers that all of EVTX is made of.
 */
#pragma once

#include "event/event.h"

/* Value types of [MS-EVEN6] 2.2.12 and of the libevtx documentation, "Value types". */
enum evtx_type {
    EVTX_NULL = 0x00,
    EVTX_STRING = 0x01, /* UTF-16 */
    EVTX_ANSI = 0x02,
    EVTX_INT8 = 0x03,
    EVTX_UINT8 = 0x04,
    EVTX_INT16 = 0x05,
    EVTX_UINT16 = 0x06,
    EVTX_INT32 = 0x07,
    EVTX_UINT32 = 0x08,
    EVTX_INT64 = 0x09,
    EVTX_UINT64 = 0x0A,
    EVTX_REAL32 = 0x0B,
    EVTX_REAL64 = 0x0C,
    EVTX_BOOL = 0x0D,
    EVTX_BINARY = 0x0E,
    EVTX_GUID = 0x0F,
    EVTX_SIZE = 0x10,
    EVTX_FILETIME = 0x11,
    EVTX_SYSTEMTIME = 0x12,
    EVTX_SID = 0x13,
    EVTX_HEX32 = 0x14,
    EVTX_HEX64 = 0x15,
    EVTX_BINXML = 0x21,
    EVTX_ARRAY = 0x80, /* added to a type: an array of it */
};

static inline uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const uint8_t *p)
{
    assert(p);
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t le64(const uint8_t *p)
{
    return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* The bytes that evtx_value_text() may write for a value of n bytes, whatever its type. */
static inline size_t evtx_value_room(size_t n)
{
    return 3 * n + 64;
}

/*
 * Writes a value as Windows shows it: GUIDs in braces and upper case, hex integers
 * as 0x without leading zeros, times in UTC, binary as upper-case hex. A size
 * that does not fit the type gives the bytes in hex: nothing is lost.
 * `type` has no array flag. SIMD_PADDING bytes behind a string are readable.
 * Returns the length.
 */
size_t evtx_value_text(uint8_t type, const uint8_t *p, size_t n, char *out);

/* The same as utf8_fold_str() folds it. May write twice evtx_value_room(). */
size_t evtx_value_folded(uint8_t type, const uint8_t *p, size_t n, char *out);

/* Bytes of one element of an array; 0 when elements end with a NUL (strings) or vary (SIDs). */
size_t evtx_element_size(uint8_t type);

enum { EVTX_RAW_SIZE_LIMIT = 31 }; /* sizes from it on share a bit */

/* What the reader asks of a type for every value. */
struct evtx_kind {
    uint32_t raw_sizes; /* a bit for each size of which evtx_is_raw() is true */
    uint16_t raw_flags; /* of a field with a raw value of it, */
    uint8_t text_flags; /* and with its text */
    uint8_t field_type; /* VALUE_NUMBER: shown as a decimal number */
};

extern const struct evtx_kind evtx_kinds[UINT8_MAX + 1];

static inline bool evtx_is_integer(uint8_t type)
{
    return evtx_kinds[type].field_type == VALUE_NUMBER;
}

/* May stand in an event as FIELD_RAW: where its text begins with a letter, so do its bytes, as
 * struct value_codec asks for. The others (SIDs, truth values, binary, what does not fit its type)
 * are rare or short. */
static inline bool evtx_is_raw(uint8_t type, size_t n)
{
    size_t bit = n < EVTX_RAW_SIZE_LIMIT ? n : EVTX_RAW_SIZE_LIMIT;

    return evtx_kinds[type].raw_sizes >> bit & 1;
}

/* Reads raw values: their bytes, with the type in the coding byte of the field's flags. */
extern const struct value_codec evtx_codec;
