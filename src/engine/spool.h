/*
 * spool.h - pieces of text kept until the end of a run, in bounded memory, for
 * outputs that must sort or come last. The first SPOOL_MEMORY_MAX bytes stay in
 * memory; what follows goes to a scratch file that the caller opened and
 * unlinked. Without a scratch file more than that is an ERR_LIMIT.
 *
 * All pieces are added before the first is read.
 */
#pragma once

#include "base/buf.h"
#include "base/io.h"

enum {
    SPOOL_MEMORY_MAX = 32 * 1024 * 1024,
    SPOOL_WINDOW_BYTES = 64 * 1024, /* written and read at once */
    /* Pieces that an output keeps an index of; at 16 to 32 bytes each that is 256 to 512 MiB. */
    SPOOL_INDEX_MAX = 16 * 1024 * 1024,
};

struct spool;

/* Does not close fd; -1: there is none. memory_max is SPOOL_MEMORY_MAX but in tests. */
struct spool *spool_new(struct io *io, int fd, size_t memory_max) MUST_USE;
void spool_free(struct spool *s); /* NULL is a no-op */

/* Leaves the piece's address in *ret_at (may be NULL): addresses ascend in the order of adding. */
bool spool_add(struct spool *s, str piece, uint64_t *ret_at, struct err *e) MUST_USE;
uint64_t spool_end(const struct spool *s); /* the address behind the last piece; the first is 0 */

/* Appends the piece at *at to out and sets *at to the address of the next one. */
bool spool_read(struct spool *s, uint64_t *at, struct buf *out, struct err *e) MUST_USE;
