/* firing.h - a correlation's firing as a finding: an event of what its group has in common and what
 * was counted, and that event's finding. */
#pragma once

#include "correlate/correlator.h"
#include "engine/finding.h"

/* Where the match stands that made it fire. */
struct firing_place {
    str file;
    uint32_t source;
    uint64_t record;
};

/* Everything of it lives in a, and in the firing. */
struct finding firing_finding(const struct correlation_firing *f, const struct firing_place *at,
                              const struct entity_finder *entities, struct arena *a);
