/*
 * pattern_file.h - a dialect without C: a YAML file of patterns. docs/pattern-files.md is the guide
 * for who writes one; the tables below say what may stand in it.
 *
 * A file is checked when it is loaded: each mistake is told with file, line and column. The dialect
 * that comes of it is like those of dialects.def. At run time its patterns are budgeted
 * (pattern_regex.h).
 */
#pragma once

#include "message/dialect.h"
#include "message/grok.h"
#include "message/pattern_regex.h"
#include "text/setting.h"

enum {
    PATTERN_FILE_BYTES_MAX = 1024 * 1024,
    PATTERN_ROWS_MAX = 512,
    PATTERN_TESTS_MAX = 2000,
    PATTERN_NAME_MAX = 40, /* bytes of the format's name */
    PATTERN_CONDITIONS_MAX = 16,
    PATTERN_COLUMNS_MAX = 128,
    PATTERN_TIME_FIELDS_MAX = 4,
    PATTERN_DEPTH_MAX = 16, /* of objects in a JSON text; what is deeper is left out */
};

enum pattern_body {
    PATTERN_BODY_TEXT,
    PATTERN_BODY_JSON,   /* an object; its members are fields */
    PATTERN_BODY_PAIRS,  /* name=value name="value with blanks" */
    PATTERN_BODY_FIELDS, /* either of these two, as products have it that may log both ways */
};

/* A field has one of the values; "x*" is a start, "*x" an end, "*" any. */
struct pattern_condition {
    str field;
    const str *values;
    uint32_t count;
};

struct pattern_row {
    const struct pattern_condition *conditions;
    uint32_t condition_count;
    str of;                      /* the field that the pattern is for; empty: the text */
    struct pattern_regex *regex; /* NULL: the conditions decide */
    struct grok_field *groups;   /* by group, from 1; no name: nothing is taken */
    str literal;                 /* what a text that fits must hold; empty: nothing is certain */
    struct kind kind;
};

struct pattern_test {
    const struct yaml_node *node; /* where it stands; NULL: in no file, and nothing but `matches`
                                     is asked */
    str line, program, time, outcome;
    bool matches;
    const struct yaml_node *fields, *common; /* maps; NULL: none */
};

struct pattern_file {
    struct dialect dialect; /* its detail is this */
    struct kind kind;
    enum pattern_body body;
    struct pattern_row *rows;
    uint32_t row_count;
    const str *time_fields, *time_formats; /* the fields are put together with blanks */
    uint32_t time_field_count, time_format_count;
    struct pattern_test *tests;
    uint32_t test_count;
    str text;            /* of the file */
    struct arena *arena; /* owned: all of it */
};

/* `path` is for messages. The text is copied. */
struct pattern_file *pattern_file_new(str text, str path, struct err *e) MUST_USE;
void pattern_file_free(struct pattern_file *f); /* NULL is a no-op */

/* Runs one test; false: err says at which line what is otherwise than told. */
bool pattern_file_test(const struct pattern_file *f, const struct pattern_test *t,
                       struct err *e) MUST_USE;

/* What may stand in a file, in one of its patterns and in one of its tests: for the docs. */
extern const struct setting pattern_file_settings[], pattern_row_settings[],
    pattern_test_settings[];
extern const uint32_t pattern_file_setting_count, pattern_row_setting_count,
    pattern_test_setting_count;

/* The dialect's read, open and close: pattern_read.c. */
bool pattern_read(void *state, struct message *m);
void *pattern_open(const struct dialect *self);
void pattern_close(void *state);
