/*
 * keyword_needles.h - what must stand in a record's JSON before one of some
 * keywords can stand in a value of it.
 *
 * Between a value and the record's bytes lie JSON's escapes. A part of a keyword
 * that has none of the characters which must be escaped stands in both, unless the
 * writer escapes plain characters as well (\u0061): such escapes of characters that
 * the parts hold are needles too. Two letters outside of ASCII fold to one inside
 * (U+212A to k, U+017F to s): records that hold them are looked at in full.
 */
#pragma once

#include "detect/literal_index.h"
#include "simd/needles.h"

/* One needle a literal, in a. NULL when some literal has no such part or there are too many. */
const struct needles *keyword_needles(const struct literal *literals, uint32_t count,
                                      struct arena *a);

/* False: no value of the record, whose values are slices of its JSON, holds a keyword.
 * SIMD_PADDING bytes behind the record are readable. */
bool keyword_needles_may_match(const struct needles *n, const struct simd *simd, str record);
