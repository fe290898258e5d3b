/* shape_time.h - the many ways in which JSON logs write a time. Private to formats/. */
#pragma once

#include "event/event.h"

/*
 * Reads RFC 3339 and its relatives, seconds, milliseconds, microseconds or nanoseconds since 1970
 * (told apart by size; seconds may have a fraction), and PowerShell's "/Date(ms)/". *ret_zoned is
 * false when the text names no zone and UTC was assumed.
 */
bool shape_time_read(str text, int64_t *ret_ns, uint8_t *ret_digits, bool *ret_zoned) MUST_USE;
