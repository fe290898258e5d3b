/*
 * entity_risk.h - how much speaks against a user, a host or an address: alert_score() of the alerts
 * that name it, scaled by what the asset list says of its criticality.
 *
 * It follows from the alerts alone, whatever order they came in. Suppressed and closed alerts do
 * not count, nor do entities that name no one (link_entity.h). Of each entity the alerts that count
 * most are kept, the highest first, to explain the number.
 *
 * An entity that several detections tell of by several techniques is rolled up: that is worth an
 * analyst's look though no single alert may be (Elastic's and Splunk's notion of a notable).
 */
#pragma once

#include "triage/link_entity.h"

enum {
    RISK_CONTRIBUTORS = 10,
    RISK_ALERTS_MAX = 10000, /* of one entity, the highest; those beyond add less than 0.04 each */
    ROLL_UP_TECHNIQUES = 3,
    ROLL_UP_SOURCES = 4,
};

struct entity_risk {
    struct entity entity;
    double score; /* 0..100 */
    enum criticality criticality;
    uint32_t alerts;                 /* that count */
    uint32_t techniques, detections; /* different ones among them */
    bool rolled_up;
    const struct alert *top[RISK_CONTRIBUTORS];
    uint32_t top_count;
};

struct risk_options {
    const struct asset_list *assets; /* NULL: nothing is known of one's own */
    int64_t from_ns;                 /* alerts whose last event is older do not count; 0: all */
    uint32_t techniques_min, sources_min; /* to be rolled up; 0: as the numbers above */
};

/* By score, the highest first, then by type and value. All lives in a. */
uint32_t entity_risks(const struct alert *const *alerts, uint32_t count,
                      const struct risk_options *o, struct arena *a, struct entity_risk **ret);

/* "unknown", "low", "moderate", "high", "critical": below 20, 40, 70, 90. */
const char *risk_level(double score);

/* The rolled-up entity as a signal: of origin correlation, with id "entity_roll_up", its key the
 * entity, its techniques as tags. Texts live in a. */
void risk_signal(const struct entity_risk *r, struct arena *a, struct signal *ret);
