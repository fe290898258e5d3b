/*
 * rule_story.h - a rule as the detector has it: for each kind of event it can be
 * true of, what is left to ask, what wakes it, and in which order the questions
 * are asked.
 */
#pragma once

#include "cli/page.h"
#include "detect/profile.h"
#include "sigma/ruleset.h"

/* Rule number `rule` of the set; at most `values` values of a list. `profile` may be NULL. */
void rule_story(struct page *p, const struct ruleset *rs, uint32_t rule,
                const struct profile *profile, uint32_t values);
