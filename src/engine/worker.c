/* worker.c - decodes a batch, matches its events, and notes what the reports will say of them. */
#include "engine/job.h"

#include "base/mem.h"
#include "detect/naive.h"

#include <stdlib.h>

void worker_init(struct worker *w, struct scan *scan)
{
    w->scan = scan;
    w->scratch = detector_scratch_new(scan->detector);
    w->classifier = classifier_new(scan->options.force);
    w->watch = watch_new();
    w->decoders = decoder_pool_new();
    w->naive_hits = mem_array(scan->options.rules->count + 1, sizeof *w->naive_hits);
}

void worker_done(struct worker *w)
{
    decoder_pool_free(w->decoders);
    free(w->naive_hits);
    classifier_free(w->classifier);
    watch_free(w->watch);
    detector_scratch_free(w->scratch);
}

static struct output *output_add(struct job *job)
{
    struct output *o = arena_alloc(job->batch.arena, sizeof *o);

    if (job->last_output)
        job->last_output->next = o;
    else
        job->outputs = o;
    job->last_output = o;
    return o;
}

static uint32_t explain(struct worker *w, uint32_t rule, const struct event *ev,
                        struct matched_field **ret)
{
    struct arena *a = w->job->batch.arena;

    if (w->scan->naive)
        return naive_explain(w->scan->naive, rule, ev, a, ret);
    return detector_explain(w->scan->detector, w->scratch, rule, ev, a, ret);
}

static void note_record(struct worker *w, const struct event *ev, str bytes)
{
    struct output *o = output_add(w->job);

    o->kind = OUTPUT_RECORD;
    o->record.bytes = bytes;
    o->record.number = ev->from.record;
    o->record.time_ns = ev->has_time ? ev->time_ns : SIGNAL_NO_TIME;
}

/* What correlations ask of the matches of an event. */
static void note_matches(struct worker *w, const uint32_t *rules, uint32_t count,
                         const struct event *ev)
{
    if (!w->scan->correlator)
        return;
    const str record = stateful_matches(w->scan->correlator, rules, count, ev, w->job->batch.arena);
    if (record.p)
        note_record(w, ev, record);
}

/* Does a correlation take the match of the rule, and can put it in order? */
static bool is_correlated(const struct worker *w, uint32_t rule, const struct event *ev)
{
    const str *fields;
    uint32_t count;

    return w->scan->correlator && ev->has_time &&
           correlator_wants(w->scan->correlator, rule, &fields, &count);
}

static void note_finding(struct worker *w, uint32_t rule, const struct finding *about)
{
    struct arena *a = w->job->batch.arena;
    struct finding *f = arena_alloc(a, sizeof *f);
    const struct event *ev = about->event;
    struct matched_field *matched = NULL;

    *f = *about;
    f->rule = w->scan->options.rules->rules[rule];
    /* A quiet rule whose matches nobody takes, or cannot put in order, is told: nothing is lost. */
    if (f->rule->quiet && is_correlated(w, rule, ev))
        return;
    f->matched_count = explain(w, rule, ev, &matched);
    f->matched = matched;
    summary_add_finding(w->job->summary, f);
    if (w->scan->options.behaviors)
        note_record(w, ev, stateful_finding(rule, f, a));
    output_add(w->job)->finding = f;
}

/* The oracle over every rule; for tests. */
static uint32_t naive_match_all(struct worker *w, const struct event *ev)
{
    uint32_t hits = 0;

    for (uint32_t rule = 0; rule < w->scan->options.rules->count; rule++)
        if (naive_matches(w->scan->naive, rule, ev))
            w->naive_hits[hits++] = rule;
    return hits;
}

static void note_observation(struct worker *w, const struct event *ev)
{
    const str record =
        stateful_observation(w->scan->options.behaviors, stateful_connections(w->scan->stateful),
                             ev, w->job->batch.arena);

    if (record.p)
        note_record(w, ev, record);
}

static bool in_time_range(const struct scan_options *o, const struct event *ev)
{
    if (o->from_ns == INT64_MIN && o->to_ns == INT64_MAX)
        return true;
    return ev->has_time && ev->time_ns >= o->from_ns && ev->time_ns <= o->to_ns;
}

static void on_event(void *ctx, struct event *ev)
{
    struct worker *w = ctx;
    const struct scan_options *o = &w->scan->options;
    const uint32_t *rules = w->naive_hits;
    uint32_t hits;

    ev->from.file = w->job->batch.stream->path;
    ev->from.source = w->job->batch.stream->id;
    ev->from.trust = w->job->batch.stream->trust;
    if (w->scan->naive) /* the oracle looks at values by itself */
        event_settle(ev, w->job->batch.arena);
    classifier_event(w->classifier, ev);
    w->job->events++;
    if (!in_time_range(o, ev))
        return;
    summary_add_event(w->job->summary, w->watch, ev);
    if (o->behaviors)
        note_observation(w, ev);
    if (w->scan->naive)
        hits = naive_match_all(w, ev);
    else
        hits = detector_match(w->scan->detector, w->scratch, ev, &rules);
    if (hits == 0)
        return;

    struct arena *a = w->job->batch.arena;
    const struct finding about =
        finding_of(w->scan->entities, event_keep(ev, a), w->job->batch.stream->format->name, a);
    note_matches(w, rules, hits, about.event);
    for (uint32_t i = 0; i < hits; i++)
        note_finding(w, rules[i], &about);
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct worker *w = ctx;

    struct output *o = output_add(w->job);

    o->kind = OUTPUT_PROBLEM;
    o->problem = *p;
    summary_add_problem(w->job->summary, p->kind);
}

/* Waits until the batches of the stream before this one have been decoded. */
static void *ordered_decoder(struct engine_stream *s, uint64_t number)
{
    pthread_mutex_lock(&s->lock);
    while (s->turn != number)
        pthread_cond_wait(&s->turn_changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    if (!s->decoder)
        s->decoder = s->stream.format->open(s->stream.format);
    return s->decoder;
}

static void pass_turn(struct engine_stream *s, bool last)
{
    if (last && s->decoder) {
        s->stream.format->close(s->decoder);
        s->decoder = NULL;
    }
    pthread_mutex_lock(&s->lock);
    s->turn++;
    pthread_cond_broadcast(&s->turn_changed);
    pthread_mutex_unlock(&s->lock);
}

static void work(struct worker *w, struct job *job)
{
    struct engine_stream *s = (struct engine_stream *)(uintptr_t)job->batch.stream;
    const struct format *format = s->stream.format;
    const struct decode_sink sink = {
        .ctx = w, .lazy = true, .event = on_event, .problem = on_problem};
    struct batch *b = &job->batch;

    w->job = job;
    for (uint32_t i = 0; i < b->problem_count; i++)
        on_problem(w, &b->problems[i]);
    if (!format)
        return;
    void *decoder = format->ordered ? ordered_decoder(s, job->number_in_stream)
                                    : decoder_pool_get(w->decoders, format);
    format->feed(decoder, b, &sink);
    if (b->last && format->flush)
        format->flush(decoder, b, &sink);
    if (format->ordered)
        pass_turn(s, b->last);
}

void worker_do(struct worker *w, struct job *job)
{
    work(w, job);
    collector_take(w->scan, job);
}

void worker_run(struct worker *w)
{
    struct job *job;

    while ((job = schedule_take_full(w->scan->schedule)))
        worker_do(w, job);
}
