/*
 * io_power.c - a journal of undo: one entry a change, with the file or folder
 * whose fsync makes it durable (by device and inode). fsync drops the entries, a
 * power cut plays what is left from the newest to the oldest.
 *
 * Changes of bytes keep the bytes before them; a descriptor of our own, opened
 * through /proc, reads and restores them, so that it does not matter how the
 * caller's was opened, or that the file has another name by then. Names are
 * absolute: the working directory may change.
 */
#include "base/io_power.h"

#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UNDO_MAX = 1 << 20, UNDO_BYTES_MAX = 1 << 30, LINK_TEXT_MAX = 4096 };

enum undo_kind { UNDO_BYTES, UNDO_MADE, UNDO_MADE_FOLDER, UNDO_RENAMED, UNDO_REMOVED };

struct undo {
    enum undo_kind kind;
    dev_t device; /* with inode: whose fsync makes it durable */
    ino_t inode;
    int fd;          /* UNDO_BYTES: ours; -1 otherwise */
    uint64_t offset; /* UNDO_BYTES: where `bytes` belong */
    uint64_t size;   /* UNDO_BYTES: the file's, before */
    char *bytes;     /* what was there; UNDO_RENAMED: of the file that was replaced, or NULL */
    size_t n;
    char *path, *other; /* UNDO_RENAMED: from, to */
};

struct power {
    pthread_mutex_t lock;
    struct undo *undos;
    size_t count, capacity;
};

struct power *power_new(void)
{
    struct power *p = mem_alloc(sizeof *p);

    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void undo_done(struct undo *u)
{
    if (u->fd != -1)
        close(u->fd);
    free(u->bytes);
    free(u->path);
    free(u->other);
}

void power_free(struct power *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        undo_done(&p->undos[i]);
    free(p->undos);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* A test of durable files that cannot go on must not pass. */
static NO_RETURN void give_up(const char *what)
{
    perror(what);
    abort();
}

static void add_undo(struct power *p, const struct undo *u)
{
    pthread_mutex_lock(&p->lock);
    assert(p->count < UNDO_MAX);
    if (p->count == p->capacity) {
        p->capacity = p->capacity * 2 + 16;
        p->undos = mem_resize(p->undos, p->capacity, sizeof *p->undos);
    }
    p->undos[p->count++] = *u;
    pthread_mutex_unlock(&p->lock);
}

static int reopen(int fd, int flags)
{
    char link[64];

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int own = open(link, flags | O_CLOEXEC);
    if (own == -1)
        give_up("power: cannot open a file again");
    return own;
}

/* The absolute path of a name in a folder that is there. Owned. */
static char *path_of(int dir, const char *path)
{
    char link[64], folder[LINK_TEXT_MAX];
    struct buf out = buf_make(2 * LINK_TEXT_MAX);
    ssize_t n;

    if (dir == AT_FDCWD) {
        n = readlink("/proc/self/cwd", folder, sizeof folder);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        n = readlink(link, folder, sizeof folder);
    }
    if (n < 0)
        give_up("power: cannot tell where a folder is");
    if (path[0] != '/')
        buf_printf(&out, "%.*s/", (int)n, folder);
    buf_add(&out, str_from(path));
    buf_cstr(&out); /* has an end now */
    return out.p;
}

static struct undo of_folder(enum undo_kind kind, int dir, const char *path)
{
    struct undo u = {.kind = kind, .fd = -1, .path = path_of(dir, path)};
    char *slash = strrchr(u.path, '/');
    struct stat st;

    *slash = '\0';
    if (stat(slash == u.path ? "/" : u.path, &st) != 0)
        give_up("power: cannot look at a folder");
    *slash = '/';
    u.device = st.st_dev;
    u.inode = st.st_ino;
    return u;
}

static void keep_bytes(struct undo *u, int fd, uint64_t from, uint64_t to)
{
    size_t n = 0;

    if (from >= to)
        return;
    assert(to - from < UNDO_BYTES_MAX);
    u->n = (size_t)(to - from);
    u->bytes = mem_alloc(u->n);
    while (n < u->n) {
        ssize_t got = pread(fd, u->bytes + n, u->n - n, (off_t)(from + n));
        if (got <= 0)
            give_up("power: cannot keep what a file holds");
        n += (size_t)got;
    }
}

static struct undo of_bytes(int fd, uint64_t from, uint64_t to)
{
    struct undo u = {.kind = UNDO_BYTES, .fd = reopen(fd, O_RDWR), .offset = from};
    struct stat st;

    if (fstat(fd, &st) != 0)
        give_up("power: cannot look at a file");
    u.device = st.st_dev;
    u.inode = st.st_ino;
    u.size = (uint64_t)st.st_size;
    keep_bytes(&u, u.fd, from, to < u.size ? to : u.size);
    return u;
}

uint64_t power_place(int fd)
{
    const bool appends = fcntl(fd, F_GETFL) & O_APPEND;

    return (uint64_t)lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
}

void power_before_write(struct power *p, int fd, uint64_t offset, size_t n)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    const struct undo u = of_bytes(fd, offset, offset + n);
    add_undo(p, &u);
}

void power_before_truncate(struct power *p, int fd, uint64_t size)
{
    const struct undo u = of_bytes(fd, size, UINT64_MAX);

    add_undo(p, &u);
}

void power_made(struct power *p, int dir, const char *path, bool folder)
{
    const struct undo u = of_folder(folder ? UNDO_MADE_FOLDER : UNDO_MADE, dir, path);

    add_undo(p, &u);
}

int power_open(struct power *p, int dir, const char *path, int flags, mode_t mode)
{
    struct stat st;
    const bool is_new = fstatat(dir, path, &st, 0) != 0 && errno == ENOENT;
    int fd = openat(dir, path, flags & ~O_TRUNC, mode);

    if (fd != -1 && is_new)
        power_made(p, dir, path, false);
    if (fd != -1 && flags & O_TRUNC && !is_new) {
        power_before_truncate(p, fd, 0);
        if (ftruncate(fd, 0) != 0)
            give_up("power: cannot cut a file");
    }
    return fd;
}

static void keep_whole_file(struct undo *u, int dir, const char *path)
{
    struct stat st;
    int fd = openat(dir, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd == -1)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        u->bytes = mem_alloc(1); /* present, though it may be empty */
        if (st.st_size) {
            free(u->bytes);
            keep_bytes(u, fd, 0, (uint64_t)st.st_size);
        }
    }
    close(fd);
}

