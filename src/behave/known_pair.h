/* known_pair.h - what was seen before and is remembered, the least recent forgotten first: accounts
 * that log on, and where from. */
#pragma once

#include "correlate/key_table.h"

struct known_state {
    int64_t last_ns;
};

static inline int64_t known_last(const void *state)
{
    return ((const struct known_state *)state)->last_ns;
}

static inline struct key_table *known_new(uint32_t max)
{
    static const struct key_table_kind kind = {sizeof(struct known_state), known_last, NULL};

    return key_table_new(&kind, max);
}

static inline void known_add(struct key_table *t, uint64_t key, int64_t now_ns)
{
    ((struct known_state *)key_table_touch(t, key))->last_ns = now_ns;
}
