/*
 * literal_index.h - many literals against one value: which of them is it, does
 * it begin or end with, does it contain?
 *
 * Literals and values are folded already. Each literal names a target, a number
 * of the caller's; several may name the same, and a target may be reported more
 * than once for one value.
 */
#pragma once

#include "base/arena.h"
#include "detect/gram_set.h"

enum literal_kind {
    LITERAL_EXACT,
    LITERAL_NUMBER, /* as exact, and the same number written otherwise: a canonical integer */
    LITERAL_PREFIX,
    LITERAL_SUFFIX,
    LITERAL_CONTAINS,
    LITERAL_KINDS
};

struct literal {
    enum literal_kind kind;
    str text; /* borrowed, outlives the index */
    uint32_t target;
};

struct literal_index;

/* Lives in a. `profile` says which pieces are rare; NULL: guesses do. */
struct literal_index *literal_index_new(const struct literal *literals, uint32_t count,
                                        const struct gram_profile *profile,
                                        struct arena *a) MUST_USE;

typedef void literal_hit(void *ctx, uint32_t target);

/* SIMD_PADDING bytes behind the value are readable. */
void literal_index_scan(const struct literal_index *x, str value, literal_hit *hit, void *ctx);

/* The value is a number that is written in another way than its canonical integer. */
void literal_index_number(const struct literal_index *x, str canonical, literal_hit *hit,
                          void *ctx);

bool literal_index_has_numbers(const struct literal_index *x);
