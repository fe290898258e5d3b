#include "rawlog/raw_files.h"

#include "base/mem.h"
#include "rawlog/rawlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NUMBER_DIGITS = 16 };

bool raw_source_name_is_valid(str name)
{
    if (name.n == 0 || name.n > RAWLOG_SOURCE_NAME_MAX || name.p[0] == '.')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i], l = ascii_lower(c);
        if (!(l >= 'a' && l <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.')
            return false;
    }
    return true;
}

static bool is_day(str name)
{
    uint64_t number;

    return name.n == RAW_DAY_DIGITS && str_u64(name, &number);
}

/* "00000000000004d2.rlog" */
static bool parse_name(str name, uint64_t *ret)
{
    *ret = 0;
    if (name.n != NUMBER_DIGITS + sizeof RAW_SUFFIX - 1 || !str_ends(name, S(RAW_SUFFIX)))
        return false;
    for (size_t i = 0; i < NUMBER_DIGITS; i++) {
        const char c = name.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
        *ret = *ret << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return true;
}

static bool add(struct raw_files *f, struct raw_file file, struct err *e)
{
    if (f->count == RAW_FILES_MAX)
        return err_set(e, ERR_LIMIT, "more than %d files in a raw log", RAW_FILES_MAX);
    if (f->count == f->capacity) {
        f->capacity = f->capacity ? f->capacity * 2 : 64;
        f->items = mem_resize(f->items, f->capacity, sizeof *f->items);
    }
    f->items[f->count++] = file;
    return true;
}

static DIR *open_folder(struct io *io, int folder, const char *name, struct err *e)
{
    int fd = io_openat(io, IO_rawlog_folder, folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    DIR *dir = fd == -1 ? NULL : io_fdopendir(io, IO_rawlog_list, fd);

    if (dir)
        return dir;
    err_set(e, ERR_IO, "cannot read folder '%s' of the raw log: %s", name, strerror(errno));
    if (fd != -1)
        close(fd);
    return NULL;
}

static bool list_day(struct io *io, int folder, const char *day, struct raw_files *f, struct err *e)
{
    DIR *dir = open_folder(io, folder, day, e);
    struct dirent *entry;
    bool ok = dir != NULL;

    while (ok && (entry = io_readdir(io, IO_rawlog_list, dir))) {
        struct raw_file file = {0};
        struct stat st;
        if (!parse_name(str_from(entry->d_name), &file.first) ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
            !S_ISREG(st.st_mode))
            continue;
        memcpy(file.day, day, RAW_DAY_DIGITS);
        file.bytes = (uint64_t)st.st_size;
        ok = add(f, file, e);
    }
    if (dir)
        closedir(dir);
    return ok;
}

static int by_number(const void *a, const void *b)
{
    const struct raw_file *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return memcmp(x->day, y->day, RAW_DAY_DIGITS);
}

bool raw_files_list(struct io *io, int folder, struct raw_files *ret, struct err *e)
{
    DIR *dir = open_folder(io, folder, ".", e);
    struct dirent *entry;
    bool ok = dir != NULL;

    *ret = (struct raw_files){0};
    while (ok && (entry = io_readdir(io, IO_rawlog_list, dir)))
        if (is_day(str_from(entry->d_name)))
            ok = list_day(io, folder, entry->d_name, ret, e);
    if (dir)
        closedir(dir);
    if (!ok) {
        raw_files_done(ret);
        return false;
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_number);
    return true;
}

void raw_files_done(struct raw_files *f)
{
    free(f->items);
    *f = (struct raw_files){0};
}

const char *raw_file_path(const struct raw_file *f, char ret[RAW_NAME_MAX])
{
    snprintf(ret, RAW_NAME_MAX, "%s/%016llx" RAW_SUFFIX, f->day, (unsigned long long)f->first);
    return ret;
}

bool raw_sources_each(struct io *io, const char *folder, void *ctx,
                      void (*each)(void *ctx, str name), struct err *e)
{
    DIR *dir = open_folder(io, AT_FDCWD, folder, e);
    struct dirent *entry;

    if (!dir)
        return false;
    while ((entry = io_readdir(io, IO_rawlog_list, dir))) {
        const str name = str_from(entry->d_name);
        struct stat st;
        if (raw_source_name_is_valid(name) &&
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(st.st_mode))
            each(ctx, name);
    }
    closedir(dir);
    return true;
}
