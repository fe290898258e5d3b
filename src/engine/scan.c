/* scan.c - the reader's side of a scan: its threads, its jobs, and the paths it is given. */
#include "engine/scan.h"

#include "base/mem.h"
#include "detect/naive.h"
#include "engine/job.h"
#include "intake/evidence.h"

#include <stdio.h>
#include <stdlib.h>

struct engine_stream *engine_stream_new(str path, uint32_t id, uint32_t evidence)
{
    struct engine_stream *s = mem_alloc(sizeof *s);

    s->path = str_dup(path);
    s->stream = (struct stream){.path = {s->path, path.n}, .id = id};
    s->evidence = evidence;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->turn_changed, NULL);
    return s;
}

void engine_stream_free(struct engine_stream *s)
{
    assert(!s->decoder);
    pthread_cond_destroy(&s->turn_changed);
    pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

static struct batch *port_take(void *ctx)
{
    struct scan *s = ctx;
    struct job *job = ring_take(s->empty);

    assert(job);
    return &job->batch;
}

static void port_give(void *ctx, struct batch *b)
{
    struct scan *s = ctx;
    struct job *job = (struct job *)b;
    struct engine_stream *stream = (struct engine_stream *)(uintptr_t)b->stream;

    assert(stream);
    b->sequence = s->sequence++;
    job->number_in_stream = stream->next_batch++;
    if (stream->stream.format) { /* what a collection holds is not what it is */
        struct evidence *e = &s->evidence[stream->evidence];
        bool whole_file = str_eq(stream->stream.path, e->path);
        e->format = whole_file ? stream->stream.format->name : "archive";
    }
    ring_put(s->full, job);
}

static bool port_stopped(void *ctx)
{
    struct scan *s = ctx;

    return atomic_load_explicit(&s->stopped, memory_order_relaxed);
}

static uint32_t evidence_add(struct scan *s, str path)
{
    if (s->evidence_count == s->evidence_capacity) {
        s->evidence_capacity = s->evidence_capacity ? s->evidence_capacity * 2 : 16;
        s->evidence = mem_resize(s->evidence, s->evidence_capacity, sizeof *s->evidence);
    }
    s->evidence[s->evidence_count] = (struct evidence){.path = {str_dup(path), path.n}};
    return s->evidence_count++;
}

static struct stream *port_stream(void *ctx, str path)
{
    struct scan *s = ctx;
    /* Before the first file of a folder there is none: what is told then belongs to its path. */
    uint32_t evidence = s->in_file ? s->evidence_count - 1 : UINT32_MAX;

    return &engine_stream_new(path, s->stream_count++, evidence)->stream;
}

static void file_begin(void *ctx, str path)
{
    struct scan *s = ctx;

    evidence_add(s, path);
    s->in_file = true;
}

static void file_end(void *ctx, uint64_t bytes, const char *sha256)
{
    struct scan *s = ctx;
    struct evidence *e = &s->evidence[s->evidence_count - 1];

    e->bytes = bytes;
    snprintf(e->sha256, sizeof e->sha256, "%s", sha256);
    s->in_file = false;
}

static void jobs_init(struct scan *s)
{
    s->job_count = s->options.workers * JOBS_PER_WORKER + JOBS_EXTRA;
    s->jobs = mem_array(s->job_count, sizeof *s->jobs);
    s->empty = ring_new(s->job_count);
    s->full = ring_new(s->job_count);
    s->done = ring_new(s->job_count);
    for (uint32_t i = 0; i < s->job_count; i++) {
        s->jobs[i].batch.arena = arena_new(BATCH_ARENA_BYTES);
        s->jobs[i].summary = summary_builder_new(UINT32_MAX);
        ring_put(s->empty, &s->jobs[i]);
    }
}

static void thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
    if (pthread_create(thread, NULL, run, arg) != 0) {
        fputs("tocsin: cannot start a thread\n", stderr);
        abort();
    }
}

struct scan *scan_new(const struct scan_options *o, const struct scan_handlers *h)
{
    assert(o->workers >= 1 && o->workers <= SCAN_WORKERS_MAX);

