/*
 * naive.h - what a rule means, in plain code: the oracle that each faster
 * matcher must equal on every event. It allocates nothing but regexes, which
 * naive_new() compiles once.
 */
#pragma once

#include "event/event.h"
#include "sigma/ruleset.h"

struct naive; /* compiled regexes and ranges of one rule set; immutable, shareable by threads */

struct naive *naive_new(const struct ruleset *rs) MUST_USE;
void naive_free(struct naive *n); /* NULL is a no-op */

/* Does rule number `rule` of the set match the event, its log source included? */
bool naive_matches(const struct naive *n, uint32_t rule, const struct event *ev);
