/*
 * matcher.h - one thread that decodes blocks and matches their events. All blocks of
 * an inlet go to the same matcher, in their order, so that what a decoder or a
 * count remembers of a source needs no lock.
 */
#pragma once

#include "base/ring.h"
#include "serve/live_state.h"

/* Where its results go, and its blocks when it is done with them. */
struct matcher_port {
    void *ctx;
    void (*result)(void *ctx, struct match_result *r); /* may wait */
    void (*done)(void *ctx, struct inlet *in, struct record_block *b);
    str (*observation)(void *ctx, const struct event *ev, struct arena *a); /* .p NULL: nothing */
    void (*state)(void *ctx, struct live_batch *b); /* what correlations take; may wait */
    struct live_rules *(*rules)(void *ctx);         /* those of now, held for the caller */
};

struct matcher;

struct matcher *matcher_start(const struct matcher_port *port, struct err *e) MUST_USE;
/* What was given is matched, then the thread ends. NULL is a no-op. */
void matcher_stop(struct matcher *m);
/* The inlet's last block was given: what a decoder keeps of it for more records comes out, and the
 * inlet is not used any more once inlet_is_used() says so. */
void matcher_leave(struct matcher *m, struct inlet *in);
/* Says LIVE_RELEASE when all that was given before has been matched. */
void matcher_release(struct matcher *m);
/* Never waits for room: there are fewer blocks than it holds. */
void matcher_give(struct matcher *m, struct inlet *in, struct record_block *b);
