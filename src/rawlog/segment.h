/*
 * segment.h - one file of frames, gone through from its beginning, while it may be
 * written to.
 *
 * Where no whole frame stands, the next one is looked for. Log bytes are hostile:
 * bytes that look like a frame may be part of a record that zstd could not pack.
 * So each file has a random number of its own that all of its frames bear, and
 * behind damage only a frame with that number counts.
 */
#pragma once

#include "base/io.h"
#include "rawlog/frame.h"

struct segment_scan {
    struct io *io;
    int fd;
    uint64_t offset;  /* behind the last answer */
    uint64_t file_id; /* of the file's frames; 0 before the first */
    uint64_t skipped; /* bytes that were no frame, and between whole ones */
    uint64_t bad;     /* damaged places */
    uint64_t left;    /* at SEGMENT_END: bytes behind `offset` that are no whole frame */
    bool left_begins; /* and they begin as a frame does: a write that was not finished */
    struct buf window;
    uint64_t window_offset; /* of the window in the file */
    uint64_t end;           /* of what was seen of the file */
    bool at_end, failed;
};

enum segment_answer {
    SEGMENT_FRAME, /* *ret_header, and its stored payload in *ret_stored until the next call */
    SEGMENT_END,   /* for now: the next call looks at what was left again */
    SEGMENT_FAILED /* the disk; *e is set */
};

void segment_scan_init(struct segment_scan *s, struct io *io, int fd);
void segment_scan_done(struct segment_scan *s); /* fd stays the caller's */
/* The next whole frame. */
enum segment_answer segment_scan_next(struct segment_scan *s, struct frame_header *ret_header,
                                      str *ret_stored, struct err *e) MUST_USE;
