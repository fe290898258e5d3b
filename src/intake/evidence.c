/* evidence.c - walks folders with descriptors, so that a path cannot be exchanged underneath us. */
#include "intake/evidence.h"

#include "base/arena.h"
#include "base/buf.h"
#include "intake/file_hash.h"
#include "text/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct folder {
    DIR *dir;
    struct arena *names;
    str *entries;
    uint32_t count, capacity, next;
    size_t path_length; /* of the folder's own path in walk.path */
};

struct walk {
    const struct evidence_options *o;
    const struct batch_port *port;
    struct buf path;
    struct folder folders[FOLDER_DEPTH_MAX];
    uint32_t depth;
};

static void problem(const struct walk *w, enum problem_kind kind, const char *text)
{
    reader_problem(w->port, buf_str(&w->path), kind, text);
}

/* What is left of a file that no reader wanted is read for its hash alone. */
static bool drain(const struct walk *w, int fd, struct file_hash *hash, uint64_t *bytes)
{
    static const size_t step = 1 << 16;
    char *block = malloc(step);
    ssize_t got = -1;

    while (block && !w->port->stopped(w->port->ctx) &&
           (got = io_read(w->o->io, IO_evidence_read, fd, block, step)) > 0) {
        file_hash_add(hash, (str){block, (size_t)got});
        *bytes += (uint64_t)got;
    }
    free(block);
    return got == 0;
}

/* Records of a file that name no year were written about when it was last written to. */
static struct reader_options reader_of(const struct walk *w, const struct stat *st)
{
    struct reader_options o = w->o->reader;

    if (S_ISREG(st->st_mode) && st->st_mtim.tv_sec > 0)
        o.time.reference_ns = (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
    return o;
}

static void read_fd(struct walk *w, int fd, const struct stat *st)
{
    const struct reader_options reader = reader_of(w, st);
    struct file_hash *hash = w->o->with_hash ? file_hash_new() : NULL;
    char hex[SHA256_HEX + 1] = "";
    uint8_t digest[SHA256_BYTES];
    uint64_t bytes = 0;

    w->o->file_begin(w->o->ctx, buf_str(&w->path));
    reader_run(&reader, w->port, buf_str(&w->path), source_file(w->o->io, fd, hash, &bytes),
               &bytes);
    if (hash && drain(w, fd, hash, &bytes)) {
        file_hash_final(hash, digest);
        hex_of(digest, SHA256_BYTES, hex);
    }
    file_hash_free(hash);
    w->o->file_end(w->o->ctx, bytes, hex);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static bool list_entries(struct walk *w, struct folder *f)
{
    struct io *io = w->o->io;
    struct dirent *d;

    while ((d = io_readdir(io, IO_folder_read, f->dir))) {
        str name = str_from(d->d_name);
        if (str_eq(name, S(".")) || str_eq(name, S("..")))
            continue;
        if (f->count == FOLDER_ENTRIES_MAX) {
            problem(w, PROBLEM_unreadable, "more entries than the limit; the rest is left out");
            break;
        }
        str *room =
            arena_push(f->names, (void **)&f->entries, &f->count, &f->capacity, sizeof *f->entries);
        *room = arena_str(f->names, name);
    }
    bool whole = d != NULL || errno == 0;
    if (f->count)
        qsort(f->entries, f->count, sizeof *f->entries, by_name);
    return whole;
}

/* Takes fd over and goes into the folder whose path is in w->path. */
static void push_folder(struct walk *w, int fd)
{
    if (w->depth == FOLDER_DEPTH_MAX) {
        close(fd);
        problem(w, PROBLEM_unreadable, "folders nested deeper than the limit of 64");
        return;
    }
    struct folder f = {.path_length = w->path.n};
    f.dir = io_fdopendir(w->o->io, IO_folder_open, fd);
    if (!f.dir) {
        problem(w, PROBLEM_unreadable, strerror(errno));
        close(fd);
        return;
    }
    f.names = arena_new(1 << 16);
    if (!list_entries(w, &f))
        problem(w, PROBLEM_unreadable, strerror(errno));
    w->folders[w->depth++] = f;
}

static void pop_folder(struct walk *w)
{
    struct folder *f = &w->folders[--w->depth];

    closedir(f->dir);
    arena_free(f->names);
}

/* Opens an entry of the innermost folder without following anything, or tells why not. */
static int open_entry(struct walk *w, const char *name, struct stat *ret)
{
    struct io *io = w->o->io;
    int dir = dirfd(w->folders[w->depth - 1].dir);
    struct stat before;

    if (fstatat(dir, name, &before, AT_SYMLINK_NOFOLLOW) == -1) {
        problem(w, errno == ENOENT ? PROBLEM_vanished : PROBLEM_unreadable, strerror(errno));
        return -1;
    }
    if (!S_ISREG(before.st_mode) && !S_ISDIR(before.st_mode)) {
        problem(w, PROBLEM_skipped, S_ISLNK(before.st_mode) ? "a symbolic link" : "a special file");
        return -1;
    }
    int fd = io_openat(io, IO_evidence_open, dir, name,
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd == -1) {
        problem(w, errno == ENOENT || errno == ELOOP ? PROBLEM_vanished : PROBLEM_unreadable,
                strerror(errno));
        return -1;
    }
    if (io_fstat(io, IO_evidence_stat, fd, ret) == -1 ||
        (!S_ISREG(ret->st_mode) && !S_ISDIR(ret->st_mode))) {
        problem(w, PROBLEM_vanished, "changed while it was opened");
        close(fd);
        return -1;
    }
    return fd;
}

static void visit(struct walk *w, int fd, const struct stat *st)
{
    if (S_ISDIR(st->st_mode)) {
        push_folder(w, fd);
        return;
    }
    read_fd(w, fd, st);
    close(fd);
}

/* The next entry of the innermost folder. */
static void next_entry(struct walk *w)
{
    struct folder *f = &w->folders[w->depth - 1];
    struct stat st;

    if (f->next == f->count || w->port->stopped(w->port->ctx)) {
        pop_folder(w);
        return;
    }
    str name = f->entries[f->next++];
    w->path.n = f->path_length;
    if (w->path.n && w->path.p[w->path.n - 1] != '/')
        buf_char(&w->path, '/');
    buf_add(&w->path, name);
    if (w->path.overflow) {
        w->path.overflow = false;
        problem(w, PROBLEM_unreadable, "path longer than the limit");
        return;
    }
    int fd = open_entry(w, name.p, &st);
    if (fd != -1)
        visit(w, fd, &st);
}

bool evidence_read(const struct evidence_options *o, const struct batch_port *port,
                   const char *path, struct err *e)
{
    struct walk w = {.o = o, .port = port, .path = buf_make(EVIDENCE_PATH_MAX)};
    struct stat st;
    bool is_stdin = str_eq(str_from(path), S("-"));

    buf_add(&w.path, is_stdin ? S("(standard input)") : str_from(path));
    int fd = is_stdin ? STDIN_FILENO
                      : io_openat(o->io, IO_evidence_open, AT_FDCWD, path,
                                  O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd == -1 || io_fstat(o->io, IO_evidence_stat, fd, &st) == -1) {
        err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
        if (fd > STDIN_FILENO)
            close(fd);
    } else if (is_stdin) {
        read_fd(&w, fd, &st);
    } else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        err_set(e, ERR_INPUT, "cannot scan '%s': neither a file nor a folder", path);
        close(fd);
    } else {
        visit(&w, fd, &st);
        while (w.depth > 0)
            next_entry(&w);
    }
    buf_done(&w.path);
    return e->code == ERR_NONE;
}