void power_before_rename(struct power *p, int dir, const char *from, const char *to)
{
    struct undo u = of_folder(UNDO_RENAMED, dir, from);

    u.other = path_of(dir, to);
    keep_whole_file(&u, dir, to);
    add_undo(p, &u);
}

void power_before_unlink(struct power *p, int dir, const char *path)
{
    struct undo u = of_folder(UNDO_REMOVED, dir, path);

    keep_whole_file(&u, dir, path);
    add_undo(p, &u);
}

void power_keep(struct power *p, int fd)
{
    struct stat st;
    size_t left = 0;

    if (fstat(fd, &st) != 0)
        give_up("power: cannot look at a file");
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->count; i++) {
        if (p->undos[i].device == st.st_dev && p->undos[i].inode == st.st_ino)
            undo_done(&p->undos[i]);
        else
            p->undos[left++] = p->undos[i];
    }
    p->count = left;
    pthread_mutex_unlock(&p->lock);
}

static void put_back(const char *path, const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd == -1)
        return; /* its folder is gone too */
    if (write(fd, bytes, n) != (ssize_t)n)
        give_up("power: cannot restore a file");
    close(fd);
}

static void play(const struct undo *u)
{
    switch (u->kind) {
    case UNDO_BYTES:
        if ((u->n && pwrite(u->fd, u->bytes, u->n, (off_t)u->offset) != (ssize_t)u->n) ||
            ftruncate(u->fd, (off_t)u->size) != 0)
            give_up("power: cannot undo a write");
        break;
    case UNDO_MADE:
        unlink(u->path);
        break;
    case UNDO_MADE_FOLDER:
        rmdir(u->path); /* what is in it was made later and is gone, or it was synced itself */
        break;
    case UNDO_RENAMED:
        if (rename(u->other, u->path) == 0 && u->bytes)
            put_back(u->other, u->bytes, u->n);
        break;
    case UNDO_REMOVED:
        if (u->bytes)
            put_back(u->path, u->bytes, u->n);
        break;
    }
}

void power_cut(struct power *p)
{
    pthread_mutex_lock(&p->lock); /* and never given back: others may not change what is undone */
    for (size_t i = p->count; i-- > 0;)
        play(&p->undos[i]);
    _exit(POWER_EXIT);
}
