/*
 * format_text.h - what a format of lines makes of a text, as text: a line an event, with its fields
 * "name=value;", further values of an array as "+name=value;", and then its outcome, activity and
 * time where they are told. Problems are lines that begin with '!'.
 */
#pragma once

#include "base/buf.h"
#include "event/kind.h"
#include "format_drive.h"
#include "text/time.h"

#include <stdio.h>

struct format_text {
    struct buf seen;
    struct arena *arena;
};

static inline void format_text_event(void *ctx, struct event *ev)
{
    struct format_text *f = ctx;
    struct columns columns;
    char time[TIME_TEXT_MAX];

    event_settle(ev, f->arena);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *field = &ev->fields[i];
        str value = field->type == VALUE_NULL ? S("null") : field->value;
        buf_printf(&f->seen, "%s" STR_FMT "=" STR_FMT ";",
                   field->flags & FIELD_CONTINUES ? "+" : "", STR_ARG(field->name), STR_ARG(value));
    }
    columns_fill(ev, &columns, f->arena);
    if (columns.outcome)
        buf_printf(&f->seen, " %s", columns.outcome == OUTCOME_SUCCESS ? "success" : "failure");
    if (columns.activity)
        buf_printf(&f->seen, " %s", activity_row(columns.activity)->name);
    if (ev->has_time) {
        time_format(ev->time_ns, ev->time_digits, time);
        buf_printf(&f->seen, " %s", time);
    }
    buf_char(&f->seen, '\n');
    arena_reset(f->arena);
}

static inline void format_text_problem(void *ctx, const struct problem *p)
{
    struct format_text *f = ctx;

    buf_printf(&f->seen, "!%s\n", p->text);
}

/* The text read in steps of so many bytes; owned by the caller, buf_done(). */
static inline struct buf format_text(const struct format *format, str text, size_t step)
{
    struct format_text f = {.seen = buf_make(1 << 24), .arena = arena_new(4096)};
    const struct decode_sink sink = {
        .ctx = &f, .event = format_text_event, .problem = format_text_problem};

    format_drive(format, text, step, &sink, NULL);
    arena_free(f.arena);
    (void)buf_cstr(&f.seen);
    return f.seen;
}

/* Is `part` in what the format makes of the text, in whatever steps it is read? */
static inline bool format_text_has(const struct format *format, const char *text, const char *part)
{
    bool has = true;

    for (size_t step = 1; step < 100000; step *= 17) {
        struct buf seen = format_text(format, str_from(text), step);
        if (!strstr(buf_cstr(&seen), part)) {
            fprintf(stderr, "in steps of %zu: %s", step, buf_cstr(&seen));
            has = false;
        }
        buf_done(&seen);
    }
    return has;
}
