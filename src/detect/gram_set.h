/*
 * gram_set.h - finds which of many literals, all of four bytes or more, a value
 * contains.
 *
 * Of each literal one gram of four bytes stands for it, the one that is the
 * rarest in the field's values. A filter (simd/gram.h) gives the places that may
 * hold one of them; these are looked up in a table and compared in full. So the
 * cost is that of the filter and of the few places that pass it, not of the
 * number of literals. (Search by q-grams: Wu and Manber, "A fast algorithm for
 * multi-pattern searching", 1994.)
 */
#pragma once

#include "base/arena.h"
#include "detect/profile.h"

struct gram_literal {
    str text; /* folded, GRAM_BYTES or more; borrowed, outlives the set */
    uint32_t target;
};

struct gram_set;

/* Which pieces are common: in the field (NULL: it is not known), and in all. */
struct gram_profile {
    const struct profile_field *field;
    const struct profile *all;
};

/* Lives in a. Without a profile (NULL) guesses do. */
struct gram_set *gram_set_new(const struct gram_literal *literals, uint32_t count,
                              const struct gram_profile *profile, struct arena *a) MUST_USE;

/* Calls hit(ctx, target) for each literal that stands in the value, perhaps more than once.
 * SIMD_PADDING bytes behind the value are readable. */
void gram_set_scan(const struct gram_set *s, str value, void (*hit)(void *ctx, uint32_t target),
                   void *ctx);
