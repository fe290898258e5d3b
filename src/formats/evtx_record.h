/*
 * evtx_record.h - runs the programs of evtx_program.h: the binary XML of one
 * record becomes the fields of one event.
 */
#pragma once

#include "event/event.h"
#include "formats/evtx_program.h"

enum {
    EVTX_NESTING_MAX = 16,       /* XML within values within XML */
    EVTX_VALUES_MAX = 16 * 1024, /* of one record, with those of nested templates */
    EVTX_DEFINITION_BYTES_MAX =
        2 * EVTX_CHUNK_SIZE,               /* read in one chunk; real ones do not overlap */
    EVTX_CHUNK_STEPS_MAX = 1024 * 1024,    /* ops run for one chunk */
    EVTX_TIME_DIGITS = 7,                  /* FILETIME counts 100 ns */
    EVTX_CHUNK_TEXT_MAX = 8 * 1024 * 1024, /* fields and text that one chunk may become */
};

struct evtx_reader;

struct evtx_reader *evtx_reader_new(void) MUST_USE;
void evtx_reader_free(struct evtx_reader *r); /* NULL is a no-op */

/* Events go into a. When lazy, their values are raw where they can be, and their fields are the
 * reader's own, up to the next record. */
void evtx_reader_batch(struct evtx_reader *r, struct arena *a, bool lazy);

/* The bytes of the next chunk, which stay where they are until the last record is read, or until
 * the events are gone when lazy. SIMD_PADDING bytes behind them are readable. */
void evtx_reader_chunk(struct evtx_reader *r, const uint8_t *bytes, size_t n);

/*
 * Reads the binary XML in bytes [at, end) of the chunk into the fields, the codec, the layout, the
 * time and the record number of *ev; a number or time that it does not have is left as it is.
 * False with *ret_why (static text) when it cannot be read; ev is then unchanged.
 */
bool evtx_reader_record(struct evtx_reader *r, size_t at, size_t end, struct event *ev,
                        const char **ret_why) MUST_USE;

/* Where a chunk's beginning was lost, offsets lead nowhere. A record [at, end) that brings its own
 * definition tells where the chunk began: true when this one did, and offsets then work. */
bool evtx_reader_align(struct evtx_reader *r, size_t at, size_t end);
