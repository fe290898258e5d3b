/*
 * sqlite_vfs.c - reads and writes are ours, by base/io. The index of the write-ahead log
 * (the -shm file: shared memory and its locks) stays with SQLite's own "unix" VFS, which has
 * the database open for it beside ours; nothing in it outlives a power cut.
 *
 * Locks on the database are those of SQLite's unix VFS (os_unix.c, "unixLock"), byte by byte, so
 * that any other SQLite understands them, but as open file description locks: those do not
 * vanish when another descriptor of the file is closed.
 */
#include "ledger/sqlite_vfs.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    NAME_MAX_BYTES = 4096,
    SECTOR_BYTES = 4096,
    PENDING_BYTE = 0x40000000, /* the places of SQLite's locks */
    RESERVED_BYTE = PENDING_BYTE + 1,
    SHARED_FIRST = PENDING_BYTE + 2,
    SHARED_BYTES = 510,
    LOCK_PENDING = SQLITE_LOCK_PENDING,
};

struct sqlite_vfs {
    sqlite3_vfs base; /* first: SQLite's pointer to it is one to us */
    sqlite3_vfs *unix_vfs;
    struct io *io;
    int last_errno;
    char name[32];
};

struct vfs_file {
    sqlite3_file base; /* first, likewise */
    struct sqlite_vfs *vfs;
    sqlite3_file *index; /* the unix VFS's file, behind this one; NULL but for a database */
    const char *name;    /* SQLite keeps it while the file is open */
    int fd;
    int lock;
    bool name_is_synced;
};

static struct sqlite_vfs *vfs_of(sqlite3_vfs *v)
{
    return (struct sqlite_vfs *)v;
}

static struct vfs_file *file_of(sqlite3_file *f)
{
    return (struct vfs_file *)f;
}

static int failed(struct sqlite_vfs *v, int result)
{
    v->last_errno = errno;
    if (result == SQLITE_IOERR_WRITE && (errno == ENOSPC || errno == EDQUOT))
        return SQLITE_FULL;
    return result;
}

/* The folder that a name stands in is synced, so that the name outlives a power cut. */
static bool sync_folder(struct sqlite_vfs *v, const char *name)
{
    char folder[NAME_MAX_BYTES];
    const char *slash = strrchr(name, '/');
    size_t n = slash ? (size_t)(slash - name) : 0;

    if (n >= sizeof folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(n ? n : 1) : 1, slash ? name : ".");
    int fd = io_openat(v->io, IO_ledger_open, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd == -1)
        return false;
    bool ok = io_fsync(v->io, IO_ledger_folder_sync, fd) == 0;
    int saved = errno;
    close(fd);
    errno = saved;
    return ok;
}

/* ------------------------------------------------------------ one file */

static int file_close(sqlite3_file *file)
{
    struct vfs_file *f = file_of(file);

    if (f->index && f->index->pMethods)
        f->index->pMethods->xClose(f->index);
    return io_close(f->vfs->io, IO_ledger_close, f->fd) == 0 ? SQLITE_OK
                                                             : failed(f->vfs, SQLITE_IOERR_CLOSE);
}

