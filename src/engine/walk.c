/*
 * walk.c - a reader's batch port that decodes a batch as soon as it is given.
 * There are two, for the reader takes the next one before it gives one away. What
 * a batch holds is handed on when all of it is decoded, for only then are the
 * records' numbers known.
 */
#include "engine/walk.h"

#include "base/mem.h"
#include "engine/job.h"
#include "intake/evidence.h"

#include <stdlib.h>

enum { BATCHES = 2 };

/* An event, or a problem, of the batch at hand. */
struct walked {
    struct walked *next;
    struct event *event; /* NULL: a problem */
    struct problem problem;
};

struct walk {
    const struct walk_options *options;
    struct batch batches[BATCHES];
    bool taken[BATCHES];
    struct engine_stream *stream; /* the last one; owned */
    void *decoder;                /* of the stream; NULL until it is needed */
    uint32_t stream_count;
    uint64_t units;      /* of the stream, in the batches before */
    struct arena *arena; /* of the batch at hand */
    struct walked *first, *last;
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

static struct walked *add(struct walk *w)
{
    struct walked *walked = arena_alloc(w->arena, sizeof *walked);

    if (w->last)
        w->last->next = walked;
    else
        w->first = walked;
    w->last = walked;
    return walked;
}

static void on_event(void *ctx, struct event *ev)
{
    struct walk *w = ctx;

    ev->from.file = w->stream->stream.path;
    ev->from.source = w->stream->stream.id;
    ev->from.trust = w->stream->stream.trust;
    add(w)->event = ev;
}

static void on_problem(void *ctx, const struct problem *p)
{
    add(ctx)->problem = *p;
}

/* Hands on what the batch held, with the records' own numbers. */
static void deliver(struct walk *w, const struct batch *b)
{
    const uint64_t base = b->own_numbers ? 0 : w->units + b->number_from;

    for (struct walked *at = w->first; at; at = at->next) {
        if (at->event) {
            at->event->from.record += base;
            w->options->event(w->options->ctx, at->event);
        } else {
            at->problem.record += at->problem.has_record ? base : 0;
            w->options->problem(w->options->ctx, w->stream->stream.path, &at->problem);
        }
    }
    w->units += b->units;
    w->first = w->last = NULL;
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

    w->arena = b->arena;
    for (uint32_t i = 0; i < b->problem_count; i++)
        w->options->problem(w->options->ctx, w->stream->stream.path, &b->problems[i]);
    if (format) {
        w->decoder = w->decoder ? w->decoder : format->open(format);
        format->feed(w->decoder, b, &sink);
        if (b->last && format->flush)
            format->flush(w->decoder, b, &sink);
    }
    deliver(w, b);
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
    w->units = 0;
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
        .reader = {.formats = o->formats ? o->formats : &formats_builtin,
                   .format = o->format,
                   .trust = TRUST_EVIDENCE,
                   .time = o->time},
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
