/*
 * time_text.h - times in free text, in whatever way products write them:
 *
 *   what syslog_time.h reads, and
 *   2026/11/24 10:00:00, 2026-11-24 10:00:00,123   nginx, log4j
 *   24/Nov/2026:10:00:00 +0100                     Common Log Format
 *   Tue Nov 24 10:00:00.123456 2026                Apache's error log
 *   24-Nov-2026 10:00:00.123                       named
 *   1795514400, 1795514400.123, 1795514400123      seconds or milliseconds since 1970
 */
#pragma once

#include "message/syslog_time.h"

/* Bytes of the time at the front of s; 0: it does not begin with one. */
size_t time_text_length(str s);
/* The time that is all of s. False when it is none, or has no year and none can be told. */
bool time_text_read(str s, const struct time_rule *rule, struct syslog_time *ret);
