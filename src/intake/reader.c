/*
 * reader.c - a file is a stack of levels: the file, the members of the
 * collection that it is, the members of a collection among these, down to
 * ARCHIVE_DEPTH_MAX. The innermost member that is no collection is a stream and
 * is cut into batches by cutting.c.
 */
#include "intake/reader.h"

#include "base/buf.h"
#include "base/mem.h"
#include "intake/archive.h"
#include "intake/cutting.h"

#include <stdlib.h>

struct level {
    struct archive_reader *archive;
    str path; /* owned, malloc */
    uint64_t unpacked;
    bool entered_single; /* its only member has been read */
};

struct reader {
    const struct reader_options *options;
    const struct batch_port *port;
    const uint64_t *file_bytes;
    struct level levels[ARCHIVE_DEPTH_MAX];
    uint32_t depth;
    bool bomb; /* the file unpacks to more than the limit */
};

/* What counts unpacked bytes and stops a bomb. */
struct limited_source {
    struct source source;
    struct source *inner;
    uint64_t *unpacked;
    const uint64_t *file_bytes;
    bool *bomb;
};

static ssize_t limited_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct limited_source *l = (struct limited_source *)s;

    if (*l->unpacked > BOMB_FREE_BYTES && *l->unpacked / BOMB_RATIO > *l->file_bytes) {
        *l->bomb = true;
        err_set(e, ERR_LIMIT, "more than %d times the size of the file", BOMB_RATIO);
        return -1;
    }
    ssize_t got = source_read(l->inner, out, n, e);
    if (got > 0)
        *l->unpacked += (uint64_t)got;
    return got;
}

static void limited_free(struct source *s)
{
    struct limited_source *l = (struct limited_source *)s;

    source_free(l->inner);
    free(l);
}

void problem_add(struct batch *b, const struct problem *p)
{
    struct problem *room = arena_push(b->arena, (void **)&b->problems, &b->problem_count,
                                      &b->problem_capacity, sizeof *b->problems);
    *room = *p;
}

void reader_problem(const struct batch_port *port, str path, enum problem_kind kind,
                    const char *text)
{
    struct batch *b = port->take(port->ctx);
    struct problem p = {.kind = kind};

    problem_say(&p, text);
    b->stream = port->stream(port->ctx, path);
    b->last = true;
    problem_add(b, &p);
    port->give(port->ctx, b);
}

/* Puts UTF-16 into UTF-8 and leaves a byte order mark out. */
static struct source *as_utf8(struct source *source)
{
    char mark[3];
    struct err ignored = {0};
    size_t skip = 0;
    str head = source_peek(source, 128);
    int utf16 = source_utf16_sniff(head, &skip);

    if (utf16 == UTF16_NO && str_starts(head, S("\xef\xbb\xbf")))
        skip = 3;
    if (skip && source_read(source, mark, skip, &ignored) != (ssize_t)skip)
        return source; /* cannot be: the bytes were peeked at */
    return utf16 == UTF16_NO ? source : source_utf16(source, utf16 == UTF16_BIG);
}

/* Reads what is left of a member under the limit for bombs: libarchive would skip it without one.
 */
static void drain(struct reader *r, struct source *text, struct problem *p)
{
    char block[4096];
    struct err e = {0};

    while (source_read(text, block, sizeof block, &e) > 0 && !r->port->stopped(r->port->ctx))
        ;
    if (e.code == ERR_NONE)
        return;
    p->kind = r->bomb ? PROBLEM_bomb : PROBLEM_archive;
    problem_say(p, e.message);
}

