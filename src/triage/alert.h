/*
 * alert.h - what an analyst looks at: one alert for what one detection keeps telling of one key.
 *
 * A signal (event/signal.h) of an alert that is open raises its count; the first of its kind, or
 * the first after the alert was quiet for a while (triage.h), makes an alert. The id follows from
 * origin, id, key and the time of the first event alone, so that the same events, live or replayed,
 * give the same alerts. O(1) a signal.
 *
 * Alerts that share who or what they are about are put in one group (alert_group.h).
 */
#pragma once

#include "base/buf.h"
#include "event/signal.h"

enum {
    ALERT_ID_BYTES = 16,
    ALERT_ID_HEX = 2 * ALERT_ID_BYTES,
    ALERT_ENTITIES_MAX = 64,
};

enum BYTE_ENUM alert_state { ALERT_OPEN, ALERT_ACKNOWLEDGED, ALERT_CLOSED, ALERT_STATE_COUNT };
const char *alert_state_name(enum alert_state s); /* "open", "acknowledged", "closed" */
bool alert_state_parse(str text, enum alert_state *ret) MUST_USE;

/* A place in a log. */
struct alert_event {
    str source; /* file, or the configured source's name */
    uint64_t record;
    int64_t time_ns; /* SIGNAL_NO_TIME: not known */
};

/* What people decided of an alert. */
struct alert_decision {
    str assignee, verdict, reason, note, decided_by; /* may be empty */
    int64_t decided_ns;
    int64_t snoozed_until_ns; /* 0: it is not; what woke it has made it 0 */
};

struct alert {
    char id[ALERT_ID_HEX + 1];
    char group[ALERT_ID_HEX + 1]; /* empty until groups were made */
    enum severity group_severity; /* the highest in it of what was not added up; as `group` */
    /* What it was called while it was provisional, where that differs; empty otherwise. */
    char alias[ALERT_ID_HEX + 1];
    enum signal_origin origin;
    enum severity severity; /* the highest that it was told with */
    enum alert_state state;
    bool provisional; /* nothing of it was told for good yet */
    str rule_id;      /* the rule's id, or the behaviour's name */
    str title;
    int64_t first_ns, last_ns; /* SIGNAL_NO_TIME: not known */
    uint64_t count;            /* of events, those that were only told provisionally among them */
    const struct signal_pair *key;
    uint32_t key_count;
    const struct entity *entities; /* each once, in the order in which they were told */
    uint32_t entity_count;
    uint32_t entities_left_out; /* times that one was told for which there was no room */
    const str *tags;            /* each once */
    uint32_t tag_count;
    /* These as they were told last. */
    str explanation;
    struct signal_measure measure;
    const struct signal_pair *details;
    uint32_t detail_count;
    const uint64_t *events; /* the newest SIGNAL_EVENTS_MAX, the newest last; event_ref() */
    uint32_t event_count;
    str suppressed_by;                     /* the suppression that hides it; .p is NULL */
    const struct alert_decision *decision; /* NULL: nothing was decided */
};

#define ALERT_ROLL_UP_ID "entity_roll_up" /* entity_risk.h: rule_id of what was added up */
bool alert_is_roll_up(const struct alert *a);

/* By first_ns, then id: the order in which alerts are listed. */
int alert_order(const struct alert *a, const struct alert *b);
