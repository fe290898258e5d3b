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

enum { GAP_RECENT_MAX = 64 }; /* a power of two */

/* The log of an event before, by its values as the record held them. */
struct gap_recent {
    const struct value_codec *codec;
    str file;
    struct field channel, host; /* only value, type and flags; type and flags are 0 when absent */
    uint32_t log;               /* INTERN_NONE: free */
};

struct gap_index {
    bool batch; /* keeps steps as they come; a collector's judges them */
    struct intern *keys;
    struct gap_log *logs; /* by id */
    uint32_t capacity;
    uint32_t last; /* the log that was asked for before; INTERN_NONE at first */
    struct gap_recent recent[GAP_RECENT_MAX]; /* by layout; of events since gap_clear() */
    struct buf *key;
    struct arena *arena; /* steps and gaps */
    uint64_t logs_other;
};

void gap_init(struct gap_index *g, bool batch);
void gap_done(struct gap_index *g);
void gap_clear(struct gap_index *g);
/* Events live until gap_clear(). */
void gap_event(struct gap_index *g, struct watched *w);
bool gap_is_clearing(struct watched *w); /* does the event have the number of one that tells so? */
void gap_merge(struct gap_index *into, const struct gap_index *from);

/* Fills the gaps of ret; rows live in a. Of a collector's index only. */
void gap_table_of(const struct gap_index *g, struct arena *a, struct summary *ret);
