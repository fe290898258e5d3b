/*
 * regex.h - PCRE2's language. A regex is immutable and shared; each thread
 * matches with a regex_state of its own. Input need not be valid UTF-8: invalid
 * bytes match nothing, not even a dot or a negated class.
 *
 * Patterns that are regular (no backreference, no lookaround: all that rules
 * commonly have) are searched by an automaton (regex_dfa.h), in a time that the
 * subject's length alone decides; it never gives up. Others are PCRE2's. There a
 * search ends after work that grows with the subject's length and no faster:
 * REGEX_WORK_FIXED + REGEX_WORK_PER_BYTE * n steps. Either way the answer is the
 * same on each run.
 */
#pragma once

#include "base/err.h"

enum {
    REGEX_PATTERN_MAX = 64 * 1024,
    REGEX_MATCH_LIMIT = 1000000, /* PCRE2's own, for subjects too short to be counted */
    REGEX_DEPTH_LIMIT = 10000,
    REGEX_WORK_FIXED = 1 << 24, /* some 80 ms; rules for obfuscation need 5 million for 2.4 KB */
    REGEX_WORK_PER_BYTE = 32,
};

enum regex_flag { REGEX_I = 1, REGEX_M = 2, REGEX_S = 4, REGEX_ANCHORED_BOTH = 8 };

enum regex_result { REGEX_NO, REGEX_YES, REGEX_GAVE_UP /* a limit was reached */ };

struct regex;
struct regex_state;

/* err: code and position (column = offset in the pattern from 1). */
struct regex *regex_new(str pattern, uint32_t flags, struct err *e) MUST_USE;
bool regex_check(str pattern, uint32_t flags,
                 struct err *e) MUST_USE; /* would regex_new() take it? */
void regex_free(struct regex *r);         /* NULL is a no-op */
struct regex_state *regex_state_new(void) MUST_USE;
void regex_state_free(struct regex_state *s); /* NULL is a no-op */
enum regex_result regex_search(const struct regex *r, struct regex_state *s, str subject);
/* False when regex_search() finds nothing in the text that was folded (utf8_fold_str) into this. */
bool regex_may_find(const struct regex *r, struct regex_state *s, str folded);

/*
 * The first match at or after byte `from`, with what its groups took: groups[0]
 * is the whole match, .p is NULL for a group that took no part. `ret_count` of
 * them are there. Allocates: for loading, not for the data path.
 */
enum { REGEX_GROUPS_MAX = 64 };
enum regex_result regex_groups(const struct regex *r, struct regex_state *s, str subject,
                               size_t from, str groups[REGEX_GROUPS_MAX], uint32_t *ret_count);
uint32_t regex_group_count(const struct regex *r); /* groups in the pattern, the whole match too */
/* The number of the group (?P<name>...); 0 when there is none of that name. */
uint32_t regex_group_of(const struct regex *r, str name);
str regex_group_name(const struct regex *r, uint32_t group); /* empty when it has none */
