/* raw_source.c - recovery and writing of one source's log. See raw_source.h. */
#include "rawlog/raw_source.h"

#include "base/hash.h"
#include "base/mem.h"
#include "rawlog/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SPARE_MAX = 8 }; /* blocks that are kept for the next appends */

/* ------------------------------------------------------------ recovery */

struct recovery {
    struct raw_source *source;
    struct io *io;
    struct frame_codec *codec; /* the committer has its own */
    struct record_block block;
    struct checkpoint_table positions; /* of the file at hand */
    uint64_t next_number;
    bool has_frames, has_records; /* the file at hand */
};

static bool take_frames(struct recovery *r, struct segment_scan *scan, struct err *e)
{
    struct frame_header h;
    str stored;
    enum segment_answer answer;

    while ((answer = segment_scan_next(scan, &h, &stored, e)) == SEGMENT_FRAME) {
        const uint64_t next = h.first_number + h.record_count;
        if (h.checkpoint_count && frame_read(r->codec, &h, stored, &r->block))
            checkpoint_table_add(&r->positions, &r->block);
        checkpoint_table_sweep(&r->positions);
        r->next_number = next > r->next_number ? next : r->next_number;
        r->has_frames = true;
        r->has_records = r->has_records || h.record_count > 0;
    }
    return answer == SEGMENT_END;
}

/* What is behind the last whole frame goes. */
static bool cut(struct recovery *r, const struct segment_scan *scan, const char *path,
                struct err *e)
{
    struct raw_source *s = r->source;

    if (scan->bad)
        rawlog_say(s->log, str_from(s->name), "%llu damaged places in %s, of %llu bytes",
                   (unsigned long long)scan->bad, path, (unsigned long long)scan->skipped);
    if (scan->left == 0)
        return true;
    rawlog_say(s->log, str_from(s->name), "%llu bytes behind the last whole frame of %s cut off",
               (unsigned long long)scan->left, path);
    if (io_ftruncate(r->io, IO_rawlog_truncate, scan->fd, (off_t)scan->offset) == 0 &&
        io_fdatasync(r->io, IO_rawlog_sync, scan->fd) == 0)
        return true;
    return err_set(e, ERR_IO, "cannot cut off the end of '%s': %s", path, strerror(errno));
}

/* A file without one whole frame: a first write that was not finished is removed; what is anything
 * else (damage, or of a later version) is kept under a name that is not read. */
static bool put_aside(struct recovery *r, const struct segment_scan *scan, const char *path,
                      struct err *e)
{
    struct raw_source *s = r->source;
    char aside[RAW_NAME_MAX + sizeof RAW_ASIDE_SUFFIX];

