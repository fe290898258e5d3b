/*
 * rule_cache.c - a file is written under another name and renamed when it is
 * complete, so that a reader sees the old one or the new. It is read into memory of
 * our own, not mapped: what was verified cannot change any more.
 */
#include "engine/rule_cache.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    STEM_DIGITS = 16, /* of a file's name, and of what makes an unfinished one's unique */
    NAME_BYTES = 64,
};

static const str ending = S(".rules"), unfinished = S(".unfinished");

/* ------------------------------------------------------------ the folder */

static bool is_ours(const struct stat *st)
{
    return st->st_uid == geteuid() && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool parent_of(const char *path, char ret[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    str parent = slash == path ? S("/") : slash ? (str){path, (size_t)(slash - path)} : S(".");

    if (parent.n >= PATH_MAX)
        return false;
    memcpy(ret, parent.p, parent.n);
    ret[parent.n] = '\0';
    return true;
}

/* Where others may not take away what we make: root makes nothing in a user's folder, which that
 * user then could not write to. */
static void make_folder(struct io *io, const char *path)
{
    char parent[PATH_MAX];
    struct stat st;

    if (parent_of(path, parent) && io_fstatat(io, IO_cache_folder, AT_FDCWD, parent, &st, 0) == 0 &&
        S_ISDIR(st.st_mode) && (st.st_uid == geteuid() || (st.st_mode & S_ISVTX)))
        (void)io_mkdirat(io, IO_cache_folder, AT_FDCWD, path, 0700);
}

/* The folder, and first the one it is in when that is what is missing. */
static void make_folders(struct io *io, const char *path)
{
    char parent[PATH_MAX];

    if (parent_of(path, parent) && access(parent, F_OK) == -1)
        make_folder(io, parent);
    make_folder(io, path);
}

void rule_cache_open(struct rule_cache *c, struct io *io, const char *path)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    struct stat st;

    *c = (struct rule_cache){io, io_openat(io, IO_cache_folder, AT_FDCWD, path, flags, 0)};
    if (c->folder == -1 && errno == ENOENT) {
        make_folders(io, path);
        c->folder = io_openat(io, IO_cache_folder, AT_FDCWD, path, flags, 0);
    }
    if (c->folder != -1 && (io_fstat(io, IO_cache_folder, c->folder, &st) == -1 || !is_ours(&st)))
        rule_cache_close(c);
}

void rule_cache_close(struct rule_cache *c)
{
    if (c->folder != -1)
        close(c->folder);
    c->folder = -1;
}

static void name_file(const struct rule_key *k, char ret[NAME_BYTES])
{
    char stem[2 * SHA256_BYTES + 1];

    hex_of(k->name, SHA256_BYTES, stem);
    snprintf(ret, NAME_BYTES, "%.*s" STR_FMT, STEM_DIGITS, stem, STR_ARG(ending));
}

/* ------------------------------------------------------------ reading */

/* A block from mem_block(); NULL: it could not be read. */
static char *read_all(struct io *io, int fd, size_t size)
{
    char *block = mem_block(size);

    for (size_t n = 0; n < size;) {
        ssize_t got = io_read(io, IO_cache_read, fd, block + n, size - n);
        if (got <= 0) {
            free(block);
            return NULL;
        }
        n += (size_t)got;
    }
    return block;
}

bool rule_cache_read(struct rule_cache *c, const struct rule_key *k, struct ready_rules *ret)
{
    char name[NAME_BYTES], *block = NULL;
    struct stat st;

    *ret = (struct ready_rules){0};
    if (c->folder == -1 || k->doubt)
        return false;
    name_file(k, name);
    int fd = io_openat(c->io, IO_cache_open, c->folder, name,
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd == -1)
        return false;
    if (io_fstat(c->io, IO_cache_open, fd, &st) == 0 && S_ISREG(st.st_mode) && is_ours(&st) &&
        st.st_size > 0 && (uint64_t)st.st_size <= RULE_BLOCK_BYTES_MAX)
        block = read_all(c->io, fd, (size_t)st.st_size);
    close(fd);
    return block && rule_block_read(block, (size_t)st.st_size, k->value, ret);
}

/* ------------------------------------------------------------ removing what is old */

/* A name that we give: hexadecimal digits and one of our endings, and so nobody's else. */
static bool is_our_name(str name)
{
    bool known = str_ends(name, ending) || str_ends(name, unfinished);

    if (!known || name.n < STEM_DIGITS)
        return false;
    for (size_t i = 0; i < STEM_DIGITS; i++)
        if (!((name.p[i] >= '0' && name.p[i] <= '9') || (name.p[i] >= 'a' && name.p[i] <= 'f')))
            return false;
    return true;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* Counts our files; *ret_oldest is the oldest, but for the one that was just written. */
static uint32_t count_files(struct rule_cache *c, DIR *dir, const char *newest,
                            char ret_oldest[NAME_BYTES])
{
    struct timespec oldest = {0};
    struct dirent *d;
    uint32_t count = 0;

    ret_oldest[0] = '\0';
    for (uint32_t i = 0; i < RULE_CACHE_ENTRIES_MAX; i++) {
        struct stat st;
        if (!(d = io_readdir(c->io, IO_cache_remove, dir)))
            break;
        str name = str_from(d->d_name);
        if (!is_our_name(name) || name.n >= NAME_BYTES ||
            io_fstatat(c->io, IO_cache_remove, c->folder, d->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
                -1)
            continue;
        count++;
        if (str_eq(name, str_from(newest)) || (ret_oldest[0] && !is_older(&st.st_mtim, &oldest)))
            continue;
        oldest = st.st_mtim;
        snprintf(ret_oldest, NAME_BYTES, "%s", d->d_name);
    }
    return count;
}

/* Down to RULE_CACHE_FILES_MAX; what cannot be removed stays. */
static void remove_old(struct rule_cache *c, const char *newest)
{
    char oldest[NAME_BYTES];
    int fd = io_openat(c->io, IO_cache_remove, c->folder, ".", O_RDONLY | O_DIRECTORY, 0);
    DIR *dir = fd == -1 ? NULL : io_fdopendir(c->io, IO_cache_remove, fd);

    if (!dir) {
        if (fd != -1)
            close(fd);
        return;
    }
    while (count_files(c, dir, newest, oldest) > RULE_CACHE_FILES_MAX && oldest[0] &&
           io_unlinkat(c->io, IO_cache_remove, c->folder, oldest) == 0)
        rewinddir(dir);
    closedir(dir);
}

/* ------------------------------------------------------------ writing */

static bool write_file(struct rule_cache *c, const char *name, str bytes)
{
    int fd = io_openat(c->io, IO_cache_create, c->folder, name,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (fd == -1)
        return false;
    bool ok = io_write_all(c->io, IO_cache_write, fd, bytes);
    return close(fd) == 0 && ok;
}

/* Not synchronised to the disk: a file that a crash has torn fails its checksum. */
bool rule_cache_write(struct rule_cache *c, const struct rule_key *k, const struct ready_rules *r)
{
    struct buf block CLEANUP(buf_done) = buf_make(RULE_BLOCK_BYTES_MAX);
    char name[NAME_BYTES], temporary[NAME_BYTES];
    struct err e = {0};

    if (c->folder == -1 || k->doubt || !rule_block_write(r, k->value, &block, &e))
        return false;
    name_file(k, name);
    snprintf(temporary, sizeof temporary, "%.*s.%0*llx" STR_FMT, STEM_DIGITS, name, STEM_DIGITS,
             (unsigned long long)hash_seed(), STR_ARG(unfinished));
    bool ok = write_file(c, temporary, buf_str(&block)) &&
              io_renameat(c->io, IO_cache_rename, c->folder, temporary, name) == 0;
    if (ok)
        remove_old(c, name);
    else
        (void)unlinkat(c->folder, temporary, 0);
    return ok;
}
