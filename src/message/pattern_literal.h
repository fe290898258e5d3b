/* pattern_literal.h - the bytes that each match of a regular expression must hold. */
#pragma once

#include "base/str.h"

/* The longest run of literal bytes outside of alternatives, options and repetitions, cut to `size`:
 * its length. 0 when there is none, or the pattern has something of which this is not certain. */
size_t pattern_literal(str regex, char *out, size_t size);
