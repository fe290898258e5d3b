/* firing.h - a correlation's firing as a finding: an event of what its group has in common and what
 * was counted, and that event's finding. */
#pragma once

#include "correlate/correlator.h"
#include "engine/finding.h"
#include "event/signal.h"

/* Who names the stream of an event_ref(). */
struct firing_names {
    void *ctx;
    str (*source_name)(void *ctx, uint32_t source);
};

/* "5", "at least 5", "about 20133", "12.25" */
str firing_value_text(const struct correlation_firing *f, struct arena *a);

/* Matches are event_ref()s. Everything of it lives in a, and in the firing. */
struct finding firing_finding(const struct correlation_firing *f, const struct firing_names *names,
                              const struct entity_finder *entities, struct arena *a);
