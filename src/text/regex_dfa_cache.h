/*
 * regex_dfa_cache.h - the automata that a thread has made, by pattern. Their memory has a limit for
 * all of them together; beyond it all are forgotten, which changes no answer.
 */
#pragma once

#include "text/regex_dfa.h"

enum { REGEX_DFA_CACHE_BYTES_MAX = 32 * 1024 * 1024 };

struct regex_dfa_cache;

struct regex_dfa_cache *regex_dfa_cache_new(void) MUST_USE;
void regex_dfa_cache_free(struct regex_dfa_cache *c); /* NULL is a no-op */
bool regex_dfa_cache_search(struct regex_dfa_cache *c, const struct regex_nfa *n, str subject);
