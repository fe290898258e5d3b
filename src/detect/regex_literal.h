/* regex_literal.h - text without which a regex cannot match, to look for first. */
#pragma once

#include "base/arena.h"

/*
 * The longest run of ASCII that stands in every match of the pattern but for its case, in lower
 * case and in the arena; empty when none is certain. Understands just enough of PCRE2's syntax to
 * say so, and says nothing about the rest.
 */
str regex_literal(str pattern, struct arena *a);
