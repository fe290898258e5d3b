/*
 * time_text.h - times in free text, in whatever way products write them:
 *
 *   2026-11-24T10:00:00.123+01:00, 2026-11-24 10:00   ISO 8601; - : _ , or a space for the T
 *   2026/11/24 10:00:00, 2026-11-24 10:00:00,123      nginx, log4j
 *   2026:11:24-10:00:00, 2026.11.24 10:00:00          Sophos and others
 *   20261124-10:00:00, 20261124T100000Z, 261124 10:00:00, 20261124100000
 *   24/Nov/2026:10:00:00 +0100, 24-Nov-2026 10:00:00.123, 24 Nov 2026 10:00:00, 24.11.2026 10:00:00
 *   Tue Nov 24 10:00:00.123456 2026, Nov 24 10:00:00, Nov 24 10:00:00 CET 2026
 *   Nov 24, 2026 10:00:00 AM, Tue, 24 Nov 2026 10:00:00 +0100, Nov-24-26 10:00:00
 *   11/24/2026 10:00:00 PM, 24/11/2026 10:00:00       see below
 *   26/11/24 10:00:00, 11/24/26,10:00:00, 11/24-10:00:00.123, 11-24 10:00:00.123, 11.24 10:00:00
 *   1795514400, with a fraction; 13, 16, 19 digits    seconds, ms, us, ns since 1970
 *   @400000004c91b044077a9e94                         TAI64N
 *
 * A fraction, a zone (Z, +01, +0100, +01:00, a name such as CET) and the name of a weekday may
 * stand where they usually do. Months may be written out, in any case, in English, French, German
 * or Spanish. Of two numbers before a year the one above 12 is the day; where both may be, the
 * month is the first before AM, PM, or when a colon or a comma stands behind the year, as
 * Americans write it, and else the day.
 */
#pragma once

#include "message/syslog_time.h"

/* Bytes of the time at the front of s; 0: it does not begin with one. */
size_t time_text_length(str s);
/* The same, with the time: ret->known is false where it has no year and none can be told. */
size_t time_text_take(str s, const struct time_rule *rule, struct syslog_time *ret);
/* The time that is all of s. False when it is none, or has no year and none can be told. */
bool time_text_read(str s, const struct time_rule *rule, struct syslog_time *ret);
/* A time that is written in one way, for products whose way time_text_take() would read as another:
 * "m/d/y H:M:Sf". Letters of the pattern are those of enum part in time_text.c. */
size_t time_text_take_as(str s, const char *pattern, const struct time_rule *rule,
                         struct syslog_time *ret);
/* "10:00:00.123" alone, as Java's loggers write it: on the latest day on which it is not behind the
 * reference. The day is a guess, as a year is. */
size_t time_text_take_clock(str s, const struct time_rule *rule, struct syslog_time *ret);
/* The month that a word names, from 1; 0: none. */
uint32_t time_text_month(str word);
