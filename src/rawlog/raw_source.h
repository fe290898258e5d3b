/*
 * raw_source.h - one source's log, as rawlog.c and rawlog_retain.c see it: what waits,
 * the file that is written to, and what is on disk.
 *
 * Locks: `lock` guards what appends and the owner of the source touch. The file is
 * the committer's, or the caller's of rawlog_source() before the first append. Only
 * the committer changes `saved`, so that it alone may read it without the lock.
 */
#pragma once

#include "rawlog/checkpoint_table.h"
#include "rawlog/frame.h"
#include "rawlog/raw_files.h"
#include "rawlog/rawlog.h"

#include <pthread.h>
#include <stdatomic.h>

struct raw_pending { /* a block that waits to be written */
    struct raw_pending *next;
    struct record_block block;
    uint64_t bytes; /* that it counts for: see raw_append() */
};

struct raw_source {
    struct raw_source *next;
    struct rawlog *log;
    char *name; /* owned */

    pthread_mutex_t lock; /* guards the seven below */
    struct raw_pending *first, *last, *spare;
    uint32_t spare_count;
    struct checkpoint_table saved; /* of what is on disk */
    uint64_t next_number;
    _Atomic uint64_t pending_bytes; /* waiting, or being written */

    _Atomic uint64_t durable, oldest, disk_bytes;
    int folder; /* the source's; -1: none */
    int fd;     /* the file that is written to; -1: none yet */
    struct raw_file file;
    uint64_t file_id;    /* of its frames */
    uint64_t good_bytes; /* of it: behind its last whole frame */
    int64_t begun_ns;    /* steady */
    bool torn;           /* bytes behind good_bytes must be cut off before the next write */
};

struct rawlog {
    struct rawlog_options options;
    int folder;
    pthread_mutex_t lock; /* guards the list's head: sources are put before it, and stay */
    struct raw_source *sources;
    uint32_t source_count;
    struct frame_codec *codec; /* the committer's */
    struct buf bytes;          /* frames to be written */
    bool disk_full;            /* it was told */
    int64_t retried_ns;        /* steady: when room was made for a full disk */
    int64_t clock_base_ns;     /* time of day minus steady time, as it was believed last */
    int64_t doubted_ns;        /* steady: since when another one is seen */
    int64_t doubted_base_ns;   /* and which */
    bool clock_doubted;        /* it was told */
};

/* The first of the list; it can be gone through without a lock. */
struct raw_source *rawlog_sources(const struct rawlog *l);
bool raw_source_recover(struct raw_source *s, struct err *e) MUST_USE;
/* Writes and syncs what waits. False: nothing of what could not be written is lost. */
bool raw_source_commit(struct raw_source *s, struct err *e) MUST_USE;
void raw_source_free(struct raw_source *s);
void rawlog_say(const struct rawlog *l, str source, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "20261124" of a time of day. */
void raw_day_of(int64_t now_ns, char ret[RAW_DAY_DIGITS + 1]);
