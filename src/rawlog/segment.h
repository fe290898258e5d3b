/*
 * segment.h - one file of frames: gone through from its beginning, and appended to.
 */
#pragma once

#include "base/io.h"
#include "rawlog/frame.h"

/* Goes through a file frame by frame. */
struct segment_scan {
    struct io *io;
    int fd;
    uint64_t offset;   /* of the window in the file */
    uint64_t skipped;  /* bytes that were no frame, and between whole ones */
    uint64_t bad;      /* damaged places */
    struct buf window; /* bytes of the file; those of the last answer come first: */
    size_t answered;   /* so many of them */
    bool at_end, failed;
};

enum segment_answer {
    SEGMENT_FRAME, /* *ret_header, and its stored payload in *ret_stored until the next call */
    SEGMENT_END,   /* what follows, if anything, is no whole frame: the file ends in the middle */
    SEGMENT_FAILED /* the disk; *e is set */
};

void segment_scan_init(struct segment_scan *s, struct io *io, int fd);
void segment_scan_done(struct segment_scan *s); /* fd stays the caller's */
/* The next whole frame. With `resync`, bytes that are none are skipped up to the next. */
enum segment_answer segment_scan_next(struct segment_scan *s, bool resync,
                                      struct frame_header *ret_header, str *ret_stored,
                                      struct err *e) MUST_USE;
