/*
 * tail_scan.c - which files the patterns name now, compared with those that are
 * known: new ones, those that have another name, those that are gone.
 *
 * A file that no pattern names any more is looked for in its folder by its inode:
 * `/var/log/x.log` alone is enough to read x.log.1 to its end after a restart.
 */
#include "collect/file_tail.h"
#include "collect/path_glob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void restore_one(void *ctx, str key, str value)
{
    struct file_tail *t = ctx;
    struct file_identity id;
    char own[FILE_KEY_BYTES];
    str path;

    if (!str_starts(key, S("file:")))
        return;
    t->from_end = false; /* this source has run before: what is new is read from its beginning */
    if (!file_identity_read(value, &id, &path) || t->set.count >= TAIL_FILES_MAX ||
        !str_eq(key, (str){own, file_identity_key(&id, own)}))
        return;
    char *place = str_dup(path);
    struct tail_file *f = tail_file_new(&t->reader, &id, path, place);
    free(place);
    f->saved = f->decided = true;
    f->gone = id.gone_s != 0;
    tail_set_add(&t->set, f);
}

void tail_restore(struct file_tail *t)
{
    if (inlet_saved(t->c.inlet, S("begun")).p)
        t->from_end = false;
    inlet_each_saved(t->c.inlet, t, restore_one);
    for (uint32_t i = 0; i < t->set.count; i++) {
        struct tail_file *f = t->set.files[i];
        if (f->id.kind == FILE_ENDED ||
            tail_set_generation(&t->set, f->id.dev, f->id.ino) == f->id.generation + 1)
            continue;
        f->id.kind = FILE_ENDED; /* which was not on disk yet when its successor was */
        f->id.gone_s = inlet_now_ns(t->c.inlet) / 1000000000;
        f->unsaved = true;
    }
}

static bool is_excluded(const struct file_tail *t, const char *path)
{
    for (uint32_t i = 0; i < t->exclude_count; i++)
        if (path_glob_match(t->exclude[i], str_from(path)))
            return true;
    return false;
}

static void begin_file(struct file_tail *t, const struct file_identity *id, const struct stat *st,
                       const char *path)
{
    const int64_t age_ns = inlet_now_ns(t->c.inlet) - st->st_mtim.tv_sec * 1000000000;

    if (t->ignore_older_ns && age_ns > t->ignore_older_ns)
        return;
    if (t->set.count >= TAIL_FILES_MAX || strlen(path) > FILE_PATH_MAX) {
        inlet_fault(t->c.inlet, FAULT_unreadable, 1, str_from(path));
        return;
    }
    struct file_identity own = *id;
    own.generation = tail_set_generation(&t->set, id->dev, id->ino);
    struct tail_file *f = tail_file_new(&t->reader, &own, str_from(path), path);
    f->seen = t->scan;
    f->size = (uint64_t)st->st_size;
    f->moved_ns = inlet_steady_ns(t->c.inlet);
    f->from_end = t->from_end && t->scan == 1;
    f->changed_ns = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
    f->fresh = true;
    tail_set_add(&t->set, f);
}

/* The device's number is another since the last start. */
static struct tail_file *renumbered(struct file_tail *t, const struct file_identity *id,
                                    const char *path)
{
    struct tail_file *f = tail_set_find_renumbered(&t->set, id, path);
    const uint64_t old = f ? f->id.dev : 0;

    if (!f || t->scan != 1 || !tail_file_forget(f))
        return NULL;
    f->id.dev = id->dev;
    f->unsaved = true;
    tail_set_rekey(&t->set, f, old);
    return f;
}

/* A known file is at `path`. */
static void meet_again(struct file_tail *t, struct tail_file *f, const struct stat *st,
                       const char *path)
{
    const int64_t changed_ns = st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;

    if (f->seen == t->scan) /* by another name already */
        return;
    if (!str_eq(str_from(f->place), str_from(path))) {
        tail_file_move(f, path);
        f->moved_ns = inlet_steady_ns(t->c.inlet);
    }
    if (f->gone) {
        f->gone = false;
        f->id.gone_s = 0;
        f->unsaved = f->saved;
    }
    const bool changed = f->size != (uint64_t)st->st_size || f->changed_ns != changed_ns;
    if (changed)
        f->broken = false;
    if (tail_file_is_packed(f) ? f->id.kind == FILE_PACKED && !f->broken
                               : changed || f->seen == 0 || f->size > f->id.offset)
        tail_queue(t, f);
    f->size = (uint64_t)st->st_size;
    f->changed_ns = changed_ns;
    f->seen = t->scan;
}

