/* regex_cost.h - how long a subject may be before a regex must be watched while it searches it. */
#pragma once

#include "base/str.h"

enum { REGEX_SHORT_BYTES = 256 }; /* subjects up to here are always searched without counting */

/*
 * The longest subject that a backtracking matcher searches in about `work` steps at most, by the
 * pattern's text alone: b choices that are bounded and k repetitions of single characters that are
 * not cost 2^b * n^(k + 1) steps. REGEX_SHORT_BYTES when that is less or the pattern has something
 * (repeated groups, back references, assertions, verbs) of which this is not certain.
 */
size_t regex_plain_bytes(str pattern, uint64_t work);
