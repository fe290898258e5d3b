/*
 * live_state.h - what has a memory, live: correlations, behaviours and alerts
 * (live_alerts.h). One thread takes the matches of all
 * matchers, puts them in the order of event time (correlate/watermark.h) and correlates them once
 * no earlier event can come. What it tells then is final.
 *
 * A condition that later events can only make truer is also held against matches as they arrive, in
 * a correlator of its own: what that tells is provisional. Both are findings. Their ids are made of
 * rule, group and window, so that mostly the final one has the id that was told before.
 *
 * Nothing is written down of its state. After a restart the records from which it follows are read
 * again (rebuild_mark.h), and what was final by then is not told again.
 */
#pragma once

#include "base/clock.h"
#include "serve/live_alerts.h"
#include "serve/live_rules.h"
#include "serve/match_result.h"

enum { LIVE_STATE_QUEUE = 256 };

/* What a matcher hands over of a block, and what else comes in order with those. */
enum live_batch_kind {
    LIVE_BLOCK,
    LIVE_OPEN,    /* the inlet's blocks follow, from record `end` on */
    LIVE_LEAVE,   /* none of it follows */
    LIVE_HOLD,    /* blocks of the past follow: nothing becomes final, until as many */
    LIVE_RELEASE, /* of these came as `end` says */
};

struct live_batch {
    struct live_batch *next;
    enum live_batch_kind kind;
    struct inlet *inlet;      /* counted in its results_out */
    struct live_rules *rules; /* that its records were made with, held */
    struct buf records;       /* live_batch_add() */
    uint64_t end;             /* number behind the block's records */
    int64_t newest_ns, received_ns;
    bool has_time; /* newest_ns is set */
};

struct live_batch *live_batch_new(enum live_batch_kind kind, struct inlet *in,
                                  struct live_rules *rules) MUST_USE;
/* `record` is one of match_record.h; of the time SIGNAL_NO_TIME are findings alone. */
void live_batch_add(struct live_batch *b, int64_t time_ns, int64_t seen_ns, str record);

struct live_state_options {
    const struct clock *clock;
    int64_t idle_ns;    /* a source that is silent for so long holds no other back */
    uint64_t bytes_max; /* of matches that wait */
    int64_t passed_ns;  /* what was told of the time before is final; INT64_MIN: nothing was */
    struct behavior_set *behaviors; /* outlive it */
    const struct asset_list *assets;
    struct suppress_set *suppressions; /* NULL: nothing is hidden */
    struct ledger *ledger; /* alerts go on as it has them; it is read at the start alone */
    void *ctx;
    void (*result)(void *ctx, struct match_result *r);       /* may wait */
    void (*notice)(void *ctx, str source, const char *text); /* on its thread */
};

struct live_state;

struct live_state *live_state_start(const struct live_state_options *o, struct live_rules *rules,
                                    struct err *e) MUST_USE;
/* Takes in what was given, then ends; what waits is read again at the next start. NULL is a no-op.
 */
void live_state_stop(struct live_state *s);
void live_state_give(struct live_state *s, struct live_batch *b); /* takes it over; may wait */

/* What an event tells behaviours and alerts; .p is NULL: nothing. Any thread. */
str live_state_observation(const struct live_state *s, const struct event *ev, struct arena *a);

/* Totals and what is now; any thread. */
struct live_state_counts {
    _Atomic uint64_t matches, firings, provisional;
    _Atomic uint64_t late, displaced, disbelieved, waiting, waiting_bytes;
    _Atomic uint64_t groups_displaced, forgotten; /* forgotten: matches of rules that are gone */
    _Atomic int64_t passed_ns;                    /* INT64_MIN: nothing is final yet */
    _Atomic uint32_t correlations, alerts;        /* alerts: that may still be raised */
};
const struct live_state_counts *live_state_counts(const struct live_state *s);
