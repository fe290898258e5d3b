/*
 * content_coding.h - takes the compression off a body: gzip, deflate (RFC 9110,
 * 8.4.1; zlib's frame or none), zstd (RFC 8878), identity. Several gzip members or
 * zstd frames may follow each other.
 *
 * What comes out is limited twice, by bytes and by how many times longer it may be
 * than what went in; the second limit does not hold for the first
 * CODING_FREE_BYTES, since a short log of one line again and again is no bomb.
 */
#pragma once

#include "base/buf.h"

enum {
    CODING_RATIO_MAX = 400,
    CODING_FREE_BYTES = 1024 * 1024,
};

enum coding_result {
    CODING_DONE,
    CODING_UNKNOWN, /* a coding that is not in the list above */
    CODING_BROKEN,  /* ends too early, or is no such compression */
    CODING_BOMB,    /* longer than allowed: out->max, or the ratio */
};

/* `coding` as the header has it; empty is identity. For identity *ret is `in` itself, else what is
 * in `out`, which is cleared first. */
enum coding_result coding_unpack(str coding, str in, struct buf *out, str *ret);
