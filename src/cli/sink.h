/*
 * sink.h - where a report's text goes: gathered in a buf, written in chunks.
 * Whoever opened the descriptor closes it.
 */
#pragma once

#include "base/buf.h"
#include "base/io.h"

enum { SINK_CHUNK_BYTES = 64 * 1024 };

struct sink {
    struct io *io;
    int fd;
    struct buf text; /* append here */
};

struct sink sink_make(struct io *io, int fd);
void sink_done(struct sink *s); /* frees; what was not flushed is dropped */

/* Writes once there is a chunk: call it after each finding. */
bool sink_settle(struct sink *s, struct err *e) MUST_USE;
bool sink_flush(struct sink *s, struct err *e) MUST_USE; /* writes everything */
