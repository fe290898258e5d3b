/*
 * file_tail.c - the source `file`: follows files through rotation, exactly once.
 *
 * Where a file was read to stands in the same block as its records, so that both
 * are on disk or neither is. Every file has a turn of TAIL_TURN_BYTES, one after
 * the other; when the inlet is full all wait, and what was read and not taken is
 * read again. See file_identity.h for what a file is.
 */
#include "collect/file_tail.h"

#include "base/mem.h"
#include "collect/path_glob.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct setting file_settings[] = {
    {.name = "paths",
     .kind = SETTING_LIST,
     .help = "files to follow: paths, with '*', '?', '[...]' and '**' for any number of folders",
     .required = true},
    {.name = "exclude",
     .kind = SETTING_LIST,
     .help = "patterns of paths, or without '/' of names, that are left out"},
    {.name = "from",
     .kind = SETTING_WORD,
     .fallback = "beginning",
     .words = "beginning end",
     .help = "end: files that are there at the source's very first start begin at their end"},
    {.name = "ignore_older",
     .kind = SETTING_DURATION,
     .help = "files never seen that were not changed for longer are left alone"},
    {.name = "rotate_wait",
     .kind = SETTING_DURATION,
     .fallback = "5s",
     .max = 86400000000000,
     .help = "how long a renamed or deleted file is still followed after its last byte"},
    {.name = "rescan",
     .kind = SETTING_DURATION,
     .fallback = "10s",
     .min = 100000000,
     .max = 3600000000000,
     .help = "how often all paths are looked at, for what the kernel does not report"},
    {.name = "forget_after",
     .kind = SETTING_DURATION,
     .fallback = "7d",
     .min = 1000000000,
     .max = 31536000000000000,
     .help = "how long it is remembered where reading a file ended that is gone"},
    {.name = "partial_flush",
     .kind = SETTING_DURATION,
     .fallback = "0s",
     .max = 86400000000000,
     .help = "a last line without its end is given out after that time; 0s: when the file is "
             "renamed or deleted"},
    {.name = "open_files",
     .kind = SETTING_NUMBER,
     .fallback = "256",
     .min = 1,
     .max = 65536,
     .help = "files that are open at a time; of more, those read longest ago are closed"},
    {.name = "delimiter",
     .kind = SETTING_WORD,
     .fallback = "newline",
     .words = "newline nul",
     .help = "what ends a record: a line feed or a zero byte"},
    {.name = "encoding",
     .kind = SETTING_WORD,
     .fallback = "utf-8",
     .words = "utf-8 utf-16",
     .help = "utf-16: by its byte order mark, little endian without one"},
    MULTILINE_SETTINGS,
};

static void arm(struct file_tail *t)
{
    loop_change(t->work, t->first_ready && !t->blocked ? EPOLLIN : 0);
}

void tail_queue(struct file_tail *t, struct tail_file *f)
{
    if (f->ready || f->id.kind == FILE_ENDED)
        return;
    f->ready = true;
    f->next_ready = NULL;
    *t->last_ready = f;
    t->last_ready = &f->next_ready;
    arm(t);
}

static struct tail_file *next_ready(struct file_tail *t)
{
    struct tail_file *f = t->first_ready;

    t->first_ready = f->next_ready;
    if (!t->first_ready)
        t->last_ready = &t->first_ready;
    f->ready = false;
    return f;
}

void tail_close_file(struct file_tail *t, struct tail_file *f)
{
    if (f->fd == -1)
        return;
    file_watch_remove(t->watch, f->watch);
    f->watch = -1;
    tail_file_close(f);
    t->open_count--;
}

/* Room for one more open file. A file that no path leads to cannot be opened again and stays. */
static bool make_room(struct file_tail *t)
{
    struct tail_file *oldest = NULL;

    if (t->open_count < t->open_max)
        return true;
    for (uint32_t i = 0; i < t->set.count; i++) {
        struct tail_file *f = t->set.files[i];
        if (f->fd != -1 && !f->gone && !f->ready && (!oldest || f->moved_ns < oldest->moved_ns))
            oldest = f;
    }
    if (oldest)
        tail_close_file(t, oldest);
    return oldest != NULL;
}

static void unreadable(struct file_tail *t, struct tail_file *f)
{
    if (!f->unreadable)
        inlet_fault(t->c.inlet, FAULT_unreadable, 1, f->path);
    f->unreadable = true;
}

struct tail_file *tail_replace(struct file_tail *t, struct tail_file *f, const char *place)
{
    struct file_identity id = {.dev = f->id.dev,
                               .ino = f->id.ino,
                               .born_ns = f->id.born_ns,
                               .generation = f->id.generation + 1,
                               .kind = FILE_PLAIN,
                               .gone_s = f->id.gone_s};
    char *path = str_dup(str_from(place));

