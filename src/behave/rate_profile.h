/*
 * rate_profile.h - what a number of events in an hour usually is, by its own last eight weeks.
 *
 * Each hour's count is kept, so that medians are exact. An hour is held against the same hour of
 * the weeks before; while there are fewer than four of these, against the same hour of the days
 * before (five are needed); else against the hours of the last week (24), the largest of which and
 * half of it more are usual too, since they know nothing of nights. The band is median and
 * median absolute deviation: a modified z-score of 3.5 or more is outside (Iglewicz and Hoaglin,
 * "How to Detect and Handle Outliers", 1993). Hours that were outside are kept but not learned
 * from.
 */
#pragma once

#include "base/base.h"

enum { WEEK_HOURS = 7 * 24, PROFILE_WEEKS = 8, PROFILE_HOURS = PROFILE_WEEKS * WEEK_HOURS };

struct rate_profile {
    int64_t hour;                   /* the newest that has ended, since 1970 */
    uint32_t known;                 /* hours that have ended, at most PROFILE_HOURS */
    uint32_t quiet;                 /* of the newest, that were inside */
    int64_t outside;                /* the first hour outside, with no day inside since; 0: none */
    uint16_t counts[PROFILE_HOURS]; /* the upper half of a float; its sign: outside */
};

struct rate_band {
    double expected, high;
    const char *baseline; /* what it was learned from */
    uint32_t samples;
};

/* An hour since 1970 has ended. Hours between have no events. What stays outside for accept_hours
 * becomes usual. */
void rate_profile_add(struct rate_profile *p, int64_t hour, double count, bool is_outside,
                      uint32_t accept_hours);
/* What is usual in that hour, which is later than those added. False: too little is known. */
bool rate_profile_band(const struct rate_profile *p, int64_t hour, struct rate_band *ret);

/* Of any numbers, which are sorted by it; n > 0. */
struct rate_band rate_band_of(float *numbers, uint32_t n);
/* The hour of a time, rounded down. */
int64_t hour_of(int64_t time_ns);
