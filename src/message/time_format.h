/*
 * time_format.h - times in a way that a pattern file tells, as strptime(3) has it:
 *
 *   %Y %y %m %d %e %j      year, of two digits (69 to 99 are 1969 to 1999), month, day, of the year
 *   %b %B %h, %a %A        name of a month, as time_text.h knows them; of a weekday, skipped
 *   %H %k %I %l %M %S %p   hour of 24, of 12, minute, second, AM or PM
 *   %f %L                  a fraction: as many digits as there are
 *   %s %Q                  seconds, milliseconds since 1970
 *   %z %Z                  Z, +01, +0100, +01:00; letters, of which UTC, GMT and Z count
 *   %T %R %D %F            %H:%M:%S, %H:%M, %m/%d/%y, %Y-%m-%d
 *   %n %t, a blank         any blanks, perhaps none; %% is a percent sign
 *
 * All else stands for itself. Numbers may have fewer digits.
 */
#pragma once

#include "base/err.h"
#include "message/syslog_time.h"

enum { TIME_FORMAT_ITEMS_MAX = 64 };

bool time_format_check(str format, struct err *e) MUST_USE;
/* The time that is all of s. False when it is none, or has no year and none can be told. */
bool time_format_read(str format, str s, const struct time_rule *rule, struct syslog_time *ret);
