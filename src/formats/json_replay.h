/*
 * json_replay.h - turns a record whose shape (json_shape.h) is known into its
 * event, without reading more of it than its fixed text and where its values end.
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
    JSON_BOOK_TRIES = 64,     /* shapes of the same fixed text */
    JSON_BOOK_FELLOWS = 256,  /* texts that may stand at one place */
    JSON_BOOK_PAUSE_MAX = 64, /* records that are passed over after one that could not be learned */
};

struct json_book;

struct json_book *json_book_new(void) MUST_USE;
void json_book_free(struct json_book *b); /* NULL is a no-op */

/*
 * The record at the front of `text`, an object, as an event: its fields, time,
 * layout, codec and log sources are set. Fields are the book's, until the next call.
 * *ret_n is the record's length. False when it must be read the slow way.
 * SIMD_PADDING bytes behind the text are readable.
 */
bool json_replay(struct json_book *b, str text, struct event *ev, size_t *ret_n);

/* Has the dialects read the text that a record replayed last carries, if it carries one: what is
 * left out of its shape, for it is another in each. `ev` is that of json_replay(), with its raw. */
void json_replay_speech(struct json_book *b, struct shape_book *shapes, struct event *ev,
                        struct arena *a);

/* Should the shape of a record that was not replayed be learned? The more could not be learned one
 * after the other, the more are passed over before the next is tried. */
bool json_book_wants(struct json_book *b);
/* See json_shape_learn(). */
void json_book_learn(struct json_book *b, const struct event *settled, struct event *raw,
                     const struct shape_trace *trace);
