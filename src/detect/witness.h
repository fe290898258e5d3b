/*
 * witness.h - what must be found in an event before a predicate can be true of
 * it, and what that costs.
 *
 * A rule is looked at only when one of its witnesses is found: the cover that
 * rule_cover_pick() picks is made of the predicates with the least cost.
 */
#pragma once

#include "detect/literal_index.h"
#include "detect/predicate.h"

#define WITNESS_COST_NONE 1e300 /* there is no witness: the rule is looked at each time */

enum witness_kind {
    WITNESS_NONE,
    WITNESS_PRESENCE, /* the field is there */
    WITNESS_ANY,      /* one of the literals of all values */
    WITNESS_ONE,      /* one of the literals of the value `value` (|all) */
};

struct witness {
    enum witness_kind kind;
    uint32_t value; /* WITNESS_ONE: place among the predicate's values */
    bool exact;     /* the literals say it all: the predicate is true when one of them is found */
    double cost;    /* in nanoseconds an event, about */
};

struct witness witness_of(const struct predicates *p, uint32_t place);

/* The literal that must be found for check c to be true. False when there is none. */
bool witness_literal(const struct check *c, struct literal *ret);
