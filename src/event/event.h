/*
 * event.h - one record as the rules see it: native fields, word for word.
 *
 * Names and values are slices into the batch or into its arena and die with
 * it. Nested objects are flattened with dots ("userIdentity.type"), arrays
 * become several fields of one name: the first element has no
 * FIELD_CONTINUES, the others have it. Array indexes never stand in a name.
 * An empty array or object is one field of VALUE_NULL. Where an input names a
 * field twice (duplicate keys), the last one counts: look-ups start at the
 * last field of the name without FIELD_CONTINUES.
 */
#pragma once

#include "base/arena.h"
#include "event/logsource.h"
#include "event/provenance.h"

enum value_type {
    VALUE_STRING,
    VALUE_NUMBER, /* value is the number's own text */
    VALUE_BOOL,   /* value is "true" or "false" */
    VALUE_NULL,   /* value is empty */
};

enum { FIELD_CONTINUES = 1 }; /* a further element of the array that the name holds */

struct field {
    str name, value; /* value is UTF-8, unescaped */
    uint8_t type;    /* enum value_type */
    uint8_t flags;
};

enum {
    EVENT_FIELDS_MAX = 4096, /* of one record; more are counted and left out */
    EVENT_LOGSOURCES_MAX = 8,
    EVENT_NAME_MAX = 1024, /* bytes of a flattened name */
};

struct event {
    struct field *fields; /* in the arena */
    uint32_t field_count, field_capacity, fields_dropped;
    int64_t time_ns;     /* event time since 1970-01-01Z; valid when has_time */
    uint8_t time_digits; /* digits of the fraction that the source had: 0..9 */
    bool has_time;
    uint8_t logsource_count;
    struct logsource logsources[EVENT_LOGSOURCES_MAX];
    struct provenance from;
    str raw; /* the record's bytes as text; empty when it has none (EVTX) */
};

/* Appends a field; the array lives in the arena. When it is full the field is counted as dropped.
 */
void event_add(struct event *ev, struct arena *a, struct field f);

/* The place of the last field of that name without FIELD_CONTINUES; field_count when absent. */
uint32_t event_find(const struct event *ev, str name);

/* The place of the next value of the same name after `at`; field_count when there is no more. */
uint32_t event_next(const struct event *ev, uint32_t at);

str event_get(const struct event *ev, str name); /* first value; .p is NULL when absent */
