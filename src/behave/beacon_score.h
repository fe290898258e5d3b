/*
 * beacon_score.h - how much a series of connections looks like a beacon, in numbers of 0 to 1.
 *
 * The parts and numbers are those of RITA v5 (Active Countermeasures; analysis of beacons), written
 * anew from their description: how regular the intervals between connections and the sizes are
 * (Bowley's skewness and the median absolute deviation), how evenly they fall into the hours of a
 * day (coefficient of variation, or two usual heights), and how long it lasts. tests/conformance
 * holds them to RITA's own numbers. False: the input has too little, or contradicts itself.
 */
#pragma once

#include "base/base.h"

enum { BEACON_BINS_MAX = 64, BEACON_VALUES_MIN = 3 };

struct beacon_spread { /* how regular values are */
    double score;      /* the mean of how symmetric and how narrow they are */
    double skew, mad;
};

struct beacon_mode { /* the commonest of them */
    int64_t value;
    uint32_t count, distinct;
};

struct beacon_bars { /* of a histogram: bins that have something */
    uint32_t count;
    uint32_t longest_run; /* of neighbours; the last bin is one of the first */
    uint32_t heights;     /* different ones, and how many bars have each */
    uint32_t height[BEACON_BINS_MAX], of[BEACON_BINS_MAX];
};

/* Work space of the caller, each for as many as there are values. */
struct beacon_space {
    int64_t *values; /* intervals or sizes, sorted */
    double *deviations;
    int64_t *distinct; /* what different values there were, ascending */
    uint32_t *counts;  /* and how often each */
};

/* Quartiles are medians of the halves without the middle. Differences below 10 are no skew. */
double beacon_skewness(const int64_t *sorted, uint32_t n);
/* The median distance from the median; *ret_score is the narrowness: default_score when the median
 * is below 1. deviations: room for n. */
double beacon_mad(const int64_t *sorted, uint32_t n, double default_score, double *deviations,
                  double *ret_score);
void beacon_sort(int64_t *values, uint32_t n);
/* Fills space->distinct and ->counts. */
bool beacon_distinct(const int64_t *sorted, uint32_t n, struct beacon_space *space,
                     struct beacon_mode *ret) MUST_USE;
/* Sorts `values`. */
bool beacon_statistics(int64_t *values, uint32_t n, double default_mad_score,
                       struct beacon_space *space, struct beacon_spread *ret) MUST_USE;
/* times_s ascend. Connections of the same second are one. */
bool beacon_timing(const int64_t *times_s, uint32_t n, struct beacon_space *space,
                   struct beacon_spread *ret, struct beacon_mode *ret_mode) MUST_USE;
bool beacon_sizes(const int64_t *bytes, uint32_t n, struct beacon_space *space,
                  struct beacon_spread *ret, struct beacon_mode *ret_mode) MUST_USE;

/* Heights are rounded down to multiples of `sensitivity` (0..1) times the largest. */
bool beacon_count_bars(const uint32_t *bins, uint32_t n, double sensitivity,
                       struct beacon_bars *ret) MUST_USE;
bool beacon_evenness(const uint32_t *bins, uint32_t n, double *ret) MUST_USE;
/* One bar may be an outlier. 0 with fewer than bars_min. */
bool beacon_two_heights(const struct beacon_bars *b, uint32_t bars_min, double *ret) MUST_USE;
bool beacon_histogram(const uint32_t *bins, uint32_t n, double sensitivity, uint32_t bars_min,
                      double *ret, struct beacon_bars *ret_bars) MUST_USE;

struct beacon_life { /* seconds; what is looked at, and the first and last connection in it */
    int64_t from_s, to_s, first_s, last_s;
    uint32_t bars, longest_run;
};
/* 0 with fewer than hours_min bars; else the larger of the share that it covers, and of its longest
 * run to hours_ideal. */
bool beacon_duration(const struct beacon_life *l, uint32_t hours_min, uint32_t hours_ideal,
                     double *ret_coverage, double *ret_consistency, double *ret) MUST_USE;

enum beacon_part { BEACON_TIMES, BEACON_SIZES, BEACON_LASTING, BEACON_HOURS, BEACON_PARTS };
/* Weights are 0 to 1 and sum up to 1. */
bool beacon_sum(const double scores[BEACON_PARTS], const double weights[BEACON_PARTS],
                double *ret) MUST_USE;
