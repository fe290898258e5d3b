/*
 * behavior.h - a behaviour: a detector of what no single event shows. One file and one row of
 * behaviors.def each.
 *
 * Observations come in the order of event time. A behaviour has state for each of many keys, within
 * a limit (correlate/key_table.h), and tells signals: one when what it looks for begins, and one
 * for each further event while it lasts, with what has changed. Nothing is read from a clock: time
 * is what observations and behavior_set_advance() say. The same observations give the same signals.
 */
#pragma once

#include "behave/observation.h"
#include "event/kind.h"
#include "event/signal.h"
#include "text/setting.h"

struct behavior_port { /* where signals go */
    void *ctx;
    void (*signal)(void *ctx, const struct signal *s);
    struct arena *arena;    /* for what a signal is made of; reset when the call returns */
    enum severity severity; /* of signals that have none: as the behaviour is set */
};

struct behavior_stats {
    uint64_t keys, displaced, bytes; /* alive now; given up for want of room; held */
};

/* Every behaviour also has the settings `enabled` and `severity`: behavior_set.c adds them. */
struct behavior_type {
    const char *name;       /* "brute_force" */
    const char *title;      /* "Brute force": of its signals */
    const char *what;       /* one line, no full stop: what it tells */
    enum severity severity; /* unless it is set otherwise */
    const char *tags;       /* space separated, as in struct signal */
    const struct setting *settings;
    uint32_t setting_count;
    const uint8_t *activities; /* enum activity that it looks at, ACTIVITY_none at the end */
    const uint8_t *columns; /* enum column that it reads beyond those of keys, COLUMN_COUNT last */
    /* False: the settings contradict each other, with line and column. */
    void *(*open)(const struct settings *s, struct err *e);
    void (*close)(void *self);
    void (*observe)(void *self, const struct observation *o, struct behavior_port *port);
    /* No observation before now_ns will come: what is due by then is told. May be NULL. */
    void (*advance)(void *self, int64_t now_ns, struct behavior_port *port);
    void (*stats)(const void *self, struct behavior_stats *ret);
    /* Why it is off as it is set, such as a database that it needs; NULL: it is on. May be NULL. */
    const char *(*off)(const void *self);
};

extern const struct behavior_type *const behavior_types[];
extern const uint32_t behavior_type_count;
const struct behavior_type *behavior_type_find(str name); /* NULL when there is none */

/* Signals of behaviours: fills what the type says, and the rest as given. `s` is completed. */
void behavior_tell(const struct behavior_type *type, struct behavior_port *port, struct signal *s);

/* The entities of an observation: its source, user, host and target, each once. */
uint32_t behavior_entities(const struct observation *o, struct arena *a, const struct entity **ret);
/* An address, or a host's name? */
enum entity_type behavior_place_type(str key);
