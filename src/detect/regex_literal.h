/* regex_literal.h - text without which a regex cannot match, to look for first. */
#pragma once

#include "base/arena.h"

enum { REGEX_LITERALS_MAX = 6 };

/*
 * Runs of ASCII each of which stands in every match of the pattern but for its case, in lower case
 * and in the arena, each once; the longest ones when there are more. Returns how many are certain.
 * Understands just enough of PCRE2's syntax to say so, and says nothing about the rest.
 */
uint32_t regex_literals(str pattern, struct arena *a, str ret[REGEX_LITERALS_MAX]);
