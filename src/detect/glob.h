/*
 * glob.h - Sigma's string patterns against a value, in time proportional to
 * the product of their lengths at worst, without recursion.
 *
 * A character is a code point, or one byte that is not UTF-8. Unless `cased`,
 * both sides are folded character by character (text/utf8.h).
 */
#pragma once

#include "sigma/rule.h"

bool glob_match(const struct sigma_string *pattern, str value, bool cased); /* all of value */
bool glob_find(const struct sigma_string *pattern, str value, bool cased);  /* a part of value */