    snprintf(aside, sizeof aside, "%s" RAW_ASIDE_SUFFIX, path);
    if (scan->left_begins || scan->left == 0) {
        if (io_unlinkat(r->io, IO_rawlog_remove, s->folder, path) == 0)
            return true;
        return err_set(e, ERR_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
    rawlog_say(s->log, str_from(s->name), "%s has no whole frame and is set aside as %s", path,
               aside);
    if (io_renameat(r->io, IO_rawlog_rename, s->folder, path, aside) == 0)
        return true;
    return err_set(e, ERR_IO, "cannot rename '%s': %s", path, strerror(errno));
}

/* Goes through one file. The first that has a frame is the one that is appended to. */
static bool recover_file(struct recovery *r, const struct raw_file *file, struct err *e)
{
    struct raw_source *s = r->source;
    char path[RAW_NAME_MAX];
    struct segment_scan scan;
    int fd = io_openat(r->io, IO_rawlog_open, s->folder, raw_file_path(file, path),
                       O_RDWR | O_APPEND | O_NOFOLLOW, 0);

    if (fd == -1)
        return err_set(e, ERR_IO, "cannot open '%s' of the raw log: %s", path, strerror(errno));
    segment_scan_init(&scan, r->io, fd);
    checkpoint_table_init(&r->positions);
    r->has_frames = r->has_records = false;
    bool ok = take_frames(r, &scan, e);
    if (ok && s->fd == -1)
        ok = r->has_frames ? cut(r, &scan, path, e) : put_aside(r, &scan, path, e);
    checkpoint_table_add_older(&s->saved, &r->positions);
    checkpoint_table_done(&r->positions);
    if (ok && r->has_frames && s->fd == -1) {
        s->fd = fd;
        s->file = *file;
        s->file_id = scan.file_id;
        s->good_bytes = scan.offset;
    } else {
        close(fd);
    }
    segment_scan_done(&scan);
    return ok;
}

/* From the last file back to one that has records: what stands before a file's first record is all
 * that was known of positions, and it was written with that record. */
bool raw_source_recover(struct raw_source *s, struct err *e)
{
    struct recovery r = {.source = s, .io = s->log->options.io};
    struct raw_files files;
    uint64_t bytes = 0;
    bool ok = true;

    if (!raw_files_list(r.io, s->folder, &files, e))
        return false;
    r.codec = frame_codec_new();
    block_init(&r.block);
    if (files.count)
        r.next_number = files.items[files.count - 1].first;
    for (uint32_t i = files.count; i-- > 0 && ok && !r.has_records;)
        ok = recover_file(&r, &files.items[i], e);
    for (uint32_t i = 0; i < files.count; i++)
        bytes += files.items[i].bytes;
    block_done(&r.block);
    frame_codec_free(r.codec);
    s->next_number = r.next_number;
    s->begun_ns = clock_steady_ns(s->log->options.clock);
    atomic_store(&s->durable, r.next_number);
    atomic_store(&s->oldest, files.count ? files.items[0].first : 0);
    atomic_store(&s->disk_bytes, bytes);
    raw_files_done(&files);
    return ok;
}

/* ------------------------------------------------------------ a new file */

static bool sync_folder(struct raw_source *s, const char *path)
{
    struct io *io = s->log->options.io;
    int fd = io_openat(io, IO_rawlog_folder, s->folder, path, O_RDONLY | O_DIRECTORY, 0);

    if (fd == -1)
        return false;
    bool ok = io_fsync(io, IO_rawlog_folder_sync, fd) == 0;
    close(fd);
    return ok;
}

static bool create_file(struct raw_source *s, struct raw_file *file, struct err *e)
{
    struct io *io = s->log->options.io;
    char path[RAW_NAME_MAX];
    int fd = -1;

    /* Who made the folder, or the file, may have died or failed before it was synced. */
    if ((io_mkdirat(io, IO_rawlog_mkdir, s->folder, file->day, 0700) == 0 || errno == EEXIST) &&
        sync_folder(s, "."))
        fd = io_openat(io, IO_rawlog_create, s->folder, raw_file_path(file, path),
                       O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_NOFOLLOW, 0600);
    if (fd != -1 && !sync_folder(s, file->day)) {
        close(fd);
        fd = -1;
    }
    if (fd == -1)
        return err_set(e, ERR_IO, "cannot create a file of the raw log of '%s': %s", s->name,
                       strerror(errno));
    if (s->fd != -1)
        close(s->fd);
    s->fd = fd;
    s->file = *file;
    s->file_id = hash_seed();
    s->good_bytes = 0;
    s->torn = false;
    s->begun_ns = clock_steady_ns(s->log->options.clock);
    return true;
}

struct checkpoint_writer {
    struct raw_source *source;
    struct record_block block;
};

static void flush_checkpoints(struct checkpoint_writer *w)
{
    if (w->block.checkpoint_count)
        frame_write(w->source->log->codec, &w->block, w->source->file_id, &w->source->log->bytes);
    block_clear(&w->block);
}

static void put_checkpoint(void *ctx, str key, str value)
{
    struct checkpoint_writer *w = ctx;

    w->block.first_number = w->source->file.first;
    if (block_checkpoint(&w->block, key, value))
        return;
    flush_checkpoints(w);
    w->block.first_number = w->source->file.first;
    bool kept = block_checkpoint(&w->block, key, value);
    assert(kept); /* it is empty, and one was kept before */
    (void)kept;
}

/* Frames with all that is known of positions, into log->bytes. */
static void write_checkpoints(struct raw_source *s)
{
    struct checkpoint_writer w = {.source = s};

    block_init(&w.block);
    checkpoint_table_each(&s->saved, &w, put_checkpoint);
    w.block.first_number = s->file.first;
    flush_checkpoints(&w);
    block_done(&w.block);
}

/* Is it time for a new file? Its day, and it begins with the number `first`. */
static bool needs_file(struct raw_source *s, uint64_t first, struct raw_file *ret)
{
    const struct clock *clock = s->log->options.clock;

    *ret = (struct raw_file){.first = first};
    raw_day_of(clock_now_ns(clock), ret->day);
    if (s->fd == -1) {
        if (s->file.day[0] && memcmp(s->file.day, ret->day, RAW_DAY_DIGITS) > 0)
            memcpy(ret->day, s->file.day, RAW_DAY_DIGITS);
        return true;
    }
    if (first == s->file.first) /* nothing is in it yet but positions: its name would be the same */
        return false;
    if (memcmp(ret->day, s->file.day, RAW_DAY_DIGITS) > 0)
        return true;
    memcpy(ret->day, s->file.day, RAW_DAY_DIGITS); /* the clock may have been set back */
    return s->good_bytes >= RAWLOG_SEGMENT_BYTES ||
           clock_steady_ns(clock) - s->begun_ns >= RAWLOG_SEGMENT_S * INT64_C(1000000000);
}

/* ------------------------------------------------------------ the commit */

/* Cuts off what a failed write left. When even that fails, a new file is begun by the next try,
 * unless it would have the same name. */
static bool undo(struct raw_source *s, uint64_t first, struct err *e)
{
    if (io_ftruncate(s->log->options.io, IO_rawlog_truncate, s->fd, (off_t)s->good_bytes) == 0)
        return true;
    err_set(e, ERR_IO, "cannot undo a write to the raw log: %s", strerror(errno));
    if (first != s->file.first) {
        rawlog_say(s->log, str_from(s->name), "%s; a new file is begun", e->message);
        close(s->fd);
        s->fd = -1;
    }
    return false;
}

static bool write_bytes(struct raw_source *s, uint64_t first, struct err *e)
{
    struct io *io = s->log->options.io;
    const struct buf *bytes = &s->log->bytes;

    if (s->torn && !undo(s, first, e))
        return false;
    s->torn = true;
    if (!io_write_all(io, IO_rawlog_write, s->fd, buf_str(bytes)))
        return err_set(e, ERR_IO, "cannot write the raw log: %s", strerror(errno));
    if (io_fdatasync(io, IO_rawlog_sync, s->fd) == -1)
        return err_set(e, ERR_IO, "cannot sync the raw log: %s", strerror(errno));
    s->torn = false;
    s->good_bytes += bytes->n;
    atomic_fetch_add(&s->disk_bytes, bytes->n);
    return true;
}

/* What waits, taken out of the appends' way. */
static struct raw_pending *detach(struct raw_source *s)
{
    pthread_mutex_lock(&s->lock);
    struct raw_pending *list = s->first;
    s->first = s->last = NULL;
    pthread_mutex_unlock(&s->lock);
    return list;
}

static void put_back(struct raw_source *s, struct raw_pending *list)
{
    struct raw_pending *last = list;

    while (last->next)
        last = last->next;
    pthread_mutex_lock(&s->lock);
    last->next = s->first;
    s->first = list;
    if (!s->last)
        s->last = last;
    pthread_mutex_unlock(&s->lock);
}

/* They are on disk. */
static void settle(struct raw_source *s, struct raw_pending *list, const struct raw_pending *end)
{
    uint64_t bytes = 0, durable = 0;

    pthread_mutex_lock(&s->lock);
    for (struct raw_pending *p = list, *next; p != end; p = next) {
        next = p->next;
        checkpoint_table_add(&s->saved, &p->block);
        durable = p->block.first_number + p->block.record_count;
        bytes += p->bytes;
        if (s->spare_count < SPARE_MAX) {
            block_clear(&p->block);
            p->next = s->spare;
            s->spare = p;
            s->spare_count++;
        } else {
            block_done(&p->block);
            free(p);
        }
    }
    pthread_mutex_unlock(&s->lock);
    atomic_store(&s->durable, durable);
    atomic_fetch_sub(&s->pending_bytes, bytes);
}

/* One write of as many blocks as go into it; *ret_end is the first that does not. */
static bool commit_some(struct raw_source *s, struct raw_pending *list,
                        struct raw_pending **ret_end, struct err *e)
{
    struct rawlog *l = s->log;
    struct raw_pending *p = list;
    struct raw_file file;

    *ret_end = list;
    buf_clear(&l->bytes);
    if (needs_file(s, list->block.first_number, &file) && !create_file(s, &file, e))
        return false;
    if (s->good_bytes == 0)
        write_checkpoints(s);
    for (; p && (p == list || l->bytes.n + 2 * BLOCK_BYTES < RAWLOG_PENDING_BYTES); p = p->next)
        frame_write(l->codec, &p->block, s->file_id, &l->bytes);
    if (!write_bytes(s, list->block.first_number, e))
        return false;
    *ret_end = p;
    return true;
}

bool raw_source_commit(struct raw_source *s, struct err *e)
{
    struct raw_pending *list = detach(s), *end;
    bool ok = true;

    while (list && ok) {
        ok = commit_some(s, list, &end, e);
        if (end != list)
            settle(s, list, end);
        list = end;
    }
    if (list)
        put_back(s, list);
    return ok;
}
