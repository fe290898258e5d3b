/*
 * The whole way of a file: recognition, archives, UTF-16, cutting, decoding.
 * Any bytes must come to an end, with each problem located and no more batches
 * than bytes.
 */
#include "base/mem.h"
#include "intake/reader.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory_source {
    struct source source;
    str left;
};

static ssize_t memory_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct memory_source *m = (struct memory_source *)s;
    size_t take = m->left.n < n ? m->left.n : n;

    (void)e;
    if (take)
        memcpy(out, m->left.p, take);
    m->left = str_from_at(m->left, take);
    return (ssize_t)take;
}

static void memory_free(struct source *s)
{
    free(s);
}

enum { FUZZ_STREAMS_MAX = 64, FUZZ_BYTES_MAX = 8 << 20 };

struct run {
    struct stream streams[FUZZ_STREAMS_MAX];
    uint32_t count;
    uint64_t bytes;
};

static struct batch *take(void *ctx)
{
    struct batch *b = mem_alloc(sizeof *b);

    (void)ctx;
    b->arena = arena_new(1 << 16);
    return b;
}

static void on_event(void *ctx, struct event *ev)
{
    (void)ctx;
    logsource_classify(ev);
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    assert(p->kind < PROBLEM_KIND_COUNT && p->text[0] != '\0');
}

static void give(void *ctx, struct batch *b)
{
    struct run *r = ctx;
    const struct format *format = b->stream->format;
    const struct decode_sink sink = {.ctx = NULL, .event = on_event, .problem = on_problem};

    r->bytes += b->n;
    for (uint32_t i = 0; i < b->problem_count; i++)
        on_problem(NULL, &b->problems[i]);
    if (format) {
        void *decoder = format->open(format);
        format->feed(decoder, b, &sink);
        format->close(decoder);
    }
    arena_free(b->arena);
    free(b->data);
    free(b);
}

static bool stopped(void *ctx)
{
    const struct run *r = ctx;

    return r->bytes > FUZZ_BYTES_MAX || r->count + 2 > FUZZ_STREAMS_MAX;
}

static struct stream *stream(void *ctx, str path)
{
    struct run *r = ctx;
    struct stream *s = &r->streams[r->count < FUZZ_STREAMS_MAX - 1 ? r->count++ : r->count];

    (void)path;
    *s = (struct stream){.path = S("fuzz")};
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {0};
    const struct batch_port port = {&r, take, give, stopped, stream};
    const struct reader_options options = {.formats = &formats_builtin, .trust = TRUST_EVIDENCE};
    struct memory_source *m = mem_alloc(sizeof *m);
    uint64_t file_bytes = size;

    m->source = (struct source){.read = memory_read, .free = memory_free};
    m->left = (str){(const char *)data, size};
    reader_run(&options, &port, S("fuzz"), &m->source, &file_bytes);
    return 0;
}
