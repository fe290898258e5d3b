/* matcher.c - see matcher.h. A block is a run of batches, one for each run of records. */
#include "serve/matcher.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "correlate/watermark.h"
#include "engine/finding_json.h"
#include "engine/stateful_record.h"
#include "event/classifier.h"
#include "formats/decoder_pool.h"
#include "formats/format_set.h"
#include "serve/match_record.h"
#include "serve/origin_decoder.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

enum {
    MATCHER_ARENA_BYTES = 1024 * 1024,
    RESULT_ARENA_BYTES = 16 * 1024,
    SKEW_SHARE = 16, /* of a new block in the smoothed clock skew */
    FINDING_ID_BYTES = 16,
    TICK_S = 1,  /* how often a thread without work looks for what waits */
    IDLE_S = 10, /* a record that waits for others of its event does so no longer once nothing came
                    from its origin for so long */
};

struct matcher_work {
    struct matcher_work *next;
    struct inlet *inlet;        /* NULL: nothing is held any more */
    struct record_block *block; /* NULL: the inlet leaves */
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
    struct origin_decoders ordered;   /* those of formats that keep state */
    struct finding_json *json;
    struct buf text, record;
    struct arena *arena;
    struct clock clock;

    /* Of the block at hand: */
    struct inlet *inlet;
    const struct record_block *block;
    const struct record_run *run;
    struct origin_decoder *joining; /* whose events are at hand, when their records are joined */
    str origin, format;
    uint8_t trust;
    int64_t received_ns;
    struct match_result *result;
    struct live_batch *state;
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

/* Made of what will be the same whenever these records are matched again. */
static str finding_id(struct matcher *m, const struct sigma_rule *rule, uint64_t number, str bytes,
                      struct arena *a)
{
    struct sha256 *h = sha256_new();
    uint8_t hash[SHA256_BYTES];
    char *text = arena_bytes(a, 2 * FINDING_ID_BYTES + 1);

