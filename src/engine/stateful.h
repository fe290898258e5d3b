/*
 * stateful.h - the stage that has a memory: correlations of rules' matches, behaviours, and who is
 * who, over records (stateful_record.h) that come in the order of event time. A scan gives them
 * when all evidence is read; a server as its watermark passes. The same records in the same order
 * give the same firings and signals.
 */
#pragma once

#include "engine/stateful_record.h"

struct stateful;

struct stateful_options { /* all of it outlives the stage */
    const struct ruleset *rules;
    struct behavior_set *behaviors;  /* NULL: none */
    const struct asset_list *assets; /* NULL: nothing is known of one's own */
    const struct entity_finder *entities;
    bool no_correlations; /* who feeds it correlates by himself: stateful_fire() */
};

struct stateful_sink {
    void *ctx;
    /* The name of a stream by the number in an event_ref(). */
    str (*source_name)(void *ctx, uint32_t source);
    void (*firing)(void *ctx, const struct finding *f);     /* of a correlation; may be NULL */
    void (*signal)(void *ctx, const struct signal *signal); /* may be NULL */
};

struct stateful *stateful_new(const struct stateful_options *o,
                              const struct stateful_sink *sink) MUST_USE;
void stateful_free(struct stateful *s); /* NULL is a no-op */

/* NULL: nothing is correlated. For those that make records; it does not change. */
const struct correlator *stateful_correlator(const struct stateful *s);
const struct connection_memory *stateful_connections(const struct stateful *s);

/* A record of the event `ref`. Times do not descend, but for SIGNAL_NO_TIME, which a finding may
 * have at any moment. Records that are none are counted. */
void stateful_take(struct stateful *s, int64_t time_ns, uint64_t ref, str record);

/* A finding's record at any moment, whatever its time: what it tells is provisional, or has no
 * order. */
void stateful_tell(struct stateful *s, int64_t time_ns, uint64_t ref, str record);
/* A firing of a correlator of the caller's. */
void stateful_fire(struct stateful *s, const struct correlation_firing *f);
/* Live, after a reload: what it knows stays. Without correlations of its own only. */
void stateful_use_rules(struct stateful *s, const struct ruleset *rules,
                        const struct entity_finder *entities);

/* No record before now_ns will come. */
void stateful_advance(struct stateful *s, int64_t now_ns);

struct stateful_stats {
    uint64_t records[STATEFUL_KIND_COUNT], broken, signals;
    struct correlator_stats correlator;
    struct identity_stats identity;
};
struct stateful_stats stateful_stats(const struct stateful *s);
