/*
 * gap.h - holes in logs: what each log (file, host, channel) counted, batch by
 * batch, and which of its jumps mean that something is missing. The rules stand
 * in gap.c.
 */
#pragma once

#include "base/intern.h"
#include "engine/summary.h"
#include "engine/watch.h"

struct gap_log;

struct gap_index {
    bool batch; /* keeps steps as they come; a collector's judges them */
    struct intern *keys;
    struct gap_log *logs; /* by id */
    uint32_t capacity;
    uint32_t last; /* the log of the event before; INTERN_NONE at first */
    struct buf *key;
    struct arena *arena; /* steps and gaps */
    uint64_t logs_other;
};

void gap_init(struct gap_index *g, bool batch);
void gap_done(struct gap_index *g);
void gap_clear(struct gap_index *g);
void gap_event(struct gap_index *g, const struct event *ev, const struct watched *w);
void gap_merge(struct gap_index *into, const struct gap_index *from);

/* Fills the gaps of ret; rows live in a. Of a collector's index only. */
void gap_table_of(const struct gap_index *g, struct arena *a, struct summary *ret);
