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

/* The same for a pattern of text and '*' only, of which the texts and the value are folded already
 * (or both not, for a pattern that minds case): a look for one text after the other. */
bool glob_match_texts(const struct sigma_string *pattern, str value);
