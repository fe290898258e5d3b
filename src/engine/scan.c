/* scan.c - the reader's side of a scan: its threads, its jobs, and the paths it is given. */
#include "engine/scan.h"

#include "base/intern.h"
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
    s->source = INTERN_NONE;
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
    bool is_full;
    struct job *job;

    while ((job = schedule_take_empty(s->schedule, &is_full)) && is_full)
        worker_do(&s->workers[0], job);
    return &job->batch;
}

static void *thread_run(void *worker)
{
    struct worker *w = worker;

    worker_init(w, w->scan);
    worker_run(w);
    return NULL;
}

/* One more thread, when there is more to do than this one can. Not before the first batch: the
 * caller may confine itself until then, and a small input is read in less time than it takes.
 * Where no thread can be had, those that there are do: all is the same, but slower. */
static void start_worker(struct scan *s)
{
    struct worker *w = &s->workers[s->worker_count];

    w->scan = s;
    w->thread_failed = pthread_create(&w->thread, NULL, thread_run, w) != 0;
    s->worker_count += !w->thread_failed;
    struct job *job;
    while (s->worker_count == 1 && (job = schedule_alone(s->schedule)))
        worker_do(&s->workers[0], job);
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
    bool more = !b->last; /* than this batch: it goes on */
    uint32_t waiting;
    job = schedule_put_full(s->schedule, job, &waiting);
    if (s->worker_count < s->options.workers && !s->workers[s->worker_count].thread_failed &&
        (more || waiting > 1))
        start_worker(s);
    if (job)
        worker_do(&s->workers[0], job);
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
    const uint32_t workers = s->options.workers;

    s->job_count = workers == 1 ? JOBS_ALONE : workers * JOBS_PER_WORKER + JOBS_EXTRA;
    s->jobs = mem_array(s->job_count, sizeof *s->jobs);
    s->schedule = schedule_new(s->job_count, (workers - 1) * JOBS_AHEAD);
    for (uint32_t i = 0; i < s->job_count; i++) {
        s->jobs[i].batch.arena = arena_new(BATCH_ARENA_BYTES);
        s->jobs[i].summary = summary_builder_new(UINT32_MAX);
        schedule_add(s->schedule, &s->jobs[i]);
    }
}

static str source_name(void *ctx, uint32_t source)
{
    return scan_source_name(ctx, source);
}

static void on_firing(void *ctx, const struct finding *f)
{
    struct scan *s = ctx;

    summary_add_finding(s->total, f);
    s->handlers.finding(s->handlers.ctx, f);
}

static void on_signal(void *ctx, const struct signal *signal)
{
    struct scan *s = ctx;

    s->handlers.signal(s->handlers.ctx, signal);
}

static void open_stateful(struct scan *s)
{
    const struct scan_options *o = &s->options;
    const struct stateful_options options = {
        .rules = o->rules,
        .behaviors = o->behaviors,
        .assets = o->assets,
        .entities = s->entities,
    };
    const struct stateful_sink sink = {
        .ctx = s,
        .source_name = source_name,
        .firing = on_firing,
        .signal = o->behaviors ? on_signal : NULL,
    };

    if (!o->behaviors && o->rules->correlations_kept == 0)
        return;
    s->stateful = stateful_new(&options, &sink);
    s->correlator = stateful_correlator(s->stateful);
    s->records = time_log_new(o->io, o->record_fd > 0 ? o->record_fd : -1);
    s->sources = intern_new();
}

static void close_stateful(struct scan *s)
{
    stateful_free(s->stateful);
    time_log_free(s->records);
    intern_free(s->sources);
    s->stateful = NULL;
    s->correlator = NULL;
    s->records = NULL;
    s->sources = NULL;
}

struct scan *scan_new(const struct scan_options *o, const struct scan_handlers *h)
{
    assert(o->workers >= 1 && o->workers <= SCAN_WORKERS_MAX);

    struct scan *s = mem_alloc(sizeof *s);
    s->options = *o;
    s->handlers = *h;
    s->owns_detector = !o->detector;
    s->detector = o->detector
                      ? o->detector
                      : detector_new_with(&(struct detector_options){
                            .rs = o->rules, .profile = o->profile, .compiled = o->compiled});
    s->naive = o->naive ? naive_new(o->rules) : NULL;
    s->entities = entity_finder_new();
    open_stateful(s);
    s->total = summary_builder_new(SUMMARY_KEYS_MAX);
    jobs_init(s);
    s->workers = mem_array(o->workers, sizeof *s->workers);
    worker_init(&s->workers[s->worker_count++], s);
    return s;
}

static struct reader_options reader_of(const struct scan *s)
{
    return (struct reader_options){
        .formats = s->options.formats ? s->options.formats : &formats_builtin,
        .format = s->options.format,
        .trust = TRUST_EVIDENCE,
        .time = s->options.time,
    };
}

static struct batch_port port_of(struct scan *s)
{
    return (struct batch_port){
        .ctx = s,
        .take = port_take,
        .give = port_give,
        .stopped = port_stopped,
        .stream = port_stream,
    };
}

bool scan_path(struct scan *s, const char *path, struct err *e)
{
    const struct evidence_options options = {
        .io = s->options.io,
        .reader = reader_of(s),
        .with_hash = s->options.with_hash,
        .ctx = s,
        .file_begin = file_begin,
        .file_end = file_end,
    };
    const struct batch_port port = port_of(s);

    assert(!s->finished);
    return evidence_read(&options, &port, path, e);
}

