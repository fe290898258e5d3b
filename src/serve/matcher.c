/* matcher.c - see matcher.h. A block is a run of batches, one for each run of records. */
#include "serve/matcher.h"

#include "base/hash.h"
#include "base/mem.h"
#include "engine/finding_json.h"
#include "event/classifier.h"
#include "formats/decoder_pool.h"
#include "formats/format_set.h"

#include <errno.h>
#include <pthread.h>

enum {
    MATCHER_ARENA_BYTES = 1024 * 1024,
    RESULT_ARENA_BYTES = 16 * 1024,
    LATE_S = 120,    /* behind the newest event of its source */
    SKEW_SHARE = 16, /* of a new block in the smoothed clock skew */
    FINDING_ID_BYTES = 16,
};

struct matcher_work {
    struct matcher_work *next;
    struct inlet *inlet;
    struct record_block *block;
};

struct matcher {
    struct matcher_port port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the queue */
    pthread_cond_t changed;
    struct matcher_work *first, *last;
    bool closed;

    /* The thread's own: */
    struct live_rules *rules;
    struct detector_scratch *scratch;
    struct classifier *classifier;
    struct decoder_pool *decoders;
    const struct format_set *formats; /* theirs, held */
    struct finding_json *json;
    struct buf text;
    struct arena *arena;

    /* Of the block at hand: */
    struct inlet *inlet;
    const struct record_block *block;
    const struct record_run *run;
    struct match_result *result;
    uint64_t events, findings, problems, late, no_time;
    int64_t newest_ns, skew_ns;
    bool has_skew;
    uint32_t at; /* the record that the last event was in: the next is not far */
};

/* ------------------------------------------------------------ one event */

/* The record that byte `offset` of the run's batch is in. */
static uint32_t record_at(struct matcher *m, uint64_t offset)
{
    const struct record *records = m->block->records;
    const uint32_t end = m->run->first + m->run->count;
    const uint64_t at = offset + records[m->run->first].offset;

    if (m->at < m->run->first || m->at >= end || records[m->at].offset > at)
        m->at = m->run->first;
    while (m->at + 1 < end && records[m->at + 1].offset <= at)
        m->at++;
    return m->at;
}

/* Made of what will be the same whenever this record is matched again. */
static str finding_id(struct matcher *m, const struct sigma_rule *rule, uint32_t record,
                      struct arena *a)
{
    struct sha256 *h = sha256_new();
    const uint64_t number = m->block->first_number + record;
    uint8_t hash[SHA256_BYTES];
    char *text = arena_bytes(a, 2 * FINDING_ID_BYTES + 1);

    sha256_update(h, sigma_rule_identity(rule));
    sha256_update(h, (str){"", 1});
    sha256_update(h, inlet_name(m->inlet));
    sha256_update(h, (str){(const char *)&number, sizeof number});
    sha256_update(h, block_record(m->block, record));
    sha256_final(h, hash);
    sha256_free(h);
    hex_of(hash, FINDING_ID_BYTES, text);
    return (str){text, 2 * FINDING_ID_BYTES};
}

static struct ledger_finding *room_for_finding(struct match_result *r)
{
    if (!r->arena)
        r->arena = arena_new(RESULT_ARENA_BYTES);
    return arena_push(r->arena, (void **)&r->findings, &r->count, &r->capacity,
                      sizeof *r->findings);
}

static void note_finding(struct matcher *m, uint32_t place, const struct finding *about,
                         uint32_t record)
{
    struct ledger_finding *kept = room_for_finding(m->result);
    struct arena *a = m->result->arena;
    const struct sigma_rule *rule = m->rules->ready.rules->rules[place];
    const struct live_note live = {
        .id = finding_id(m, rule, record, a),
        .source = inlet_name(m->inlet),
        .received_ns = m->run->received_ns,
        .trust = about->event->from.trust,
    };
    struct finding f = *about;
    struct matched_field *matched = NULL;

    f.rule = rule;
    f.live = &live;
    f.record = m->block->first_number + record;
    f.matched_count =
        detector_explain(m->rules->detector, m->scratch, place, f.event, m->arena, &matched);
    f.matched = matched;
    buf_clear(&m->text);
    struct json_writer w = json_writer_make(&m->text, 0);
    finding_json_write(m->json, &w, &f);
    *kept = (struct ledger_finding){
        .id = live.id,
        .source = live.source,
        .record = f.record,
        .time_ns = f.event->has_time ? f.event->time_ns : live.received_ns,
        .received_ns = live.received_ns,
        .rule_id = arena_str(a, sigma_rule_identity(rule)),
        .rule_title = arena_str(a, rule->title),
        .level = str_from(sigma_level_name(rule->level)),
        .host = arena_str(a, f.host),
        .user = arena_str(a, f.user),
        .json = arena_str(a, buf_str(&m->text)),
    };
    m->findings++;
}

