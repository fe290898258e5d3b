/* live_state.c - see live_state.h. All but the queue is the thread's own. */
#include "serve/live_state.h"

#include "base/intern.h"
#include "base/mem.h"
#include "correlate/watermark.h"
#include "event/signal.h"
#include "serve/live_firing.h"
#include "serve/match_record.h"
#include "serve/rebuild_mark.h"
#include "serve/rule_map.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    STATE_ARENA_BYTES = 64 * 1024,
    SNAPSHOT_BYTES_MAX = 512 << 20, /* of what is handed from correlations to those of a reload */
    BATCH_RECORDS_MAX = 1 << 30,    /* bytes; a block's matches are far less */
    TICK_S = 1,                     /* how often it looks whether sources are idle */
    PUBLISH_S = 1,                  /* how often it says how far it is */
    NOW_S = TRIAGE_ALERT_GAP_S / 2, /* so long ago is now, to alerts */
    ALERTS_SHARE = 10,              /* of the time alerts' rows may take one part */
};

/* In front of each record of a batch. */
struct frame {
    int64_t time_ns, seen_ns;
    uint32_t length;
};

struct live_source {
    struct live_source *next;
    struct inlet *inlet;
    uint32_t name; /* in `names`: the source's number in an event_ref() */
    uint32_t mark; /* the watermark's number */
    int64_t early_ns;
    struct rebuild_marks rebuild;
};

struct live_state {
    struct live_state_options options;
    pthread_t thread;
    struct live_state_counts counts;

    pthread_mutex_t lock; /* guards the queue */
    pthread_cond_t changed, has_room;
    struct live_batch *first, *last;
    uint32_t queued;
    bool closed;

    /* The thread's own: */
    struct watermark *watermark;
    struct live_source *sources;
    struct intern *names;
    uint32_t holder; /* the watermark's number of who holds all back */
    uint64_t holds;  /* releases that it waits for; 0: it does not */

    struct live_rules *rules;     /* held: what the correlators are made of */
    uint32_t generation;          /* the last whose numbers are those of `rules` */
    uint32_t *map, *names_map;    /* from the numbers of before the last change to those of now: of
                                     rules to correlations, and by their identities */
    uint32_t map_first, map_last; /* the generations that had those */
    struct correlator *final, *early;
    struct live_alerts *alerts;
    int64_t span_ns, early_ns;

    struct finding_json *json;
    struct buf text;
    struct arena *arena;
    struct match_result *result; /* of the batch at hand; NULL: nothing was told yet */
    const struct match_record *at;
    int64_t published_ns, passed_ns; /* steady, when last; what it said */
    bool early_is_now;
    int64_t alerts_due_ns; /* steady */
};

struct live_batch *live_batch_new(enum live_batch_kind kind, struct inlet *in,
                                  struct live_rules *rules)
{
    struct live_batch *b = mem_alloc(sizeof *b);

    b->kind = kind;
    b->inlet = in;
    if (in)
        atomic_fetch_add(&in->results_out, 1);
    b->rules = rules ? live_rules_hold(rules) : NULL;
    b->records = buf_make(BATCH_RECORDS_MAX);
    return b;
}

static void free_batch(struct live_batch *b)
{
    if (b->inlet)
        atomic_fetch_sub(&b->inlet->results_out, 1);
    live_rules_drop(b->rules);
    buf_done(&b->records);
    free(b);
}

void live_batch_add(struct live_batch *b, int64_t time_ns, int64_t seen_ns, str record)
{
    struct frame f;

    memset(&f, 0, sizeof f);
    f.time_ns = time_ns;
    f.seen_ns = seen_ns;
    f.length = (uint32_t)record.n;
    buf_add(&b->records, (str){(const char *)&f, sizeof f});
    buf_add(&b->records, record);
}

/* ------------------------------------------------------------ firings */

static str source_name(void *ctx, uint32_t source)
{
    const struct live_state *s = ctx;

    return intern_str(s->names, source);
}

