/*
 * rule_key.c - folders are walked depth first, a descriptor a level, and their
 * entries looked at relative to it. The order is the folder's own. It need not be
 * the order of loading, which follows from the names.
 */
#include "engine/rule_key.h"

#include "sigma/rule_folder.h"
#include "sigma/ruleset.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { NS_A_SECOND = 1000000000 };

/* What is hashed of a file; it has no padding. */
struct stamp {
    uint64_t device, inode, size;
    int64_t changed_s, modified_s; /* ctime: of anything of the file; mtime: of its bytes */
    uint32_t changed_ns, modified_ns;
};

static void add(struct rule_key *k, char kind, str text)
{
    struct {
        uint64_t n;
        char kind[8];
    } head = {text.n, {kind}};

    sha256_update(k->all, (str){(const char *)&head, sizeof head});
    sha256_update(k->all, text);
}

static int64_t ns_of(const struct timespec *t)
{
    int64_t ns;

    if (__builtin_mul_overflow((int64_t)t->tv_sec, (int64_t)NS_A_SECOND, &ns) ||
        __builtin_add_overflow(ns, (int64_t)t->tv_nsec, &ns))
        return INT64_MAX;
    return ns;
}

static void add_stamp(struct rule_key *k, str name, const struct stat *st)
{
    const struct stamp s = {
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = (uint64_t)st->st_size,
        .changed_s = st->st_ctim.tv_sec,
        .modified_s = st->st_mtim.tv_sec,
        .changed_ns = (uint32_t)st->st_ctim.tv_nsec,
        .modified_ns = (uint32_t)st->st_mtim.tv_nsec,
    };

    add(k, 'n', name);
    add(k, 's', (str){(const char *)&s, sizeof s});
}

static void add_file(struct rule_key *k, str name, const struct stat *st)
{
    if (ns_of(&st->st_ctim) > k->oldest_ns || ns_of(&st->st_mtim) > k->oldest_ns)
        k->doubt = true;
    add_stamp(k, name, st);
}

/* The same options about another folder, which has the same relative path, get a file of theirs. */
static void name_inode(struct rule_key *k, const struct stat *st)
{
    const uint64_t numbers[] = {st->st_dev, st->st_ino};

    sha256_update(k->options, (str){(const char *)numbers, sizeof numbers});
}

/* A program that runs cannot be written to, only replaced, which gives it another inode: however
 * young it is, there is no doubt about it. */
void rule_key_init(struct rule_key *k, struct io *io, int64_t now_ns)
{
    static const char program[] = "/proc/self/exe";
    struct stat st;

    *k = (struct rule_key){
        .options = sha256_new(),
        .all = sha256_new(),
        .io = io,
        .oldest_ns = now_ns - (int64_t)RULE_KEY_AGE_S * NS_A_SECOND,
    };
    if (io_fstatat(io, IO_cache_key, AT_FDCWD, program, &st, 0) == -1) {
        k->doubt = true;
        return;
    }
    add_stamp(k, str_from(program), &st);
    name_inode(k, &st);
}

void rule_key_done(struct rule_key *k)
{
    sha256_free(k->options);
    sha256_free(k->all);
    k->options = k->all = NULL;
}

void rule_key_text(struct rule_key *k, str text)
{
    const uint64_t n = text.n;

    sha256_update(k->options, (str){(const char *)&n, sizeof n});
    sha256_update(k->options, text);
    add(k, 't', text);
}

/* ------------------------------------------------------------ folders */

/* Folders that are open, the outermost first. */
struct descent {
    DIR *open[RULE_FOLDER_DEPTH_MAX + 1];
    uint32_t depth;
};

static void enter(struct rule_key *k, struct descent *d, int dir, const char *name)
{
    int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOCTTY;
    int fd =
        d->depth == countof(d->open) ? -1 : io_openat(k->io, IO_cache_key, dir, name, flags, 0);
    DIR *open = fd == -1 ? NULL : io_fdopendir(k->io, IO_cache_key, fd);

    add(k, 'd', str_from(name));
    if (open)
        d->open[d->depth++] = open;
    else if (fd != -1)
        close(fd);
    k->doubt |= !open;
}

static void look_at(struct rule_key *k, struct descent *d, int dir, const struct dirent *entry)
{
    str name = str_from(entry->d_name);
    struct stat st;

    if (entry->d_type == DT_DIR) {
        enter(k, d, dir, entry->d_name);
    } else if (io_fstatat(k->io, IO_cache_key, dir, entry->d_name, &st, 0) == -1) {
        k->doubt |= entry->d_type == DT_REG || errno != ENOENT || rule_folder_is_rule(name);
    } else if (S_ISDIR(st.st_mode)) {
        add_stamp(k, name, &st); /* where a link leads */
        enter(k, d, dir, entry->d_name);
    } else if (S_ISREG(st.st_mode) && rule_folder_is_rule(name)) {
        add_file(k, name, &st);
    }
}

static void walk(struct rule_key *k, const char *path)
{
    struct descent d = {0};

    k->entries = 0;
    enter(k, &d, AT_FDCWD, path);
    while (d.depth) {
        DIR *dir = d.open[d.depth - 1];
        struct dirent *entry =
            k->doubt || k->entries > RULE_FILES_MAX ? NULL : io_readdir(k->io, IO_cache_key, dir);
        if (entry) {
            k->entries++;
            if (rule_folder_takes(entry))
                look_at(k, &d, dirfd(dir), entry);
            continue;
        }
        k->doubt |= errno != 0 || k->entries > RULE_FILES_MAX;
        add(k, 'u', S(""));
        closedir(dir);
        d.depth--;
    }
}

void rule_key_path(struct rule_key *k, const char *path)
{
    struct stat st;

    if (k->doubt)
        return;
    rule_key_text(k, str_from(path));
    if (io_fstatat(k->io, IO_cache_key, AT_FDCWD, path, &st, 0) == -1) {
        k->doubt = true;
    } else if (S_ISDIR(st.st_mode)) {
        name_inode(k, &st);
        walk(k, path);
    } else if (S_ISREG(st.st_mode)) {
        add_file(k, str_from(path), &st);
    } else {
        k->doubt = true;
    }
}

void rule_key_finish(struct rule_key *k)
{
    sha256_final(k->options, k->name);
    sha256_final(k->all, k->value);
}
