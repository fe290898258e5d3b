/*
 * live_firing.h - a correlation's firing as the ledger keeps it. Its id is made of the correlation,
 * the values of its group and the window's first event; of a condition that may cease to hold and
 * hold again within one window, also of the last.
 */
#pragma once

#include "base/buf.h"
#include "engine/finding_json.h"
#include "engine/firing.h"
#include "ledger/ledger.h"

/* Can later events only make it truer? Then it may be told before the watermark. */
bool firing_is_monotone(const struct sigma_correlation *c);

struct live_firing {
    const struct correlation_firing *firing;
    const struct firing_names *names; /* of sources */
    const struct entity_finder *entities;
    int64_t received_ns;
    enum trust trust;
    bool provisional;
};

/* Text lives in `keep`; `scratch` is for the way, and `text` too. */
struct ledger_finding live_firing_finding(const struct live_firing *f, struct finding_json *json,
                                          struct buf *text, struct arena *scratch,
                                          struct arena *keep);
