/*
 * inlet_core.h - the inlet as the pipeline sees it: what it is made with, what it
 * counts, and when its source is told to go on. Sources see inlet.h only.
 */
#pragma once

#include "base/clock.h"
#include "collect/inlet.h"
#include "collect/redact.h"
#include "event/classifier.h"
#include "rawlog/rawlog.h"

#include <pthread.h>

/* Where empty blocks come from, and where full ones go once the raw log has them. */
struct inlet_port {
    void *ctx;
    struct record_block *(*take)(void *ctx, struct inlet *in);         /* NULL: none for it now */
    void (*give)(void *ctx, struct inlet *in, struct record_block *b); /* never waits */
};

struct inlet_options {
    str name;                          /* copied */
    const struct format *format;       /* of all its records; NULL: by content */
    const struct format_set *formats;  /* that there are, held; NULL: those that are built in */
    enum trust trust;                  /* at most this far is it believed */
    const struct redactor *redactor;   /* NULL: nothing is redacted; owned by the caller */
    const struct zone *zone;           /* of times that name none; NULL: UTC */
    const struct logsource *logsource; /* of events that show none; NULL: they have none */
    struct raw_source *raw;
    const struct clock *clock;
    struct inlet_port port;
    bool keeps_place;    /* of the source's type: blocks are handed over by inlet_push() alone */
    int64_t lateness_ns; /* how far its events may be out of order */
    uint32_t blocks_max; /* under way at a time: its share of the pipeline */
};

/* Totals since the start; written by the source's thread and the matcher's, read by any. */
struct inlet_counts {
    _Atomic uint64_t records, bytes; /* taken in */
    _Atomic uint64_t dropped, lag_bytes;
    _Atomic uint64_t faults[INLET_FAULT_COUNT];
    _Atomic uint64_t waits;    /* times the source was told to wait */
    _Atomic uint64_t redacted; /* values */
    /* The matcher's: */
    _Atomic uint64_t matched_below; /* records below this number have been matched */
    _Atomic uint64_t events, findings, problems, late, no_time;
    _Atomic int64_t skew_ns;     /* receive time minus event time, smoothed */
    _Atomic int64_t newest_ns;   /* event time; 0: none yet */
    _Atomic int64_t received_ns; /* of the last block; 0: none yet */
};

struct inlet {
    struct inlet_options options;
    char *name;                 /* owned */
    struct record_block *block; /* being filled; NULL: none */
    int64_t block_ns;           /* when it was begun */
    struct buf scratch;         /* redacted text */
    _Atomic uint32_t blocks_out,
        results_out; /* of it that are under way: while there are any it lives */
    bool waiting;    /* the source was told no, and has not been resumed */
    struct inlet_counts counts;
    uint64_t told_below;           /* findings of records below it were told by a run before */
    struct inlet *next_left;       /* the pipeline's, of inlets that could not be freed yet */
    struct classifier *classifier; /* the matcher's, when there is a logsource; owned */

    pthread_mutex_t lock; /* guards what follows */
    char sample[SAMPLE_BYTES];
    uint32_t sample_n;
    const char *sample_what; /* name of the fault or problem it belongs to; NULL: none */
};

struct inlet *inlet_new(const struct inlet_options *o) MUST_USE;
void inlet_free(struct inlet *in);          /* NULL is a no-op; it is not used any more */
bool inlet_is_used(const struct inlet *in); /* blocks or results of it are under way */

/* Keeps what a fault or problem was about. Any thread. */
void inlet_sample(struct inlet *in, const char *what, str bytes);
/* Copies the sample; *ret_what is NULL when there is none. Returns its length. */
uint32_t inlet_sample_read(struct inlet *in, char ret[SAMPLE_BYTES], const char **ret_what);
/* The source was told to wait and there may be room now: true once, and its resume() is due. */
bool inlet_may_resume(struct inlet *in);
uint64_t inlet_memory(const struct inlet *in); /* bytes in blocks under way, at most */