    tail_close_file(t, f);
    f->id.kind = FILE_ENDED;
    f->id.gone_s = inlet_now_ns(t->c.inlet) / 1000000000;
    f->unsaved = f->saved;
    struct tail_file *now = tail_file_new(&t->reader, &id, str_from(path), path);
    now->decided = true;
    now->gone = f->gone;
    now->seen = f->seen;
    now->moved_ns = inlet_steady_ns(t->c.inlet);
    tail_set_add(&t->set, now);
    tail_queue(t, now);
    free(path);
    return now;
}

static bool open_file(struct file_tail *t, struct tail_file *f)
{
    enum tail_turn turn;

    if (f->fd != -1)
        return true;
    f->waits = !f->gone && !make_room(t);
    if (f->gone || f->waits)
        return false;
    turn = tail_file_open(f);
    if (turn == TAIL_REPLACED)
        tail_replace(t, f, f->place);
    else if (turn == TAIL_LOST)
        t->scan_wanted = true;
    else if (turn == TAIL_UNREADABLE)
        unreadable(t, f);
    if (turn != TAIL_MORE)
        return false;
    f->unreadable = false;
    t->open_count++;
    f->watch = file_watch_file(t->watch, f->fd, f);
    if (f->watch == -1)
        t->unwatched = true;
    return true;
}

static bool push(struct file_tail *t)
{
    if (!inlet_push(t->c.inlet))
        return false;
    t->pushed = inlet_next(t->c.inlet);
    return true;
}

static void run(struct file_tail *t, struct tail_file *f)
{
    if (f->id.kind == FILE_ENDED || !open_file(t, f) || !tail_decide(t, f))
        return;
    const uint64_t before = record_stream_next(&f->stream);
    const enum tail_turn turn = tail_file_is_packed(f) ? tail_packed_turn(t, f) : tail_file_turn(f);
    if (f->fd == -1) /* it is broken */
        return;
    if (turn != TAIL_REPLACED && record_stream_next(&f->stream) != before)
        f->moved_ns = inlet_steady_ns(t->c.inlet);
    if (turn == TAIL_MORE)
        tail_queue(t, f);
    if (turn == TAIL_UNREADABLE)
        unreadable(t, f);
    if (f->id.kind == FILE_PACKED_OVER)
        tail_close_file(t, f);
    if (turn == TAIL_BLOCKED) { /* a full block goes on its way, and another may be had */
        t->blocked = inlet_next(t->c.inlet) == t->pushed || !push(t);
        tail_queue(t, f);
    }
    if (turn == TAIL_REPLACED) {
        inlet_fault(t->c.inlet, FAULT_truncated, 1, f->path);
        tail_replace(t, f, f->place);
    }
}

static void report_lag(struct file_tail *t)
{
    uint64_t lag = 0;

    for (uint32_t i = 0; i < t->set.count; i++) {
        const struct tail_file *f = t->set.files[i];
        if (f->id.kind == FILE_PLAIN && (!f->gone || f->fd != -1) && f->size > f->id.offset)
            lag += f->size - f->id.offset;
    }
    inlet_lag(t->c.inlet, lag);
}

/* Checkpoints that changed without a record. */
static void save_all(struct file_tail *t)
{
    if (t->unbegun)
        t->unbegun = !inlet_checkpoint(t->c.inlet, S("begun"), S("1"));
    for (uint32_t i = 0; i < t->set.count; i++)
        if (t->set.files[i]->unsaved && !tail_file_save(t->set.files[i]))
            return;
}

static void hand_over(struct file_tail *t)
{
    save_all(t);
    if (!push(t))
        t->blocked = true;
    report_lag(t);
    arm(t);
}

static void work(void *ctx, uint32_t events)
{
    struct file_tail *t = ctx;

    (void)events;
    for (uint32_t i = 0; i < TAIL_TURNS && t->first_ready && !t->blocked; i++)
        run(t, next_ready(t));
    hand_over(t);
}

/* The times of one open file. */
static void look_at_times(struct file_tail *t, struct tail_file *f, int64_t now)
{
    struct record_stream *s = &f->stream;

    if (!f->decided)
        return;
    bool taken = record_stream_flush(s, now);
    if (taken && t->partial_flush_ns && !tail_file_is_packed(f) && line_pending(&s->lines) &&
        now - s->fed_ns >= t->partial_flush_ns)
        taken = record_stream_end(s);
    if (taken && !tail_file_is_packed(f) && tail_file_has_moved(f) && !f->ready &&
        now - f->moved_ns >= t->rotate_wait_ns) {
        taken = record_stream_end(s);
        if (taken)
            tail_close_file(t, f); /* opened again if there is more of it after all */
    }
    t->blocked = !taken;
}

