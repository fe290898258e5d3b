/*
 * rule_folder.c - walking a folder of rules with a stack of what is still to be
 * looked at. The names of a folder are put onto it in reverse order, so that
 * they come off in byte order and a folder's files stand where its name does.
 */
#include "sigma/rule_folder.h"

#include "sigma/ruleset.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum entry_kind { ENTRY_FILE, ENTRY_FOLDER, ENTRY_UNSURE /* a link, or the kernel does not say */ };

struct entry {
    str path;
    enum entry_kind kind;
    uint32_t depth;
};

struct folder_id {
    dev_t device;
    ino_t inode;
};

struct walk {
    struct io *io;
    struct arena *arena;
    struct entry *stack;
    uint32_t count, capacity;
    struct folder_id *seen;
    uint32_t seen_count, seen_capacity;
    struct rule_file *files;
    uint32_t file_count, file_capacity;
    uint32_t entries;
};

static void add_file(struct walk *w, str path, const struct err *why)
{
    struct rule_file *f =
        arena_push(w->arena, (void **)&w->files, &w->file_count, &w->file_capacity, sizeof *f);

    *f = (struct rule_file){path, why};
}

/* Records that an entry cannot be looked at. */
static void add_failure(struct walk *w, str path, enum err_code code, const char *what,
                        const char *why)
{
    struct err *e = arena_alloc(w->arena, sizeof *e);

    err_set(e, code, "%s%s", what, why);
    err_in_file(e, path);
    add_file(w, path, e);
}

bool rule_folder_is_rule(str name)
{
    return str_ends(name, S(".yml")) || str_ends(name, S(".yaml"));
}

bool rule_folder_takes(const struct dirent *d)
{
    switch (d->d_type) {
    case DT_FIFO:
    case DT_SOCK:
    case DT_CHR:
    case DT_BLK:
        return false;
    case DT_REG:
        return d->d_name[0] != '.' && rule_folder_is_rule(str_from(d->d_name));
    default: /* a folder, a link, or the kernel does not say */
        return d->d_name[0] != '.';
    }
}

static int by_path_backwards(const void *a, const void *b)
{
    const struct entry *first = a, *second = b;

    return str_cmp(second->path, first->path);
}

static void push_entry(struct walk *w, const struct entry *folder, const struct dirent *d)
{
    str name = str_from(d->d_name);
    enum entry_kind kind = d->d_type == DT_DIR   ? ENTRY_FOLDER
                           : d->d_type == DT_REG ? ENTRY_FILE
                                                 : ENTRY_UNSURE;

    if (!rule_folder_takes(d))
        return;
    bool slash = str_ends(folder->path, S("/"));
    struct entry *room =
        arena_push(w->arena, (void **)&w->stack, &w->count, &w->capacity, sizeof *room);
    *room = (struct entry){arena_printf(w->arena, STR_FMT "%s" STR_FMT, STR_ARG(folder->path),
                                        slash ? "" : "/", STR_ARG(name)),
                           kind, folder->depth + 1};
    w->entries++;
}

/* True when the folder has not been read before. */
static bool note_folder(struct walk *w, const struct stat *st)
{
    for (uint32_t i = 0; i < w->seen_count; i++)
        if (w->seen[i].device == st->st_dev && w->seen[i].inode == st->st_ino)
            return false;
    struct folder_id *room =
        arena_push(w->arena, (void **)&w->seen, &w->seen_count, &w->seen_capacity, sizeof *room);
    *room = (struct folder_id){st->st_dev, st->st_ino};
    return true;
}

/* Puts the entries of an open folder onto the stack; takes fd over. */
static void read_folder(struct walk *w, const struct entry *folder, int fd)
{
    DIR *dir = io_fdopendir(w->io, IO_folder_open, fd);
    uint32_t before = w->count;

    if (!dir) {
        add_failure(w, folder->path, ERR_IO, "cannot open: ", strerror(errno));
        close(fd);
        return;
    }
    struct dirent *d;
    while (w->entries < RULE_FILES_MAX && (d = io_readdir(w->io, IO_folder_read, dir)))
        push_entry(w, folder, d);
    if (w->entries >= RULE_FILES_MAX)
        add_failure(w, folder->path, ERR_LIMIT, "too many files: ", "the rest is not read");
    else if (errno)
        add_failure(w, folder->path, ERR_IO, "cannot read: ", strerror(errno));
    closedir(dir);
    if (w->count > before)
        qsort(w->stack + before, w->count - before, sizeof *w->stack, by_path_backwards);
}

/* Looks at a folder, or at what may be one. */
static void visit(struct walk *w, const struct entry *entry)
{
    struct stat st;
    int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    int fd = io_openat(w->io, IO_folder_open, AT_FDCWD, entry->path.p, flags, 0);

    if (fd == -1 || io_fstat(w->io, IO_folder_open, fd, &st) == -1) {
        if (entry->kind == ENTRY_FOLDER || rule_folder_is_rule(entry->path))
            add_failure(w, entry->path, ERR_IO, "cannot open: ", strerror(errno));
        if (fd != -1)
            close(fd);
        return;
    }
    if (S_ISREG(st.st_mode) && rule_folder_is_rule(entry->path))
        add_file(w, entry->path, NULL);
    if (!S_ISDIR(st.st_mode)) {
        close(fd);
        return;
    }
    if (entry->depth > RULE_FOLDER_DEPTH_MAX || w->seen_count == RULE_FOLDERS_MAX ||
        entry->path.n > RULE_PATH_BYTES_MAX) {
        add_failure(w, entry->path, ERR_LIMIT, "too many folders, or too deep: ", "it is not read");
        close(fd);
        return;
    }
    if (note_folder(w, &st))
        read_folder(w, entry, fd);
    else
        close(fd);
}

/* Is `path` there, and a folder? */
static bool look_at(struct io *io, const char *path, bool *ret_folder, struct err *e)
{
    struct stat st;
    int fd = io_openat(io, IO_rule_open, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd == -1 || io_fstat(io, IO_rule_open, fd, &st) == -1) {
        err_set(e, ERR_IO, "cannot open: %s", strerror(errno));
        if (fd != -1)
            close(fd);
        return err_in_file(e, str_from(path));
    }
    close(fd);
    *ret_folder = S_ISDIR(st.st_mode);
    if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
        return true;
    err_set(e, ERR_INPUT, "neither a file nor a folder");
    return err_in_file(e, str_from(path));
}

bool rule_folder_list(struct io *io, const char *path, struct arena *a, struct rule_file **ret,
                      uint32_t *ret_count, struct err *e)
{
    struct walk w = {.io = io, .arena = a};
    bool folder = false;

    *ret = NULL;
    *ret_count = 0;
    if (!look_at(io, path, &folder, e))
        return false;
    struct entry first = {arena_str(a, str_from(path)), folder ? ENTRY_FOLDER : ENTRY_FILE, 0};
    struct entry *room = arena_push(a, (void **)&w.stack, &w.count, &w.capacity, sizeof *room);
    *room = first;
    while (w.count) {
        struct entry next = w.stack[--w.count];
        if (next.kind == ENTRY_FILE)
            add_file(&w, next.path, NULL);
        else
            visit(&w, &next);
    }
    *ret = w.files;
    *ret_count = w.file_count;
    return true;
}
