/*
 * frame.h - one block of records as bytes of a file, and back.
 *
 *     header     FRAME_HEADER_BYTES, little-endian, with a CRC of its own
 *     payload    zstd of: runs, lengths of records (LEB128), checkpoints, text, data
 *
 * The payload's CRC is of the bytes as they are stored, so that a file can be gone
 * through without unpacking it. Nothing in a frame is believed before it has been
 * held against the limits of record_block.h.
 */
#pragma once

#include "base/buf.h"
#include "rawlog/record_block.h"

enum {
    FRAME_HEADER_BYTES = 80,
    FRAME_VERSION = 1,
    FRAME_PAYLOAD_MAX = 16 * 1024 * 1024, /* unpacked */
    FRAME_STORED_MAX = 17 * 1024 * 1024,  /* zstd's worst case above it */
    FRAME_TEXT_MAX = 2 * BLOCK_TEXT_MAX,  /* the last label of a block may be a long one */
    FRAME_LEVEL = 1,                      /* of zstd: 3 is no smaller on logs, and slower */
};

struct frame_header {
    uint32_t stored_bytes, payload_bytes, payload_crc;
    uint64_t file_id; /* of the file that it is in: see segment.h */
    uint64_t first_number;
    int64_t first_received_ns, last_received_ns; /* 0 when it has no records */
    uint32_t record_count, run_count, checkpoint_count, text_bytes, data_bytes;
};

struct frame_codec; /* one thread's; keeps its rooms */

struct frame_codec *frame_codec_new(void) MUST_USE;
void frame_codec_free(struct frame_codec *c); /* NULL is a no-op */

/* Appends the block as a frame of that file. */
void frame_write(struct frame_codec *c, const struct record_block *b, uint64_t file_id,
                 struct buf *out);

/* Reads a header of FRAME_HEADER_BYTES. False: it is none, or damaged, or beyond the limits. */
bool frame_header_read(const char *bytes, struct frame_header *ret) MUST_USE;
extern const char frame_magic[4]; /* its first bytes */
/* Is the payload (stored_bytes of it) whole? */
bool frame_payload_is_whole(const struct frame_header *h, str stored);
/* Unpacks into `ret`, which is cleared first. False: the payload is not what its header says. */
bool frame_read(struct frame_codec *c, const struct frame_header *h, str stored,
                struct record_block *ret) MUST_USE;
