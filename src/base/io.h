/*
 * io.h - the system calls that can fail because of the world outside, each
 * with the name of the site that makes it. A struct io is injected: the real
 * one calls the kernel, a faulty one makes the k-th call at a site fail with a
 * chosen errno (tests/fault loops over every k). Answers are the kernel's:
 * -1 and errno. EINTR is retried here.
 */
#pragma once

#include "base/err.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>

enum io_site {
#define IO_SITE(name, doing) IO_##name,
#include "base/io_sites.def"
#undef IO_SITE
    IO_SITE_COUNT
};

struct io {
    enum io_site fault_site;
    int fault_errno;     /* 0: no call is to fail with an errno */
    uint32_t fault_call; /* the call at the site that fails, from 1 */
    bool fault_torn;     /* with power: half of the call's bytes are kept */
    struct power *power; /* what a power cut would undo (io_power.h); NULL: none is planned */
    _Atomic uint32_t calls[IO_SITE_COUNT];
};

void io_init(struct io *io);

/*
 * Plans one fault from "SITE:CALL:WHAT", such as "output_write:2:ENOSPC". WHAT is the name of an
 * errno, or how the power goes at that call: DIE (nothing of it happens) or TORN (of what it writes
 * the first half is on disk). Then what no fsync has made durable is undone and the process exits
 * with POWER_EXIT. Files must be opened through this io from the plan on.
 */
bool io_plan_fault(struct io *io, str plan, struct err *e) MUST_USE;
void io_done(struct io *io); /* frees what a plan took; no-op without one */

int io_openat(struct io *io, enum io_site site, int dir, const char *path, int flags, mode_t mode);
ssize_t io_read(struct io *io, enum io_site site, int fd, void *out, size_t n);
ssize_t io_pread(struct io *io, enum io_site site, int fd, void *out, size_t n, off_t at);
bool io_write_all(struct io *io, enum io_site site, int fd, str bytes); /* false: errno is set */
int io_fstat(struct io *io, enum io_site site, int fd, struct stat *ret);
int io_fstatat(struct io *io, enum io_site site, int dir, const char *path, struct stat *ret,
               int flags);
int io_mkdirat(struct io *io, enum io_site site, int dir, const char *path, mode_t mode);
int io_renameat(struct io *io, enum io_site site, int dir, const char *from, const char *to);
int io_unlinkat(struct io *io, enum io_site site, int dir, const char *path);
bool io_pwrite_all(struct io *io, enum io_site site, int fd, str bytes, off_t at);
int io_fdatasync(struct io *io, enum io_site site, int fd);
int io_fsync(struct io *io, enum io_site site, int fd); /* of a file, or of a folder's names */
int io_ftruncate(struct io *io, enum io_site site, int fd, off_t size);
int io_rmdirat(struct io *io, enum io_site site, int dir, const char *path);
int io_close(struct io *io, enum io_site site, int fd);
DIR *io_fdopendir(struct io *io, enum io_site site, int fd); /* takes fd over on success */
struct dirent *io_readdir(struct io *io, enum io_site site, DIR *dir); /* errno 0 at the end */

const char *io_site_name(enum io_site site);

struct buf;
/* Reads a whole regular file of at most out->max bytes; err names path. */
bool io_read_file(struct io *io, const char *path, struct buf *out, struct err *e) MUST_USE;
