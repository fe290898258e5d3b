/*
 * evtx_program.h - binary XML compiled into the fields it stands for.
 *
 * A template definition of a chunk is a stream of XML tokens with holes. What a
 * rule wants of it is a flat list: this field is that constant, that field is
 * the value of hole 7. The compiler walks the tokens once and writes that list,
 * a program; a record then costs one pass over the program. Plain records
 * (no template) are compiled too, and the program is used once.
 *
 * Names follow the flat form that Sigma rules use:
 *   <System>      element text as "Channel", attributes as "Provider_Name"
 *   <EventData>   <Data Name="X"> as "X" without blanks, <Data> as "Data"
 *   <UserData>    and all other parts: the innermost element's name
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

enum {
    EVTX_CHUNK_SIZE = 64 * 1024,
    EVTX_OPS_MAX = 4096,         /* of one program */
    EVTX_TEXT_MAX = 256 * 1024,  /* bytes of names and constants of one program */
    EVTX_NAMES_MAX = 8192,       /* references to names in one definition */
    EVTX_NAME_UNITS_MAX = 1024,  /* UTF-16 units of an element's or attribute's name */
    EVTX_ELEMENT_DEPTH_MAX = 64, /* elements within elements */
    EVTX_TRACKS_MAX = 4,         /* of one program; see evtx_track.h */
    EVTX_DEFINITION_HEADER = 24, /* next offset, GUID, size */
    EVTX_NAME_HEADER = 8,        /* next offset, hash, length */
};

/* Bytes that hold offsets: a chunk, or what is left of one. Offset o is at bytes[o + shift]; the
 * shift differs from 0 once bytes were lost. */
struct evtx_view {
    const uint8_t *bytes;
    size_t n;
    ptrdiff_t shift;
};

/* Where in an event's XML an element stands: it decides the names. */
enum evtx_place {
    EVTX_AT_ROOT,
    EVTX_IN_EVENT,
    EVTX_IN_SYSTEM,
    EVTX_IN_EVENTDATA,
    EVTX_IN_USERDATA,
    EVTX_IN_RENDERING, /* texts that the sender of a forwarded event put in */
    EVTX_PLACE_COUNT
};

enum evtx_op_kind {
    EVTX_OP_CONSTANT, /* a field whose value is known */
    EVTX_OP_VALUE,    /* a field whose value is a hole's */
    EVTX_OP_JOIN,     /* a field put together from the `parts` ops behind it */
    EVTX_OP_GUARD,    /* when the hole is null, the next `parts` ops are skipped */
};

enum evtx_op_flag {
    EVTX_OPTIONAL = 1,   /* a null leaves no field */
    EVTX_TIME = 2,       /* the event's time */
    EVTX_REPEATED = 4,   /* the name stands further up as well */
    EVTX_NAMELESS = 8,   /* only nested XML counts here: not text */
    EVTX_NAME_HOLE = 16, /* the name is the value of hole `name` */
    EVTX_RECORD_ID = 32, /* the event's number in its log */
    EVTX_PLAIN = 64,     /* a guard, a constant, or a value of its own name: no flag but OPTIONAL,
                            TIME and RECORD_ID */
};

struct evtx_op {
    uint8_t kind, flags;
    uint8_t place;                       /* VALUE: where nested XML would stand */
    uint16_t hole;                       /* VALUE, GUARD */
    uint32_t parts;                      /* JOIN, GUARD */
    uint32_t name, name_n, text, text_n; /* in the program's text */
};

/* A name that the definition refers to, to tell whether the same definition elsewhere in a file,
 * whose offsets differ, means the same. */
struct evtx_name_ref {
    uint32_t at; /* of the offset, from the start of the body */
    bool is_inline;
    uint16_t units;
    uint32_t name; /* its UTF-16 in the chunk it was compiled from; in the cache: in `names` */
};

struct evtx_program {
    const struct evtx_op *ops;
    const char *text;
    uint32_t op_count, text_n;

    /* The cache's: */
    struct evtx_program *next; /* in its bucket */
    uint32_t number;           /* from 1, given once; 0 when it is not in the cache */

    /* What its last records had in common (evtx_track.h): */
    struct evtx_track *tracks[EVTX_TRACKS_MAX];
    uint8_t track_count, track_last, track_turn;

    uint8_t guid[16];
    enum evtx_place place;
    const uint8_t *body, *names;
    const uint8_t *mask; /* of the bytes of body that count */
    uint32_t body_n, ref_count;
    const struct evtx_name_ref *refs;
    uint64_t batch;         /* whose arena holds: */
    const char *batch_text; /* a copy of text that lives as long as the events */
};

struct evtx_compiler;

struct evtx_compiler *evtx_compiler_new(void) MUST_USE;
void evtx_compiler_free(struct evtx_compiler *c); /* NULL is a no-op */

/*
 * Compiles the tokens in bytes [at, end) of the view. On success *ret lasts until
 * the next call, and *ret_at is where the tokens ended. False with *ret_why
 * (static text) when they are not valid or go beyond a limit.
 */
bool evtx_compile(struct evtx_compiler *c, const struct evtx_view *view, size_t at, size_t end,
                  enum evtx_place place, struct evtx_program *ret, size_t *ret_at,
                  const char **ret_why) MUST_USE;

/* The name at the position `at` of the view: its UTF-16 bytes. False when there is none. */
bool evtx_name_at(const struct evtx_view *view, size_t at, const uint8_t **ret_utf16,
                  uint16_t *ret_units) MUST_USE;

/* The position of a chunk offset; view->n when it is outside. */
static inline size_t evtx_position(const struct evtx_view *view, uint32_t offset)
{
    ptrdiff_t at = (ptrdiff_t)offset + view->shift;

    return at < 0 || (size_t)at >= view->n ? view->n : (size_t)at;
}
