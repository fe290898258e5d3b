/*
 * buf.h - a growing, owned run of bytes with a stated maximum.
 *
 * Appending past the maximum sets `overflow` and appends nothing more, so that
 * a writer checks once at the end. buf_clear() reuses the room.
 */
#pragma once

#include "base/str.h"

struct buf {
    char *p;
    size_t n, capacity, max;
    bool overflow;
};

#define BUF_MAX_OUTPUT ((size_t)1 << 30) /* for text that we compose ourselves */

static inline struct buf buf_make(size_t max)
{
    return (struct buf){.max = max};
}

void buf_done(struct buf *b);  /* frees; the buf is empty and usable again */
void buf_clear(struct buf *b); /* empty, keeps the room */

/* Room for n more bytes at b->p + b->n, or NULL with overflow set. The caller advances b->n. */
char *buf_room(struct buf *b, size_t n) MUST_USE;

void buf_add(struct buf *b, str s);
void buf_char_growing(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

static inline void buf_char(struct buf *b, char c)
{
    if (!b->overflow && b->n < b->max && b->capacity > b->n + 1) /* one byte for buf_cstr() */
        b->p[b->n++] = c;
    else
        buf_char_growing(b, c);
}

static inline str buf_str(const struct buf *b)
{
    return (str){b->p, b->n};
}

const char *buf_cstr(struct buf *b); /* NUL-terminated view, valid until the next change */
