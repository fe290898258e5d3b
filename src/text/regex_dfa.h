/*
 * regex_dfa.h - searches for a match, byte by byte, with an automaton that is made while it is used
 * (R. Cox, "Regular Expression Matching in the Wild", 2010: the lazy DFA). It belongs to a thread.
 *
 * A search of n bytes takes n steps, of a nanosecond or two if they were taken before. A step that
 * was not follows each thread once, which are REGEX_THREADS_MAX at most: 0.1 us for the patterns
 * that rules have, 4 us at worst, also when a hostile subject leads to ever new states. When these
 * have filled REGEX_DFA_BYTES_MAX all are forgotten. What is kept never changes an answer.
 */
#pragma once

#include "text/regex_nfa.h"

enum { REGEX_DFA_BYTES_MAX = 1024 * 1024 };

struct regex_dfa;

struct regex_dfa *regex_dfa_new(const struct regex_nfa *nfa) MUST_USE; /* shares it */
void regex_dfa_free(struct regex_dfa *d);                              /* NULL is a no-op */
size_t regex_dfa_bytes(const struct regex_dfa *d);                     /* what it has allocated */

/* Is there a match? Of a pattern with assertions (nfa->places) the subject is valid UTF-8. */
bool regex_dfa_search(struct regex_dfa *d, str subject);
