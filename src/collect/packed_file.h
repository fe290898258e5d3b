/*
 * packed_file.h - what is in a compressed log: .gz, .zst, .bz2 and .xz, by libarchive, as a stream
 * that is read once from its beginning.
 */
#pragma once

#include "base/io.h"

enum { PACKED_CHUNK = 64 * 1024, PACKED_TAIL = 32, PACKED_HEAD = 16 /* that is to be sniffed */ };

struct packed_file {
    struct io *io;
    int fd; /* the caller's */
    struct archive *archive;
    uint64_t at;            /* of what is inside: where bytes[from] stands */
    uint32_t from, to;      /* what was unpacked and not taken */
    uint32_t last_n;        /* how many are in `last` */
    char last[PACKED_TAIL]; /* the bytes before `at` */
    char bytes[PACKED_CHUNK];
    char packed[PACKED_CHUNK];
};

bool packed_file_sniff(str head); /* is it one, by its first bytes? */
/* NULL: it cannot be read. */
struct packed_file *packed_file_new(struct io *io, int fd) MUST_USE;
void packed_file_free(struct packed_file *p); /* NULL is a no-op */
/* What is there and was not taken; empty at the end. False: it is broken, or ends too early. */
bool packed_file_peek(struct packed_file *p, str *ret) MUST_USE;
void packed_file_take(struct packed_file *p, size_t n);