static struct match_result *result_of(struct live_state *s)
{
    if (!s->result)
        s->result = match_result_new(NULL);
    if (!s->result->arena)
        s->result->arena = arena_new(STATE_ARENA_BYTES);
    return s->result;
}

static void tell(struct live_state *s, const struct correlation_firing *f, bool provisional)
{
    struct match_result *r = result_of(s);
    const struct firing_names names = {s, source_name};
    struct live_firing told = {.firing = f,
                               .names = &names,
                               .entities = s->rules->entities,
                               .received_ns = clock_now_ns(s->options.clock),
                               .trust = TRUST_PROPOSE,
                               .provisional = provisional};

    if (s->at && s->at->head.ref == f->match) {
        told.received_ns = s->at->head.received_ns;
        told.trust = (enum trust)s->at->head.trust;
    }
    struct ledger_finding *kept =
        arena_push(r->arena, (void **)&r->findings, &r->count, &r->capacity, sizeof *r->findings);
    *kept = live_firing_finding(&told, s->json, &s->text, s->arena, r->arena);
}

/* What was final before the last end is known: it is not told again, and what is read again may not
 * have all that led to it. */
static bool is_known(const struct live_state *s, const struct correlation_firing *f)
{
    return f->time_ns < s->options.passed_ns;
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static void on_final(void *ctx, const struct correlation_firing *f)
{
    struct live_state *s = ctx;

    if (is_known(s, f))
        return;
    add(&s->counts.firings, 1);
    tell(s, f, false);
    live_alerts_fire(s->alerts, f, false);
}

static void on_early(void *ctx, const struct correlation_firing *f)
{
    struct live_state *s = ctx;

    if (is_known(s, f) || !firing_is_monotone(f->correlation))
        return;
    add(&s->counts.provisional, 1);
    tell(s, f, true);
    if (s->early_is_now)
        live_alerts_fire(s->alerts, f, true);
}

/* ------------------------------------------------------------ rules */

static void open_correlators(struct live_state *s, struct live_rules *rules)
{
    s->rules = live_rules_hold(rules);
    s->generation = rules->generation;
    s->final = correlator_new(rules->ready.rules, &(struct correlator_sink){s, on_final});
    s->early = correlator_new(rules->ready.rules, &(struct correlator_sink){s, on_early});
    s->json = finding_json_new(NULL, 0);
    s->span_ns = rebuild_span(rules->ready.rules);
    atomic_store(&s->counts.correlations, rules->ready.rules->correlations_kept);
}

static void close_correlators(struct live_state *s)
{
    correlator_free(s->final);
    correlator_free(s->early);
    finding_json_free(s->json);
    live_rules_drop(s->rules);
}

/* Correlations of the new set go on where those of the old that mean the same are. Returns how many
 * begin anew. */
static uint32_t inherit(struct correlator *to, const struct correlator *from)
{
    struct buf state CLEANUP(buf_done) = buf_make(SNAPSHOT_BYTES_MAX);
    struct correlator_restored restored = {0};
    struct err e = {0};
    str position;

    if (!to || !from)
        return 0;
    if (correlator_save(from, (str){0}, &state, &e) &&
        correlator_load(to, buf_str(&state), &position, &restored, &e))
        return restored.anew;
    return UINT32_MAX;
}

/* A reload. Correlations that it changed begin anew; matches that wait are counted by them. */
static void follow_rules(struct live_state *s, struct live_rules *rules)
{
    if (rules->generation <= s->generation)
        return;
    uint32_t *map = rule_map_new(s->rules, rules);

    if (rule_map_is_plain(map, s->rules, rules)) { /* they go on with the rules that they have */
        s->generation = rules->generation;
        free(map);
        return;
    }
    free(s->map);
    free(s->names_map);
    s->map = map;
    s->names_map = rule_map_by_identity(s->rules, rules);
    s->map_first = s->rules->generation;
    s->map_last = s->generation;

    struct correlator *final = s->final, *early = s->early;
    struct live_rules *old = s->rules;
    char text[128];
    finding_json_free(s->json);
    open_correlators(s, rules);
    live_alerts_use_rules(s->alerts, rules->ready.rules, rules->entities);
    const uint32_t anew = inherit(s->final, final);
    (void)inherit(s->early, early); /* what it tells is provisional anyway */
    correlator_free(final);
    correlator_free(early);
    live_rules_drop(old);
    if (anew == 0)
        return;
    if (anew == UINT32_MAX)
        snprintf(text, sizeof text, "all correlations begin to count anew: they cannot be saved");
    else
        snprintf(text, sizeof text, "%u correlations that are new or changed begin to count anew",
                 anew);
    s->options.notice(s->options.ctx, (str){0}, text);
}

/* The numbers of the record's rules as of now; those that are gone are taken out. */
static void renumber(struct live_state *s, struct match_record *r)
{
    const uint32_t generation = r->head.generation;
    const bool known = s->map && generation >= s->map_first && generation <= s->map_last;
    uint32_t kept = 0;

    if (generation >= s->rules->generation)
        return;
    for (uint32_t i = 0; i < r->head.count; i++) {
        const uint32_t rule = known ? s->map[r->matches[i].rule] : RULE_MAP_NONE;
        if (rule == RULE_MAP_NONE)
            continue;
        r->matches[kept] = r->matches[i];
        r->matches[kept++].rule = rule;
    }
    add(&s->counts.forgotten, r->head.count - kept);
    r->head.count = kept;
}

static void feed(struct live_state *s, struct correlator *c, int64_t time_ns, str bytes)
{
    struct match_record r = match_record_read(bytes, s->arena);

    renumber(s, &r);
    s->at = &r;
    if (r.head.count)
        correlator_feed_event(c, time_ns, r.matches, r.head.count);
    s->at = NULL;
    arena_reset(s->arena);
}

static struct match_record_head head_of(str bytes)
{
    struct match_record_head head;

    memcpy(&head, bytes.p, sizeof head);
    return head;
}

/* What alerts are made of: the record in the arena, with the rule's number as of now; .p is NULL:
 * the rule is gone. */
static str stateful_part(struct live_state *s, str bytes, uint32_t generation)
{
    const str part = arena_str(s->arena, str_from_at(bytes, sizeof(struct match_record_head)));
    const bool known = s->names_map && generation >= s->map_first && generation <= s->map_last;

    if (stateful_kind(part) != STATEFUL_FINDING || generation >= s->rules->generation)
        return part;
    const uint32_t rule = known ? s->names_map[stateful_finding_rule(part)] : RULE_MAP_NONE;
    if (rule == RULE_MAP_NONE)
        return (str){0};
    stateful_finding_set_rule((char *)(uintptr_t)part.p, rule);
    return part;
}

/* ------------------------------------------------------------ in the order of time */

static void on_turn(void *ctx, int64_t time_ns, str bytes, bool late)
{
    struct live_state *s = ctx;
    const struct match_record_head head = head_of(bytes);

    if (!head.is_stateful) {
        if (!late && s->final)
            feed(s, s->final, time_ns, bytes);
        return;
    }
    const str part = stateful_part(s, bytes, head.generation);
    if (part.p && !late)
        live_alerts_take(s->alerts, time_ns, head.ref, part);
    else if (part.p && stateful_kind(part) == STATEFUL_FINDING)
        live_alerts_tell(s->alerts, time_ns, head.ref, part, false);
    arena_reset(s->arena);
}

/* Alerts are raised at once by what happens now. An old log that comes in all at once is ahead of
 * the watermark by more than what separates alerts, and is told in its order alone. */
static bool is_of_now(const struct frame *f)
{
    return f->time_ns > f->seen_ns - NOW_S * INT64_C(1000000000);
}

static void tell_finding(struct live_state *s, const struct frame *f, str bytes)
{
    const struct match_record_head head = head_of(bytes);
    const str part = stateful_part(s, bytes, head.generation);
    if (part.p && stateful_kind(part) == STATEFUL_FINDING &&
        (f->time_ns == SIGNAL_NO_TIME || is_of_now(f)))
        live_alerts_tell(s->alerts, f->time_ns, head.ref, part, f->time_ns != SIGNAL_NO_TIME);
    arena_reset(s->arena);
}

/* As it arrives: what is a little behind takes the time of the newest. What is further behind than
 * that, ahead of the clock, or late, waits for the final correlator. */
static void feed_early(struct live_state *s, const struct live_source *source,
                       const struct frame *f, str bytes)
{
    const int64_t lateness = source->inlet->options.lateness_ns;
    const int64_t time_ns = f->time_ns;

    if (!s->early || (time_ns > f->seen_ns && time_ns - f->seen_ns > lateness) ||
        time_ns < watermark_passed(s->watermark) ||
        (s->early_ns != INT64_MIN && time_ns < s->early_ns &&
         (uint64_t)s->early_ns - (uint64_t)time_ns > (uint64_t)lateness))
        return;
    s->early_ns = time_ns > s->early_ns ? time_ns : s->early_ns;
    s->early_is_now = is_of_now(f);
    feed(s, s->early, s->early_ns, bytes);
}

static void take_records(struct live_state *s, const struct live_source *source,
                         struct live_batch *b)
{
    for (size_t at = 0; at < b->records.n;) {
        struct match_record_head head;
        struct frame f;
        memcpy(&f, b->records.p + at, sizeof f);
        char *bytes = b->records.p + at + sizeof f;
        memcpy(&head, bytes, sizeof head);
        head.ref = event_ref(source->name, head.ref);
        memcpy(bytes, &head, sizeof head);
        at += sizeof f + f.length;
        const str record = {bytes, f.length};
        if (head.is_stateful) {
            tell_finding(s, &f, record);
        } else {
            add(&s->counts.matches, head.count);
            feed_early(s, source, &f, record);
        }
        if (f.time_ns == SIGNAL_NO_TIME) /* it is in no order */
            continue;
        watermark_add(s->watermark, source->mark, f.time_ns, f.seen_ns, (str){bytes, f.length});
    }
}

/* ------------------------------------------------------------ sources */

static struct live_source **find_source(struct live_state *s, const struct inlet *in)
{
    struct live_source **at = &s->sources;

    while (*at && (*at)->inlet != in)
        at = &(*at)->next;
    return at;
}

static void open_inlet(struct live_state *s, const struct live_batch *b)
{
    struct live_source *source = mem_alloc(sizeof *source);

    source->inlet = b->inlet;
    source->name = intern_add(s->names, b->inlet->options.name);
    source->mark = watermark_source_add(s->watermark, b->inlet->options.lateness_ns);
    rebuild_marks_init(&source->rebuild, b->end);
    source->next = s->sources;
    s->sources = source;
}

static void leave_inlet(struct live_state *s, const struct inlet *in)
{
    struct live_source **at = find_source(s, in), *source = *at;

    if (!source)
        return;
    *at = source->next;
    watermark_source_remove(s->watermark, source->mark);
    free(source);
}

static void take_block(struct live_state *s, struct live_batch *b)
{
    struct live_source *source = *find_source(s, b->inlet);

    if (!source)
        return;
    follow_rules(s, b->rules);
    take_records(s, source, b);
    if (b->has_time)
        watermark_see(s->watermark, source->mark, b->newest_ns, b->received_ns);
    rebuild_marks_add(&source->rebuild, b->end, b->has_time ? b->newest_ns : INT64_MIN);
}

static void hold(struct live_state *s, uint64_t releases)
{
    if (s->holds == 0) {
        s->holder = watermark_source_add(s->watermark, 0);
        watermark_source_hold(s->watermark, s->holder, true);
    }
    s->holds += releases;
}

static void release(struct live_state *s)
{
    assert(s->holds);
    if (--s->holds == 0)
        watermark_source_remove(s->watermark, s->holder);
}

/* ------------------------------------------------------------ the thread */

static void note_rebuilds(struct live_state *s, int64_t passed_ns)
{
    struct match_result *r = result_of(s);
    const int64_t before = passed_ns < INT64_MIN + s->span_ns ? INT64_MIN : passed_ns - s->span_ns;
    uint32_t count = 0;

    for (const struct live_source *i = s->sources; i; i = i->next)
        count++;
    r->rebuilds = arena_array(r->arena, count + 1, sizeof *r->rebuilds);
    for (struct live_source *i = s->sources; i; i = i->next)
        r->rebuilds[r->rebuild_count++] = (struct ledger_position){
            arena_str(r->arena, i->inlet->options.name), rebuild_marks_pass(&i->rebuild, before)};
    r->has_passed = true;
    r->passed_ns = passed_ns;
}

/* Making groups takes its time when there are many alerts: then it is done less often. */
static void note_alerts(struct live_state *s, int64_t steady)
{
    struct match_result *r = result_of(s);

    r->alert_count = live_alerts_rows(s->alerts, r->arena, &r->alerts);
    const int64_t took = clock_steady_ns(s->options.clock) - steady;
    s->alerts_due_ns = steady + PUBLISH_S * INT64_C(1000000000) + took * ALERTS_SHARE;
}

/* What was told goes on; now and then with how far it is. */
static void publish(struct live_state *s, bool last)
{
    const int64_t passed = watermark_passed(s->watermark),
                  steady = clock_steady_ns(s->options.clock);
    const bool is_new = passed != s->passed_ns && passed >= s->options.passed_ns && s->holds == 0;

    if (live_alerts_changed(s->alerts) && (last || steady >= s->alerts_due_ns))
        note_alerts(s, steady);
    if (is_new && !live_alerts_changed(s->alerts) &&
        (last || steady - s->published_ns >= PUBLISH_S * INT64_C(1000000000))) {
        note_rebuilds(s, passed);
        s->passed_ns = passed;
        s->published_ns = steady;
    }
    if (s->result)
        s->options.result(s->options.ctx, s->result);
    s->result = NULL;
}

static void count(struct live_state *s)
{
    const struct watermark_stats w = watermark_stats(s->watermark);
    struct live_state_counts *c = &s->counts;

    atomic_store_explicit(&c->late, w.late, memory_order_relaxed);
    atomic_store_explicit(&c->displaced, w.displaced, memory_order_relaxed);
    atomic_store_explicit(&c->disbelieved, w.disbelieved, memory_order_relaxed);
    atomic_store_explicit(&c->waiting, w.waiting, memory_order_relaxed);
    atomic_store_explicit(&c->waiting_bytes, w.bytes, memory_order_relaxed);
    atomic_store_explicit(&c->passed_ns, watermark_passed(s->watermark), memory_order_relaxed);
    atomic_store_explicit(&c->alerts, live_alerts_held(s->alerts), memory_order_relaxed);
    if (s->final)
        atomic_store_explicit(&c->groups_displaced, correlator_stats(s->final).displaced,
                              memory_order_relaxed);
}

static void advance(struct live_state *s)
{
    watermark_advance(s->watermark);
    const int64_t passed = watermark_passed(s->watermark);
    if (passed == INT64_MIN)
        return;
    if (s->final)
        correlator_advance(s->final, passed - 1);
    live_alerts_advance(s->alerts, passed);
    arena_reset(s->arena);
}

static void work(struct live_state *s, struct live_batch *b)
{
    switch (b->kind) {
    case LIVE_BLOCK:
        take_block(s, b);
        break;
    case LIVE_OPEN:
        open_inlet(s, b);
        break;
    case LIVE_LEAVE:
        leave_inlet(s, b->inlet);
        break;
    case LIVE_HOLD:
        hold(s, b->end);
        break;
    case LIVE_RELEASE:
        release(s);
        break;
    }
}

/* The next; NULL after a while. False at the end. */
static bool next_batch(struct live_state *s, struct live_batch **ret)
{
    struct timespec until;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += TICK_S;
    pthread_mutex_lock(&s->lock);
    while (!s->first && !s->closed && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    struct live_batch *b = s->first;
    const bool over = !b && s->closed;
    if (b) {
        s->first = b->next;
        if (!s->first)
            s->last = NULL;
        if (s->queued-- == LIVE_STATE_QUEUE)
            pthread_cond_broadcast(&s->has_room);
    }
    pthread_mutex_unlock(&s->lock);
    *ret = b;
    return !over;
}

static void *run(void *arg)
{
    struct live_state *s = arg;
    struct live_batch *b;

    while (next_batch(s, &b)) {
        if (b)
            work(s, b);
        advance(s);
        count(s);
        publish(s, false);
        if (b)
            free_batch(b); /* the inlet may go now */
    }
    publish(s, true);
    return NULL;
}

static void free_state(struct live_state *s)
{
    while (s->sources) {
        struct live_source *source = s->sources;
        s->sources = source->next;
        free(source);
    }
    watermark_free(s->watermark);
    close_correlators(s);
    live_alerts_free(s->alerts);
    free(s->map);
    free(s->names_map);
    intern_free(s->names);
    arena_free(s->arena);
    buf_done(&s->text);
    pthread_cond_destroy(&s->has_room);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static void open_lock(struct live_state *s)
{
    pthread_condattr_t steady;

    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &steady);
    pthread_cond_init(&s->has_room, NULL);
    pthread_condattr_destroy(&steady);
}

static uint32_t source_number(void *ctx, str name)
{
    struct live_state *s = ctx;

    return intern_add(s->names, name);
}

static void open_alerts(struct live_state *s)
{
    const struct live_alerts_options o = {
        .behaviors = s->options.behaviors,
        .assets = s->options.assets,
        .suppressions = s->options.suppressions,
        .rules = s->rules->ready.rules,
        .entities = s->rules->entities,
        .passed_ns = s->options.passed_ns,
        .ctx = s,
        .source_name = source_name,
        .source_number = source_number,
    };

    s->alerts = live_alerts_new(&o);
}

struct live_state *live_state_start(const struct live_state_options *o, struct live_rules *rules,
                                    struct err *e)
{
    struct live_state *s = mem_alloc(sizeof *s);
    const struct watermark_options w = {
        .idle_ns = o->idle_ns,
        .bytes_max = o->bytes_max,
        .clock = o->clock,
        .ctx = s,
        .out = on_turn,
    };

    s->options = *o;
    s->watermark = watermark_new(&w);
    s->names = intern_new();
    s->arena = arena_new(STATE_ARENA_BYTES);
    s->text = buf_make(BUF_MAX_OUTPUT);
    s->passed_ns = s->early_ns = INT64_MIN;
    atomic_init(&s->counts.passed_ns, INT64_MIN);
    open_correlators(s, rules);
    open_alerts(s);
    open_lock(s);
    if (!live_alerts_restore(s->alerts, o->ledger, e)) {
        free_state(s);
        return NULL;
    }
    int failed = pthread_create(&s->thread, NULL, run, s);
    if (failed == 0)
        return s;
    free_state(s);
    err_set(e, ERR_IO, "cannot start the thread that correlates: %s", strerror(failed));
    return NULL;
}

void live_state_stop(struct live_state *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->closed = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    free_state(s);
}

void live_state_give(struct live_state *s, struct live_batch *b)
{
    pthread_mutex_lock(&s->lock);
    assert(!s->closed);
    while (s->queued >= LIVE_STATE_QUEUE)
        pthread_cond_wait(&s->has_room, &s->lock);
    b->next = NULL;
    if (s->last)
        s->last->next = b;
    else
        s->first = b;
    s->last = b;
    s->queued++;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

const struct live_state_counts *live_state_counts(const struct live_state *s)
{
    return &s->counts;
}

str live_state_observation(const struct live_state *s, const struct event *ev, struct arena *a)
{
    return live_alerts_observation(s->alerts, ev, a);
}
