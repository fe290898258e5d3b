/*
 * live_pipeline.h - from inlets to findings: the raw log, the matchers, the outlet, the
 * committer and the ledger, put together.
 *
 *     source -> inlet -> raw log -> matcher -> outlet -> committer -> ledger
 *
 * Every part is bounded and makes the one before it wait. What was in the raw log and
 * not matched when the program ended is matched when it starts again
 * (pipeline_catch_up()), before its source is opened.
 */
#pragma once

#include "base/clock.h"
#include "collect/inlet_core.h"
#include "serve/committer.h"
#include "serve/live_state.h"
#include "serve/outlet.h"

enum { PIPELINE_MATCHERS_MAX = 64, PIPELINE_RESULTS_MAX = 16384, INLET_BLOCKS_MIN = 2 };

struct pipeline_options {
    struct io *io;
    const struct clock *clock;
    const char *folder; /* the data folder: raw/ and ledger.db are in it */
    uint32_t matchers;  /* 1..PIPELINE_MATCHERS_MAX */
    int64_t commit_ns;
    struct behavior_set *behaviors; /* these two outlive it */
    const struct asset_list *assets;
    struct suppress_set *suppressions; /* NULL: nothing is hidden; outlives it too */
    int64_t idle_ns;                   /* a source that is silent for so long holds no other back */
    uint64_t reorder_bytes_max;        /* of matches that wait for their turn to be correlated */
    uint64_t quota_bytes, free_bytes_min; /* of the raw log */
    uint32_t retention_days;
    int findings_fd; /* -1: to the ledger and followers alone */
    void *ctx;
    void (*notice)(void *ctx, str source, const char *text); /* for a person; any thread */
    void (*committed)(void *ctx);                            /* may be NULL */
};

struct pipeline;

/* `rules` is held on its own by the pipeline. */
struct pipeline *pipeline_start(const struct pipeline_options *o, struct live_rules *rules,
                                struct err *e) MUST_USE;
/* All inlets have been closed. What was taken in is matched and kept. False: not all of it could
 * be made durable. NULL is a no-op. */
bool pipeline_stop(struct pipeline *p);

void pipeline_use_rules(struct pipeline *p, struct live_rules *rules); /* from the next block on */
struct live_rules *pipeline_rules(struct pipeline *p);                 /* held for the caller */

struct pipeline_inlet {
    str name;
    const struct format *format;
    const struct format_set *formats; /* that there are; the inlet holds them */
    enum trust trust;
    const struct redactor *redactor;
    const struct zone *zone; /* these three outlive the inlet; NULL: none */
    const struct logsource *logsource;
    bool keeps_place;
    int64_t lateness_ns; /* how far its events may be out of order */
    uint32_t share;      /* 1..: blocks that it may have under way */
};
/* An inlet of that name's log. */
struct inlet *pipeline_inlet(struct pipeline *p, const struct pipeline_inlet *o,
                             struct err *e) MUST_USE;
/* Hands over what it still has, waits until that is durable, for 20 s at most, and frees it. */
void pipeline_close_inlet(struct pipeline *p, struct inlet *in);
/* Matches what its log has and the ledger does not cover, and what correlations are built again
 * from. Before its source is opened, between pipeline_hold() and pipeline_release(). */
bool pipeline_catch_up(struct pipeline *p, struct inlet *in, uint64_t *ret_records,
                       struct err *e) MUST_USE;
/* While sources are opened, whose past is not in the order of time, no correlation is final. */
void pipeline_hold(struct pipeline *p);
void pipeline_release(struct pipeline *p);

/* Shows a source the last records of its log, for it to know them when they come again. */
bool pipeline_recall(struct pipeline *p, struct inlet *in, void *source,
                     void (*recall)(void *source, str record, int64_t received_ns),
                     struct err *e) MUST_USE;

struct outlet *pipeline_outlet(struct pipeline *p);
struct committer *pipeline_committer(struct pipeline *p);
const struct live_state_counts *pipeline_state(const struct pipeline *p);
struct ledger *pipeline_ledger(struct pipeline *p); /* any thread may call it */
