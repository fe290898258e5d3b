/* pressure.h - keys whose states own memory, held to a number of bytes. */
#pragma once

#include "correlate/key_table.h"

/* While states own more than `limit`, those that were idle longest are given up: first who was idle
 * for all of span_ns, then for half of it, and so on. Before a key is touched. */
static inline void pressure_relieve(struct key_table *t, const uint64_t *owned, uint64_t limit,
                                    int64_t now_ns, int64_t span_ns, uint64_t *given_up)
{
    for (; *owned > limit && span_ns > 0; span_ns /= 2) {
        const uint32_t before = key_table_count(t);
        key_table_expire(t, now_ns - span_ns);
        *given_up += before - key_table_count(t);
    }
}
