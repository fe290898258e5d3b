/*
 * modifier.h - the modifiers behind a field's name ("CommandLine|contains|all"),
 * rows of modifiers.def. Applied in the order in which they are written.
 */
#pragma once

#include "base/err.h"
#include "sigma/build.h"

/* Applies item->modifiers to all values of the item and completes their tests: regexes and networks
 * are checked here. `key` is the place of "field|modifiers". */
bool modifiers_apply(struct sigma_item *item, const struct yaml_node *key, struct arena *a,
                     struct err *e) MUST_USE;

/* The regex of a test, checked; sets test->pattern from test->string. */
bool modifier_complete_regex(struct sigma_test *test, uint32_t line, uint32_t column,
                             struct arena *a, struct err *e) MUST_USE;

/* Splits the texts of s at its %name% (|expand); `\%` becomes `%`. */
void modifier_find_placeholders(struct sigma_string *s, struct arena *a);
