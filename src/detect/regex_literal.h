/* regex_literal.h - text without which a regex cannot match, to look for first. */
#pragma once

#include "base/arena.h"

enum { REGEX_LITERALS_MAX = 6 };

struct regex_literal {
    str text;
    uint32_t times; /* so often at least, side by side */
};

/*
 * Runs of ASCII that stand in every match of the pattern but for their case, in lower case and in
 * the arena; the longest ones when there are more. Returns how many are certain. Understands just
 * enough of PCRE2's syntax to say so, and says nothing about the rest.
 */
uint32_t regex_literals(str pattern, struct arena *a, struct regex_literal ret[REGEX_LITERALS_MAX]);
