/* scalar.h - what a value's text is as a number or as a time. */
#pragma once

#include "sigma/rule.h"

enum { NUMBER_TEXT_MAX = 64 }; /* a longer text is no number */

/* Decimal: sign, digits, fraction, exponent, and nothing else; not hex, infinity or NaN. */
bool scalar_number(str text, double *ret) MUST_USE;

/* Only a sign and digits, so that its text is compared, not its approximation. */
bool scalar_is_integer(str text);

/* An integer as printf would write it, small enough for a double to hold it exactly. */
bool scalar_is_canonical(str text);

/* Are two texts the same number? 1e3 is 1000; of two integers only the same text is. */
bool scalar_number_eq(str a, str b);

/*
 * A part, in UTC, of the time that the text tells: RFC 3339 and its relatives (text/time.h), or a
 * count of seconds, milliseconds, microseconds or nanoseconds since 1970, by its magnitude.
 */
bool scalar_time_part(str text, enum sigma_time_part part, double *ret) MUST_USE;

bool scalar_compare(double value, enum sigma_compare compare, double number);
