/*
 * collector.c - takes worked-off batches in any order and hands over what they
 * hold in the order of the input. Every thread does so with what it has worked
 * off, one at a time: if the batch before is still under way, or another thread
 * is handing over, that thread will do it.
 */
#include "engine/job.h"

#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

/* Counts the events of a stream that is over to its file. */
static void add_evidence_events(struct scan *s, const struct engine_stream *stream)
{
    if (stream->evidence == UINT32_MAX)
        return;
    if (stream->evidence >= s->evidence_events_capacity) {
        uint32_t wider = stream->evidence * 2 + 16;
        s->evidence_events = mem_resize(s->evidence_events, wider, sizeof *s->evidence_events);
        for (uint32_t i = s->evidence_events_capacity; i < wider; i++)
            s->evidence_events[i] = 0;
        s->evidence_events_capacity = wider;
    }
    s->evidence_events[stream->evidence] += stream->events;
}

/* Local record numbers become those of the stream. */
static uint64_t final_record(const struct job *job, const struct engine_stream *stream, uint64_t n)
{
    const struct batch *b = &job->batch;

    return b->own_numbers ? n : stream->units + n + b->number_from;
}

/* A record that the reader dropped for its length is one unit that no decoder saw. */
static void count_dropped(const struct job *job, struct engine_stream *stream)
{
    for (uint32_t i = 0; i < job->batch.problem_count; i++)
        if (job->batch.problems[i].kind == PROBLEM_long_record)
            stream->units++;
}

static void emit_finding(struct scan *s, const struct job *job, const struct engine_stream *stream,
                         struct finding *f)
{
    struct event *ev = (struct event *)(uintptr_t)f->event;

    if (ev->from.record != f->record) /* shared with a finding before: final already */
        f->record = ev->from.record;
    else
        f->record = ev->from.record = final_record(job, stream, f->record);
    s->handlers.finding(s->handlers.ctx, f);
}

/* A match without a time is in no order, and so in no correlation: it is counted. */
static void emit_record(struct scan *s, const struct job *job, struct engine_stream *stream,
                        const struct output *o)
{
    if (o->record.time_ns == SIGNAL_NO_TIME && stateful_kind(o->record.bytes) == STATEFUL_MATCHES) {
        s->untimed++;
        return;
    }
    if (stream->source == INTERN_NONE)
        stream->source = intern_add(s->sources, stream->stream.path);
    time_log_add(s->records, o->record.time_ns,
                 event_ref(stream->source, final_record(job, stream, o->record.number)),
                 o->record.bytes);
}

static void emit(struct scan *s, struct job *job, struct engine_stream *stream, struct output *o)
{
    switch (o->kind) {
    case OUTPUT_FINDING:
        emit_finding(s, job, stream, o->finding);
        break;
    case OUTPUT_RECORD:
        emit_record(s, job, stream, o);
        break;
    case OUTPUT_PROBLEM:
        if (o->problem.has_record)
            o->problem.record = final_record(job, stream, o->problem.record);
        s->handlers.problem(s->handlers.ctx, stream->stream.path, &o->problem);
        break;
    }
}

static void collect(struct scan *s, struct job *job)
{
    struct batch *b = &job->batch;
    struct engine_stream *stream = (struct engine_stream *)(uintptr_t)b->stream;

    count_dropped(job, stream);
    for (struct output *o = job->outputs; o; o = o->next)
        emit(s, job, stream, o);
    stream->units += b->units;
    stream->events += job->events;
    s->bytes += b->n;
    s->events += job->events;
    summary_merge(s->total, job->summary);
    if (s->handlers.progress)
        s->handlers.progress(s->handlers.ctx, s->bytes, s->events, stream->stream.path);
    if (b->last) {
        add_evidence_events(s, stream);
        engine_stream_free(stream);
    }
}

/* Makes the job empty, keeping its memory. A batch that one long record blew up shrinks again. */
static void recycle(struct job *job)
{
    struct batch *b = &job->batch;

    arena_reset(b->arena);
    summary_builder_clear(job->summary);
    *job = (struct job){
        .batch = {.data = b->data, .capacity = b->capacity, .arena = b->arena},
        .summary = job->summary,
    };
    if (b->capacity > BATCH_BYTES) {
        free(b->data);
        b->data = NULL;
        b->capacity = 0;
    }
}

void collector_take(struct scan *s, struct job *job)
{
    job = schedule_put_done(s->schedule, job, job->batch.sequence);
    while (job) {
        collect(s, job);
        recycle(job);
        job = schedule_put_empty(s->schedule, job);
    }
}
