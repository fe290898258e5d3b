/*
 * json_split.h - where one JSON record ends and the next begins, found without
 * parsing: by lines, by brackets, by the elements of an array.
 *
 * The cutter runs it over a growing buffer, the decoder over a batch; both see
 * the same pieces because every choice depends on the bytes alone, never on how
 * many have arrived. A byte is looked at once; only a value that is spread over
 * lines, or a line longer than JSON_HELD_MAX, has its beginning looked at again.
 */
#pragma once

#include "base/str.h"

enum {
    JSON_HELD_MAX = 256 * 1024, /* a longer line is cut at its values, a longer envelope streams */
    JSON_COLUMN_INLINE = 255,   /* elements share a line */
};

enum json_phase {
    JSON_TOP,      /* between the values of the stream */
    JSON_ELEMENTS, /* between the elements of an array whose elements are the records */
    JSON_TAIL,     /* behind such an array, inside the objects around it */
};

/* What must be known at the start of a batch. */
struct json_place {
    uint8_t phase;   /* enum json_phase */
    uint8_t base;    /* open levels: around the elements, or of the tail */
    uint8_t column;  /* where the last element began, for finding the next after a broken one */
    bool line_start; /* a line begins here */
    bool by_element; /* records are numbered by element, not by line */
};

struct json_split {
    size_t boundary;                  /* what lies before belongs to finished pieces */
    struct json_place boundary_place; /* for who begins there */
    struct json_place place;          /* at the byte that is looked at */
    uint64_t nuls;                    /* NUL bytes met between pieces so far */
    bool met_array;                   /* of records, so far */

    /* The piece that is open: private. */
    uint8_t state, before;
    bool no_envelope; /* an envelope was looked for and not found, or the piece is being dropped */
    bool line_clean;  /* only white space stands before `at` in its line */
    size_t from, at;  /* first byte of the piece, next byte to look at */
    size_t hold;      /* boundaries before it are not told */
    size_t no_line_end;        /* no newline in [from, no_line_end) */
    int64_t line_from;         /* first byte of the line that holds `at` */
    uint32_t depth;            /* levels open in the piece */
    uint64_t is_object[2];     /* of the first 128 levels: a bit is set for an object */
    bool was_close, was_comma; /* seeking: the last significant bytes were } or } and a comma */
};

struct json_piece {
    size_t from, to; /* without the white space around it */
    bool element;    /* of an array; otherwise values of the stream, perhaps several */
    bool cut_off;    /* the bytes ended before the piece did */
};

void json_split_init(struct json_split *s, struct json_place place);
/* The same, `at` bytes behind the beginning of the text, where a line begins. */
void json_split_init_at(struct json_split *s, struct json_place place, size_t at);

/* The next piece of text; false when more bytes are needed or, with `ended`, nothing is left.
 * `text` begins where it began in the last call, or where json_split_moved() said. */
bool json_split_next(struct json_split *s, str text, bool ended, struct json_piece *ret);

/* Passes over whole lines that plainly hold an object each, which are a piece each: for who asks
 * for boundaries alone. It may stop at any time. */
void json_split_pass_lines(struct json_split *s, str text);

/* The first k bytes of the text are gone. Past the boundary, the open piece loses its start. */
void json_split_moved(struct json_split *s, size_t k);

/* Where the value at the front of text ends, by its brackets alone; text.n when they do not tell.
 */
size_t json_value_end(str text);

/* Does the text begin with an array of records? "[main] INFO" does not. */
bool json_begins_array(str text);

uint32_t json_place_pack(struct json_place place);
struct json_place json_place_unpack(uint32_t context);
