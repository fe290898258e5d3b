/*
 * window.h - what holds within a span of time, for each of many keys: the part of correlation that
 * knows no rules and no events, only keys, times and values.
 *
 * Windows slide: at an event of time t they hold the events of [t - span, t], exactly; or are what
 * window_shape says. Events come in the order of their times. An answer is O(1), amortised, but for
 * percentiles, which move a sorted array. As much is kept of a key as the bounds can tell apart: to
 * know that a count is 5 or more takes the last 5 times. So a value is marked `at_least` when more
 * was seen than is kept.
 *
 * Sequences are told of in window_sequence.c.
 */
#pragma once

#include "base/buf.h"

enum {
    WINDOW_BOUNDS_MAX = 2,
    WINDOW_MEMBERS_MAX = 64,     /* rules that a temporal window tells apart */
    WINDOW_PROGRAM_MAX = 256,    /* steps of a temporal window's condition */
    WINDOW_VALUES_MAX = 1 << 16, /* values of a key that sums and percentiles are made of */
    WINDOW_NEED_MAX = 1 << 20,   /* the largest count that can be asked for */
    WINDOW_EXACT_MAX = 1 << 14,  /* different values that are counted exactly */
    WINDOW_KEYS_MAX = 1 << 22,
};

enum window_kind {
    WINDOW_COUNT,      /* of events */
    WINDOW_DISTINCT,   /* of different values */
    WINDOW_SUM,        /* of numbers */
    WINDOW_AVERAGE,    /* their mean */
    WINDOW_PERCENTILE, /* with linear interpolation between ranks */
    WINDOW_TEMPORAL,   /* which members were seen */
    WINDOW_ORDERED,    /* the same, in the order of their numbers */
    WINDOW_SEQUENCE,   /* steps, each behind the other: EQL's sequences */
};

/* Which events a window holds, at an event of time t. */
enum window_shape {
    WINDOW_SLIDING,  /* [t - span, t] */
    WINDOW_TUMBLING, /* those since the last multiple of the span */
    WINDOW_SESSION,  /* those since the last pause of more than the gap, or beginning of a session
                        that is longer than the span */
};

enum bound_operator { BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUND_EQ, BOUND_NEQ };
struct window_bound {
    enum bound_operator op;
    double number;
};

/* A step of a temporal condition in postfix: a member's number, or one of these. */
enum { STEP_AND = 0xFD, STEP_OR = 0xFE, STEP_NOT = 0xFF };

/* What a member is to a sequence. Its members are in order: what stands before the first step, that
 * step, what must not come between it and the next, and so on; UNTIL behind all. */
enum window_role {
    WINDOW_STEP,
    WINDOW_ABSENCE, /* empties what waits for the next step; behind the last it is waited for */
    WINDOW_UNTIL,   /* empties all */
};
struct window_step {
    enum window_role role;
    uint8_t runs; /* how often a step comes, from 1 */
    bool fork;    /* what led to the step stays, for further events */
};

struct window_spec {
    enum window_kind kind;
    int64_t span_ns, gap_ns; /* gap: of sessions */
    enum window_shape shape;
    struct window_bound bounds[WINDOW_BOUNDS_MAX]; /* all must hold */
    uint32_t bound_count; /* of temporal windows 0: every member must have been seen */
    double percentile;    /* 0..100 */
    uint32_t member_count;
    uint8_t program[WINDOW_PROGRAM_MAX]; /* of a temporal window, instead of bounds; or none */
    uint32_t program_length;
    struct window_step steps[WINDOW_MEMBERS_MAX]; /* of a sequence: its members */
    uint32_t keys_max;
    uint64_t
        bytes_max; /* of what keys own beyond 64 bytes each; 0: no limit. One key may have more */
};

struct window_event {
    int64_t time_ns;
    uint32_t member;
    uint64_t value; /* DISTINCT: a hash of it */
    double number;  /* SUM, AVERAGE, PERCENTILE */
    uint64_t match; /* SEQUENCE: what it is, to be told back */
    str label;      /* the same of its key, in windows_due() */
};

struct window_answer {
    bool holds, began; /* began: it did not at the key's event before, or there was none */
    bool at_least;     /* `value` may be larger */
    bool approximate;  /* by some percent */
    double value;
    int64_t first_ns;        /* the earliest event in the window, as far as it is kept */
    int64_t last_ns;         /* the last */
    const uint64_t *matches; /* of a sequence: its events, good until the next call */
    uint32_t match_count;
};

struct windows;

/* False: the spec asks for what cannot be kept; *why is a constant, for people. */
bool window_spec_check(const struct window_spec *s, const char **why);
struct windows *windows_new(const struct window_spec *s) MUST_USE;
struct windows *windows_anew(const struct windows *w) MUST_USE; /* empty, of the same spec */
void windows_free(struct windows *w);                           /* NULL is a no-op */

/* A sequence holds once, at the event that makes it whole. For one that ends with an absence call
 * windows_due() before, until there is nothing, with the time before the event's. */
struct window_answer windows_feed(struct windows *w, uint64_t key, const struct window_event *e);

/* A sequence whose last absence lasted to the end of its span. */
struct window_due {
    int64_t time_ns; /* that end */
    str label;
    struct window_answer answer;
};
bool windows_await(const struct windows *w); /* do any end with an absence? */
/* When the next may be due; INT64_MAX: none. */
int64_t windows_deadline(const struct windows *w);
/* The next that is due at a time of which no event comes any more. False: there is none. */
bool windows_due(struct windows *w, int64_t watermark_ns, struct window_due *ret);

/* All that is kept, appended to out; and into new windows of the same spec, with the keys' hashes
 * under the same seed. False: it is not what windows_save() wrote; then they must be freed. */
struct snapshot;
void windows_save(const struct windows *w, struct buf *out);
bool windows_load(struct windows *w, struct snapshot *s) MUST_USE;

uint32_t windows_keys(const struct windows *w);
uint64_t windows_displaced(const struct windows *w); /* keys, for want of room */
uint64_t windows_late(const struct windows *w);      /* events that came too late to be counted */
uint64_t windows_bytes(const struct windows *w);
