/*
 * finding.h - one rule that matched one event, with everything a report says of
 * it. Slices live in the batch's arena: a finding is valid during the call that
 * hands it over; who keeps it copies it.
 */
#pragma once

#include "detect/detector.h"
#include "event/entity.h"

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
};
