/*
 * rule_text.h - a rule for people: what it says of itself, its selections as
 * they are written, and the tests that it comes to once everything is resolved.
 */
#pragma once

#include "cli/page.h"

/* Title, id, level, status, log source, tags, files and texts. */
void rule_text_head(struct page *p, const struct sigma_rule *rule);
/* `detection` from the rule's YAML, with modifiers, and its conditions. */
void rule_text_detection(struct page *p, const struct sigma_rule *rule);
/* rule->expr as a tree: one line a group or a test; at most `values` values of an item. */
void rule_text_tree(struct page *p, const struct sigma_rule *rule, uint32_t values);

/* One test without its field, as in "contains 'x'", "matches regex 'x.y'", "is null". */
void rule_text_test(struct buf *out, const struct sigma_test *t);
