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
#include "event/time_rule.h"

struct kind;

enum value_type {
    VALUE_STRING,
    VALUE_NUMBER, /* value is the number's own text */
    VALUE_BOOL,   /* value is "true" or "false" */
    VALUE_NULL,   /* value is empty */
};

enum {
    FIELD_CONTINUES = 1,    /* a further element of the array that the name holds */
    FIELD_RAW = 2,          /* value is as the record holds it; the event's codec reads it, */
    FIELD_WIDE = 4,         /* and it is UTF-16LE within the event's `body`; */
    FIELD_NUMERIC = 8,      /* value is text, or will be, of no signs but those below; */
    FIELD_SAME = 16,        /* every event of this layout has this value here; */
    FIELD_CODING_SHIFT = 8, /* and may keep a byte of its own in the upper half of the flags */
};

struct field {
    str name, value; /* value is UTF-8, unescaped, unless FIELD_RAW */
    uint8_t type;    /* enum value_type */
    uint16_t flags;
};

/* What numbers, times, GUIDs, SIDs and hex are made of, folded. */
#define NUMERIC_SIGNS "0123456789abcdefstxz-+.:{}"

/* Reads the raw values of one format: the text follows from type, flags and bytes alone, and text
 * that begins with an ASCII letter begins in the record with that byte or with a backslash. `out`
 * has room for what room() says. */
struct value_codec {
    size_t (*room)(const struct field *f);            /* bytes that either below may write */
    size_t (*text)(const struct field *f, char *out); /* the value, UTF-8; its length */
    /* The same, folded as utf8_fold_str() folds; what follows it in `out` up to `room` is
     * undefined. */
    size_t (*folded)(const struct field *f, char *out);
};

enum {
    EVENT_FIELDS_MAX = 4096, /* of one record; more are counted and left out */
    EVENT_LOGSOURCES_MAX = 8,
    EVENT_NAME_MAX = 1024, /* bytes of a flattened name */
    VALUE_PADDING = 64, /* bytes behind a raw value that may be read, and behind room() written */
};

struct event {
    struct field *fields; /* in the arena */
    uint32_t field_count, field_capacity, fields_dropped;
    int64_t time_ns;     /* event time since 1970-01-01Z; valid when has_time */
    uint8_t time_digits; /* digits of the fraction that the source had: 0..9 */
    uint8_t time_guess;  /* TIME_GUESS_ flags */
    bool has_time;
    uint8_t logsource_count;
    struct logsource logsources[EVENT_LOGSOURCES_MAX];
    struct provenance from;
    const struct kind *kind; /* what it means: event/kind.h; NULL: not known */
    str raw;                 /* the record's bytes as text; empty when it has none (EVTX) */
    str body; /* the record's bytes otherwise, of which VALUE_PADDING more may be read; or empty */

    /* What a fast decoder knows beyond, so that others need not look again: */
    const struct value_codec *codec; /* of the fields with FIELD_RAW; NULL when there are none */
    uint32_t layout;     /* not 0: all events of this number have the same names and FIELD_CONTINUES
                            in the same order (values and types may differ) */
    uint32_t source_set; /* not 0: all events of this number have the same log sources */
};

/* Numbers for `layout` and `source_set`, each given once in a process; 0 when they are used up. */
uint32_t layout_number_new(void);
uint32_t source_set_number_new(void);

/* The value of a field as text: the value itself, or what the codec makes of it, in a. */
str event_value_text(const struct event *ev, const struct field *f, struct arena *a);

/* Makes text of each raw value. What looks at values by itself asks for it first. */
void event_settle(struct event *ev, struct arena *a);

/* A copy with fields of its own and text for values: a decoder may use the event and its fields
 * again. */
struct event *event_keep(const struct event *ev, struct arena *a) MUST_USE NEVER_NULL;

/* Appends a field; the array lives in the arena. When it is full the field is counted as dropped.
 */
void event_add(struct event *ev, struct arena *a, struct field f);

/* The same where it costs: while there is room nothing is called. */
static inline void event_put(struct event *ev, struct arena *a, str name, str value, uint8_t type,
                             uint16_t flags)
{
    if (ev->field_count == ev->field_capacity || ev->field_count == EVENT_FIELDS_MAX) {
        event_add(ev, a, (struct field){name, value, type, flags});
        return;
    }
    struct field *f = &ev->fields[ev->field_count++];
    f->name = name;
    f->value = value;
    f->type = type;
    f->flags = flags;
}

/* The place of the last field of that name without FIELD_CONTINUES; field_count when absent. */
uint32_t event_find(const struct event *ev, str name);

/* The place of the next value of the same name after `at`; field_count when there is no more. */
uint32_t event_next(const struct event *ev, uint32_t at);

str event_get(const struct event *ev, str name); /* first value; .p is NULL when absent */
