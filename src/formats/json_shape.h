/*
 * json_shape.h - what records of one kind have in common, learned from one of
 * them: all text between their values, and which value becomes which field.
 *
 * A record is fixed text and values in turn (simd/json_walk.h). Another record that
 * has the same fixed text has the same names, the same order and the same nesting,
 * so that its fields can be copied from the first one's, and only the values are
 * looked at. That is Mison's speculation (Li and others, "Mison: a fast JSON parser
 * for data analytics", VLDB 2017) with the guess verified in full.
 */
#pragma once

#include "event/event.h"
#include "formats/shape.h"
#include "simd/json_walk.h"

enum {
    JSON_SHAPE_VALUES_MAX = 512,
    JSON_SHAPE_FIELDS_MAX = 512,
    JSON_SHAPE_PARTS_MAX = 1024,
    JSON_NO_VALUE = UINT16_MAX,
};

/* A record's fixed text, as nodes of a tree will have it. */
struct json_part {
    str text;
    uint8_t then; /* enum json_then */
};

struct json_way {
    struct json_part parts[JSON_SHAPE_PARTS_MAX];
    uint32_t count;
};

/* A whole object or array, whose text is a value for some shapes: from so many bytes behind the end
 * of one value to so many behind the end of another. JSON_NO_VALUE is the record's beginning. */
struct json_container {
    uint16_t from_value, to_value;
    uint32_t from, to;
};

/* A field that is filled from a value. */
struct json_field_fill {
    uint16_t field, value;
    uint16_t flags;
};

/* A test that decided something: whether shape_value_fits(). */
struct json_test {
    str want;
    bool fits;
};

/* A value that decided something: it must be the text it was, or come out alike in its tests. */
struct json_guard {
    uint16_t value;
    uint16_t test_count; /* 0: only the text will do */
    str text;            /* of a long value with tests it is left out */
};

struct json_shape {
    struct json_shape *next; /* of the same fixed text, the one that was used last first */
    uint32_t layout;

    /* Values have numbers: strings and scalars in the order of the text, then containers. */
    uint32_t plain_count;
    struct json_container *containers;
    uint32_t container_count;

    struct field *fields; /* names, flags, and the values that are always the same */
    uint32_t field_count;
    struct json_field_fill *fills; /* from strings, then from scalars, then from containers */
    uint32_t string_fills, scalar_fills, fill_count;
    struct json_guard *guards;
    uint32_t guard_count;
    struct json_test *tests; /* of the guards, in their order */
    uint32_t test_count;
    struct trace_time *times; /* fields that may be the time */
    uint32_t time_count;
    uint16_t *guids; /* fields that may get braces */
    uint32_t guid_count;

    struct shape_speech speech; /* what dialects read of it, when it is replayed */
    const struct kind *kind;
    struct logsource sources[EVENT_LOGSOURCES_MAX];
    uint32_t source_count;
};

/*
 * Learns the shape of a record from two events that were made of it: `settled` by
 * the plain way, and `raw` with its strings left as they stand, with what decided.
 * NULL when a record of the same fixed text might come out otherwise. The shape
 * lives in a; *way are slices of the record.
 */
struct json_shape *json_shape_learn(const struct event *settled, struct event *raw,
                                    const struct shape_trace *trace, struct json_way *way,
                                    struct arena *scratch, struct arena *a);