static void tick(void *ctx)
{
    struct file_tail *t = ctx;
    const int64_t now = inlet_steady_ns(t->c.inlet), since = now - t->scanned_ns;

    if (t->blocked)
        return;
    for (uint32_t i = 0; i < t->set.count && !t->blocked; i++) {
        struct tail_file *f = t->set.files[i];
        if (f->fd != -1)
            look_at_times(t, f, now);
        if (f->waits)
            tail_queue(t, f);
    }
    if (since >= t->rescan_ns || (t->unwatched && since >= TAIL_POLL_NS) ||
        (t->scan_wanted && since >= TAIL_SCAN_SPACING_NS))
        tail_scan(t);
    hand_over(t);
}

static void file_written(void *ctx, void *file)
{
    tail_queue(ctx, file);
}

static void folder_renamed(void *ctx)
{
    struct file_tail *t = ctx;

    t->scan_wanted = true;
    if (!t->blocked && inlet_steady_ns(t->c.inlet) - t->scanned_ns >= TAIL_SCAN_SPACING_NS)
        tail_scan(t);
}

static void tail_resume(void *source)
{
    struct file_tail *t = source;

    t->blocked = false;
    hand_over(t);
}

static void tail_close(void *source)
{
    struct file_tail *t = source;
    const bool pushed = inlet_push(t->c.inlet);

    (void)pushed; /* what is not handed over is read again at the next start */
    loop_timer_remove(t->tick);
    loop_remove(t->work);
    for (uint32_t i = 0; i < t->set.count; i++)
        tail_close_file(t, t->set.files[i]);
    tail_set_done(&t->set);
    file_watch_free(t->watch);
    multiline_free(t->multiline);
    if (t->work_fd != -1)
        close(t->work_fd);
    free(t);
}

static bool check_paths(const struct setting_value *v, struct err *e)
{
    for (uint32_t i = 0; i < v->list_count; i++)
        if (!path_glob_check(v->list[i], e))
            return err_wrap(e, "'" STR_FMT "'", STR_ARG(v->list[i]));
    return true;
}

static bool tail_check(const struct settings *s, struct err *e)
{
    if (setting(s, "paths")->list_count == 0)
        return err_set(e, ERR_INPUT, "'paths' names no file");
    return check_paths(setting(s, "paths"), e) && check_paths(setting(s, "exclude"), e) &&
           multiline_check(s, e);
}

static void read_settings(struct file_tail *t)
{
    const struct settings *s = t->c.settings;

    t->paths = setting(s, "paths")->list;
    t->path_count = setting(s, "paths")->list_count;
    t->exclude = setting(s, "exclude")->list;
    t->exclude_count = setting(s, "exclude")->list_count;
    t->from_end = str_eq(setting_text(s, "from"), S("end"));
    t->ignore_older_ns = (int64_t)setting_number(s, "ignore_older");
    t->rotate_wait_ns = (int64_t)setting_number(s, "rotate_wait");
    t->rescan_ns = (int64_t)setting_number(s, "rescan");
    t->forget_after_s = (int64_t)(setting_number(s, "forget_after") / 1000000000);
    t->partial_flush_ns = (int64_t)setting_number(s, "partial_flush");
    t->open_max = (uint32_t)setting_number(s, "open_files");
    t->reader.rule.delimiter = str_eq(setting_text(s, "delimiter"), S("nul")) ? '\0' : '\n';
    t->reader.rule.utf16 = str_eq(setting_text(s, "encoding"), S("utf-16"));
}

static bool begin(struct file_tail *t, struct err *e)
{
    const struct file_watch_calls calls = {t, file_written, folder_renamed};

    if (!multiline_new(t->c.settings, &t->multiline, e))
        return false;
    t->reader.rule.multiline = t->multiline;
    t->work_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (t->work_fd == -1)
        return err_set(e, ERR_IO, "cannot follow files: %s", strerror(errno));
    t->work = loop_add(t->c.loop, t->work_fd, 0, work, t, e);
    if (!t->work)
        return false;
    t->watch = file_watch_new(t->c.loop, &calls);
    t->tick = loop_every(t->c.loop, TAIL_TICK_NS, tick, t);
    tail_restore(t);
    tail_scan(t);
    hand_over(t);
    return true;
}

static void *tail_open(const struct source_context *c, struct err *e)
{
    struct file_tail *t = mem_alloc(sizeof *t);

    t->c = *c;
    t->work_fd = -1;
    t->last_ready = &t->first_ready;
    t->reader.io = c->io;
    t->reader.inlet = c->inlet;
    read_settings(t);
    if (begin(t, e))
        return t;
    tail_close(t);
    return NULL;
}

const struct source_type source_type_file = {
    .name = "file",
    .summary = "files and globs, followed through rotation",
    .example = "type: file\npaths: [/var/log/auth.log, /var/log/nginx/**/*.log]\n",
    .settings = file_settings,
    .setting_count = countof(file_settings),
    .keeps_place = true,
    .check = tail_check,
    .open = tail_open,
    .resume = tail_resume,
    .close = tail_close,
};
