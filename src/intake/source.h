/*
 * source.h - a run of bytes from somewhere: a file, a member of a collection,
 * the output of a decompressor. Pulled with read(), with a look ahead.
 */
#pragma once

#include "base/err.h"
#include "base/io.h"

enum { SOURCE_PEEK_MAX = 64 * 1024 };

struct source {
    /* At least one byte unless at the end (0); -1 with *e set when it is broken: what was read
     * before stands, nothing follows. */
    ssize_t (*read)(struct source *s, char *out, size_t n, struct err *e);
    void (*free)(struct source *s);

    char *ahead; /* bytes looked at and not yet taken; owned */
    size_t ahead_from, ahead_to;
    struct err failure; /* of a read during source_peek(); told when the bytes before are taken */
};

void source_free(struct source *s); /* NULL is a no-op */

/* Up to `want` (at most SOURCE_PEEK_MAX) bytes ahead; fewer only at the end or at a fault. */
str source_peek(struct source *s, size_t want);
ssize_t source_read(struct source *s, char *out, size_t n, struct err *e); /* as ->read */

static inline void source_freep(struct source **s)
{
    source_free(*s);
}

struct file_hash;
/* A file. `hash` (may be NULL) sees every byte read; *bytes counts them. fd stays the caller's. */
struct source *source_file(struct io *io, int fd, struct file_hash *hash, uint64_t *bytes) MUST_USE;

/* Bytes in memory, the caller's, which outlive it. *bytes counts those that were read. */
struct source *source_bytes(str all, uint64_t *bytes) MUST_USE;

/* UTF-8 out of UTF-16. `inner` is taken over. */
struct source *source_utf16(struct source *inner, bool big_endian) MUST_USE;
enum { UTF16_NO, UTF16_LITTLE, UTF16_BIG };
/* Is this UTF-16 text? By its byte order mark, or by the zero bytes of ASCII; *ret_skip: the mark.
 */
int source_utf16_sniff(str head, size_t *ret_skip);
