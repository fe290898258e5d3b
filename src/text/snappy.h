/*
 * snappy.h - unpacks a block of Snappy (google/snappy, format_description.txt: a
 * varint of the length, then literals and copies). Not the framed stream format.
 */
#pragma once

#include "base/buf.h"

enum { SNAPPY_RATIO_MAX = 64 / 3 + 1 }; /* a copy of 3 bytes gives at most 64 */

/* Appends to out, which has room for at most out->max. *too_long tells a block that is longer than
 * that, or says it is longer than its bytes can give, from one that is broken. */
bool snappy_unpack(str block, struct buf *out, bool *too_long) MUST_USE;