static void meet_path(void *ctx, const char *path)
{
    struct file_tail *t = ctx;
    struct file_identity id;
    struct stat st;

    if (is_excluded(t, path))
        return;
    if (!file_look(t->c.io, -1, path, &id, &st)) {
        t->partly = t->partly || errno != ENOENT;
        return;
    }
    if (!S_ISREG(st.st_mode))
        return;
    struct tail_file *f = tail_set_find(&t->set, id.dev, id.ino);
    if (!f)
        f = renumbered(t, &id, path);
    if (f && !file_is_same(&f->id, &id)) {
        f = tail_replace(t, f, path);
        f->id.born_ns = id.born_ns;
        f->decided = false;
    }
    if (f)
        meet_again(t, f, &st, path);
    else
        begin_file(t, &id, &st, path);
}

static void meet_trouble(void *ctx, const char *path)
{
    struct file_tail *t = ctx;

    (void)path;
    t->partly = true;
}

static void meet_folder(void *ctx, const char *path)
{
    struct file_tail *t = ctx;

    if (!file_watch_folder(t->watch, path))
        t->unwatched = true;
}

/* The file's name in the folder where it was; false: it has none there. */
static bool find_by_inode(struct file_tail *t, struct tail_file *f)
{
    struct buf path CLEANUP(buf_done) = buf_make(2 * (size_t)FILE_PATH_MAX);
    const char *slash = strrchr(f->place, '/');
    const size_t folder_n = slash ? (size_t)(slash - f->place) + 1 : 0;
    bool found = false;

    buf_add(&path, folder_n ? (str){f->place, folder_n} : S("."));
    const int fd =
        io_openat(t->c.io, IO_tail_folder, AT_FDCWD, buf_cstr(&path), O_RDONLY | O_DIRECTORY, 0);
    DIR *dir = fd == -1 ? NULL : io_fdopendir(t->c.io, IO_tail_folder, fd);
    if (!dir && fd != -1)
        io_close(t->c.io, IO_tail_folder, fd);
    for (struct dirent *d; dir && !found && (d = io_readdir(t->c.io, IO_tail_folder_read, dir));) {
        struct file_identity id;
        struct stat st;
        if (d->d_ino != f->id.ino)
            continue;
        buf_clear(&path);
        buf_add(&path, (str){f->place, folder_n});
        buf_add(&path, str_from(d->d_name));
        found = file_look(t->c.io, -1, buf_cstr(&path), &id, &st) && S_ISREG(st.st_mode) &&
                file_is_same(&id, &f->id);
        if (found)
            meet_again(t, f, &st, buf_cstr(&path));
    }
    if (dir)
        closedir(dir);
    return found;
}

static bool is_forgotten(const struct file_tail *t, const struct tail_file *f)
{
    const int64_t now_s = inlet_now_ns(t->c.inlet) / 1000000000;

    return f->id.gone_s && f->fd == -1 && !f->ready &&
           (!f->saved || now_s - f->id.gone_s > t->forget_after_s);
}

static void miss(struct file_tail *t, struct tail_file *f)
{
    if (f->gone)
        return;
    f->gone = true;
    f->waits = false;
    f->moved_ns = inlet_steady_ns(t->c.inlet);
    f->id.gone_s = inlet_now_ns(t->c.inlet) / 1000000000;
    f->unsaved = f->saved;
    if (f->fd == -1 &&
        (tail_file_is_packed(f) ? f->id.kind == FILE_PACKED : f->size > f->id.offset))
        inlet_fault(t->c.inlet, FAULT_vanished, 1, f->path);
    if (f->fd != -1)
        tail_queue(t, f);
}

void tail_scan(struct file_tail *t)
{
    const struct path_glob_walk walk = {t->c.io, t, meet_path, meet_folder, meet_trouble};

    t->scan++; /* from 1 */
    t->scan_wanted = t->unwatched = t->partly = false;
    t->scanned_ns = inlet_steady_ns(t->c.inlet);
    file_watch_begin(t->watch);
    for (uint32_t i = 0; i < t->path_count; i++)
        if (!path_glob_each(&walk, t->paths[i]))
            inlet_fault(t->c.inlet, FAULT_unreadable, 1, t->paths[i]);
    file_watch_end(t->watch);
    if (t->from_end && t->scan == 1)
        t->unbegun = true;
    for (uint32_t i = t->set.count; i-- > 0;) {
        struct tail_file *f = t->set.files[i];
        if (f->seen != t->scan && f->id.kind != FILE_ENDED && !find_by_inode(t, f) && !t->partly)
            miss(t, f);
        if (is_forgotten(t, f) && tail_file_forget(f))
            tail_set_remove_at(&t->set, i);
    }
    for (uint32_t i = 0; i < t->set.count; i++) /* behind those that they came in place of */
        if (t->set.files[i]->fresh) {
            t->set.files[i]->fresh = false;
            tail_queue(t, t->set.files[i]);
        }
}
