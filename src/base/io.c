#include "base/io.h"

#include "base/buf.h"
#include "base/io_power.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
    const char *name, *doing;
} sites[] = {
#define IO_SITE(name, doing) {#name, doing},
#include "base/io_sites.def"
#undef IO_SITE
};

static const struct {
    const char *name;
    int value;
} errno_names[] = {
    {"EACCES", EACCES}, {"EIO", EIO},         {"EMFILE", EMFILE}, {"ENOENT", ENOENT},
    {"ENOSPC", ENOSPC}, {"EROFS", EROFS},     {"EPIPE", EPIPE},   {"ESTALE", ESTALE},
    {"EISDIR", EISDIR}, {"ENOTDIR", ENOTDIR},
};

void io_init(struct io *io)
{
    *io = (struct io){.fault_site = IO_SITE_COUNT};
}

void io_done(struct io *io)
{
    power_free(io->power);
    io->power = NULL;
}

static bool plan_power(struct io *io, str word)
{
    io->fault_torn = str_eq(word, S("TORN"));
    if (!io->fault_torn && !str_eq(word, S("DIE")))
        return false;
    if (!io->power)
        io->power = power_new();
    return true;
}

bool io_plan_fault(struct io *io, str plan, struct err *e)
{
    str rest = plan, site = str_cut(&rest, ':'), call = str_cut(&rest, ':');
    uint64_t number;

    if (!str_u64(call, &number) || number == 0 || number > UINT32_MAX)
        return err_set(e, ERR_INPUT, "fault plan '" STR_FMT "' is not SITE:CALL:WHAT",
                       STR_ARG(plan));
    for (size_t i = 0; i < countof(sites); i++)
        if (str_eq(site, str_from(sites[i].name)))
            io->fault_site = (enum io_site)i;
    for (size_t i = 0; i < countof(errno_names); i++)
        if (str_eq(rest, str_from(errno_names[i].name)))
            io->fault_errno = errno_names[i].value;
    if (io->fault_site == IO_SITE_COUNT || (!plan_power(io, rest) && io->fault_errno == 0))
        return err_set(e, ERR_INPUT, "fault plan '" STR_FMT "' names no known site and fault",
                       STR_ARG(plan));
    io->fault_call = (uint32_t)number;
    return true;
}

/* Counts a call; true when it is the one that is to fail. */
static bool is_planned(struct io *io, enum io_site site)
{
    uint32_t call = atomic_fetch_add_explicit(&io->calls[site], 1, memory_order_relaxed) + 1;

    return site == io->fault_site && call == io->fault_call;
}

/* True, with errno set, when the call is to fail. Does not return when the power goes. */
static bool faulty(struct io *io, enum io_site site)
{
    if (!is_planned(io, site))
        return false;
    if (io->power)
        power_cut(io->power);
    errno = io->fault_errno;
    return io->fault_errno != 0;
}

static bool makes_or_changes(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
}

int io_openat(struct io *io, enum io_site site, int dir, const char *path, int flags, mode_t mode)
{
    int fd;

    if (faulty(io, site))
        return -1;
    if (io->power && makes_or_changes(flags))
        return power_open(io->power, dir, path, flags | O_CLOEXEC, mode);
    do
        fd = openat(dir, path, flags | O_CLOEXEC, mode);
    while (fd == -1 && errno == EINTR);
    return fd;
}

ssize_t io_read(struct io *io, enum io_site site, int fd, void *out, size_t n)
{
    ssize_t got;

    if (faulty(io, site))
        return -1;
    do
        got = read(fd, out, n);
    while (got == -1 && errno == EINTR);
    return got;
}

ssize_t io_pread(struct io *io, enum io_site site, int fd, void *out, size_t n, off_t at)
{
    ssize_t got;

    if (faulty(io, site))
        return -1;
    do
        got = pread(fd, out, n, at);
    while (got == -1 && errno == EINTR);
    return got;
}

/* Instead of an offset: where the descriptor is. */
#define AT_PLACE UINT64_MAX

static bool put_all(int fd, str bytes, uint64_t offset)
{
    while (bytes.n) {
        ssize_t put = offset == AT_PLACE ? write(fd, bytes.p, bytes.n)
                                         : pwrite(fd, bytes.p, bytes.n, (off_t)offset);
        if (put == -1 && errno == EINTR)
            continue;
        if (put == -1)
            return false;
        bytes = str_from_at(bytes, (size_t)put);
        offset += offset == AT_PLACE ? 0 : (uint64_t)put;
    }
    return true;
}

