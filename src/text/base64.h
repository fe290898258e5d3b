/* base64.h - RFC 4648, section 4: both alphabets, with or without padding. */
#pragma once

#include "base/buf.h"

/* Appends what `text` stands for. False: it has a byte that is in no alphabet, or a length that
 * cannot be. */
bool base64_decode(str text, struct buf *out) MUST_USE;
void base64_encode(str bytes, struct buf *out); /* appends, with padding */
