/*
 * event_value.h - the values of one event under the names that rules use, each
 * name looked up once and each value read and folded once.
 *
 * A name is a number: its place in the table of rule field names. Values of one
 * field are a chain of places in ev->fields. Which places of a layout
 * (event/event.h) hold names that rules use is found out for the first event of
 * it, and kept. Log sources that rename make a rule's name stand for another
 * field: event_values_rename() says from then on what names mean.
 *
 * Memory is of the scratch; nothing is allocated once it is warm.
 */
#pragma once

#include "base/intern.h"
#include "event/event.h"

enum {
    VALUE_NONE = UINT32_MAX,
    VALUE_VIEWS_MAX = 64, /* tables of renames; they are const, and few */
    VALUE_NATIVE_NAMES_MAX = 1024,
    VALUE_LAYOUTS_MAX = 4096, /* remembered; beyond, all are forgotten */
    VALUE_LAYOUT_SLOTS = 8192,
    VALUE_KNOWN_MAX = 256 * 1024, /* places of all layouts that are remembered */
};

struct value_cache { /* of one place */
    str folded, text;
    uint32_t folded_stamp, text_stamp;
};

struct known_value { /* a place of a layout whose name a rule uses */
    uint32_t name;
    uint16_t place, flags;
};

struct known_layout {
    uint32_t number, first, count;
    bool continues;    /* some known field has several values */
    uint64_t seen;     /* views whose names were marked, a bit each */
    const void *clean; /* keywords that none of its FIELD_SAME values holds */
};

/* What the rule's names stand for where a table of renames applies. */
struct value_view {
    const struct field_rename *renames;
    uint32_t *names; /* by rule name */
};

struct event_values {
    const struct intern *names;
    struct intern
        *natives; /* names that only renames mention; their numbers follow those of names */
    uint32_t name_count;
    const struct event *ev;
    uint32_t generation; /* of the event; stamps of others are out of date */
    uint64_t *slots;     /* by name: generation << 32 | the field's first value */
    uint32_t *last;      /* by name: while reading */
    uint32_t *next;      /* by place: the next value of the field; valid when `continues` */
    bool continues;
    struct value_cache *cache; /* by place */
    struct arena *arena;       /* of folded values and texts */
    uint64_t *seen;            /* bit by name: was it ever in an event? */

    const uint32_t *view; /* what names stand for; NULL: themselves */
    struct value_view views[VALUE_VIEWS_MAX];
    uint32_t view_count;

    struct known_layout *layouts; /* VALUE_LAYOUT_SLOTS places by number, open addressing */
    uint32_t layout_count;
    struct known_layout *layout; /* of the event; NULL when it has none */
    struct known_value *known;
    uint32_t known_count;
};

void event_values_init(struct event_values *v, const struct intern *names);
void event_values_done(struct event_values *v);

void event_values_read(struct event_values *v, const struct event *ev);

/* Rule names now stand for what this log source calls them. */
void event_values_rename(struct event_values *v, const struct logsource *source);

/* For the first time of this value. */
str event_values_fold(struct event_values *v, uint32_t at);
str event_values_decode(struct event_values *v, uint32_t at);

static inline uint32_t event_values_first(const struct event_values *v, uint32_t name)
{
    uint64_t slot = v->slots[v->view ? v->view[name] : name];

    return slot >> 32 == v->generation ? (uint32_t)slot : VALUE_NONE;
}

static inline uint32_t event_values_next(const struct event_values *v, uint32_t at)
{
    return v->continues ? v->next[at] : VALUE_NONE;
}

/* SIMD_PADDING bytes behind it are readable. */
static inline str event_values_folded(struct event_values *v, uint32_t at)
{
    const struct value_cache *c = &v->cache[at];

    return c->folded_stamp == v->generation ? c->folded : event_values_fold(v, at);
}

/* Is the value there as it was written, without work? */
static inline bool event_values_is_text(const struct event_values *v, uint32_t at)
{
    return !(v->ev->fields[at].flags & FIELD_RAW) || v->cache[at].text_stamp == v->generation;
}

/* The value as text, as it was written: not folded. */
static inline str event_values_text(struct event_values *v, uint32_t at)
{
    const struct value_cache *c = &v->cache[at];

    if (!(v->ev->fields[at].flags & FIELD_RAW))
        return v->ev->fields[at].value;
    return c->text_stamp == v->generation ? c->text : event_values_decode(v, at);
}