    struct scan *s = mem_alloc(sizeof *s);
    s->options = *o;
    s->handlers = *h;
    s->detector = detector_new_with(
        &(struct detector_options){.rs = o->rules, .profile = o->profile, .compiled = o->compiled});
    s->naive = o->naive ? naive_new(o->rules) : NULL;
    s->total = summary_builder_new(SUMMARY_KEYS_MAX);
    jobs_init(s);
    s->workers = mem_array(o->workers, sizeof *s->workers);
    for (uint32_t i = 0; i < o->workers; i++)
        worker_init(&s->workers[i], s);
    return s;
}

/* Threads start with the first path, so that the caller can confine itself in between. */
static void start(struct scan *s)
{
    if (s->started)
        return;
    s->started = true;
    thread_start(&s->collector, collector_run, s);
    for (uint32_t i = 0; i < s->options.workers; i++)
        thread_start(&s->workers[i].thread, worker_run, &s->workers[i]);
}

bool scan_path(struct scan *s, const char *path, struct err *e)
{
    const struct evidence_options options = {
        .io = s->options.io,
        .reader = {.format = s->options.format, .trust = TRUST_EVIDENCE},
        .with_hash = s->options.with_hash,
        .ctx = s,
        .file_begin = file_begin,
        .file_end = file_end,
    };
    const struct batch_port port = {
        .ctx = s,
        .take = port_take,
        .give = port_give,
        .stopped = port_stopped,
        .stream = port_stream,
    };

    assert(!s->finished);
    start(s);
    return evidence_read(&options, &port, path, e);
}

void scan_stop(struct scan *s)
{
    atomic_store_explicit(&s->stopped, true, memory_order_relaxed);
}

/* Names that rules use and that no event of any worker had. */
static void find_unseen(struct scan *s)
{
    uint32_t count = detector_field_count(s->detector);

    s->unseen = mem_array(count + 1, sizeof *s->unseen);
    for (uint32_t field = 0; field < count; field++) {
        bool seen = false;
        for (uint32_t w = 0; w < s->options.workers && !seen; w++)
            seen = detector_fields_seen(s->workers[w].scratch)[field / 64] >> (field % 64) & 1;
        if (!seen)
            s->unseen[s->unseen_count++] = detector_field_name(s->detector, field);
    }
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

const struct summary *scan_finish(struct scan *s)
{
    assert(!s->finished);
    start(s);
    s->finished = true;
    ring_close(s->full);
    for (uint32_t i = 0; i < s->options.workers; i++)
        pthread_join(s->workers[i].thread, NULL);
    ring_close(s->done);
    pthread_join(s->collector, NULL);

    for (uint32_t i = 0; i < s->evidence_count && i < s->evidence_events_capacity; i++)
        s->evidence[i].events = s->evidence_events[i];
    find_unseen(s);
    qsort(s->unseen, s->unseen_count, sizeof *s->unseen, by_bytes);
    for (uint32_t i = 0; i < s->options.workers; i++)
        s->regex_limits += detector_regex_limits(s->workers[i].scratch);
    s->summary = summary_of(s->total);
    return &s->summary;
}

void scan_free(struct scan *s)
{
    if (!s)
        return;
    if (!s->finished)
        scan_finish(s);
    for (uint32_t i = 0; i < s->options.workers; i++)
        worker_done(&s->workers[i]);
    free(s->workers);
    for (uint32_t i = 0; i < s->job_count; i++) {
        struct job *job = ring_take(s->empty);
        free(job->batch.data);
        arena_free(job->batch.arena);
        summary_builder_free(job->summary);
    }
    ring_free(s->empty);
    ring_free(s->full);
    ring_free(s->done);
    free(s->jobs);
    for (uint32_t i = 0; i < s->evidence_count; i++)
        free((char *)(uintptr_t)s->evidence[i].path.p);
    free(s->evidence);
    free(s->evidence_events);
    free(s->unseen);
    summary_builder_free(s->total);
    naive_free(s->naive);
    detector_free(s->detector);
    free(s);
}

uint32_t scan_evidence(const struct scan *s, const struct evidence **ret)
{
    *ret = s->evidence;
    return s->evidence_count;
}

uint32_t scan_fields_unseen(const struct scan *s, const str **ret)
{
    *ret = s->unseen;
    return s->unseen_count;
}

uint64_t scan_regex_limits(const struct scan *s)
{
    return s->regex_limits;
}
