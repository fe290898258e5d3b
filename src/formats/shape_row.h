/*
 * shape_row.h - what one shape is made of. Private to formats/shape*.c.
 *
 * To add a shape: define `const struct shape shape_NAME` and put a row in
 * shapes.def. Lists end at an empty name. A shape fits when all its markers do;
 * the first that fits is taken. A wrapper only takes its layer off: the search
 * goes on behind it, over what it added too.
 */
#pragma once

#include "event/kind.h"
#include "formats/shape.h"

enum {
    SHAPE_MARKERS_MAX = 8,
    SHAPE_PREFIXES_MAX = 8,
    SHAPE_ALIASES_MAX = 2,
    SHAPE_SOURCES_MAX = 3,
    SHAPE_TIMES_MAX = 8,
};

/* A field that must be there. Of the value, if not empty: "x*" is a start, "*x" an end, all else
 * the whole value. */
struct shape_marker {
    str name, value;
};

/* A field `to` with the value (or values) of `from`, unless `to` is there already. Where `name` is
 * not empty, only in events whose field `name` has `value`. */
struct shape_alias {
    str from, to;
    str name, value;
};

/* Fields whose name begins with `prefix`: the rest of the name, or what `rename` makes of it; an
 * answer of no bytes adds nothing. */
enum shape_nulls { NULLS_KEPT, NULLS_DROPPED, NULLS_EMPTY /* become the empty string */ };
struct shape_prefix {
    str prefix;
    str (*rename)(str rest, struct arena *a); /* may be NULL */
    enum shape_nulls nulls;
};

struct shape_source {
    str product, category, service;
};

struct shaping {
    struct shape_book *book;
    struct event *event;
    struct arena *arena;
    struct shape_trace *trace; /* NULL: nobody asks */
};

struct shape {
    const struct kind *kind; /* what its records mean; NULL: as JSON of no known shape. Of a
                                wrapper: where nothing in it has a shape */
    struct shape_marker markers[SHAPE_MARKERS_MAX];
    bool any_marker; /* one of them is enough */
    bool wrapper;
    struct shape_prefix prefixes[SHAPE_PREFIXES_MAX];
    const struct shape_alias *aliases[SHAPE_ALIASES_MAX]; /* tables, in their order */
    const struct shape_alias *texts; /* `to` is the JSON text of the object or array `from` */
    void (*extra)(const struct shaping *s); /* after prefixes, before aliases */
    bool traced;      /* extra goes by names alone, or tells the trace what else it reads */
    const str *names; /* what `extra` asks for beyond the tables */
    struct shape_source sources[SHAPE_SOURCES_MAX]; /* none for Windows: event/logsource.c */
    str times[SHAPE_TIMES_MAX];                     /* of the event's time, the best first */
};

/*
 * For `extra`: arrays of {name, value} objects, or whatever the two members are called, become
 * fields of those names below `prefix`. A value that is itself a quoted string loses its quotes.
 */
enum shape_case { CASE_KEPT, CASE_LOWER, CASE_FIRST_LOWER };
void shape_pairs(const struct shaping *s, str name_field, str value_field, str prefix,
                 enum shape_case letters);
/* For `extra`: one more log source. */
void shape_add_source(const struct shaping *s, struct shape_source source);

/*
 * For `extra`: has the dialects read a text that the record carries, when the record is shaped:
 * they see all its fields and log sources, theirs come behind, and the record means what they say.
 * Only where the text stands is told here, so that it decides nothing of the shape. `program` may
 * be NULL; then it is `said`. A text that is no field yet becomes one, `message`, when that is
 * asked.
 */
void shape_speak(const struct shaping *s, const struct field *program, str said,
                 const struct field *text, bool as_message);

/* For `extra`: adds a field behind all others. */
void shape_add(const struct shaping *s, struct field f);
/* The event's field of a name that a table of some shape mentions; NULL when it is not there. It is
 * valid until the next shape_add(). */
const struct field *shape_get(const struct shaping *s, str name);

/* For a traced `extra`: it has compared the value of the event's field `place`; or something else
 * has decided. */
void shape_trace_read(const struct shaping *s, uint32_t place);
void shape_trace_field(const struct shaping *s, const struct field *f); /* NULL: no field */
void shape_trace_guid(const struct shaping *s, uint32_t place);
void shape_trace_unclear(const struct shaping *s);
