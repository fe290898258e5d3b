/* raw_source.c - recovery and writing of one source's log. See raw_source.h. */
#include "rawlog/raw_source.h"

#include "base/mem.h"
#include "rawlog/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ------------------------------------------------------------ recovery */

struct recovery {
    struct raw_source *source;
    struct io *io;
    struct frame_codec *codec; /* the committer has its own */
    struct record_block block;
    uint64_t next_number, end; /* end: behind the last whole frame of the file */
    uint32_t frames;
};

static bool take_frames(struct recovery *r, struct segment_scan *scan, struct err *e)
{
    struct frame_header h;
    str stored;
    enum segment_answer answer;

    while ((answer = segment_scan_next(scan, true, &h, &stored, e)) == SEGMENT_FRAME) {
        if (h.checkpoint_count && frame_read(r->codec, &h, stored, &r->block))
            checkpoint_table_add(&r->source->saved, &r->block);
        r->next_number = h.first_number + h.record_count;
        r->end = scan->offset + scan->answered;
        r->frames++;
    }
    return answer == SEGMENT_END;
}

/* Goes through one file, and cuts off what is behind its last whole frame. */
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
    r->end = 0;
    bool ok = take_frames(r, &scan, e);
    s->good_bytes = r->end;
    segment_scan_done(&scan);
    if (ok && file->bytes > s->good_bytes) {
        rawlog_say(s->log, str_from(s->name),
                   "%llu bytes behind the last whole frame of %s cut off",
                   (unsigned long long)(file->bytes - s->good_bytes), path);
        ok = io_ftruncate(r->io, IO_rawlog_truncate, fd, (off_t)s->good_bytes) == 0 &&
             io_fdatasync(r->io, IO_rawlog_sync, fd) == 0;
        if (!ok)
            err_set(e, ERR_IO, "cannot cut off the end of '%s': %s", path, strerror(errno));
    }
    if (!ok || r->frames == 0) {
        close(fd);
        return ok;
    }
    s->fd = fd;
    s->file = *file;
    return true;
}

bool raw_source_recover(struct raw_source *s, struct err *e)
{
    struct recovery r = {.source = s, .io = s->log->options.io};
    struct raw_files files;
    uint64_t bytes = 0;

    if (!raw_files_list(r.io, s->folder, &files, e))
        return false;
    bool ok = true;
    r.codec = frame_codec_new();
    block_init(&r.block);
    /* The last file that has a frame: a crash may have left an empty one behind it. */
    for (uint32_t i = files.count; i-- > 0 && ok && r.frames == 0;) {
        if (i + 1 == files.count)
            r.next_number = files.items[i].first;
        ok = recover_file(&r, &files.items[i], e);
    }
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
    bool made = io_mkdirat(io, IO_rawlog_mkdir, s->folder, file->day, 0700) == 0;
    int fd = -1;

    if ((made || errno == EEXIST) && (!made || sync_folder(s, ".")))
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
        frame_write(w->source->log->codec, &w->block, &w->source->log->bytes);
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

static bool write_bytes(struct raw_source *s, struct err *e)
{
    struct io *io = s->log->options.io;
    const struct buf *bytes = &s->log->bytes;

    if (s->torn && io_ftruncate(io, IO_rawlog_truncate, s->fd, (off_t)s->good_bytes) == -1)
        return err_set(e, ERR_IO, "cannot undo a write to the raw log: %s", strerror(errno));
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
    struct raw_pending *last = NULL;

    for (struct raw_pending *p = list; p != end; p = p->next) {
        checkpoint_table_add(&s->saved, &p->block);
        durable = p->block.first_number + p->block.record_count;
        bytes += p->block.n;
        last = p;
    }
    atomic_store(&s->durable, durable);
    pthread_mutex_lock(&s->lock);
    for (struct raw_pending *p = list; p != end; p = p->next)
        block_clear(&p->block);
    last->next = s->spare;
    s->spare = list;
    atomic_fetch_sub(&s->pending_bytes, bytes);
    pthread_mutex_unlock(&s->lock);
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
        frame_write(l->codec, &p->block, &l->bytes);
    if (!write_bytes(s, e))
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
