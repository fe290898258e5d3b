/*
 * syslog_time.h - the times that stand in the front of syslog records.
 *
 *   2026-11-24T10:00:00.123+01:00   RFC 3339, with fewer parts too; a space for the T
 *   Nov 24 10:00:00, Nov  4, Nov 4  RFC 3164, with a fraction
 *   Nov 24 2026 10:00:00, Nov 24 10:00:00 2026, 2026 Nov 24 10:00:00, Tue Nov 24 10:00:00 2026
 *   Nov 24 10:00:00.123 UTC:        Cisco, with the zone's name
 */
#pragma once

#include "base/str.h"
#include "event/time_rule.h"

enum { SYSLOG_STAMP_BYTES = 15 }; /* "Nov 24 10:00:00" */

struct syslog_time {
    int64_t ns;
    uint8_t digits, guess;
    bool known; /* false: the year cannot be told */
};

/* Remembers the last time that was read, as many records in a row have the same. */
struct syslog_clock {
    const struct time_rule *rule;
    char stamp[SYSLOG_STAMP_BYTES]; /* all zero: none */
    struct syslog_time stamp_time;
};

enum syslog_time_answer {
    SYSLOG_TIME_NONE,  /* nothing that looks like a time */
    SYSLOG_TIME_READ,  /* taken off the front */
    SYSLOG_TIME_WRONG, /* it looks like one, and there is no such time */
};

void syslog_clock_init(struct syslog_clock *c, const struct time_rule *rule);
enum syslog_time_answer syslog_time_take(struct syslog_clock *c, str *s, struct syslog_time *ret);
