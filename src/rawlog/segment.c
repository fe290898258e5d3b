#include "rawlog/segment.h"

#include <errno.h>

enum { READ_STEP = 1024 * 1024 };

void segment_scan_init(struct segment_scan *s, struct io *io, int fd)
{
    *s = (struct segment_scan){.io = io, .fd = fd};
    s->window = buf_make((size_t)FRAME_STORED_MAX + FRAME_HEADER_BYTES + 3 * READ_STEP);
}

void segment_scan_done(struct segment_scan *s)
{
    buf_done(&s->window);
}

/* Gives up what stands before `offset`, a step's worth at a time. */
static void slide(struct segment_scan *s, uint64_t offset)
{
    const uint64_t passed = offset - s->window_offset;

    if (passed >= s->window.n) {
        buf_clear(&s->window);
        s->window_offset = offset;
    } else if (passed >= READ_STEP) {
        memmove(s->window.p, s->window.p + passed, s->window.n - passed);
        s->window.n -= passed;
        s->window_offset = offset;
    }
}

/* The file's n bytes at `offset`, which never goes back. NULL: it ends before, or the disk fails.
 */
static const char *bytes_at(struct segment_scan *s, uint64_t offset, size_t n, struct err *e)
{
    slide(s, offset);
    while (offset + n > s->window_offset + s->window.n && !s->at_end) {
        char *room = buf_room(&s->window, READ_STEP);
        assert(room); /* a frame, and less than a step before it */
        const ssize_t got = io_pread(s->io, IO_rawlog_read, s->fd, room, READ_STEP,
                                     (off_t)(s->window_offset + s->window.n));
        if (got == -1) {
            s->failed = true;
            err_set(e, ERR_IO, "cannot read the raw log: %s", strerror(errno));
            return NULL;
        }
        s->window.n += (size_t)got;
        s->at_end = got == 0;
        if (got)
            s->end = s->window_offset + s->window.n;
    }
    if (offset + n > s->window_offset + s->window.n)
        return NULL;
    return s->window.p + (offset - s->window_offset);
}

enum look { LOOK_WHOLE, LOOK_NONE, LOOK_SHORT, LOOK_BROKEN };

/* What stands there: a whole frame; none; one whose end is not there; one with a broken payload. */
static enum look look_at(struct segment_scan *s, uint64_t offset, struct frame_header *h,
                         str *stored, struct err *e)
{
    const char *p = bytes_at(s, offset, FRAME_HEADER_BYTES, e);

    if (!p)
        return LOOK_SHORT;
    if (!frame_header_read(p, h) || (s->file_id && h->file_id != s->file_id))
        return LOOK_NONE;
    p = bytes_at(s, offset, (size_t)FRAME_HEADER_BYTES + h->stored_bytes, e);
    if (!p)
        return LOOK_SHORT;
    *stored = (str){p + FRAME_HEADER_BYTES, h->stored_bytes};
    return frame_payload_is_whole(h, *stored) ? LOOK_WHOLE : LOOK_BROKEN;
}

/* The first place from `offset` on where a frame may begin; the file's end without one. */
static uint64_t next_magic(struct segment_scan *s, uint64_t offset, struct err *e)
{
    const char *p;

    while ((p = bytes_at(s, offset, sizeof(uint32_t), e))) {
        const char *end = s->window.p + s->window.n;
        const char *found = memmem(p, (size_t)(end - p), frame_magic, sizeof frame_magic);
        if (found)
            return offset + (uint64_t)(found - p);
        offset += (uint64_t)(end - p) - (sizeof(uint32_t) - 1);
    }
    return s->end;
}

static enum segment_answer end_for_now(struct segment_scan *s, bool begins)
{
    s->left = s->end - s->offset;
    s->left_begins = begins;
    buf_clear(&s->window); /* it may be undone and written anew */
    s->window_offset = s->offset;
    return s->failed ? SEGMENT_FAILED : SEGMENT_END;
}

enum segment_answer segment_scan_next(struct segment_scan *s, struct frame_header *ret_header,
                                      str *ret_stored, struct err *e)
{
    uint64_t at = s->offset;

    s->at_end = s->failed = false;
    s->end = s->window.n ? s->window_offset + s->window.n : s->offset;
    for (;;) {
        const enum look look = look_at(s, at, ret_header, ret_stored, e);
        if (look == LOOK_WHOLE)
            break;
        if (s->failed || look == LOOK_SHORT)
            return end_for_now(s, at == s->offset);
        if (look == LOOK_BROKEN) /* what its own header says is its length is true */
            at += (uint64_t)FRAME_HEADER_BYTES + ret_header->stored_bytes;
        else
            at = next_magic(s, at + 1, e);
    }
    s->file_id = ret_header->file_id;
    s->skipped += at - s->offset;
    s->bad += at > s->offset;
    s->offset = at + FRAME_HEADER_BYTES + ret_stored->n;
    return SEGMENT_FRAME;
}