static void note_time(struct matcher *m, const struct event *ev)
{
    if (!ev->has_time) {
        m->no_time++;
        return;
    }
    m->skew_ns = m->run->received_ns - ev->time_ns;
    m->has_skew = true;
    if (ev->time_ns > m->newest_ns)
        m->newest_ns = ev->time_ns;
    else if (m->newest_ns - ev->time_ns > LATE_S * INT64_C(1000000000))
        m->late++;
}

static void on_event(void *ctx, struct event *ev)
{
    struct matcher *m = ctx;
    const uint32_t *rules;

    ev->from.file = block_str(m->block, m->run->origin);
    ev->from.trust = (enum trust)m->run->trust;
    classifier_event(m->inlet->classifier ? m->inlet->classifier : m->classifier, ev);
    m->events++;
    note_time(m, ev);

    const uint32_t hits = detector_match(m->rules->detector, m->scratch, ev, &rules);
    if (hits == 0)
        return;
    const uint32_t record = record_at(m, ev->from.offset);
    const str format = block_str(m->block, m->run->format);
    char *name = arena_bytes(m->arena, format.n + 1);
    memcpy(name, format.n ? format.p : "", format.n);
    name[format.n] = '\0';
    const struct finding about =
        finding_of(m->rules->entities, event_keep(ev, m->arena), name, m->arena);
    for (uint32_t i = 0; i < hits; i++)
        note_finding(m, rules[i], &about, record);
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct matcher *m = ctx;

    m->problems++;
    inlet_sample(m->inlet, problem_name(p->kind), block_record(m->block, record_at(m, p->offset)));
}

/* ------------------------------------------------------------ one block */

/* The records of the run as slices of its batch. */
static const struct record_span *spans_of(struct matcher *m)
{
    const struct record *records = m->block->records + m->run->first;
    struct record_span *spans = arena_array(m->arena, m->run->count, sizeof *spans);

    for (uint32_t i = 0; i < m->run->count; i++)
        spans[i] = (struct record_span){records[i].offset - records[0].offset, records[i].length};
    return spans;
}

/* Formats that find records in bytes by themselves are asked to; records stand one after another.
 */
static void feed_run(struct matcher *m, const struct format *format, struct batch *b)
{
    const struct decode_sink sink = {
        .ctx = m, .lazy = true, .event = on_event, .problem = on_problem};
    void *decoder = decoder_pool_get(m->decoders, format), *cutter = format->cutter_new();
    char *bytes = b->data;
    const size_t n = b->n;

    for (size_t at = 0; at < n;) {
        struct cut cut = {0};
        format->cut(cutter, (str){bytes + at, n - at}, 0, CUT_END, &cut);
        b->data = bytes + at + cut.drop;
        b->offset = at + cut.drop;
        b->n = cut.whole;
        b->context = cut.context;
        b->spans = at == 0 && cut.drop == 0 && cut.whole == n ? b->spans : NULL;
        if (b->n)
            format->feed(decoder, b, &sink);
        at += cut.drop + cut.whole;
        if (cut.drop + cut.whole == 0) /* the cutter leaves the rest be */
            break;
    }
    format->cutter_free(cutter);
}

/* The formats of the inlet at hand. Decoders of others are closed: a reload brings new ones. */
static const struct format_set *formats_of(struct matcher *m)
{
    const struct format_set *formats = m->inlet->options.formats;

    if (formats != m->formats) {
        decoder_pool_free(m->decoders);
        format_set_free(m->formats);
        m->formats = format_set_hold(formats);
        m->decoders = decoder_pool_new();
    }
    return formats ? formats : &formats_builtin;
}