static int file_read(sqlite3_file *file, void *out, int n, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(file);
    char *to = out;
    size_t got = 0;

    while (got < (size_t)n) {
        ssize_t part = io_pread(f->vfs->io, IO_ledger_read, f->fd, to + got, (size_t)n - got,
                                (uint64_t)offset + got);
        if (part == -1)
            return failed(f->vfs, SQLITE_IOERR_READ);
        if (part == 0)
            break;
        got += (size_t)part;
    }
    if (got == (size_t)n)
        return SQLITE_OK;
    memset(to + got, 0, (size_t)n - got); /* SQLite asks for that */
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(file);

    return io_pwrite_all(f->vfs->io, IO_ledger_write, f->fd, (str){bytes, (size_t)n},
                         (uint64_t)offset)
               ? SQLITE_OK
               : failed(f->vfs, SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct vfs_file *f = file_of(file);

    return io_ftruncate(f->vfs->io, IO_ledger_truncate, f->fd, size) == 0
               ? SQLITE_OK
               : failed(f->vfs, SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct vfs_file *f = file_of(file);

    (void)flags; /* to the disk, whichever way it is asked for */
    if (io_fdatasync(f->vfs->io, IO_ledger_sync, f->fd) != 0)
        return failed(f->vfs, SQLITE_IOERR_FSYNC);
    if (!f->name_is_synced && !sync_folder(f->vfs, f->name))
        return failed(f->vfs, SQLITE_IOERR_DIR_FSYNC);
    f->name_is_synced = true;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    struct vfs_file *f = file_of(file);
    struct stat st;

    if (io_fstat(f->vfs->io, IO_ledger_read, f->fd, &st) != 0)
        return failed(f->vfs, SQLITE_IOERR_FSTAT);
    *ret = st.st_size;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int what, void *value)
{
    (void)file;
    (void)what;
    (void)value;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR_BYTES;
}

/* A write that a power cut tears harms no bytes beside its own, as SQLite's unix VFS holds too. */
static int file_device(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ------------------------------------------------------------ locks */

static int set_lock(struct vfs_file *f, short type, off_t start, off_t n)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = n};

    if (fcntl(f->fd, F_OFD_SETLK, &l) == 0)
        return SQLITE_OK;
    if (errno == EAGAIN || errno == EACCES)
        return SQLITE_BUSY;
    return failed(f->vfs, type == F_UNLCK ? SQLITE_IOERR_UNLOCK : SQLITE_IOERR_LOCK);
}

static int lock_shared(struct vfs_file *f)
{
    int result = set_lock(f, F_RDLCK, PENDING_BYTE, 1);

    if (result != SQLITE_OK)
        return result;
    result = set_lock(f, F_RDLCK, SHARED_FIRST, SHARED_BYTES);
    int unlocked = set_lock(f, F_UNLCK, PENDING_BYTE, 1);
    return result != SQLITE_OK ? result : unlocked;
}

/* PENDING keeps new readers out; it stays while those that read are waited for. */
static int lock_exclusive(struct vfs_file *f)
{
    int result = f->lock < LOCK_PENDING ? set_lock(f, F_WRLCK, PENDING_BYTE, 1) : SQLITE_OK;

    if (result != SQLITE_OK)
        return result;
    f->lock = LOCK_PENDING;
    return set_lock(f, F_WRLCK, SHARED_FIRST, SHARED_BYTES);
}

static int file_lock(sqlite3_file *file, int lock)
{
    struct vfs_file *f = file_of(file);
    int result;

    if (f->lock >= lock)
        return SQLITE_OK;
    if (lock == SQLITE_LOCK_SHARED)
        result = lock_shared(f);
    else if (lock == SQLITE_LOCK_RESERVED)
        result = set_lock(f, F_WRLCK, RESERVED_BYTE, 1);
    else
        result = lock_exclusive(f);
    if (result == SQLITE_OK)
        f->lock = lock;
    return result;
}

static int file_unlock(sqlite3_file *file, int lock)
{
    struct vfs_file *f = file_of(file);
    int result = SQLITE_OK;

    if (f->lock <= lock)
        return SQLITE_OK;
    if (lock == SQLITE_LOCK_NONE) {
        result = set_lock(f, F_UNLCK, 0, 0);
    } else {
        result = set_lock(f, F_RDLCK, SHARED_FIRST, SHARED_BYTES);
        if (result == SQLITE_OK)
            result = set_lock(f, F_UNLCK, PENDING_BYTE, 2); /* and RESERVED */
    }
    if (result == SQLITE_OK)
        f->lock = lock;
    return result;
}

static int file_check_reserved(sqlite3_file *file, int *ret)
{
    struct vfs_file *f = file_of(file);
    struct flock l = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = RESERVED_BYTE, .l_len = 1};

    *ret = f->lock >= SQLITE_LOCK_RESERVED;
    if (*ret)
        return SQLITE_OK;
    if (fcntl(f->fd, F_OFD_GETLK, &l) != 0)
        return failed(f->vfs, SQLITE_IOERR_CHECKRESERVEDLOCK);
    *ret = l.l_type != F_UNLCK;
    return SQLITE_OK;
}

