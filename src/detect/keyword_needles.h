/*
 * keyword_needles.h - what must stand in a record's bytes before one of some
 * keywords can stand in a value of it.
 *
 * JSON: between a value and the record's bytes lie escapes. A part of a keyword
 * that has none of the characters which must be escaped stands in both, unless the
 * writer escapes plain characters as well (\u0061): such escapes of characters that
 * the parts hold are needles too. Two letters outside of ASCII fold to one inside
 * (U+212A to k, U+017F to s): their escapes are needles as well, and records that
 * hold them as they are are looked at in full.
 *
 * EVTX: the record's body holds the values as UTF-16 (FIELD_WIDE), or as numbers
 * whose text can hold no keyword (FIELD_NUMERIC); the few others are looked at by
 * themselves.
 */
#pragma once

#include "detect/event_value.h"
#include "detect/literal_index.h"
#include "simd/needles.h"

struct keyword_needles {
    const struct needles *sliced; /* for JSON; NULL when a keyword has no such part, or too many */
    const struct needles *wide;   /* for EVTX; NULL when a keyword could be a number's text, too */
};

/* One needle a literal, in a. */
struct keyword_needles keyword_needles_new(const struct literal *literals, uint32_t count,
                                           struct arena *a);

/* False: no value of the event holds a keyword. */
bool keyword_needles_may_match(const struct keyword_needles *n, const struct simd *simd,
                               struct event_values *v);
