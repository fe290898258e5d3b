/*
 * committer.h - the thread that makes things last: every commit interval it syncs the
 * raw log, tells those who wait for that, and puts findings and positions of what
 * is on disk into the ledger, in that order. So the ledger never speaks of a record
 * that a power cut can take back.
 */
#pragma once

#include "rawlog/rawlog.h"
#include "serve/match_result.h"

struct committer_options {
    struct rawlog *rawlog;
    struct ledger *ledger; /* the committer is its one writer */
    int64_t interval_ns;
    void *ctx;
    void (*committed)(void *ctx);               /* after each sync; may be NULL */
    void (*failed)(void *ctx, const char *why); /* the ledger; once, until it goes again */
};

struct committer_counts {
    _Atomic uint64_t commits, failures, findings; /* findings: in the ledger */
    _Atomic bool failing;                         /* the last commit failed */
    _Atomic uint64_t waiting;                     /* results not yet in the ledger */
};

struct committer;

struct committer *committer_start(const struct committer_options *o, struct err *e) MUST_USE;
/* A last commit of all there is. False: some of it could not be made durable. NULL is a no-op. */
bool committer_stop(struct committer *c);
void committer_put(struct committer *c, struct match_result *r); /* takes it over */
void committer_hurry(struct committer *c);                       /* commit now. Any thread */
const struct committer_counts *committer_counts(const struct committer *c);

/* An entry of the audit chain, written with the next commit. Any thread. */
void committer_audit(struct committer *c, str actor, str action, str subject, str detail);
