/*
 * cutting.c - fills a batch up to BATCH_BYTES, asks the format where whole
 * records end, gives what is whole and takes the rest over into the next batch.
 * A record that does not end within RECORD_BYTES_MAX is dropped, but its first
 * RECORD_KEPT_BYTES, its length and its hash are told.
 */
#include "intake/cutting.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdio.h>

struct long_record {
    bool active;
    uint64_t offset, length;
    struct sha256 *hash;
    char start[48]; /* its first bytes, for the message */
};

struct cutting {
    const struct batch_port *port;
    const struct stream *stream;
    struct source *source;
    enum problem_kind fault;
    const bool *bomb;
    void *cutter;
    struct batch *batch; /* being filled */
    size_t seen;         /* bytes of it that the cutter was shown */
    bool at_end;
    struct long_record skipped;
};

static void batch_reserve(struct batch *b, size_t capacity)
{
    if (b->capacity >= capacity)
        return;
    b->data = mem_resize(b->data, capacity + BATCH_PADDING, 1);
    b->capacity = capacity;
}

/* Reads until the batch holds `capacity` bytes, or the source ends. */
static void fill(struct cutting *c, size_t capacity)
{
    struct batch *b = c->batch;
    struct err e = {0};

    batch_reserve(b, capacity);
    while (b->n < capacity && !c->at_end) {
        ssize_t got = source_read(c->source, b->data + b->n, capacity - b->n, &e);
        if (got <= 0 || c->port->stopped(c->port->ctx))
            c->at_end = true;
        if (got > 0)
            b->n += (size_t)got;
    }
    if (e.code != ERR_NONE) {
        struct problem p = {.kind = *c->bomb ? PROBLEM_bomb : c->fault, .offset = b->offset + b->n};
        problem_say(&p, e.message);
        problem_add(b, &p);
    }
}

/* The bytes of the batch from `from` on, in a new batch that is to be filled further. */
static struct batch *rest_of(struct cutting *c, size_t from)
{
    struct batch *old = c->batch, *next = c->port->take(c->port->ctx);
    size_t n = old->n - from;

    batch_reserve(next, n > BATCH_BYTES ? n : BATCH_BYTES);
    if (n)
        memcpy(next->data, old->data + from, n);
    next->n = n;
    next->offset = old->offset + from;
    next->stream = c->stream;
    return next;
}

/* Hands over [drop, drop + whole) and goes on with what is behind it. */
static void give(struct cutting *c, const struct cut *cut)
{
    struct batch *b = c->batch;
    size_t end = cut->drop + cut->whole;

    assert(end <= b->n);
    bool last = c->at_end && end == b->n;
    struct batch *next = last ? NULL : rest_of(c, end);
    if (cut->drop)
        memmove(b->data, b->data + cut->drop, cut->whole);
    b->offset += cut->drop;
    b->n = cut->whole;
    b->context = cut->context;
    b->last = last;
    memset(b->data + b->n, 0, BATCH_PADDING);
    c->port->give(c->port->ctx, b);
    c->batch = next;
    c->seen = next ? next->n : 0;
}

static void skip_begin(struct cutting *c)
{
    struct batch *b = c->batch;
    struct long_record *s = &c->skipped;

    *s = (struct long_record){.active = true, .offset = b->offset, .hash = sha256_new()};
    for (size_t i = 0; i + 1 < sizeof s->start && i < b->n; i++)
        s->start[i] = b->data[i] >= 0x20 && b->data[i] < 0x7f ? b->data[i] : '.';
}

static void skip_add(struct cutting *c, size_t n)
{
    struct batch *b = c->batch;

    sha256_update(c->skipped.hash, (str){b->data, n});
    c->skipped.length += n;
    memmove(b->data, b->data + n, b->n - n);
    b->n -= n;
    b->offset += n;
    c->seen = b->n;
}

static void skip_finish(struct cutting *c)
{
    struct long_record *s = &c->skipped;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX + 1];
    struct problem p = {.kind = PROBLEM_long_record, .offset = s->offset, .length = s->length};

    sha256_final(s->hash, digest);
    sha256_free(s->hash);
    hex_of(digest, SHA256_BYTES, hex);
    snprintf(p.text, sizeof p.text, "%llu bytes, sha256 %.16s, begins '%s'",
             (unsigned long long)s->length, hex, s->start);
    problem_add(c->batch, &p);
    *s = (struct long_record){0};
}

/* One question to the cutter. False when the batch was given as the stream's last. */
static bool step(struct cutting *c)
{
    struct batch *b = c->batch;
    struct cut cut = {0};
    enum cut_mode mode = c->skipped.active ? CUT_SKIP : c->at_end ? CUT_END : CUT_MORE;

    c->stream->format->cut(c->cutter, (str){b->data, b->n}, c->seen, mode, &cut);
    assert(cut.drop + cut.whole <= b->n);
    if (c->skipped.active) {
        bool over = cut.skip_ended || c->at_end;
        skip_add(c, cut.skip_ended ? cut.drop : b->n);
        if (over)
            skip_finish(c);
        return true;
    }
    c->seen = b->n;
    if (cut.drop + cut.whole > 0 || (c->at_end && b->n == 0)) {
        give(c, &cut);
        return c->batch != NULL;
    }
    if (c->at_end) { /* the cutter leaves the rest of the input be: it goes out as it is */
        give(c, &(struct cut){.drop = b->n});
        return false;
    }
    if (b->n >= RECORD_BYTES_MAX)
        skip_begin(c);
    return true;
}

void cutting_run(const struct batch_port *port, const struct stream *stream, struct source *source,
                 enum problem_kind fault, const bool *bomb)
{
    struct cutting c = {
        .port = port,
        .stream = stream,
        .source = source,
        .fault = fault,
        .bomb = bomb,
        .cutter = stream->format->cutter_new(),
        .batch = port->take(port->ctx),
    };
    const struct format *format = stream->format; /* the stream may be gone before we are done */
    size_t capacity = BATCH_BYTES;

    c.batch->stream = stream;
    do {
        /* A record longer than the batch makes the batch grow, up to the limit. */
        bool grow = c.seen == c.batch->n && c.batch->n >= capacity && !c.skipped.active;
        capacity = grow ? capacity * 2 : c.batch->n >= BATCH_BYTES ? capacity : BATCH_BYTES;
        if (capacity > RECORD_BYTES_MAX)
            capacity = RECORD_BYTES_MAX;
        fill(&c, capacity);
    } while (step(&c));
    format->cutter_free(c.cutter);
}
