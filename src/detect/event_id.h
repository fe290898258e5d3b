/*
 * event_id.h - the field whose value leads to a bucket: nearly all rules for
 * Windows ask for an EventID.
 */
#pragma once

#include "detect/rule_tree.h"

enum { EVENT_ID_DIGITS_MAX = 9, EVENT_ID_TEXT_MAX = EVENT_ID_DIGITS_MAX + 1 };

extern const str event_id_name;

/* Stands for all EventIDs that no rule names: no check of a rule, which is valid UTF-8, equals it.
 */
extern const str event_id_other;

/* False unless the text is a number of at most EVENT_ID_DIGITS_MAX digits in its canonical form. */
bool event_id_read(str text, uint32_t *ret);

/* Calls take(ctx, text) for each check of the rule from which its truth for an EventID follows. */
void event_id_each(const struct rule_trees *t, uint32_t rule, const struct predicates *p,
                   uint32_t field, void (*take)(void *ctx, str text), void *ctx);
