#include "ledger/ledger_file.h"

#include "text/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

enum { ASIDE_TRIES = 100 };

static bool name_of(char ret[LEDGER_ASIDE_NAME_MAX], const char *path, const char *ending,
                    struct err *e)
{
    int n = snprintf(ret, LEDGER_ASIDE_NAME_MAX, "%s%s", path, ending);

    return (n > 0 && n < LEDGER_ASIDE_NAME_MAX) ||
           err_set(e, ERR_LIMIT, "the name '%s' is too long", path);
}

int ledger_file_lock(struct io *io, const char *path, struct err *e)
{
    char name[LEDGER_ASIDE_NAME_MAX];

    if (!name_of(name, path, ".lock", e))
        return -1;
    int fd = io_openat(io, IO_ledger_lock, AT_FDCWD, name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (fd == -1) {
        err_set(e, ERR_IO, "cannot create '%s': %s", name, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        err_set(e, ERR_BUSY, "'%s' is in use by another tocsin: one program writes at a time",
                path);
    else
        err_set(e, ERR_IO, "cannot lock '%s': %s", name, strerror(errno));
    close(fd);
    return -1;
}

bool ledger_file_secure(struct io *io, const char *path, struct err *e)
{
    struct stat st;
    int fd = io_openat(io, IO_ledger_open, AT_FDCWD, path,
                       O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);

    if (fd == -1)
        return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        err_set(e, ERR_DENIED, "'%s' is not a regular file", path);
    else if ((st.st_mode & 077) && fchmod(fd, 0600) != 0)
        ok = err_set(e, ERR_IO, "cannot make '%s' private: %s", path, strerror(errno));
    close(fd);
    return ok;
}

/* PATH.damaged-20261124T170520Z, or that with .2 and so on. */
static bool free_name(const char *path, int64_t now_ns, char ret[LEDGER_ASIDE_NAME_MAX],
                      struct err *e)
{
    struct civil c = time_to_civil(now_ns);

    for (int i = 1; i <= ASIDE_TRIES; i++) {
        char ending[64];
        int n = snprintf(ending, sizeof ending, ".damaged-%04d%02u%02uT%02u%02u%02uZ", c.year,
                         c.month, c.day, c.hour, c.minute, c.second);
        if (i > 1)
            snprintf(ending + n, sizeof ending - (size_t)n, ".%d", i);
        if (!name_of(ret, path, ending, e))
            return false;
        if (faccessat(AT_FDCWD, ret, F_OK, AT_SYMLINK_NOFOLLOW) == -1 && errno == ENOENT)
            return true;
    }
    return err_set(e, ERR_LIMIT, "'%s' was moved aside %d times in this second", path, ASIDE_TRIES);
}

static bool move(struct io *io, const char *from, const char *to, struct err *e)
{
    return io_renameat(io, IO_ledger_rename, AT_FDCWD, from, to) == 0 || errno == ENOENT ||
           err_set(e, ERR_IO, "cannot move the damaged '%s' to '%s': %s", from, to,
                   strerror(errno));
}

/* The database goes first: a -wal without one is thrown away by SQLite, and would otherwise be
 * taken from a database that is still in its place. */
bool ledger_file_set_aside(struct io *io, const char *path, int64_t now_ns,
                           char ret_name[LEDGER_ASIDE_NAME_MAX], struct err *e)
{
    char wal[LEDGER_ASIDE_NAME_MAX], wal_aside[LEDGER_ASIDE_NAME_MAX], shm[LEDGER_ASIDE_NAME_MAX];

    if (!free_name(path, now_ns, ret_name, e) || !name_of(wal, path, "-wal", e) ||
        !name_of(wal_aside, ret_name, "-wal", e) || !name_of(shm, path, "-shm", e) ||
        !move(io, path, ret_name, e) || !move(io, wal, wal_aside, e))
        return false;
    return io_unlinkat(io, IO_ledger_remove, AT_FDCWD, shm) == 0 || errno == ENOENT ||
           err_set(e, ERR_IO, "cannot remove '%s': %s", shm, strerror(errno));
}
