/* rawlog.c - the folder of all sources' logs, and the commit. See rawlog.h. */
#include "rawlog/raw_source.h"

#include "base/mem.h"
#include "text/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { NOTICE_BYTES_MAX = 512, FRAMES_BYTES_MAX = 64 * 1024 * 1024, ROOM_INTERVAL_S = 5 };

void rawlog_say(const struct rawlog *l, str source, const char *fmt, ...)
{
    char text[NOTICE_BYTES_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (l->options.notice.say)
        l->options.notice.say(l->options.notice.ctx, source, text);
}

void raw_day_of(int64_t now_ns, char ret[RAW_DAY_DIGITS + 1])
{
    const struct civil c = time_to_civil(now_ns);
    char text[64];

    snprintf(text, sizeof text, "%04d%02d%02d", (int)c.year, (int)c.month, (int)c.day);
    memcpy(ret, text, RAW_DAY_DIGITS);
    ret[RAW_DAY_DIGITS] = '\0';
}

/* ------------------------------------------------------------ opening */

static int open_folder(struct io *io, int at, const char *path)
{
    const int flags = O_RDONLY | O_DIRECTORY;
    int fd = io_openat(io, IO_rawlog_folder, at, path, flags, 0);

    if (fd != -1 || errno != ENOENT)
        return fd;
    if (io_mkdirat(io, IO_rawlog_mkdir, at, path, 0700) == -1 && errno != EEXIST)
        return -1;
    return io_openat(io, IO_rawlog_folder, at, path, flags, 0);
}

/* The folder's own name is durable. It is asked for at each start: the last one may have died
 * between mkdir and here. A folder above that may not be read is not ours to sync. */
static bool sync_name(struct io *io, int folder)
{
    int above = io_openat(io, IO_rawlog_folder, folder, "..", O_RDONLY | O_DIRECTORY, 0);

    if (above == -1)
        return errno == EACCES;
    bool ok = io_fsync(io, IO_rawlog_folder_sync, above) == 0;
    close(above);
    return ok;
}

struct rawlog *rawlog_open(const struct rawlog_options *o, struct err *e)
{
    struct rawlog *l = mem_alloc(sizeof *l);

    l->options = *o;
    pthread_mutex_init(&l->lock, NULL);
    l->codec = frame_codec_new();
    l->bytes = buf_make(FRAMES_BYTES_MAX);
    l->clock_base_ns = clock_now_ns(o->clock) - clock_steady_ns(o->clock);
    l->folder = open_folder(o->io, AT_FDCWD, o->folder);
    if (l->folder == -1 || !sync_name(o->io, l->folder)) {
        err_set(e, ERR_IO, "cannot open the raw log's folder: %s", strerror(errno));
        err_in_file(e, str_from(o->folder));
    } else if (flock(l->folder, LOCK_EX | LOCK_NB) == -1) {
        err_set(e, ERR_BUSY, "the raw log is in use by another tocsin");
        err_in_file(e, str_from(o->folder));
    } else {
        return l;
    }
    rawlog_close(l);
    return NULL;
}

void rawlog_close(struct rawlog *l)
{
    if (!l)
        return;
    while (l->sources) {
        struct raw_source *s = l->sources;
        l->sources = s->next;
        raw_source_free(s);
    }
    frame_codec_free(l->codec);
    buf_done(&l->bytes);
    pthread_mutex_destroy(&l->lock);
    if (l->folder != -1)
        close(l->folder); /* and with it goes the lock */
    free(l);
}

void raw_source_free(struct raw_source *s)
{
    struct raw_pending *lists[] = {s->first, s->spare};

    for (size_t i = 0; i < countof(lists); i++)
        for (struct raw_pending *p = lists[i], *next; p; p = next) {
            next = p->next;
            block_done(&p->block);
            free(p);
        }
    checkpoint_table_done(&s->saved);
    if (s->fd != -1)
        close(s->fd);
    if (s->folder != -1)
        close(s->folder);
    pthread_mutex_destroy(&s->lock);
    free(s->name);
    free(s);
}

struct raw_source *rawlog_sources(const struct rawlog *l)
{
    struct rawlog *own = (struct rawlog *)(uintptr_t)l;

    pthread_mutex_lock(&own->lock);
    struct raw_source *first = own->sources;
    pthread_mutex_unlock(&own->lock);
    return first;
}

static struct raw_source *find(const struct rawlog *l, str name)
{
    for (struct raw_source *s = rawlog_sources(l); s; s = s->next)
        if (str_eq(str_from(s->name), name))
            return s;
    return NULL;
}

struct raw_source *rawlog_source(struct rawlog *l, str name, struct err *e)
{
    struct raw_source *s = find(l, name);

    if (s)
        return s;
    if (!raw_source_name_is_valid(name)) {
        err_set(e, ERR_INPUT, "'" STR_FMT "' is no name for a source: letters, digits, _, - and .",
                STR_ARG(name));
        return NULL;
    }
    if (l->source_count == RAWLOG_SOURCES_MAX) {
        err_set(e, ERR_LIMIT, "more than %d sources", RAWLOG_SOURCES_MAX);
        return NULL;
    }
    s = mem_alloc(sizeof *s);
    s->log = l;
    s->name = str_dup(name);
    s->fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    checkpoint_table_init(&s->saved);
    s->folder = open_folder(l->options.io, l->folder, s->name);
    bool ok = s->folder != -1 && io_fsync(l->options.io, IO_rawlog_folder_sync, l->folder) == 0;
    if (!ok)
        err_set(e, ERR_IO, "cannot open the raw log of '%s': %s", s->name, strerror(errno));
    if (!ok || !raw_source_recover(s, e)) {
        raw_source_free(s);
        return NULL;
    }
    pthread_mutex_lock(&l->lock);
    s->next = l->sources;
    l->sources = s;
    l->source_count++;
    pthread_mutex_unlock(&l->lock);
    return s;
}

/* ------------------------------------------------------------ appending */

static struct raw_pending *new_pending(struct raw_source *s)
{
    struct raw_pending *p = s->spare;

    if (p) {
        s->spare = p->next;
        s->spare_count--;
        p->next = NULL;
        p->bytes = 0;
    } else {
        p = mem_alloc(sizeof *p);
        block_init(&p->block);
    }
    p->block.first_number = s->next_number;
    if (s->last)
        s->last->next = p;
    else
        s->first = p;
    s->last = p;
    return p;
}

bool raw_append(struct raw_source *s, struct record_block *b)
{
    const uint64_t bytes = b->n + b->text_n; /* a block may be all checkpoints */

    if (atomic_load(&s->pending_bytes) + bytes > RAWLOG_PENDING_BYTES)
        return false;
    pthread_mutex_lock(&s->lock);
    checkpoint_table_sweep(&s->saved);
    b->first_number = s->next_number;
    if (!s->last || !block_append(&s->last->block, b)) {
        bool fits = block_append(&new_pending(s)->block, b);
        assert(fits); /* it is empty */
        (void)fits;
    }
    s->last->bytes += bytes;
    s->next_number += b->record_count;
    atomic_fetch_add(&s->pending_bytes, bytes);
    pthread_mutex_unlock(&s->lock);
    return true;
}

static bool commit_all(struct rawlog *l, struct err *e)
{
    bool ok = true;

    for (struct raw_source *s = rawlog_sources(l); s; s = s->next) {
        struct err why = {0};
        if (raw_source_commit(s, &why))
            continue;
        if (ok)
            *e = why;
        ok = false;
    }
    return ok;
}

/* Lets what may go make room, now and then. True when it is worth another try. */
static bool make_room(struct rawlog *l)
{
    const int64_t now = clock_steady_ns(l->options.clock);

    if (l->disk_full && now - l->retried_ns < ROOM_INTERVAL_S * NS_PER_S)
        return false;
    l->retried_ns = now;
    rawlog_retain(l);
    return true;
}

bool rawlog_commit(struct rawlog *l, struct err *e)
{
    bool ok = commit_all(l, e);

    if (!ok && make_room(l)) {
        *e = (struct err){0};
        ok = commit_all(l, e);
    }
    if (!ok && !l->disk_full)
        rawlog_say(l, (str){0}, "the raw log cannot be written, and senders are made to wait: %s",
                   e->message);
    if (ok && l->disk_full)
        rawlog_say(l, (str){0}, "the raw log can be written again");
    l->disk_full = !ok;
    return ok;
}

bool rawlog_is_idle(const struct rawlog *l)
{
    for (struct raw_source *s = rawlog_sources(l); s; s = s->next)
        if (raw_pending_bytes(s))
            return false;
    return true;
}

/* ------------------------------------------------------------ figures */

uint64_t raw_next(const struct raw_source *s)
{
    struct raw_source *own = (struct raw_source *)(uintptr_t)s;

    pthread_mutex_lock(&own->lock);
    const uint64_t next = own->next_number;
    pthread_mutex_unlock(&own->lock);
    return next;
}

uint64_t raw_durable(const struct raw_source *s)
{
    return atomic_load(&s->durable);
}

uint64_t raw_oldest(const struct raw_source *s)
{
    return atomic_load(&s->oldest);
}

uint64_t raw_pending_bytes(const struct raw_source *s)
{
    return atomic_load(&s->pending_bytes);
}

uint64_t raw_disk_bytes(const struct raw_source *s)
{
    return atomic_load(&s->disk_bytes);
}

str raw_checkpoint(const struct raw_source *s, str key)
{
    struct raw_source *own = (struct raw_source *)(uintptr_t)s;

    pthread_mutex_lock(&own->lock);
    const str value = checkpoint_table_get(&s->saved, key);
    pthread_mutex_unlock(&own->lock);
    return value;
}

void raw_checkpoints(const struct raw_source *s, void *ctx,
                     void (*each)(void *ctx, str key, str value))
{
    struct raw_source *own = (struct raw_source *)(uintptr_t)s;

    pthread_mutex_lock(&own->lock);
    checkpoint_table_each(&s->saved, ctx, each);
    pthread_mutex_unlock(&own->lock);
}
