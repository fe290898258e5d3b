/* snapshot.h - numbers and arrays to bytes and back, for state that outlives a run. Private. */
#pragma once

#include "base/buf.h"

#include <string.h>

/* What is still to be read. */
struct snapshot {
    str rest;
    bool short_of; /* more was asked for than is there; all that is taken then is zero */
};

static inline void snapshot_put(struct buf *out, const void *bytes, size_t n)
{
    buf_add(out, (str){bytes, n});
}

static inline bool snapshot_take(struct snapshot *s, void *ret, size_t n)
{
    s->short_of = s->short_of || s->rest.n < n;
    if (s->short_of) {
        memset(ret, 0, n);
        return false;
    }
    if (n)
        memcpy(ret, s->rest.p, n);
    s->rest = str_from_at(s->rest, n);
    return true;
}

/* Are there so many elements? */
static inline bool snapshot_has(const struct snapshot *s, uint64_t count, size_t size)
{
    return !s->short_of && count <= s->rest.n / size;
}