void scan_bytes(struct scan *s, str name, str bytes)
{
    const struct reader_options reader = reader_of(s);
    const struct batch_port port = port_of(s);
    uint64_t read = 0;

    assert(!s->finished);
    file_begin(s, name);
    reader_run(&reader, &port, name, source_bytes(bytes, &read), &read);
    file_end(s, read, "");
}

void scan_stop(struct scan *s)
{
    atomic_store_explicit(&s->stopped, true, memory_order_relaxed);
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* Names that rules use and that no event of any worker had. */
static void find_unseen(struct scan *s)
{
    const uint32_t count = detector_field_count(s->detector);

    s->unseen = mem_array(count + 1, sizeof *s->unseen);
    for (uint32_t field = 0; field < count; field++) {
        bool seen = false;
        for (uint32_t w = 0; w < s->worker_count && !seen; w++)
            seen = detector_fields_seen(s->workers[w].scratch)[field / 64] >> (field % 64) & 1;
        if (!seen)
            s->unseen[s->unseen_count++] = detector_field_name(s->detector, field);
    }
    qsort(s->unseen, s->unseen_count, sizeof *s->unseen, by_bytes);
}

const struct err *scan_correlated(const struct scan *s, struct scan_correlated *ret)
{
    *ret = s->correlated;
    return s->stateful && !s->all_correlated && s->records_failure.code ? &s->records_failure
                                                                        : NULL;
}

str scan_source_name(const struct scan *s, uint32_t source)
{
    return s->sources && source < intern_count(s->sources) ? intern_str(s->sources, source) : S("");
}

const char *scan_not_correlated(const struct scan *s, uint32_t i, const struct sigma_rule **ret)
{
    const struct sigma_correlation *c;
    const char *why = correlator_refusal(s->correlator, i, &c);

    if (why)
        *ret = &c->head;
    return why;
}

static void take_record(void *ctx, int64_t time_ns, uint64_t ref, str record)
{
    struct scan *s = ctx;

    stateful_take(s->stateful, time_ns, ref, record);
}

static void run_stateful(struct scan *s)
{
    struct time_log_stats stats;

    const int64_t last_ns = summary_last_ns(s->total);

    s->all_correlated = time_log_run(s->records, s, take_record, &stats, &s->records_failure);
    if (last_ns != INT64_MIN)
        stateful_advance(s->stateful, last_ns + 1);
    s->correlated = (struct scan_correlated){
        .untimed = s->untimed,
        .left_out = stats.left_out,
        .stateful = stateful_stats(s->stateful),
    };
}

const struct summary *scan_finish(struct scan *s)
{
    assert(!s->finished);
    s->finished = true;
    schedule_close(s->schedule);
    worker_run(&s->workers[0]);
    for (uint32_t i = 1; i < s->worker_count; i++)
        pthread_join(s->workers[i].thread, NULL);

    bool stopped = atomic_load_explicit(&s->stopped, memory_order_relaxed);
    if (s->stateful && !stopped)
        run_stateful(s);
    for (uint32_t i = 0; i < s->evidence_count && i < s->evidence_events_capacity; i++)
        s->evidence[i].events = s->evidence_events[i];
    if (!s->options.without_health)
        find_unseen(s);
    s->regex_limits = 0;
    for (uint32_t i = 0; i < s->worker_count; i++)
        s->regex_limits += detector_regex_limits(s->workers[i].scratch);
    s->summary = summary_of(s->total);
    return &s->summary;
}

static void drop_evidence(struct scan *s)
{
    for (uint32_t i = 0; i < s->evidence_count; i++)
        free((char *)(uintptr_t)s->evidence[i].path.p);
    s->evidence_count = 0;
    for (uint32_t i = 0; i < s->evidence_events_capacity; i++)
        s->evidence_events[i] = 0;
    free(s->unseen);
    s->unseen = NULL;
    s->unseen_count = 0;
}

void scan_again(struct scan *s, int64_t reference_ns)
{
    assert(s->finished);
    for (uint32_t i = 1; i < s->worker_count; i++)
        worker_done(&s->workers[i]);
    s->worker_count = 1;
    for (uint32_t i = 1; i < s->options.workers; i++)
        s->workers[i].thread_failed = false;
    drop_evidence(s);
    close_stateful(s);
    open_stateful(s);
    summary_builder_clear(s->total);
    s->options.time.reference_ns = reference_ns;
    s->correlated = (struct scan_correlated){0};
    s->records_failure = (struct err){0};
    s->untimed = 0;
    s->all_correlated = false;
    s->stream_count = 0;
    s->bytes = s->events = 0;
    atomic_store_explicit(&s->stopped, false, memory_order_relaxed);
    schedule_open(s->schedule);
    s->finished = false;
}

void scan_free(struct scan *s)
{
    if (!s)
        return;
    if (!s->finished)
        scan_finish(s);
    for (uint32_t i = 0; i < s->worker_count; i++)
        worker_done(&s->workers[i]);
    free(s->workers);
    for (uint32_t i = 0; i < s->job_count; i++) {
        struct job *job = schedule_remove(s->schedule);
        assert(job);
        free(job->batch.data);
        arena_free(job->batch.arena);
        summary_builder_free(job->summary);
    }
    schedule_free(s->schedule);
    free(s->jobs);
    drop_evidence(s);
    free(s->evidence);
    free(s->evidence_events);
    summary_builder_free(s->total);
    naive_free(s->naive);
    close_stateful(s);
    entity_finder_free(s->entities);
    if (s->owns_detector)
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