static void match_run(struct matcher *m, const struct record_run *run)
{
    const struct record_block *block = m->block;
    const struct record *first = &block->records[run->first],
                        *last = &block->records[run->first + run->count - 1];
    const str name = block_str(block, run->format);
    const struct format *format = format_find(formats_of(m), name.n ? name : S("line"));
    const struct stream stream = {
        .path = block_str(block, run->origin),
        .trust = (enum trust)run->trust,
        .format = format,
        .time = {.zone = m->inlet->options.zone, .reference_ns = run->received_ns},
    };
    if (!format) /* of a newer program's log */
        return;
    m->run = run;

    struct batch b = {.stream = &stream,
                      .data = block->data + first->offset,
                      .n = last->offset + last->length + 1 - first->offset,
                      .spans = spans_of(m),
                      .span_count = run->count,
                      .arena = m->arena};
    feed_run(m, format, &b);
    arena_reset(m->arena);
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

/* What the block's events showed, into the inlet's totals. */
static void count_block(struct matcher *m)
{
    struct inlet_counts *c = &m->inlet->counts;
    const int64_t skew = atomic_load_explicit(&c->skew_ns, memory_order_relaxed);

    add(&c->events, m->events);
    add(&c->findings, m->findings);
    add(&c->problems, m->problems);
    add(&c->late, m->late);
    add(&c->no_time, m->no_time);
    if (m->has_skew)
        atomic_store_explicit(&c->skew_ns,
                              skew ? skew + (m->skew_ns - skew) / SKEW_SHARE : m->skew_ns,
                              memory_order_relaxed);
    atomic_store_explicit(&c->newest_ns, m->newest_ns, memory_order_relaxed);
}

static void match_block(struct matcher *m, struct inlet *in, const struct record_block *b)
{
    m->inlet = in;
    m->block = b;
    m->events = m->findings = m->problems = m->late = m->no_time = 0;
    m->newest_ns = atomic_load_explicit(&in->counts.newest_ns, memory_order_relaxed);
    m->has_skew = false;
    m->at = 0;
    m->result = match_result_new(in);
    m->result->matched_below = b->first_number + b->record_count;
    for (uint32_t i = 0; i < b->run_count; i++)
        match_run(m, &b->runs[i]);
    count_block(m);
    m->port.result(m->port.ctx, m->result);
}

/* ------------------------------------------------------------ the thread */

static void leave_rules(struct matcher *m)
{
    detector_scratch_free(m->scratch);
    finding_json_free(m->json);
    live_rules_drop(m->rules);
    m->scratch = NULL;
    m->json = NULL;
    m->rules = NULL;
}

/* A reload takes effect between two blocks. */
static void follow_rules(struct matcher *m)
{
    struct live_rules *now = m->port.rules(m->port.ctx);

    if (now == m->rules) {
        live_rules_drop(now);
        return;
    }
    leave_rules(m);
    m->rules = now;
    m->scratch = detector_scratch_new(now->detector);
    m->json = finding_json_new(NULL, 0);
}

static struct matcher_work *next_work(struct matcher *m)
{
    pthread_mutex_lock(&m->lock);
    while (!m->first && !m->closed)
        pthread_cond_wait(&m->changed, &m->lock);
    struct matcher_work *w = m->first;
    if (w) {
        m->first = w->next;
        if (!m->first)
            m->last = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    return w;
}

static void *run(void *arg)
{
    struct matcher *m = arg;
    struct matcher_work *w;

    while ((w = next_work(m))) {
        follow_rules(m);
        match_block(m, w->inlet, w->block);
        m->port.done(m->port.ctx, w->inlet, w->block);
        free(w);
    }
    leave_rules(m);
    return NULL;
}

static void free_matcher(struct matcher *m)
{
    decoder_pool_free(m->decoders);
    format_set_free(m->formats);
    classifier_free(m->classifier);
    arena_free(m->arena);
    buf_done(&m->text);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

struct matcher *matcher_start(const struct matcher_port *port, struct err *e)
{
    struct matcher *m = mem_alloc(sizeof *m);

    m->port = *port;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->changed, NULL);
    m->classifier = classifier_new(NULL);
    m->decoders = decoder_pool_new();
    m->text = buf_make(BUF_MAX_OUTPUT);
    m->arena = arena_new(MATCHER_ARENA_BYTES);
    int failed = pthread_create(&m->thread, NULL, run, m);
    if (failed == 0)
        return m;
    free_matcher(m);
    err_set(e, ERR_IO, "cannot start a thread that matches: %s", strerror(failed));
    return NULL;
}

void matcher_stop(struct matcher *m)
{
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->closed = true;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    free_matcher(m);
}

void matcher_give(struct matcher *m, struct inlet *in, struct record_block *b)
{
    struct matcher_work *w = mem_alloc(sizeof *w);

    *w = (struct matcher_work){.inlet = in, .block = b};
    pthread_mutex_lock(&m->lock);
    assert(!m->closed);
    const bool sleeps = !m->first;
    if (m->last)
        m->last->next = w;
    else
        m->first = w;
    m->last = w;
    pthread_mutex_unlock(&m->lock);
    if (sleeps) /* signalled without the lock, on which it would only wait again */
        pthread_cond_signal(&m->changed);
}
