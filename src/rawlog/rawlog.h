/*
 * rawlog.h - the write-ahead log of live events, and the source of truth.
 *
 * A folder a source, a folder a day in it, files of frames in that:
 *
 *     FOLDER/SOURCE/20261124/00000000000004d2.rlog      named by its first record's number
 *
 * A frame is one block of records, compressed (zstd level 1), with checksums, and
 * with the source's checkpoints inside, so that data and read position are
 * written by one write. Files are only ever appended to, and a file is closed at
 * RAWLOG_SEGMENT_BYTES or after an hour. Each file begins with a frame that holds
 * all checkpoints, so that recovery reads the last file only. Opening cuts the last
 * file off behind its last whole frame; it never refuses to start over damage: what
 * is broken further in is skipped, counted and left in place.
 *
 * Threads: raw_append() may be called by any thread, one a source at a time;
 * rawlog_commit() and rawlog_retain() by one thread, the committer, at the same
 * time as appends. Clock and system calls are injected.
 */
#pragma once

#include "base/clock.h"
#include "base/io.h"
#include "rawlog/record_block.h"

enum {
    RAWLOG_SEGMENT_BYTES = 128 * 1024 * 1024,
    RAWLOG_SEGMENT_S = 3600,
    RAWLOG_SOURCES_MAX = 1024,
    RAWLOG_SOURCE_NAME_MAX = 64, /* bytes: letters, digits, '_', '-' and '.', no leading '.' */
    RAWLOG_PENDING_BYTES =
        16 * 1024 * 1024,           /* of a source that are not yet written; then it is full */
    RAWLOG_CHECKPOINTS_MAX = 65536, /* keys of a source */
};

/* What happened that a person should know: a tail cut off, a frame skipped, a day deleted, a disk
 * that is full, the clock in doubt. Called by the thread that noticed; text is one line. */
struct rawlog_notice {
    void *ctx;
    void (*say)(void *ctx, str source, const char *text);
};

struct rawlog_options {
    struct io *io;
    const struct clock *clock;
    const char *folder;      /* is made when it does not exist, 0700 */
    uint64_t quota_bytes;    /* of all sources; 0: none. The oldest day goes first */
    uint32_t retention_days; /* whole days that are kept; 0: all */
    uint64_t free_bytes_min; /* of the disk that are kept free: below it days go as by the quota */
    struct rawlog_notice notice;
};

struct rawlog;
struct raw_source;

/* One process at a time: the folder is locked (flock). */
struct rawlog *rawlog_open(const struct rawlog_options *o, struct err *e) MUST_USE;
void rawlog_close(struct rawlog *l); /* after a last rawlog_commit(); NULL is a no-op */

/* The source's log, recovered; made when it is new. Lives until rawlog_close(). */
struct raw_source *rawlog_source(struct rawlog *l, str name, struct err *e) MUST_USE;

/* Takes a copy of a block and sets its first_number; its checkpoints hold from its end on. False:
 * RAWLOG_PENDING_BYTES are waiting, or the disk refuses; nothing was taken, try again later. */
bool raw_append(struct raw_source *s, struct record_block *b) MUST_USE;

/* Writes what was appended, syncs it, and then lets raw_durable() say so. On failure what waits is
 * kept for the next call; other sources are still committed. */
bool rawlog_commit(struct rawlog *l, struct err *e) MUST_USE;
bool rawlog_is_idle(const struct rawlog *l); /* nothing waits to be committed */

uint64_t raw_next(const struct raw_source *s);    /* the number that the next record gets */
uint64_t raw_durable(const struct raw_source *s); /* records below this number are on disk */
uint64_t raw_oldest(const struct raw_source *s);  /* the lowest number that is still kept */
uint64_t raw_pending_bytes(const struct raw_source *s);
uint64_t raw_disk_bytes(const struct raw_source *s);
/* The value of a checkpoint that is on disk, valid until the next append; .p is NULL when absent.
 */
str raw_checkpoint(const struct raw_source *s, str key);
/* Each key and value; `each` must not append. */
void raw_checkpoints(const struct raw_source *s, void *ctx,
                     void (*each)(void *ctx, str key, str value));

/* Deletes days that quota, age or the disk want gone, the oldest first and never the file that is
 * written to; each is announced. Age counts only while the clock is plausible: for a day after a
 * step of the time of day against the steady time nothing is deleted for its age. */
void rawlog_retain(struct rawlog *l);
