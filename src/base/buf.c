#include "base/buf.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_done(struct buf *b)
{
    free(b->p);
    *b = buf_make(b->max);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->overflow = false;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->overflow || n > b->max || b->n > b->max - n) {
        b->overflow = true;
        return NULL;
    }
    if (b->capacity - b->n < n + 1) { /* one byte more, for buf_cstr() */
        size_t wider = b->capacity ? b->capacity * 2 : 256;
        if (wider < b->n + n + 1)
            wider = b->n + n + 1;
        b->p = mem_resize(b->p, wider, 1);
        b->capacity = wider;
    }
    return b->p + b->n;
}

void buf_add(struct buf *b, str s)
{
    if (s.n == 0)
        return;
    char *room = buf_room(b, s.n);
    if (!room)
        return;
    memcpy(room, s.p, s.n);
    b->n += s.n;
}

void buf_char_growing(struct buf *b, char c)
{
    char *room = buf_room(b, 1);

    if (!room)
        return;
    *room = c;
    b->n++;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(n >= 0);

    char *room = buf_room(b, (size_t)n + 1);
    if (room) {
        vsnprintf(room, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

const char *buf_cstr(struct buf *b)
{
    if (!b->p && !buf_room(b, 0))
        return "";
    b->p[b->n] = '\0';
    return b->p;
}
