/*
 * pattern_gate.h - which of many pattern files may read a text: one pass over its bytes.
 *
 * Each row of a pattern file has a literal that its texts hold (pattern_literal.h). Four bytes of
 * each stand in a hash table; a text is gone through once, about a nanosecond a byte, however many
 * files there are. Files with a row of which nothing is certain are always asked.
 */
#pragma once

#include "message/dialect.h"

enum {
    PATTERN_GATE_DIALECTS_MAX = 1024,
    PATTERN_GATE_WORDS = PATTERN_GATE_DIALECTS_MAX / 64,
};

struct pattern_gate;

/* For those of the dialects that have a place in the gate (dialect.h), from 1 without a gap; they
 * outlive it. */
struct pattern_gate *pattern_gate_new(const struct dialect *const *items, size_t count) MUST_USE;
void pattern_gate_free(struct pattern_gate *g); /* NULL is a no-op */

/* A bit for each place that may read the text. */
void pattern_gate_scan(const struct pattern_gate *g, str text, uint64_t ret[PATTERN_GATE_WORDS]);

/* Is the file asked about every text, as nothing is certain of one of its rows? */
bool pattern_gate_is_open(const struct dialect *d);