/* Bytes in no format that we know are told of, unless there are none. */
static void refuse_stream(struct reader *r, const struct stream *stream, struct source *text)
{
    struct batch *b = r->port->take(r->port->ctx);
    struct problem p = {.kind = PROBLEM_unrecognised, .text = "in no known format"};
    bool empty = source_peek(text, 1).n == 0;

    if (text->failure.code != ERR_NONE) {
        p.kind = r->bomb ? PROBLEM_bomb : r->depth ? PROBLEM_archive : PROBLEM_unreadable;
        problem_say(&p, text->failure.message);
    }
    b->stream = stream;
    b->last = true;
    if (r->depth > 0)
        drain(r, text, &p);
    if (!empty || text->failure.code != ERR_NONE)
        problem_add(b, &p);
    r->port->give(r->port->ctx, b);
}

/* Reads one stream that is not a collection. */
static void read_stream(struct reader *r, str path, struct source *source)
{
    struct source *text CLEANUP(source_freep) = as_utf8(source);
    struct stream *stream = r->port->stream(r->port->ctx, path);
    str head = source_peek(text, SNIFF_BYTES);

    stream->trust = r->options->trust;
    stream->time = r->options->time;
    stream->format =
        r->options->format ? r->options->format : format_sniff(r->options->formats, head);
    if (stream->format)
        cutting_run(r->port, stream, text, r->depth ? PROBLEM_archive : PROBLEM_unreadable,
                    &r->bomb);
    else
        refuse_stream(r, stream, text);
}

/* Opens a source as a further level when it is a collection, otherwise reads it as a stream. */
static void enter(struct reader *r, str path, struct source *source)
{
    struct err e = {0};

    if (r->options->format || !archive_sniff(source_peek(source, 512))) {
        read_stream(r, path, source);
        return;
    }
    if (r->depth == ARCHIVE_DEPTH_MAX) {
        source_free(source);
        reader_problem(r->port, path, PROBLEM_archive, "nested deeper than the limit of 6 layers");
        return;
    }
    struct archive_reader *archive = archive_reader_new(source, &e);
    if (!archive) {
        reader_problem(r->port, path, PROBLEM_archive, e.message);
        return;
    }
    r->levels[r->depth++] = (struct level){.archive = archive, .path = {str_dup(path), path.n}};
}

/* Reads the current member of the innermost level. */
static void member(struct reader *r, str name)
{
    struct level *level = &r->levels[r->depth - 1];
    struct buf path CLEANUP(buf_done) = buf_make(1 << 20);
    struct limited_source *limited = mem_alloc(sizeof *limited);

    *limited = (struct limited_source){
        .source = {.read = limited_read, .free = limited_free},
        .inner = archive_member(level->archive),
        .unpacked = &level->unpacked,
        .file_bytes = r->file_bytes,
        .bomb = &r->bomb,
    };
    buf_add(&path, level->path);
    if (name.n) {
        buf_char(&path, '!');
        buf_add(&path, name);
    }
    enter(r, buf_str(&path), &limited->source);
}

static void leave(struct reader *r)
{
    struct level *level = &r->levels[--r->depth];

    archive_reader_free(level->archive);
    free((char *)(uintptr_t)level->path.p);
}

void reader_run(const struct reader_options *o, const struct batch_port *port, str path,
                struct source *source, const uint64_t *file_bytes)
{
    struct reader r = {.options = o, .port = port, .file_bytes = file_bytes};

    enter(&r, path, source);
    while (r.depth > 0) {
        struct level *level = &r.levels[r.depth - 1];
        bool over = r.bomb || level->entered_single || port->stopped(port->ctx);
        struct err e = {0};
        str name;

        r.bomb = false; /* it was this level's; the collection around it may go on */
        enum archive_step step = over ? ARCHIVE_OVER : archive_next(level->archive, &name, &e);
        if (step == ARCHIVE_MEMBER) {
            level->entered_single = archive_is_single(level->archive);
            member(&r, name);
        }
        if (step == ARCHIVE_BROKEN)
            reader_problem(port, level->path, r.bomb ? PROBLEM_bomb : PROBLEM_archive, e.message);
        if (step == ARCHIVE_BROKEN || step == ARCHIVE_OVER)
            leave(&r);
    }
}
