/* time.h - civil time. Proleptic Gregorian calendar, UTC, no leap seconds (RFC 3339). */
#pragma once

#include "base/str.h"

#define NS_PER_S ((int64_t)1000000000)

struct civil {
    int32_t year;                             /* 1..9999 */
    uint8_t month, day, hour, minute, second; /* 1..12, 1..31, 0..23, 0..59, 0..59 */
    uint32_t ns;
};

int64_t time_from_civil(const struct civil *c); /* nanoseconds since 1970-01-01T00:00:00Z */
struct civil time_to_civil(int64_t ns);
uint32_t time_iso_week(int64_t ns); /* ISO 8601 week number, 1..53 */

/*
 * Reads RFC 3339 and its relatives: "2026-05-04T10:11:12.123456789Z", a space for
 * the T, no fraction, a comma for the point, no zone (taken as UTC), +hh:mm, +hhmm.
 * Leaves the number of fraction digits (0..9) in *ret_digits. False when it is not such a time.
 */
bool time_parse_rfc3339(str s, int64_t *ret_ns, uint8_t *ret_digits) MUST_USE;

/* Windows FILETIME, 100 ns since 1601. False when it is outside of years 1677..2262, which 64 bits
 * of ns hold. */
bool time_from_filetime(uint64_t filetime, int64_t *ret_ns) MUST_USE;

enum { TIME_TEXT_MAX = 40 };
/* RFC 3339 in UTC with `digits` (0..9) digits of fraction; returns the length. */
size_t time_format(int64_t ns, uint8_t digits, char out[TIME_TEXT_MAX]);