    sha256_update(h, sigma_rule_identity(rule));
    sha256_update(h, (str){"", 1});
    sha256_update(h, inlet_name(m->inlet));
    sha256_update(h, (str){(const char *)&number, sizeof number});
    sha256_update(h, bytes);
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

/* A record of stateful_record.h, for its turn. */
static void note_stateful(struct matcher *m, const struct event *ev, uint64_t number, str bytes,
                          str part)
{
    const struct match_record_head head = {.content = hash64(bytes, 0),
                                           .ref = number,
                                           .received_ns = m->received_ns,
                                           .generation = m->rules->generation,
                                           .trust = (uint8_t)ev->from.trust,
                                           .is_stateful = true};

    buf_clear(&m->record);
    match_record_begin(&m->record, &head);
    buf_add(&m->record, part);
    live_batch_add(m->state, ev->has_time ? ev->time_ns : SIGNAL_NO_TIME, m->received_ns,
                   buf_str(&m->record));
}

static void keep_finding(struct matcher *m, const struct finding *about, uint64_t number, str bytes)
{
    struct ledger_finding *kept = room_for_finding(m->result);
    struct arena *a = m->result->arena;
    const struct sigma_rule *rule = about->rule;
    const struct live_note live = {
        .id = finding_id(m, rule, number, bytes, a),
        .source = inlet_name(m->inlet),
        .received_ns = m->received_ns,
        .trust = about->event->from.trust,
    };
    struct finding f = *about;

    f.live = &live;
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

/* What a run before told is only looked at again by what has a memory. */
static void note_finding(struct matcher *m, uint32_t place, const struct finding *about,
                         uint64_t number, str bytes)
{
    const bool is_told = number < m->inlet->told_below;
    struct finding f = *about;
    struct matched_field *matched = NULL;

    f.rule = m->rules->ready.rules->rules[place];
    f.record = number;
    f.matched_count =
        detector_explain(m->rules->detector, m->scratch, place, f.event, m->arena, &matched);
    f.matched = matched;
    if (f.event->has_time || !is_told)
        note_stateful(m, f.event, number, bytes, stateful_finding(place, &f, m->arena));
    if (!is_told)
        keep_finding(m, &f, number, bytes);
}

static void note_time(struct matcher *m, const struct event *ev)
{
    if (!ev->has_time) {
        m->no_time++;
        return;
    }
    m->skew_ns = m->received_ns - ev->time_ns;
    m->has_skew = true;
    const int64_t lateness = m->inlet->options.lateness_ns;
    if (!watermark_believes(ev->time_ns, m->received_ns, lateness))
        return;
    if (ev->time_ns > m->newest_ns)
        m->newest_ns = ev->time_ns;
    else if (ev->time_ns < m->newest_ns &&
             (uint64_t)m->newest_ns - (uint64_t)ev->time_ns > (uint64_t)lateness)
        m->late++;
    if (!m->state->has_time || ev->time_ns > m->state->newest_ns)
        m->state->newest_ns = ev->time_ns;
    m->state->has_time = true;
}

/* A quiet rule whose match no correlation takes, or can put in order, is told: nothing is lost. */
static bool is_silent(const struct matcher *m, uint32_t rule, bool taken)
{
    return taken && m->rules->ready.rules->rules[rule]->quiet;
}

/* What correlations take of the event, and the findings. */
static void note_matches(struct matcher *m, const struct finding *about, const uint32_t *rules,
                         uint32_t hits, uint64_t number, str bytes)
{
    const struct event *ev = about->event;
    const struct match_record_head head = {.content = hash64(bytes, 0),
                                           .ref = number,
                                           .received_ns = m->received_ns,
                                           .generation = m->rules->generation,
                                           .trust = (uint8_t)ev->from.trust};
    bool any = false, *silent = arena_array(m->arena, hits, sizeof *silent);

    buf_clear(&m->record);
    match_record_begin(&m->record, &head);
    for (uint32_t i = 0; i < hits; i++) {
        const bool taken = ev->has_time && match_record_add(&m->record, 0, m->rules->correlator,
                                                            rules[i], ev, m->arena);
        any = any || taken;
        silent[i] = is_silent(m, rules[i], taken);
    }
    if (any)
        live_batch_add(m->state, ev->time_ns, m->received_ns, buf_str(&m->record));
    for (uint32_t i = 0; i < hits; i++)
        if (!silent[i])
            note_finding(m, rules[i], about, number, bytes);
}

/* The event's record: its number in the source and its bytes. Of a joined event that is the first,
 * which may be of a block before. */
static str record_of(struct matcher *m, const struct event *ev, uint64_t *ret_number)
{
    if (m->joining) {
        *ret_number = origin_decoder_number(m->joining, ev->from.record);
        return ev->raw;
    }
    const uint32_t record = record_at(m, ev->from.offset);
    *ret_number = m->block->first_number + record;
    return block_record(m->block, record);
}

static void on_event(void *ctx, struct event *ev)
{
    struct matcher *m = ctx;
    const uint32_t *rules;
    uint64_t number;

    ev->from.file = m->origin;
    ev->from.trust = (enum trust)m->trust;
    classifier_event(m->inlet->classifier ? m->inlet->classifier : m->classifier, ev);
    m->events++;
    note_time(m, ev);
    const str observed = m->port.observation(m->port.ctx, ev, m->arena);
    if (observed.p) {
        const str bytes = record_of(m, ev, &number);
        note_stateful(m, ev, number, bytes, observed);
    }

    const uint32_t hits = detector_match(m->rules->detector, m->scratch, ev, &rules);
    if (hits == 0)
        return;
    const str bytes = record_of(m, ev, &number);
    char *name = arena_bytes(m->arena, m->format.n + 1);
    memcpy(name, m->format.n ? m->format.p : "", m->format.n);
    name[m->format.n] = '\0';
    const struct finding about =
        finding_of(m->rules->entities, event_keep(ev, m->arena), name, m->arena);
    note_matches(m, &about, rules, hits, number, bytes);
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct matcher *m = ctx;

    m->problems++;
    if (!m->block) /* what waited is told of without its records */
        return;
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

/* The decoder of the run at hand: the origin's own, when the format keeps state and there is room
 * (make_room()). */
static void *decoder_of(struct matcher *m, const struct format *format)
{
    m->joining = NULL;
    if (!format->ordered)
        return decoder_pool_get(m->decoders, format);
    const uint64_t first = m->block->first_number + m->run->first;
    struct origin_decoder *d = origin_decoder_find(&m->ordered, m->inlet, format, m->origin);
    if (!d && origin_decoder_oldest(&m->ordered))
        return decoder_pool_get(m->decoders, format);
    if (!d)
        d = origin_decoder_open(&m->ordered, m->inlet, m->inlet->options.formats, format,
                                m->origin);
    for (uint32_t i = 0; i < m->run->count; i++)
        origin_decoder_note(d, first + i);
    d->trust = m->trust;
    d->received_ns = m->received_ns;
    d->fed_ns = clock_steady_ns(&m->clock);
    m->joining = format->pending ? d : NULL;
    return d->decoder;
}

/* Formats that find records in bytes by themselves are asked to; records stand one after another.
 */
static void feed_run(struct matcher *m, const struct format *format, struct batch *b)
{
    const struct decode_sink sink = {
        .ctx = m, .lazy = true, .event = on_event, .problem = on_problem};
    void *decoder = decoder_of(m, format), *cutter = format->cutter_new();
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
    m->origin = stream.path;
    m->format = name;
    m->trust = run->trust;
    m->received_ns = run->received_ns;

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

/* All records of the inlet below it are matched: `end`, unless one waits for others. */
static uint64_t matched_below(const struct matcher *m, const struct inlet *in, uint64_t end)
{
    for (const struct origin_decoder *d = m->ordered.first; d; d = d->next) {
        const uint64_t waits = d->inlet == in ? origin_decoder_waits(d) : UINT64_MAX;
        end = waits < end ? waits : end;
    }
    return end;
}

static void begin_result(struct matcher *m, struct inlet *in, const struct record_block *b)
{
    m->inlet = in;
    m->block = b;
    m->events = m->findings = m->problems = m->late = m->no_time = 0;
    m->newest_ns = atomic_load_explicit(&in->counts.newest_ns, memory_order_relaxed);
    m->has_skew = false;
    m->at = 0;
    m->result = match_result_new(in);
    m->state = live_batch_new(LIVE_BLOCK, in, m->rules);
}

static void end_result(struct matcher *m, uint64_t end)
{
    const uint64_t below = matched_below(m, m->inlet, end), told = m->inlet->told_below;

    m->result->matched_below = below > told ? below : told;
    count_block(m);
    m->state->end = below;
    m->state->received_ns = m->received_ns;
    m->port.state(m->port.ctx, m->state);
    m->port.result(m->port.ctx, m->result);
}

/* The events of records that waited for more of them. The decoder goes on. */
static void flush_origin(struct matcher *m, struct origin_decoder *d)
{
    char padding[BATCH_PADDING] = {0};
    const struct stream stream = {
        .path = d->origin,
        .trust = (enum trust)d->trust,
        .format = d->format,
        .time = {.zone = d->inlet->options.zone, .reference_ns = d->received_ns},
    };
    const struct decode_sink sink = {
        .ctx = m, .lazy = true, .event = on_event, .problem = on_problem};
    struct batch b = {.stream = &stream, .data = padding, .arena = m->arena};

    if (origin_decoder_waits(d) == UINT64_MAX)
        return;
    begin_result(m, d->inlet, NULL);
    m->joining = d;
    m->origin = d->origin;
    m->format = str_from(d->format->name);
    m->trust = d->trust;
    m->received_ns = d->received_ns;
    d->format->flush(d->decoder, &b, &sink);
    end_result(m, d->block_end);
    arena_reset(m->arena);
}

/* Closes decoders until the block's runs find room for theirs; of more than there is room for at
 * all, the last share one. */
static void make_room(struct matcher *m, struct inlet *in, const struct record_block *b)
{
    const struct format_set *set = in->options.formats;
    uint32_t wanted = 0;

    for (uint32_t i = 0; i < b->run_count && wanted < ORIGIN_DECODERS_MAX; i++) {
        const str name = block_str(b, b->runs[i].format);
        const struct format *f = format_find(set ? set : &formats_builtin, name);
        wanted += f && f->ordered &&
                  !origin_decoder_find(&m->ordered, in, f, block_str(b, b->runs[i].origin));
    }
    while (m->ordered.count && m->ordered.count + wanted > ORIGIN_DECODERS_MAX) {
        struct origin_decoder *oldest = m->ordered.first;
        while (oldest->next)
            oldest = oldest->next;
        flush_origin(m, oldest);
        origin_decoder_close(&m->ordered, oldest);
    }
}

static void match_block(struct matcher *m, struct inlet *in, const struct record_block *b)
{
    const uint64_t end = b->first_number + b->record_count;

    make_room(m, in, b);
    begin_result(m, in, b);
    for (uint32_t i = 0; i < b->run_count; i++)
        match_run(m, &b->runs[i]);
    for (struct origin_decoder *d = m->ordered.first; d; d = d->next)
        if (d->inlet == in)
            d->block_end = end;
    end_result(m, end);
}

/* The inlet goes away: what waits of it comes out, and its decoders close. */
static void leave_inlet(struct matcher *m, struct inlet *in)
{
    for (struct origin_decoder *d = m->ordered.first, *next; d; d = next) {
        next = d->next;
        if (d->inlet != in)
            continue;
        flush_origin(m, d);
        origin_decoder_close(&m->ordered, d);
    }
    m->port.state(m->port.ctx, live_batch_new(LIVE_LEAVE, in, NULL));
    atomic_fetch_sub(&in->results_out, 1);
}

static void flush_idle(struct matcher *m)
{
    const int64_t now = clock_steady_ns(&m->clock);

    for (struct origin_decoder *d = m->ordered.first; d; d = d->next)
        if (now - d->fed_ns > IDLE_S * INT64_C(1000000000))
            flush_origin(m, d);
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

static bool something_waits(const struct matcher *m)
{
    for (const struct origin_decoder *d = m->ordered.first; d; d = d->next)
        if (origin_decoder_waits(d) != UINT64_MAX)
            return true;
    return false;
}

/* The next work; NULL after a while without any, when a decoder has something that waits. False at
 * the end. */
static bool next_work(struct matcher *m, struct matcher_work **ret)
{
    const bool ticks = something_waits(m);
    struct timespec until;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TICK_S;
    pthread_mutex_lock(&m->lock);
    while (!m->first && !m->closed && waited != ETIMEDOUT)
        waited = ticks ? pthread_cond_timedwait(&m->changed, &m->lock, &until)
                       : pthread_cond_wait(&m->changed, &m->lock);
    struct matcher_work *w = m->first;
    const bool over = !w && m->closed;
    if (w) {
        m->first = w->next;
        if (!m->first)
            m->last = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    *ret = w;
    return !over;
}

static void *run(void *arg)
{
    struct matcher *m = arg;
    struct matcher_work *w;

    while (next_work(m, &w)) {
        follow_rules(m);
        if (w && w->block) {
            match_block(m, w->inlet, w->block);
            m->port.done(m->port.ctx, w->inlet, w->block);
        } else if (w && w->inlet) {
            leave_inlet(m, w->inlet);
        } else if (w) {
            m->port.state(m->port.ctx, live_batch_new(LIVE_RELEASE, NULL, NULL));
        }
        free(w);
        flush_idle(m);
    }
    origin_decoders_done(&m->ordered);
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
    buf_done(&m->record);
    pthread_cond_destroy(&m->changed);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

struct matcher *matcher_start(const struct matcher_port *port, struct err *e)
{
    struct matcher *m = mem_alloc(sizeof *m);

    m->port = *port;
    pthread_mutex_init(&m->lock, NULL);
    m->clock = clock_system();
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&m->changed, &steady);
    pthread_condattr_destroy(&steady);
    m->classifier = classifier_new(NULL);
    m->decoders = decoder_pool_new();
    m->text = buf_make(BUF_MAX_OUTPUT);
    m->record = buf_make(BUF_MAX_OUTPUT);
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

static void give(struct matcher *m, struct inlet *in, struct record_block *b)
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

void matcher_give(struct matcher *m, struct inlet *in, struct record_block *b)
{
    assert(b);
    give(m, in, b);
}

void matcher_release(struct matcher *m)
{
    give(m, NULL, NULL);
}

void matcher_leave(struct matcher *m, struct inlet *in)
{
    atomic_fetch_add(&in->results_out, 1); /* until the thread has seen it */
    give(m, in, NULL);
}