static bool write_at(struct io *io, enum io_site site, int fd, str bytes, uint64_t offset)
{
    const bool planned = is_planned(io, site);

    if (planned && io->power) {
        if (io->fault_torn && put_all(fd, (str){bytes.p, bytes.n / 2}, offset))
            power_keep(io->power, fd);
        power_cut(io->power);
    }
    if (planned && io->fault_errno) {
        errno = io->fault_errno;
        return false;
    }
    if (io->power)
        power_before_write(io->power, fd, offset == AT_PLACE ? power_place(fd) : offset, bytes.n);
    return put_all(fd, bytes, offset);
}

bool io_write_all(struct io *io, enum io_site site, int fd, str bytes)
{
    return write_at(io, site, fd, bytes, AT_PLACE);
}

bool io_pwrite_all(struct io *io, enum io_site site, int fd, str bytes, off_t at)
{
    return write_at(io, site, fd, bytes, (uint64_t)at);
}

int io_ftruncate(struct io *io, enum io_site site, int fd, off_t size)
{
    if (faulty(io, site))
        return -1;
    if (io->power)
        power_before_truncate(io->power, fd, (uint64_t)size);
    return ftruncate(fd, size);
}

int io_fsync(struct io *io, enum io_site site, int fd)
{
    if (faulty(io, site) || fsync(fd) != 0)
        return -1;
    if (io->power)
        power_keep(io->power, fd);
    return 0;
}

int io_fdatasync(struct io *io, enum io_site site, int fd)
{
    if (faulty(io, site) || fdatasync(fd) != 0)
        return -1;
    if (io->power)
        power_keep(io->power, fd);
    return 0;
}

int io_fstat(struct io *io, enum io_site site, int fd, struct stat *ret)
{
    return faulty(io, site) ? -1 : fstat(fd, ret);
}

int io_fstatat(struct io *io, enum io_site site, int dir, const char *path, struct stat *ret,
               int flags)
{
    return faulty(io, site) ? -1 : fstatat(dir, path, ret, flags);
}

int io_mkdirat(struct io *io, enum io_site site, int dir, const char *path, mode_t mode)
{
    if (faulty(io, site) || mkdirat(dir, path, mode) != 0)
        return -1;
    if (io->power)
        power_made(io->power, dir, path, true);
    return 0;
}

int io_renameat(struct io *io, enum io_site site, int dir, const char *from, const char *to)
{
    if (faulty(io, site))
        return -1;
    if (io->power)
        power_before_rename(io->power, dir, from, to);
    return renameat(dir, from, dir, to);
}

int io_unlinkat(struct io *io, enum io_site site, int dir, const char *path)
{
    if (faulty(io, site))
        return -1;
    if (io->power)
        power_before_unlink(io->power, dir, path);
    return unlinkat(dir, path, 0);
}

int io_rmdirat(struct io *io, enum io_site site, int dir, const char *path)
{
    return faulty(io, site) ? -1 : unlinkat(dir, path, AT_REMOVEDIR);
}

int io_close(struct io *io, enum io_site site, int fd)
{
    bool fail = faulty(io, site);
    int saved = errno;
    int result = close(fd);

    if (!fail)
        return result;
    errno = saved;
    return -1;
}

DIR *io_fdopendir(struct io *io, enum io_site site, int fd)
{
    return faulty(io, site) ? NULL : fdopendir(fd);
}

struct dirent *io_readdir(struct io *io, enum io_site site, DIR *dir)
{
    if (faulty(io, site))
        return NULL;
    errno = 0;
    return readdir(dir);
}

const char *io_site_name(enum io_site site)
{
    assert(site < IO_SITE_COUNT);
    return sites[site].name;
}

static bool read_to_end(struct io *io, int fd, struct buf *out, struct err *e)
{
    enum { READ_STEP = 1 << 16 };

    for (;;) {
        char *room = buf_room(out, READ_STEP);
        if (!room)
            return err_set(e, ERR_LIMIT, "more than %zu bytes", out->max - READ_STEP);
        ssize_t got = io_read(io, IO_rule_read, fd, room, READ_STEP);
        if (got == -1)
            return err_set(e, ERR_IO, "cannot read: %s", strerror(errno));
        if (got == 0)
            return true;
        out->n += (size_t)got;
    }
}

bool io_read_file(struct io *io, const char *path, struct buf *out, struct err *e)
{
    struct stat st;
    int fd = io_openat(io, IO_rule_open, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

    if (fd == -1) {
        err_set(e, ERR_IO, "cannot open: %s", strerror(errno));
        return err_in_file(e, str_from(path));
    }
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (!ok)
        err_set(e, ERR_INPUT, "not a regular file");
    ok = ok && read_to_end(io, fd, out, e);
    close(fd);
    return ok || err_in_file(e, str_from(path));
}
