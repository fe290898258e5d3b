/*
 * pattern_regex.h - one regular expression of a pattern file: the whole text, with what its named
 * groups took.
 *
 * Compiled to machine code when it is first needed, for all threads. Before it is asked, a text
 * must hold the longest literal that each match must have, which costs little. What a search may
 * cost is bounded: texts that are longer than PCRE2's own limits are known to hold for are searched
 * with a counter of steps (as text/regex.c does), and a search that reaches a limit finds nothing.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    PATTERN_GROUPS_MAX = 64,
    PATTERN_MATCH_LIMIT = 200000,
    PATTERN_DEPTH_LIMIT = 2000,
    PATTERN_WORK_FIXED = 1 << 22, /* steps: some 10 ms */
    PATTERN_WORK_PER_BYTE = 32,
    PATTERN_LITERAL_MAX = 64, /* bytes of the literal that are looked for */
};

struct pattern_regex;
struct pattern_matcher; /* what a thread needs to match */

/* `regex` is PCRE2's language, and outlives this. It is checked here, and compiled later. */
struct pattern_regex *pattern_regex_new(str regex, struct err *e) MUST_USE;
void pattern_regex_free(struct pattern_regex *r); /* NULL is a no-op */

uint32_t pattern_regex_groups(const struct pattern_regex *r); /* the whole match too */
str pattern_regex_group_name(const struct pattern_regex *r, uint32_t group); /* "": it has none */
/* What each match holds; empty when nothing is certain. */
str pattern_regex_literal(const struct pattern_regex *r);

struct pattern_matcher *pattern_matcher_new(void) MUST_USE;
void pattern_matcher_free(struct pattern_matcher *m); /* NULL is a no-op */

/* Is it the whole of the text? .p of a group is NULL when it took no part. */
bool pattern_regex_match(struct pattern_regex *r, struct pattern_matcher *m, str text,
                         str groups[PATTERN_GROUPS_MAX]);
