/*
 * file_tail.h - what the parts of the source `file` share: its state, and which part does what.
 *
 *   file_tail.c   settings; turns and times
 *   tail_scan.c   which files there are: new, renamed, gone
 *   tail_copy.c   whether a new file is a copy of one that is known
 *   tail_packed.c files that were compressed
 */
#pragma once

#include "base/arena.h"
#include "collect/file_watch.h"
#include "collect/source_type.h"
#include "collect/tail_set.h"

enum {
    TAIL_TURNS = 16,                  /* of a wake-up, all files together: 1 MiB */
    TAIL_TICK_NS = 250000000,         /* how often times are looked at */
    TAIL_SCAN_SPACING_NS = 100000000, /* of scans that changed folders ask for */
    TAIL_POLL_NS = 1000000000,        /* of scans where something cannot be watched */
};
#define TAIL_COPY_WAIT_NS INT64_C(30000000000) /* for a copy's original to be cut */

struct file_tail {
    struct source_context c;
    struct tail_reader reader;
    struct tail_set set;
    struct multiline *multiline;
    struct file_watch *watch;
    struct loop_timer *tick;
    struct loop_fd *work;
    int work_fd; /* an eventfd that is always ready */
    struct tail_file *first_ready, **last_ready;
    uint32_t open_count;

    const str *paths, *exclude; /* of the settings */
    uint32_t path_count, exclude_count;
    uint32_t open_max;
    int64_t rescan_ns, rotate_wait_ns, partial_flush_ns, ignore_older_ns, forget_after_s;
    bool from_end;

    uint32_t scan; /* the number of the last one, from 1 */
    int64_t scanned_ns;
    uint64_t pushed; /* the number of the record that came next after the last push */
    bool scan_wanted, unwatched, blocked;
    bool partly;  /* the last scan did not see all: nothing is gone for that */
    bool unbegun; /* it is to be noted that `from: end` has been done */
};

/* tail_scan.c */
void tail_restore(struct file_tail *t); /* files as the checkpoints have them */
void tail_scan(struct file_tail *t);

/* tail_copy.c: may the open file be read, is it known which file it is? False: later. */
bool tail_decide(struct file_tail *t, struct tail_file *f);

/* tail_packed.c */
bool tail_is_packed_file(struct file_tail *t, struct tail_file *f); /* and is treated as one then */
bool tail_decide_packed(struct file_tail *t, struct tail_file *f);  /* as tail_decide() */
enum tail_turn tail_packed_turn(struct file_tail *t, struct tail_file *f); /* as tail_file_turn() */

/* file_tail.c */
void tail_queue(struct file_tail *t, struct tail_file *f); /* it has a turn soon */
/* The inode is another file now, whose state comes back; `f` is what it was. */
struct tail_file *tail_replace(struct file_tail *t, struct tail_file *f, const char *place);
void tail_close_file(struct file_tail *t, struct tail_file *f);
