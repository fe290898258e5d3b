/*
 * bucket.h - the rules that name the same log source, and for each field the
 * literals that wake them.
 */
#pragma once

#include "detect/rule_program.h"
#include "detect/witness.h"

/* What wakes rules: a predicate of their covers. */
struct wake {
    uint32_t predicate;
    bool exact;                      /* its literals say it all */
    uint32_t first_rule, rule_count; /* places in `watchers` */
};

struct field_wakes {
    uint32_t field;                 /* place of its name, or FIELD_KEYWORD */
    struct literal_index *literals; /* of places in `wakes`; NULL when there are none */
    uint32_t *presence;             /* places in `wakes`: woken by any value, null too */
    uint32_t presence_count;
};

struct bucket {
    struct logsource source;
    uint32_t *always; /* rules that nothing wakes: they are looked at each time */
    struct wake *wakes;
    uint32_t *watchers; /* rules */
    struct field_wakes *fields;
    uint32_t always_count, wake_count, field_count;
};

/* `rules` with the covers of the same places. All memory but the indexes lives in a. */
void bucket_build(struct bucket *b, const struct predicates *p, const uint32_t *rules,
                  const struct rule_cover *covers, uint32_t count, struct arena *a);
void bucket_done(struct bucket *b);
