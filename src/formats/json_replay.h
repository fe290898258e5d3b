/*
 * json_replay.h - turns a record whose shape (json_shape.h) is known into its
 * event, without reading more of it than its fixed text and its numbers.
 *
 * A book of shapes belongs to one decoder. It is bounded: when it is full, new
 * shapes stay slow. Names of fields lie in the book, which lives as long as the
 * decoder; decoders outlive the batches that they are fed (engine/scan.c closes
 * them when all threads have ended).
 */
#pragma once

#include "formats/json_shape.h"

enum {
    JSON_BOOK_SHAPES_MAX = 4096,
    JSON_BOOK_BYTES_MAX = 64 * 1024 * 1024,
    JSON_BOOK_REFUSED_MAX =
        64 * 1024,        /* records of which no shape could be learned, then none is */
    JSON_BOOK_TRIES = 24, /* shapes that are tried for one record */
};

struct json_book;

struct json_book *json_book_new(void) MUST_USE;
void json_book_free(struct json_book *b); /* NULL is a no-op */

/*
 * The record text[tokens[0], tokens[count - 1]], an object that begins and ends
 * with its outermost brackets, as an event: its fields, time, layout, codec and
 * log sources are set. Fields are the book's, until the next call. False when the
 * record must be read the slow way.
 */
bool json_replay(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count,
                 struct event *ev);

/* Should the shape of a record that was not replayed be learned? */
bool json_book_wants(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count);
/* See json_shape_learn(). */
void json_book_learn(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count,
                     const struct event *settled, struct event *raw,
                     const struct shape_trace *trace);
