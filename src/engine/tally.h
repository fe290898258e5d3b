/*
 * tally.h - a counted table with a limit. The first `keys_max` keys in the order
 * of input have rows; findings of all other keys are counted in `other`, so that
 * a table merged batch by batch equals one that was filled at once.
 */
#pragma once

#include "base/intern.h"
#include "engine/summary.h"

struct tally_index {
    struct intern *keys; /* id: place in rows */
    struct tally *rows;
    uint32_t capacity, keys_max;
    uint32_t last; /* the row that was added to before: mostly the same again */
    uint64_t other;
};

void tally_init(struct tally_index *t, uint32_t keys_max);
void tally_done(struct tally_index *t);
void tally_clear(struct tally_index *t);

/* Adds what `add` counts to the row of add->key, which is copied. */
void tally_add(struct tally_index *t, const struct tally *add);
void tally_merge(struct tally_index *into, const struct tally_index *from);

/* A copy in the order of struct tally_table, in a. */
struct tally_table tally_table_of(const struct tally_index *t, struct arena *a);

/* The id of key in keys, adding it while fewer than keys_max are there; else INTERN_NONE. */
uint32_t intern_within(struct intern *keys, str key, uint32_t keys_max);
/* Widens a time range; *has_time says whether it holds anything yet. */
void time_range_add(int64_t *first_ns, int64_t *last_ns, bool *has_time, int64_t from, int64_t to);
/* At most max bytes of s, not cutting a UTF-8 sequence apart. */
str str_clip(str s, size_t max);
