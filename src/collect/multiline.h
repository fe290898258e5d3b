/*
 * multiline.h - joins lines to records: stack traces, wrapped messages, blocks.
 *
 * The rule is the source's and is shared; a joiner is a stream's. A line is asked
 * about first: does the record before it end here? Then it is put. Lines are
 * joined with a line feed.
 */
#pragma once

#include "base/buf.h"
#include "text/regex.h"
#include "text/setting.h"

enum {
    MULTILINE_LINES_MAX = 100000,
    MULTILINE_BYTES_MAX = 1024 * 1024, /* as INLET_RECORD_BYTES_MAX */
};

/* Rows for the table of a source's settings. */
#define MULTILINE_SETTINGS                                                                         \
    {.name = "multiline_start",                                                                    \
     .kind = SETTING_TEXT,                                                                         \
     .help = "a regular expression: a line that it matches begins a record, others belong to it"}, \
        {.name = "multiline_continue",                                                             \
         .kind = SETTING_TEXT,                                                                     \
         .help = "a regular expression: a line that it matches belongs to the record before it"},  \
        {.name = "multiline_indent",                                                               \
         .kind = SETTING_FLAG,                                                                     \
         .fallback = "false",                                                                      \
         .help = "lines that begin with a space or tab belong to the record before them"},         \
        {.name = "multiline_end",                                                                  \
         .kind = SETTING_TEXT,                                                                     \
         .help = "a regular expression: a line that it matches is the last of its record"},        \
        {.name = "multiline_lines",                                                                \
         .kind = SETTING_NUMBER,                                                                   \
         .fallback = "500",                                                                        \
         .min = 2,                                                                                 \
         .max = MULTILINE_LINES_MAX,                                                               \
         .help = "lines that are joined at most"},                                                 \
        {.name = "multiline_bytes",                                                                \
         .kind = SETTING_SIZE,                                                                     \
         .fallback = "256K",                                                                       \
         .min = 1024,                                                                              \
         .max = MULTILINE_BYTES_MAX,                                                               \
         .help = "bytes that are joined at most"},                                                 \
    {                                                                                              \
        .name = "multiline_flush", .kind = SETTING_DURATION, .fallback = "2s", .min = 1000000,     \
        .max = 3600000000000,                                                                      \
        .help = "how long a record waits for its next line before it is given out"                 \
    }

struct multiline; /* the rule */

/* The rule that MULTILINE_SETTINGS say; *ret is NULL when they ask for none. */
bool multiline_new(const struct settings *s, struct multiline **ret, struct err *e) MUST_USE;
void multiline_free(struct multiline *m); /* NULL is a no-op */
/* For a source_type's check: can the rule be made? */
bool multiline_check(const struct settings *s, struct err *e) MUST_USE;
int64_t multiline_flush_ns(const struct multiline *m);

struct joiner {
    struct buf text; /* of the record that is being joined */
    uint32_t lines;
    bool over;        /* its last line was put: nothing may be put before it is taken */
    int64_t since_ns; /* steady, of its last line */
};

void joiner_init(struct joiner *j);
void joiner_done(struct joiner *j);
void joiner_clear(struct joiner *j); /* the record was taken, or is to be forgotten */
/* True: what is held is a record; it must be taken before `line` is put. */
bool joiner_ends_before(const struct multiline *m, const struct joiner *j, str line);
void joiner_put(const struct multiline *m, struct joiner *j, str line, int64_t steady_ns);
