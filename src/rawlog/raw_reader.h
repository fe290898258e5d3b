/*
 * raw_reader.h - reads a source's raw log from a record on, while it may be
 * written to. Broken frames are skipped and counted.
 */
#pragma once

#include "base/io.h"
#include "rawlog/record_block.h"

struct raw_reader_counts {
    uint64_t frames, records, bytes, disk_bytes; /* read so far; bytes: of records */
    uint64_t bad_frames, missing_records;        /* skipped; gaps in the numbers */
};

struct raw_reader;

/* Begins at the record of that number, or the first behind it that is kept. */
struct raw_reader *raw_reader_open(struct io *io, const char *folder, str source, uint64_t from,
                                   struct err *e) MUST_USE;
void raw_reader_free(struct raw_reader *r); /* NULL is a no-op */

/* The next frame, first_number set; its first record may be below `from`. False at the end: of
 * what is on disk by now (a later call may find more), or with *e set when the disk fails. */
bool raw_reader_next(struct raw_reader *r, struct record_block *ret, struct err *e) MUST_USE;
const struct raw_reader_counts *raw_reader_counts(const struct raw_reader *r);
