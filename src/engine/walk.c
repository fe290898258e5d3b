/*
 * walk.c - a reader's batch port that decodes a batch as soon as it is given.
 * There are two, for the reader takes the next one before it gives one away.
 */
#include "engine/walk.h"

#include "base/mem.h"
#include "engine/job.h"
#include "intake/evidence.h"

#include <stdlib.h>

enum { BATCHES = 2 };

struct walk {
    const struct walk_options *options;
    struct batch batches[BATCHES];
    bool taken[BATCHES];
    struct engine_stream *stream; /* the last one; owned */
    void *decoder;                /* of the stream; NULL until it is needed */
    uint32_t stream_count;
};

static struct batch *port_take(void *ctx)
{
    struct walk *w = ctx;
    uint32_t i = 0;

    while (i < BATCHES && w->taken[i])
        i++;
    assert(i < BATCHES);
    w->taken[i] = true;
    return &w->batches[i];
}

static void on_event(void *ctx, struct event *ev)
{
    const struct walk *w = ctx;

    ev->from.file = w->stream->stream.path;
    ev->from.source = w->stream->stream.id;
    ev->from.trust = w->stream->stream.trust;
    w->options->event(w->options->ctx, ev);
}

static void on_problem(void *ctx, const struct problem *p)
{
    const struct walk *w = ctx;

    w->options->problem(w->options->ctx, w->stream->stream.path, p);
}

static void decoder_close(struct walk *w)
{
    if (w->decoder)
        w->stream->stream.format->close(w->decoder);
    w->decoder = NULL;
}

static void port_give(void *ctx, struct batch *b)
{
    struct walk *w = ctx;
    const struct format *format = b->stream->format;
    const struct decode_sink sink = {.ctx = w, .event = on_event, .problem = on_problem};

    for (uint32_t i = 0; i < b->problem_count; i++)
        on_problem(w, &b->problems[i]);
    if (format) {
        w->decoder = w->decoder ? w->decoder : format->open();
        format->feed(w->decoder, b, &sink);
        if (b->last && format->flush)
            format->flush(w->decoder, b, &sink);
    }
    if (b->last)
        decoder_close(w);
    /* As the collector leaves a batch to the reader. */
    arena_reset(b->arena);
    *b = (struct batch){.data = b->data, .capacity = b->capacity, .arena = b->arena};
    w->taken[b - w->batches] = false;
}

static bool port_stopped(void *ctx)
{
    (void)ctx;
    return false;
}

static struct stream *port_stream(void *ctx, str path)
{
    struct walk *w = ctx;

    decoder_close(w);
    if (w->stream)
        engine_stream_free(w->stream);
    w->stream = engine_stream_new(path, w->stream_count++, UINT32_MAX);
    return &w->stream->stream;
}

static void file_begin(void *ctx, str path)
{
    (void)ctx;
    (void)path;
}

static void file_end(void *ctx, uint64_t bytes, const char *sha256)
{
    (void)ctx;
    (void)bytes;
    (void)sha256;
}

bool walk_path(const struct walk_options *o, const char *path, struct err *e)
{
    struct walk w = {.options = o};
    const struct evidence_options options = {
        .io = o->io,
        .reader = {.format = o->format, .trust = TRUST_EVIDENCE},
        .ctx = &w,
        .file_begin = file_begin,
        .file_end = file_end,
    };
    const struct batch_port port = {
        .ctx = &w,
        .take = port_take,
        .give = port_give,
        .stopped = port_stopped,
        .stream = port_stream,
    };

    for (uint32_t i = 0; i < BATCHES; i++)
        w.batches[i].arena = arena_new(BATCH_ARENA_BYTES);
    bool ok = evidence_read(&options, &port, path, e);
    decoder_close(&w);
    if (w.stream)
        engine_stream_free(w.stream);
    for (uint32_t i = 0; i < BATCHES; i++) {
        free(w.batches[i].data);
        arena_free(w.batches[i].arena);
    }
    return ok;
}
