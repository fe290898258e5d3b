#include "rawlog/segment.h"

#include <errno.h>
#include <unistd.h>

enum { READ_STEP = 1024 * 1024 };

void segment_scan_init(struct segment_scan *s, struct io *io, int fd)
{
    *s = (struct segment_scan){.io = io, .fd = fd};
    s->window = buf_make(2 * (size_t)FRAME_STORED_MAX + FRAME_HEADER_BYTES + READ_STEP);
}

void segment_scan_done(struct segment_scan *s)
{
    buf_done(&s->window);
}

/* Takes n bytes off the front of the window. */
static void take(struct segment_scan *s, size_t n)
{
    if (n == 0)
        return;
    memmove(s->window.p, s->window.p + n, s->window.n - n);
    s->window.n -= n;
    s->offset += n;
}

/* Has the window n bytes, as far as the file has them? */
static bool have(struct segment_scan *s, size_t n, struct err *e)
{
    while (s->window.n < n && !s->at_end) {
        char *room = buf_room(&s->window, READ_STEP);
        assert(room);
        ssize_t got = io_read(s->io, IO_rawlog_read, s->fd, room, READ_STEP);
        if (got == -1) {
            s->failed = true;
            return err_set(e, ERR_IO, "cannot read the raw log: %s", strerror(errno));
        }
        s->window.n += (size_t)got;
        s->at_end = got == 0;
    }
    return s->window.n >= n;
}

/* A whole frame at byte `at` of the window? */
static bool frame_at(struct segment_scan *s, size_t at, struct frame_header *h, str *stored,
                     struct err *e)
{
    if (!have(s, at + FRAME_HEADER_BYTES, e) || !frame_header_read(s->window.p + at, h) ||
        !have(s, at + FRAME_HEADER_BYTES + h->stored_bytes, e))
        return false;
    *stored = (str){s->window.p + at + FRAME_HEADER_BYTES, h->stored_bytes};
    return frame_payload_is_whole(h, *stored);
}

/* The next byte of the window from 1 on where a frame may begin. Without one all but the last
 * three, which may be half a magic, are no frame. */
static size_t next_magic(const struct segment_scan *s)
{
    size_t at = 1;

    for (; at + sizeof(uint32_t) <= s->window.n; at++)
        if (frame_is_magic(s->window.p + at))
            return at;
    return s->at_end ? s->window.n : at;
}

enum segment_answer segment_scan_next(struct segment_scan *s, bool resync,
                                      struct frame_header *ret_header, str *ret_stored,
                                      struct err *e)
{
    uint64_t skipped = 0;

    take(s, s->answered);
    s->answered = 0;
    while (!frame_at(s, 0, ret_header, ret_stored, e)) {
        if (s->failed)
            return SEGMENT_FAILED;
        if (!resync || s->window.n == 0) {
            s->skipped += skipped;
            s->bad += skipped > 0;
            return SEGMENT_END;
        }
        const size_t next = next_magic(s);
        skipped += next;
        take(s, next);
    }
    s->answered = FRAME_HEADER_BYTES + ret_stored->n;
    s->skipped += skipped;
    s->bad += skipped > 0;
    return SEGMENT_FRAME;
}
