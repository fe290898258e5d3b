/*
 * live_alerts.h - alerts live: findings, what correlations tell and behaviours, through triage into
 * rows of the ledger. A finding raises its alert as it arrives, provisionally, and for good in the
 * order of event time; behaviours see events in that order alone.
 *
 * After a restart alerts go on as the ledger has them. What behaviours have learned is not written
 * down: they begin to learn anew, from the records that are read again.
 *
 * For one thread, but for what matchers ask.
 */
#pragma once

#include "engine/stateful.h"
#include "ledger/alert_table.h"
#include "triage/triage.h"

struct live_alerts;

struct live_alerts_options { /* outlives it */
    struct behavior_set *behaviors;
    const struct asset_list *assets;
    struct suppress_set *suppressions; /* NULL: nothing is hidden */
    const struct ruleset *rules;
    const struct entity_finder *entities;
    int64_t passed_ns; /* what was told of the time before is in the alerts that are there */
    void *ctx;
    str (*source_name)(void *ctx, uint32_t source);
    uint32_t (*source_number)(void *ctx, str name);
};

struct live_alerts *live_alerts_new(const struct live_alerts_options *o) MUST_USE;
void live_alerts_free(struct live_alerts *a); /* NULL is a no-op */
/* The alerts that may still be raised, as the ledger has them. Before the rest. */
bool live_alerts_restore(struct live_alerts *a, struct ledger *l, struct err *e) MUST_USE;

void live_alerts_use_rules(struct live_alerts *a, const struct ruleset *rules,
                           const struct entity_finder *entities);

/* A finding's record, in no order: as it arrives, provisionally; without a time (SIGNAL_NO_TIME) or
 * late, for good. */
void live_alerts_tell(struct live_alerts *a, int64_t time_ns, uint64_t ref, str record,
                      bool provisional);
/* A record in the order of time. */
void live_alerts_take(struct live_alerts *a, int64_t time_ns, uint64_t ref, str record);
void live_alerts_fire(struct live_alerts *a, const struct correlation_firing *f, bool provisional);
void live_alerts_advance(struct live_alerts *a, int64_t passed_ns);

/* Has any alert changed since the last live_alerts_rows()? */
bool live_alerts_changed(const struct live_alerts *a);
/* The changed ones, with texts in `keep`. */
uint32_t live_alerts_rows(struct live_alerts *a, struct arena *keep, struct ledger_alert **ret);
uint32_t live_alerts_held(const struct live_alerts *a);

/* What a matcher makes of an event; .p is NULL: nothing. Any thread. */
str live_alerts_observation(const struct live_alerts *a, const struct event *ev, struct arena *to);
