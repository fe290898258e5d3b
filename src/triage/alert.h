/*
 * alert.h - what an analyst looks at: one alert for what one detection keeps telling of one key.
 *
 * A signal (event/signal.h) of an alert that is open raises its count; the first of its kind, or
 * the first after the alert was quiet for alert_gap_ns, makes an alert. The id follows from origin,
 * id, key and the time of the first event alone, so that the same events, live or replayed, give
 * the same alerts. O(1) a signal.
 *
 * Alerts that share who or what they are about are put in one group (alert_group.h).
 */
#pragma once

#include "base/buf.h"
#include "event/signal.h"

enum { ALERT_ID_BYTES = 16, ALERT_ID_HEX = 2 * ALERT_ID_BYTES, ALERT_ENTITIES_MAX = 64 };

enum BYTE_ENUM alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_CLOSED };

/* A place in a log. */
struct alert_event {
    str source; /* file, or the configured source's name */
    uint64_t record;
    int64_t time_ns;
};

struct alert {
    char id[ALERT_ID_HEX + 1];
    char group[ALERT_ID_HEX + 1];
    enum signal_origin origin;
    enum severity severity;
    enum alert_state state;
    bool provisional;
    str rule_id; /* the rule's id, or the behaviour's name */
    str title;
    int64_t first_ns, last_ns; /* SIGNAL_NO_TIME: not known */
    uint64_t count;
    struct signal_pair *key;
    uint32_t key_count;
    struct entity *entities;
    uint32_t entity_count;
    str *tags;
    uint32_t tag_count;
    str explanation;
    struct signal_measure measure;
    struct signal_pair *details;
    uint32_t detail_count;
    uint64_t events[SIGNAL_EVENTS_MAX]; /* the newest; event_ref() */
    uint32_t event_count;
    str suppressed_by; /* the suppression that hides it; .p is NULL */
};
