/* pressure.h - keys whose states own memory, held to a number of bytes. */
#pragma once

#include "correlate/key_table.h"

/* While states own more than `limit`, keys are given up as if room were wanting. Before a key is
 * touched. */
static inline void pressure_relieve(struct key_table *t, const uint64_t *owned, uint64_t limit)
{
    while (*owned > limit && key_table_count(t) > 0)
        key_table_displace(t);
}
