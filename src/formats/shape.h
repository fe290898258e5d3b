/*
 * shape.h - the ways in which products write their events as JSON, and the names
 * that rules use for what is in them.
 *
 * shape_apply() recognises a flat record by the names in it and adds: the native
 * names (winlog.event_data.Image becomes Image as well), the time, and for
 * products other than Windows the log source. The record's own fields stay and
 * come first. Shapes are rows of shapes.def.
 */
#pragma once

#include "event/event.h"

/* The names that shapes look for, as one hash table, with room for one event's answers. A decoder
 * has one; it is for one thread. */
struct shape_book;

/*
 * What shape_apply() went by beyond the names of the fields and which of them are
 * null. A record of the same names, in which the same holds, comes out alike: its
 * values stand in the same fields.
 */
enum { TRACE_READ_MAX = 16, TRACE_TIMES_MAX = 32, TRACE_TESTS_MAX = 32 };

struct trace_time {
    uint16_t place;
    bool zoned_only; /* a time without a zone was passed over */
};

struct shape_trace {
    bool unclear;                             /* values decided in a way that is not told here */
    uint16_t read[TRACE_READ_MAX];            /* places of fields whose values were compared */
    uint16_t guids[TRACE_READ_MAX];           /* places whose value was put in braces, or not, as
                                                 shape_is_bare_guid() says */
    struct trace_time times[TRACE_TIMES_MAX]; /* all that may be the time, in the order in which
                                                 they are tried */
    struct {
        uint16_t place;
        bool fits;            /* what shape_value_fits() said */
        str want;             /* of a table */
    } tests[TRACE_TESTS_MAX]; /* of values, those of a place one after the other */
    uint32_t read_count, guid_count, time_count, test_count;
};

struct dialect_set;
struct shape_book *shape_book_new(void) MUST_USE;
void shape_book_free(struct shape_book *book); /* NULL is a no-op */
/* The dialects that read texts in records, as the message of a journal entry; NULL, and without a
 * call: the built-in ones. */
void shape_book_speak(struct shape_book *book, const struct dialect_set *dialects);
void shape_apply(struct shape_book *book, struct event *ev, struct arena *a);

/* The same, and what it went by. The time is not looked for, only where it may be. */
void shape_apply_traced(struct shape_book *book, struct event *ev, struct arena *a,
                        struct shape_trace *trace);

/* "x*" is a start, "*x" an end, all else but the empty string the whole value. */
bool shape_value_fits(str value, str want);
bool shape_is_bare_guid(str value); /* of 36 characters, without braces */
