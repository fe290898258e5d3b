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

/* A text of the record that dialects read, by places of fields. */
struct shape_speech {
    bool any, as_message; /* is there one; does it become the field `message` too */
    uint16_t text, program;
    str said; /* the program, when `program` is SPEECH_NO_PLACE; a constant */
};
enum { SPEECH_NO_PLACE = UINT16_MAX };

struct shape_trace {
    struct shape_speech speech;
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

struct dialect;
struct dialect_set;
struct shape_book *shape_book_new(void) MUST_USE;
void shape_book_free(struct shape_book *book); /* NULL is a no-op */
/* The dialects that read texts in records, as the message of a journal entry; NULL, and without a
 * call: the built-in ones. */
void shape_book_speak(struct shape_book *book, const struct dialect_set *dialects);
void shape_apply(struct shape_book *book, struct event *ev, struct arena *a);

/* The same without what dialects say, and what it went by. The time is not looked for, only where
 * it may be. */
void shape_apply_traced(struct shape_book *book, struct event *ev, struct arena *a,
                        struct shape_trace *trace);

/* What dialects say of an event that is shaped otherwise: the one that read the text, or NULL.
 * Values are text, as far as they have escapes. *ret_layout is as in struct message. */
const struct dialect *shape_say(struct shape_book *book, struct event *ev,
                                const struct shape_speech *speech, struct arena *a,
                                uint32_t *ret_layout);
/* Of the event that was shaped last: as it was before dialects said something. */
struct event shape_unspoken(const struct shape_book *book, const struct event *ev);

/* "x*" is a start, "*x" an end, all else but the empty string the whole value. */
bool shape_value_fits(str value, str want);
bool shape_is_bare_guid(str value); /* of 36 characters, without braces */
