/*
 * window.h - what holds within a span of time, for each of many keys: the part of correlation that
 * knows no rules and no events, only keys, times and values.
 *
 * Windows slide: at an event of time t they hold the events of [t - span, t], exactly. Events come
 * in the order of their times. An answer is O(1), amortised, but for percentiles, which move a
 * sorted array. As much is kept of a key as the bounds can tell apart: to know that a count is 5 or
 * more takes the last 5 times. So a value is marked `at_least` when more was seen than is kept.
 */
#pragma once

#include "base/base.h"

enum {
    WINDOW_BOUNDS_MAX = 2,
    WINDOW_MEMBERS_MAX = 64,     /* rules that a temporal window tells apart */
    WINDOW_PROGRAM_MAX = 256,    /* steps of a temporal window's condition */
    WINDOW_VALUES_MAX = 1 << 16, /* values of a key that sums and percentiles are made of */
    WINDOW_NEED_MAX = 1 << 20,   /* the largest count that can be asked for */
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
};

enum bound_operator { BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUND_EQ, BOUND_NEQ };
struct window_bound {
    enum bound_operator op;
    double number;
};

/* A step of a temporal condition in postfix: a member's number, or one of these. */
enum { STEP_AND = 0xFD, STEP_OR = 0xFE, STEP_NOT = 0xFF };

struct window_spec {
    enum window_kind kind;
    int64_t span_ns;
    struct window_bound bounds[WINDOW_BOUNDS_MAX]; /* all must hold */
    uint32_t bound_count; /* of temporal windows 0: every member must have been seen */
    double percentile;    /* 0..100 */
    uint32_t member_count;
    uint8_t program[WINDOW_PROGRAM_MAX]; /* of a temporal window, instead of bounds; or none */
    uint32_t program_length;
    uint32_t keys_max;
};

struct window_event {
    int64_t time_ns;
    uint32_t member;
    uint64_t value; /* DISTINCT: a hash of it */
    double number;  /* SUM, AVERAGE, PERCENTILE */
};

struct window_answer {
    bool holds, began; /* began: it did not at the key's event before, or there was none */
    bool at_least;     /* `value` may be larger */
    double value;
    int64_t first_ns; /* the earliest event in the window, as far as it is kept */
};

struct windows;

/* False: the spec asks for what cannot be kept; *why is a constant, for people. */
bool window_spec_check(const struct window_spec *s, const char **why);
struct windows *windows_new(const struct window_spec *s) MUST_USE;
void windows_free(struct windows *w); /* NULL is a no-op */

struct window_answer windows_feed(struct windows *w, uint64_t key, const struct window_event *e);

uint32_t windows_keys(const struct windows *w);
uint64_t windows_displaced(const struct windows *w); /* keys, for want of room */
uint64_t windows_late(const struct windows *w);      /* events that came too late to be counted */
uint64_t windows_bytes(const struct windows *w);
