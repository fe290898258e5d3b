/*
 * watermark.h - events of many sources, put in the order of event time while they arrive.
 *
 * Each source has a lateness: how far its events may be out of order. Its watermark is its newest
 * time less that; no event that keeps to the lateness comes below it. Records come out below the
 * lowest watermark of the sources that hold others back, in the order of time and then of their
 * bytes: what comes out is the same for any order within the lateness. (Akidau et al., The dataflow
 * model, VLDB 2015.)
 *
 * A source holds nobody back
 *   - when it said nothing for `idle_ns` of the steady clock; once all are idle all comes out
 *   - when it is behind: its newest time is more than its lateness and WATERMARK_AHEAD_NS before
 * the time at which it was seen. An old log is read by itself in order, and not beside live ones A
 * source that was just added holds all back until it speaks or is idle; so does one that is held.
 *
 * A clock that is wrong moves no watermark. Live, a time more than the lateness and
 * WATERMARK_AHEAD_NS after the time at which it was seen is not believed: the record takes the
 * latter's place. Without a time of day a leap that far ahead, and a source's first times, are
 * believed when WATERMARK_WITNESSES events in a row tell of it, and then the least of them is.
 *
 * A record below what came out already is late: it comes out at once, marked. When there is no more
 * room the oldest record is forced out before its time, and counted as displaced.
 *
 * For one thread. An event costs O(log n) of the records that wait, and no allocation once the
 * records that left have made room.
 */
#pragma once

#include "base/clock.h"
#include "base/str.h"

enum {
    WATERMARK_SOURCES_MAX = 1024,
    WATERMARK_WITNESSES = 3,
    WATERMARK_RECORD_MAX = 256 * 1024,
    WATERMARK_BYTES_MIN = 1024 * 1024,
};
#define WATERMARK_AHEAD_NS (INT64_C(3600) * 1000000000)
#define WATERMARK_NO_CLOCK INT64_MIN /* for `seen_ns`: evidence, whose time of day says nothing */

struct watermark;

struct watermark_options {
    int64_t idle_ns;           /* positive */
    uint64_t bytes_max;        /* of records that wait; WATERMARK_BYTES_MIN at least */
    const struct clock *clock; /* outlives it; NULL: no source is ever idle */
    void *ctx;
    /* `bytes` is valid during the call, which must not call back. Times of records that are not
     * late do not descend. */
    void (*out)(void *ctx, int64_t time_ns, str bytes, bool late);
};

struct watermark *watermark_new(const struct watermark_options *o) MUST_USE;
void watermark_free(struct watermark *w); /* what waits is dropped; NULL is a no-op */

/* A source's number. There is room for WATERMARK_SOURCES_MAX. */
uint32_t watermark_source_add(struct watermark *w, int64_t lateness_ns);
/* Its records still come out; it holds nobody back any more. */
void watermark_source_remove(struct watermark *w, uint32_t source);
void watermark_source_hold(struct watermark *w, uint32_t source, bool held);

/* Would a time be believed of a source that was seen at that time of day? */
static inline bool watermark_believes(int64_t time_ns, int64_t seen_ns, int64_t lateness_ns)
{
    return seen_ns == WATERMARK_NO_CLOCK || time_ns < seen_ns ||
           time_ns - seen_ns <= lateness_ns + WATERMARK_AHEAD_NS;
}

/* An event, seen at that time of day; of one that nothing is kept of `see` is enough. `bytes` is
 * copied; WATERMARK_RECORD_MAX at most. */
void watermark_add(struct watermark *w, uint32_t source, int64_t time_ns, int64_t seen_ns,
                   str bytes);
void watermark_see(struct watermark *w, uint32_t source, int64_t time_ns, int64_t seen_ns);

/* At the edge of a batch, and now and then without one: lets out what is due. */
void watermark_advance(struct watermark *w);
/* Nothing more will come: lets out all. */
void watermark_flush(struct watermark *w);

/* Records below it are out; INT64_MIN when none came out yet. It does not descend. */
int64_t watermark_passed(const struct watermark *w);

struct watermark_stats {
    uint64_t late, displaced, disbelieved; /* records; the last: times that were not believed */
    uint64_t waiting, bytes;               /* records that wait now, and what they hold */
};
struct watermark_stats watermark_stats(const struct watermark *w);

struct watermark_source_stats {
    uint64_t late, disbelieved;
    int64_t newest_ns; /* of those believed; INT64_MIN: none */
    bool idle, behind, held;
};
struct watermark_source_stats watermark_source_stats(const struct watermark *w, uint32_t source);
