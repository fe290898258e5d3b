/*
 * finding.h - one rule that matched one event, with everything a report says of
 * it. Slices live in the batch's arena: a finding is valid during the call that
 * hands it over; who keeps it copies it.
 */
#pragma once

#include "detect/detector.h"
#include "event/entity.h"

/* What a live source knows of the record beyond. */
struct live_note {
    str id;     /* 32 hex digits: of rule, source, record number and the record's bytes */
    str source; /* the configured source's name */
    int64_t received_ns;
    enum trust trust;
    const char *state; /* of a correlation's: "provisional", "final"; NULL: of a rule's */
};

struct finding {
    const struct sigma_rule *rule;
    const struct event *event; /* with provenance; event->from.record is final */
    str file;
    uint64_t record;
    const char *format; /* name of the format that it was read in; NULL: not known */
    str host, user;     /* .p is NULL when the event names none */
    const struct entity *entities;
    uint32_t entity_count;
    const struct matched_field *matched;
    uint32_t matched_count;
    const struct live_note *live; /* NULL: it is of evidence */
};

/* What all findings of one event have in common. The event's values are text; all of it lives in
 * the arena and the event. */
struct finding finding_of(const struct entity_finder *finder, const struct event *ev,
                          const char *format, struct arena *a);
