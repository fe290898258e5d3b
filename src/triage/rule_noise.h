/*
 * rule_noise.h - which detections cost the most and find the least: alerts a day, how many were
 * closed as false, and of which one entity most of them are.
 */
#pragma once

#include "base/arena.h"
#include "triage/alert.h"

enum { NOISE_SUGGEST_MIN = 5, NOISE_SUGGEST_PERCENT = 60 };

struct rule_noise {
    str rule_id, title;
    enum signal_origin origin;
    uint64_t alerts, events, suppressed;
    uint64_t closed, false_positives, benign;
    uint64_t entities; /* different ones */
    double alerts_a_day;
    /* The entity that most alerts are of; count of 0: none is in NOISE_SUGGEST_PERCENT of
     * NOISE_SUGGEST_MIN or more. */
    struct entity common;
    uint64_t common_alerts;
};

/* By alerts, the most first. `days` is the time that they are of. All lives in a. */
uint32_t rule_noise_sum(const struct alert *const *alerts, uint32_t count, double days,
                        struct arena *a, struct rule_noise **ret);
