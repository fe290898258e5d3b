/*
 * json_shape.h - what records of one kind have in common, learned from one of
 * them: all text between their values, and which value becomes which field.
 *
 * A record is fixed text and values in turn: {"EventID": 1 ,"Image":" C:\\x "}.
 * Another record that has the same fixed text at its tokens has the same names,
 * the same order and the same nesting, so that its fields can be copied from the
 * first one's, and only the values are looked at. That is Mison's speculation
 * (Li and others, "Mison: a fast JSON parser for data analytics", VLDB 2017) with
 * the guess verified in full.
 */
#pragma once

#include "event/event.h"
#include "formats/shape.h"
#include "simd/json_index.h"

enum {
    JSON_SHAPE_TOKENS_MAX = 2048,
    JSON_SHAPE_VALUES_MAX = 512,
    JSON_SHAPE_FIELDS_MAX = 512,
    JSON_SHAPE_GLUE_MAX = 1024,
    JSON_SHAPE_TEXT_MAX = 32 * 1024, /* fixed text of one shape */
};

/* A value's place, by tokens. A string stands between two; a scalar between what is `before` bytes
 * behind one token and what is `after` bytes before another; a whole object or array, whose text is
 * a value for some shapes, from one token to another. */
enum json_value_kind { JSON_VALUE_STRING, JSON_VALUE_SCALAR, JSON_VALUE_CONTAINER };
struct json_value_place {
    enum json_value_kind kind;
    uint16_t token;
    uint16_t before;
    uint16_t end_token;
    uint16_t after;
};

/* A field that is filled from a value. */
struct json_field_fill {
    uint16_t field, value;
};

/* A value that must be the text it was, because it decided something. */
struct json_guard {
    uint16_t value;
    str text;
};

struct json_shape {
    struct json_shape *next; /* in its slot, the one that was used last first */
    uint64_t key;
    uint32_t token_count;
    uint32_t layout;

    struct json_glue *glue;
    const char *patterns;
    uint32_t glue_count;

    struct json_value_place *values;
    uint32_t value_count;

    struct field *fields; /* names, flags, and the values that are always the same */
    uint32_t field_count;
    struct json_field_fill *fills;
    uint32_t fill_count;
    struct json_guard *guards;
    uint32_t guard_count;
    struct shape_trace trace; /* fields that may be the time, and those that may get braces */

    struct logsource sources[EVENT_LOGSOURCES_MAX];
    uint32_t source_count;
};

/*
 * Learns the shape of the record text[tokens[0], tokens[count - 1]] from two
 * events that were made of it: `settled` by the plain way, and `raw` with its
 * strings left as they stand, with what decided. NULL when a record of the same
 * fixed text might come out otherwise. The shape lives in a.
 */
struct json_shape *json_shape_learn(const char *text, const uint32_t *tokens, uint32_t count,
                                    const struct event *settled, struct event *raw,
                                    const struct shape_trace *trace, struct arena *a);
