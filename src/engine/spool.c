/*
 * spool.c - each piece is its length (4 bytes, native order) and its bytes. An
 * address below memory.n is in memory, the others are offsets in the file plus
 * memory.n; no piece lies in both. The window is the tail that is not yet
 * written while pieces are added, and what was last read afterwards.
 */
#include "engine/spool.h"

#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct spool {
    struct io *io;
    int fd;
    size_t memory_max;
    struct buf memory;
    bool in_file;        /* memory takes no more pieces */
    uint64_t file_bytes; /* written */
    char *window;        /* SPOOL_WINDOW_BYTES; NULL until it is needed */
    size_t window_n;
    uint64_t window_at; /* reading: the offset in the file of its first byte */
    bool reading;
};

struct spool *spool_new(struct io *io, int fd, size_t memory_max)
{
    struct spool *s = mem_alloc(sizeof *s);

    *s = (struct spool){.io = io, .fd = fd, .memory_max = memory_max};
    s->memory = buf_make(memory_max);
    return s;
}

void spool_free(struct spool *s)
{
    if (!s)
        return;
    buf_done(&s->memory);
    free(s->window);
    free(s);
}

static bool write_out(struct spool *s, str bytes, struct err *e)
{
    if (!io_write_all(s->io, IO_spool_write, s->fd, bytes))
        return err_set(e, ERR_IO, "cannot write to the scratch file: %s", strerror(errno));
    s->file_bytes += bytes.n;
    return true;
}

static bool drain(struct spool *s, struct err *e)
{
    str bytes = {s->window, s->window_n};

    s->window_n = 0;
    return bytes.n == 0 || write_out(s, bytes, e);
}

static bool file_add(struct spool *s, str bytes, struct err *e)
{
    if (bytes.n > SPOOL_WINDOW_BYTES - s->window_n && !drain(s, e))
        return false;
    if (bytes.n > SPOOL_WINDOW_BYTES)
        return write_out(s, bytes, e);
    if (bytes.n)
        memcpy(s->window + s->window_n, bytes.p, bytes.n);
    s->window_n += bytes.n;
    return true;
}

bool spool_add(struct spool *s, str piece, uint64_t *ret_at, struct err *e)
{
    uint32_t length = (uint32_t)piece.n;
    str head = {(const char *)&length, sizeof length};

    assert(!s->reading);
    assert(piece.n <= UINT32_MAX);
    if (ret_at)
        *ret_at = spool_end(s);
    if (!s->in_file && piece.n + sizeof length <= s->memory_max - s->memory.n) {
        buf_add(&s->memory, head);
        buf_add(&s->memory, piece);
        assert(!s->memory.overflow);
        return true;
    }
    if (s->fd == -1)
        return err_set(e, ERR_LIMIT,
                       "cannot keep more than %zu MiB of findings without a scratch file: set "
                       "TMPDIR to a folder that can be written, or use '-o jsonl'",
                       s->memory_max >> 20);
    s->in_file = true;
    if (!s->window)
        s->window = mem_alloc(SPOOL_WINDOW_BYTES);
    return file_add(s, head, e) && file_add(s, piece, e);
}

uint64_t spool_end(const struct spool *s)
{
    return s->memory.n + s->file_bytes + (s->reading ? 0 : s->window_n);
}

/* Makes the window begin at `offset` of the file and hold `n` bytes or more. */
static bool window_load(struct spool *s, uint64_t offset, size_t n, struct err *e)
{
    assert(n <= SPOOL_WINDOW_BYTES);
    if (offset >= s->window_at && offset + n <= s->window_at + s->window_n)
        return true;
    s->window_n = 0;
    s->window_at = offset;
    if (lseek(s->fd, (off_t)offset, SEEK_SET) == -1)
        return err_set(e, ERR_IO, "cannot read the scratch file: %s", strerror(errno));
    while (s->window_n < n) {
        ssize_t got = io_read(s->io, IO_spool_read, s->fd, s->window + s->window_n,
                              SPOOL_WINDOW_BYTES - s->window_n);
        if (got == -1)
            return err_set(e, ERR_IO, "cannot read the scratch file: %s", strerror(errno));
        if (got == 0)
            return err_set(e, ERR_IO, "the scratch file became shorter while it was in use");
        s->window_n += (size_t)got;
    }
    return true;
}

static bool file_read(struct spool *s, uint64_t offset, size_t n, char *out, struct err *e)
{
    while (n) {
        size_t step = n < SPOOL_WINDOW_BYTES ? n : SPOOL_WINDOW_BYTES;
        if (!window_load(s, offset, step, e))
            return false;
        memcpy(out, s->window + (offset - s->window_at), step);
        offset += step;
        out += step;
        n -= step;
    }
    return true;
}

static bool begin_reading(struct spool *s, struct err *e)
{
    if (!drain(s, e))
        return false;
    s->reading = true;
    return true;
}

bool spool_read(struct spool *s, uint64_t *at, struct buf *out, struct err *e)
{
    uint32_t length;

    if (!s->reading && !begin_reading(s, e))
        return false;
    assert(*at < spool_end(s));
    if (*at < s->memory.n) {
        memcpy(&length, s->memory.p + *at, sizeof length);
        buf_add(out, (str){s->memory.p + *at + sizeof length, length});
    } else {
        uint64_t offset = *at - s->memory.n;
        if (!file_read(s, offset, sizeof length, (char *)&length, e))
            return false;
        char *room = buf_room(out, length);
        if (room) {
            if (!file_read(s, offset + sizeof length, length, room, e))
                return false;
            out->n += length;
        }
    }
    *at += sizeof length + length;
    return true;
}
