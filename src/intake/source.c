#include "intake/source.h"

#include "base/mem.h"
#include "intake/file_hash.h"

#include <errno.h>
#include <stdlib.h>

void source_free(struct source *s)
{
    if (!s)
        return;
    free(s->ahead);
    s->free(s);
}

str source_peek(struct source *s, size_t want)
{
    assert(want <= SOURCE_PEEK_MAX);
    if (!s->ahead)
        s->ahead = mem_resize(NULL, SOURCE_PEEK_MAX, 1);
    if (s->ahead_from > 0) {
        memmove(s->ahead, s->ahead + s->ahead_from, s->ahead_to - s->ahead_from);
        s->ahead_to -= s->ahead_from;
        s->ahead_from = 0;
    }
    while (s->ahead_to < want && s->failure.code == ERR_NONE) {
        ssize_t got =
            s->read(s, s->ahead + s->ahead_to, SOURCE_PEEK_MAX - s->ahead_to, &s->failure);
        if (got <= 0)
            break;
        s->ahead_to += (size_t)got;
    }
    return (str){s->ahead, s->ahead_to};
}

ssize_t source_read(struct source *s, char *out, size_t n, struct err *e)
{
    size_t ready = s->ahead_to - s->ahead_from;

    if (ready) {
        size_t take = ready < n ? ready : n;
        memcpy(out, s->ahead + s->ahead_from, take);
        s->ahead_from += take;
        return (ssize_t)take;
    }
    if (s->failure.code != ERR_NONE) {
        *e = s->failure;
        return -1;
    }
    return s->read(s, out, n, e);
}

struct file_source {
    struct source source;
    struct io *io;
    int fd;
    struct file_hash *hash;
    uint64_t *bytes;
};

static ssize_t file_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct file_source *f = (struct file_source *)s;
    ssize_t got = io_read(f->io, IO_evidence_read, f->fd, out, n);

    if (got == -1) {
        err_set(e, ERR_IO, "cannot read: %s", strerror(errno));
        return -1;
    }
    if (f->hash)
        file_hash_add(f->hash, (str){out, (size_t)got});
    *f->bytes += (uint64_t)got;
    return got;
}

static void source_drop(struct source *s)
{
    free(s);
}

struct source *source_file(struct io *io, int fd, struct file_hash *hash, uint64_t *bytes)
{
    struct file_source *f = mem_alloc(sizeof *f);

    *f = (struct file_source){
        .source = {.read = file_read, .free = source_drop},
        .io = io,
        .fd = fd,
        .hash = hash,
        .bytes = bytes,
    };
    return &f->source;
}

struct bytes_source {
    struct source source;
    str rest;
    uint64_t *bytes;
};

static ssize_t bytes_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct bytes_source *b = (struct bytes_source *)s;
    size_t take = b->rest.n < n ? b->rest.n : n;

    (void)e; /* memory does not fail */
    if (take)
        memcpy(out, b->rest.p, take);
    b->rest = str_from_at(b->rest, take);
    *b->bytes += take;
    return (ssize_t)take;
}

struct source *source_bytes(str all, uint64_t *bytes)
{
    struct bytes_source *b = mem_alloc(sizeof *b);

    *b = (struct bytes_source){
        .source = {.read = bytes_read, .free = source_drop}, .rest = all, .bytes = bytes};
    return &b->source;
}
