/*
 * near_miss.h - the rules that an event nearly matched, and what stood in the way.
 *
 * How far a rule is from an event is the least number of its tests that would have to answer
 * otherwise: of joined tests all that are wrong, of alternatives those of the nearest one.
 */
#pragma once

#include "detect/naive.h"

enum { NEAR_MISSED_MAX = 8 }; /* tests of one rule that are told */

/* A test that answered otherwise than the rule needs. */
struct missed_test {
    const struct sigma_item *item;
    bool unwanted; /* it is true and must not be */
    str value;     /* the event's first value of the field; .p is NULL when it is absent */
};

struct near_miss {
    uint32_t rule;
    uint32_t distance; /* 0: only the log source is another */
    uint32_t held;     /* tests that are true as the rule needs them, negated ones not counted */
    bool other_source; /* the rule asks for a log source that the event does not have */
    struct missed_test missed[NEAR_MISSED_MAX];
    uint32_t missed_count;
};

/*
 * The nearest rules at most, nearest first, of those that do not match: rules of the event's log
 * sources with at least one true test, and those of other log sources whose every test is true. The
 * array lives in the arena. The event's values are text.
 */
uint32_t near_miss_find(const struct naive *n, const struct event *ev, uint32_t most,
                        struct arena *a, struct near_miss **ret);