/* ------------------------------------------------------------ the index of the write-ahead log */

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    sqlite3_file *index = file_of(file)->index;

    return index->pMethods->xShmMap(index, page, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    sqlite3_file *index = file_of(file)->index;

    return index->pMethods->xShmLock(index, offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    sqlite3_file *index = file_of(file)->index;

    index->pMethods->xShmBarrier(index);
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    sqlite3_file *index = file_of(file)->index;

    return index->pMethods->xShmUnmap(index, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ------------------------------------------------------------ files by name */

/* Who may not write reads, as SQLite expects it. */
static int open_fd(struct sqlite_vfs *v, const char *name, int flags, int *ret_flags)
{
    const int common = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    const bool writes = flags & SQLITE_OPEN_READWRITE;
    int how = (writes ? O_RDWR : O_RDONLY) | (flags & SQLITE_OPEN_CREATE ? O_CREAT : 0) |
              (flags & SQLITE_OPEN_EXCLUSIVE ? O_EXCL : 0);
    int fd = io_openat(v->io, IO_ledger_open, AT_FDCWD, name, how | common, 0600);

    *ret_flags = flags;
    if (fd != -1 || !writes || (errno != EACCES && errno != EPERM && errno != EROFS))
        return fd;
    *ret_flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    return io_openat(v->io, IO_ledger_open, AT_FDCWD, name, O_RDONLY | common, 0);
}

static int vfs_open(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    struct sqlite_vfs *v = vfs_of(base);
    struct vfs_file *f = file_of(file);
    int how = flags;

    *f = (struct vfs_file){.vfs = v, .name = name, .fd = -1};
    if (!name) /* a temporary file: those are kept in memory (PRAGMA temp_store) */
        return SQLITE_CANTOPEN;
    f->fd = open_fd(v, name, flags, &how);
    if (f->fd == -1)
        return failed(v, SQLITE_CANTOPEN);
    if (flags & SQLITE_OPEN_MAIN_DB) {
        sqlite3_file *index = (sqlite3_file *)(f + 1);
        int result = v->unix_vfs->xOpen(v->unix_vfs, name, index, how, NULL);
        if (result != SQLITE_OK) {
            failed(v, result);
            close(f->fd);
            return result;
        }
        f->index = index;
    }
    if (ret_flags)
        *ret_flags = how;
    f->base.pMethods = &methods;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *base, const char *name, int sync)
{
    struct sqlite_vfs *v = vfs_of(base);

    if (io_unlinkat(v->io, IO_ledger_remove, AT_FDCWD, name) != 0)
        return failed(v, errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE);
    if (sync && !sync_folder(v, name))
        return failed(v, SQLITE_IOERR_DIR_FSYNC);
    return SQLITE_OK;
}

/* An empty file is none, as for SQLite's unix VFS. */
static int vfs_access(sqlite3_vfs *base, const char *name, int what, int *ret)
{
    struct stat st;

    (void)base;
    if (what == SQLITE_ACCESS_EXISTS)
        *ret = stat(name, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size > 0);
    else
        *ret = access(name, what == SQLITE_ACCESS_READWRITE ? R_OK | W_OK : R_OK) == 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *base, const char *name, int n, char *out)
{
    sqlite3_vfs *u = vfs_of(base)->unix_vfs;

    return u->xFullPathname(u, name, n, out);
}

static int vfs_random(sqlite3_vfs *base, int n, char *out)
{
    sqlite3_vfs *u = vfs_of(base)->unix_vfs;

    return u->xRandomness(u, n, out);
}

static int vfs_sleep(sqlite3_vfs *base, int us)
{
    sqlite3_vfs *u = vfs_of(base)->unix_vfs;

    return u->xSleep(u, us);
}

static int vfs_time(sqlite3_vfs *base, double *ret)
{
    sqlite3_vfs *u = vfs_of(base)->unix_vfs;

    return u->xCurrentTime(u, ret);
}

static int vfs_time_ms(sqlite3_vfs *base, sqlite3_int64 *ret)
{
    sqlite3_vfs *u = vfs_of(base)->unix_vfs;

    return u->xCurrentTimeInt64(u, ret);
}

static int vfs_last_error(sqlite3_vfs *base, int n, char *out)
{
    (void)n;
    (void)out;
    return vfs_of(base)->last_errno;
}

struct sqlite_vfs *sqlite_vfs_new(struct io *io)
{
    sqlite3_vfs *u = sqlite3_vfs_find("unix");

    if (!u)
        return NULL;
    struct sqlite_vfs *v = mem_alloc(sizeof *v);
    *v = (struct sqlite_vfs){
        .base = {.iVersion = 2,
                 .szOsFile = (int)sizeof(struct vfs_file) + u->szOsFile,
                 .mxPathname = u->mxPathname,
                 .zName = v->name,
                 .xOpen = vfs_open,
                 .xDelete = vfs_delete,
                 .xAccess = vfs_access,
                 .xFullPathname = vfs_full_path,
                 .xRandomness = vfs_random,
                 .xSleep = vfs_sleep,
                 .xCurrentTime = vfs_time,
                 .xGetLastError = vfs_last_error,
                 .xCurrentTimeInt64 = vfs_time_ms},
        .unix_vfs = u,
        .io = io,
    };
    snprintf(v->name, sizeof v->name, "tocsin-%p", (void *)v); /* one of its own for each io */
    if (sqlite3_vfs_register(&v->base, 0) == SQLITE_OK)
        return v;
    free(v);
    return NULL;
}

void sqlite_vfs_free(struct sqlite_vfs *v)
{
    if (!v)
        return;
    sqlite3_vfs_unregister(&v->base);
    free(v);
}

const char *sqlite_vfs_name(const struct sqlite_vfs *v)
{
    return v->name;
}
