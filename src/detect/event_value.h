/*
 * event_value.h - the values of one event under the names that rules use, each
 * name looked up once and each value folded once.
 *
 * A name is a number: its place in the table of rule field names. Values of one
 * field are a chain of places in ev->fields. Memory is of the scratch; nothing
 * is allocated once it is warm.
 */
#pragma once

#include "base/intern.h"
#include "event/event.h"

enum { VALUE_NONE = UINT32_MAX, RENAMES_MAX = 64 /* of one log source; more are left alone */ };

struct event_values {
    const struct intern *names;
    const struct event *ev;
    uint32_t generation; /* of the event; stamps of others are out of date */
    uint32_t *first;     /* by name: the field's first value */
    uint32_t *first_stamp;
    uint32_t *last; /* by name: while reading */
    uint32_t *next; /* by place: the next value of the field */
    str *folded;    /* by place */
    uint32_t *folded_stamp;
    str *text; /* by place: what a raw value says */
    uint32_t *text_stamp;
    struct arena *arena; /* of folded values and texts */
    uint64_t *seen;      /* bit by name: was it ever in an event? */
    struct {
        uint32_t name, first, stamp;
    } renamed[RENAMES_MAX]; /* what the renames of the log source at work have hidden */
    uint32_t renamed_count;
};

void event_values_init(struct event_values *v, const struct intern *names);
void event_values_done(struct event_values *v);

void event_values_read(struct event_values *v, const struct event *ev);

/* Rule names now stand for what this log source calls them. Undoes the renames of the one before.
 */
void event_values_rename(struct event_values *v, const struct logsource *source);

/* For the first time of this value. */
str event_values_fold(struct event_values *v, uint32_t at);
str event_values_decode(struct event_values *v, uint32_t at);

static inline uint32_t event_values_first(const struct event_values *v, uint32_t name)
{
    return v->first_stamp[name] == v->generation ? v->first[name] : VALUE_NONE;
}

static inline str event_values_folded(struct event_values *v, uint32_t at)
{
    return v->folded_stamp[at] == v->generation ? v->folded[at] : event_values_fold(v, at);
}

/* The value as text, as it was written: not folded. */
static inline str event_values_text(struct event_values *v, uint32_t at)
{
    if (!(v->ev->fields[at].flags & FIELD_RAW))
        return v->ev->fields[at].value;
    return v->text_stamp[at] == v->generation ? v->text[at] : event_values_decode(v, at);
}
