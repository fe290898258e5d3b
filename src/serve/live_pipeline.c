#include "serve/live_pipeline.h"

#include "base/hash.h"
#include "base/mem.h"
#include "rawlog/raw_reader.h"
#include "serve/block_pool.h"
#include "serve/matcher.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

enum {
    CATCH_UP_MAX = 1000000, /* records of a source that the ledger knows nothing of */
    RECALL_MAX = 1000000,   /* records of a source's log that it is shown again */
    SETTLE_WAIT_NS = 2000000,
    CLOSE_WAITS_MAX = 10000, /* of these: 20 s for a source's end to be made durable */
};

struct pipeline {
    struct pipeline_options options;
    struct rawlog *rawlog;
    struct ledger *ledger;
    char *folder, *raw_path, *ledger_path; /* owned */
    struct block_pool *pool;
    struct matcher *matchers[PIPELINE_MATCHERS_MAX];
    struct live_state *state;
    struct outlet *outlet;
    struct committer *committer;
    struct inlet *left; /* closed while the raw log or the ledger could not be written */

    pthread_mutex_t lock; /* guards what follows */
    struct live_rules *rules;
    uint32_t generation; /* of them */
};

/* ------------------------------------------------------------ between the parts */

static struct live_rules *rules_now(void *ctx)
{
    return pipeline_rules(ctx);
}

static void on_result(void *ctx, struct match_result *r)
{
    outlet_put(((struct pipeline *)ctx)->outlet, r);
}

static void on_passed(void *ctx, struct match_result *r)
{
    committer_put(((struct pipeline *)ctx)->committer, r);
}

static str observation_of(void *ctx, const struct event *ev, struct arena *a)
{
    return live_state_observation(((struct pipeline *)ctx)->state, ev, a);
}

static void on_state(void *ctx, struct live_batch *b)
{
    live_state_give(((struct pipeline *)ctx)->state, b);
}

static void on_state_notice(void *ctx, str source, const char *text)
{
    struct pipeline *p = ctx;

    p->options.notice(p->options.ctx, source, text);
}

static void on_block_done(void *ctx, struct inlet *in, struct record_block *b)
{
    block_pool_put(((struct pipeline *)ctx)->pool, in, b);
}

static void on_outlet_failed(void *ctx, const char *why)
{
    struct pipeline *p = ctx;
    char text[256];

    snprintf(text, sizeof text, "findings cannot be written: %s; the ledger has them", why);
    p->options.notice(p->options.ctx, (str){0}, text);
}

static void on_ledger_failed(void *ctx, const char *why)
{
    struct pipeline *p = ctx;
    char text[512];

    snprintf(text, sizeof text, "the ledger cannot be written, and is tried again: %s", why);
    p->options.notice(p->options.ctx, (str){0}, text);
}

static void on_ledger_notice(void *ctx, const char *text)
{
    struct pipeline *p = ctx;

    p->options.notice(p->options.ctx, (str){0}, text);
}

static void on_rawlog_notice(void *ctx, str source, const char *text)
{
    struct pipeline *p = ctx;

    p->options.notice(p->options.ctx, source, text);
    if (p->committer)
        committer_audit(p->committer, S("tocsin"), S("rawlog"), source, str_from(text));
}

static void on_committed(void *ctx)
{
    struct pipeline *p = ctx;

    if (p->options.committed)
        p->options.committed(p->options.ctx);
}

static struct record_block *take_block(void *ctx, struct inlet *in)
{
    struct pipeline *p = ctx;

    if (atomic_load(&committer_counts(p->committer)->waiting) > PIPELINE_RESULTS_MAX)
        return NULL;
    return block_pool_take(p->pool, in);
}

static uint32_t matcher_of(const struct pipeline *p, const struct inlet *in)
{
    return (uint32_t)(hash64(in->options.name, 0) % p->options.matchers);
}

static void give_block(void *ctx, struct inlet *in, struct record_block *b)
{
    struct pipeline *p = ctx;

    atomic_store_explicit(&in->counts.received_ns, in->block_ns, memory_order_relaxed);
    matcher_give(p->matchers[matcher_of(p, in)], in, b);
}

/* ------------------------------------------------------------ start and stop */

static char *path_in(const char *folder, const char *name)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, name) == -1)
        abort(); /* as mem_alloc() does */
    return path;
}

static bool open_stores(struct pipeline *p, struct err *e)
{
    const struct pipeline_options *o = &p->options;

    const struct rawlog_options raw = {
        .io = o->io,
        .clock = o->clock,
        .folder = p->raw_path,
        .quota_bytes = o->quota_bytes,
        .retention_days = o->retention_days,
        .free_bytes_min = o->free_bytes_min,
        .notice = {p, on_rawlog_notice},
    };
    p->rawlog = rawlog_open(&raw, e);
    if (!p->rawlog)
        return false;
    const struct ledger_options ledger = {
        .io = o->io,
        .clock = o->clock,
        .path = p->ledger_path,
        .announce_ctx = p,
        .announce = on_ledger_notice,
    };
    p->ledger = ledger_open(&ledger, e);
    return p->ledger != NULL;
}

static bool start_threads(struct pipeline *p, struct err *e)
{
    const struct committer_options commit = {
        .rawlog = p->rawlog,
        .ledger = p->ledger,
        .interval_ns = p->options.commit_ns,
        .ctx = p,
        .committed = on_committed,
        .failed = on_ledger_failed,
    };
    const struct outlet_options out = {
        .io = p->options.io,
        .fd = p->options.findings_fd,
        .ctx = p,
        .passed = on_passed,
        .failed = on_outlet_failed,
    };
    struct live_state_options state = {
        .clock = p->options.clock,
        .idle_ns = p->options.idle_ns,
        .bytes_max = p->options.reorder_bytes_max,
        .behaviors = p->options.behaviors,
        .assets = p->options.assets,
        .suppressions = p->options.suppressions,
        .ledger = p->ledger,
        .ctx = p,
        .result = on_result,
        .notice = on_state_notice,
    };
    const struct matcher_port port = {
        .ctx = p,
        .result = on_result,
        .done = on_block_done,
        .observation = observation_of,
        .state = on_state,
        .rules = rules_now,
    };

    if (!ledger_passed(p->ledger, &state.passed_ns, e) ||
        !(p->committer = committer_start(&commit, e)) || !(p->outlet = outlet_start(&out, e)) ||
        !(p->state = live_state_start(&state, p->rules, e)))
        return false;
    for (uint32_t i = 0; i < p->options.matchers; i++)
        if (!(p->matchers[i] = matcher_start(&port, e)))
            return false;
    return true;
}

struct pipeline *pipeline_start(const struct pipeline_options *o, struct live_rules *rules,
                                struct err *e)
{
    struct pipeline *p = mem_alloc(sizeof *p);

    assert(o->matchers >= 1 && o->matchers <= PIPELINE_MATCHERS_MAX);
    p->options = *o;
    p->folder = str_dup(str_from(o->folder));
    p->options.folder = p->folder;
    p->raw_path = path_in(p->folder, "raw");
    p->ledger_path = path_in(p->folder, "ledger.db");
    pthread_mutex_init(&p->lock, NULL);
    p->rules = live_rules_hold(rules);
    p->rules->generation = ++p->generation;
    p->pool = block_pool_new();
    if (open_stores(p, e) && start_threads(p, e))
        return p;
    pipeline_stop(p);
    return NULL;
}

static void free_left(struct pipeline *p)
{
    while (p->left) {
        struct inlet *in = p->left;
        p->left = in->next_left;
        inlet_free(in);
    }
}

bool pipeline_stop(struct pipeline *p)
{
    if (!p)
        return true;
    for (uint32_t i = 0; i < p->options.matchers; i++)
        matcher_stop(p->matchers[i]);
    live_state_stop(p->state);
    outlet_stop(p->outlet);
    bool ok = committer_stop(p->committer);
    free_left(p);
    ledger_close(p->ledger);
    rawlog_close(p->rawlog);
    block_pool_free(p->pool);
    live_rules_drop(p->rules);
    pthread_mutex_destroy(&p->lock);
    free(p->folder);
    free(p->raw_path);
    free(p->ledger_path);
    free(p);
    return ok;
}

/* ------------------------------------------------------------ rules */

void pipeline_use_rules(struct pipeline *p, struct live_rules *rules)
{
    pthread_mutex_lock(&p->lock);
    struct live_rules *old = p->rules;
    p->rules = live_rules_hold(rules);
    p->rules->generation = ++p->generation;
    pthread_mutex_unlock(&p->lock);
    live_rules_drop(old);
}

struct live_rules *pipeline_rules(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    struct live_rules *r = live_rules_hold(p->rules);
    pthread_mutex_unlock(&p->lock);
    return r;
}

/* ------------------------------------------------------------ inlets */

struct inlet *pipeline_inlet(struct pipeline *p, const struct pipeline_inlet *o, struct err *e)
{
    struct raw_source *raw = rawlog_source(p->rawlog, o->name, e);
    const struct inlet_options options = {
        .name = o->name,
        .format = o->format,
        .formats = o->formats,
        .trust = o->trust,
        .redactor = o->redactor,
        .zone = o->zone,
        .logsource = o->logsource,
        .raw = raw,
        .clock = p->options.clock,
        .port = {p, take_block, give_block},
        .keeps_place = o->keeps_place,
        .lateness_ns = o->lateness_ns,
        .blocks_max = o->share < INLET_BLOCKS_MIN ? INLET_BLOCKS_MIN : o->share,
    };

    return raw ? inlet_new(&options) : NULL;
}

static void wait_a_little(void)
{
    const struct timespec t = {0, SETTLE_WAIT_NS};

    nanosleep(&t, NULL);
}

/* What could not be put into the raw log is told: it is lost. */
static void give_up(struct pipeline *p, struct inlet *in)
{
    char text[128];

    snprintf(text, sizeof text, "%u records are lost: the raw log cannot be written",
             in->block->record_count);
    inlet_drop(in, in->block->record_count);
    p->options.notice(p->options.ctx, in->options.name, text);
}

void pipeline_close_inlet(struct pipeline *p, struct inlet *in)
{
    uint32_t waits = 0;

    while (!inlet_push(in) && waits++ < CLOSE_WAITS_MAX) /* the committer makes room */
        wait_a_little();
    if (in->block && in->block->record_count)
        give_up(p, in);
    if (in->block)
        block_pool_put(p->pool, in, in->block);
    in->block = NULL;
    matcher_leave(p->matchers[matcher_of(p, in)], in);
    committer_hurry(p->committer);
    while (inlet_is_used(in) && waits++ < CLOSE_WAITS_MAX)
        wait_a_little();
    if (!inlet_is_used(in)) {
        inlet_free(in);
        return;
    }
    in->next_left = p->left;
    p->left = in;
}

/* ------------------------------------------------------------ what was not matched yet */

/* Where to begin: what the ledger says, but for records that a power cut took back. */
static bool uncovered(struct pipeline *p, struct inlet *in, uint64_t *ret, struct err *e)
{
    const uint64_t next = raw_next(in->options.raw);
    uint64_t rebuild;

    if (!ledger_covered(p->ledger, in->options.name, ret, e) ||
        !ledger_rebuild(p->ledger, in->options.name, &rebuild, e))
        return false;
    if (*ret > next)
        *ret = next;
    in->told_below = *ret;
    if (rebuild<*ret && * ret - rebuild> CATCH_UP_MAX) {
        rebuild = *ret - CATCH_UP_MAX;
        p->options.notice(p->options.ctx, in->options.name,
                          "correlations are built again from its last million records: what they "
                          "counted before is forgotten");
    }
    if (rebuild < *ret)
        *ret = rebuild;
    if (in->told_below == 0 && next > CATCH_UP_MAX) {
        *ret = next - CATCH_UP_MAX;
        p->options.notice(p->options.ctx, in->options.name,
                          "the ledger knows nothing of this source: its last million records are "
                          "matched again, older ones are not");
    }
    return true;
}

static void wait_for_block(struct pipeline *p, struct inlet *in, struct record_block **ret)
{
    while (!(*ret = take_block(p, in)))
        wait_a_little();
}

bool pipeline_catch_up(struct pipeline *p, struct inlet *in, uint64_t *ret_records, struct err *e)
{
    const uint64_t next = raw_next(in->options.raw);
    uint64_t from;

    *ret_records = 0;
    if (!uncovered(p, in, &from, e))
        return false;
    struct live_batch *open = live_batch_new(LIVE_OPEN, in, NULL);
    open->end = from;
    live_state_give(p->state, open);
    if (from >= next)
        return true;
    struct raw_reader *r = raw_reader_open(p->options.io, p->raw_path, in->options.name, from, e);
    if (!r)
        return false;
    for (;;) {
        struct record_block *b;
        struct err why = {0};
        wait_for_block(p, in, &b);
        if (!raw_reader_next(r, b, &why)) {
            block_pool_put(p->pool, in, b);
            raw_reader_free(r);
            if (why.code == ERR_NONE)
                return true;
            *e = why;
            return false;
        }
        const uint64_t end = b->first_number + b->record_count,
                       new = b->first_number > in->told_below ? b->first_number : in->told_below;
        *ret_records += end > new ? end - new : 0;
        matcher_give(p->matchers[matcher_of(p, in)], in, b);
    }
}

void pipeline_hold(struct pipeline *p)
{
    struct live_batch *b = live_batch_new(LIVE_HOLD, NULL, NULL);

    b->end = p->options.matchers;
    live_state_give(p->state, b);
}

void pipeline_release(struct pipeline *p)
{
    for (uint32_t i = 0; i < p->options.matchers; i++)
        matcher_release(p->matchers[i]);
}

bool pipeline_recall(struct pipeline *p, struct inlet *in, void *source,
                     void (*recall)(void *source, str record, int64_t received_ns), struct err *e)
{
    const uint64_t next = raw_next(in->options.raw);
    struct record_block b;
    struct err why = {0};

    struct raw_reader *r = raw_reader_open(p->options.io, p->raw_path, in->options.name,
                                           next > RECALL_MAX ? next - RECALL_MAX : 0, e);
    if (!r)
        return false;
    block_init(&b);
    while (raw_reader_next(r, &b, &why))
        for (uint32_t i = 0; i < b.record_count; i++)
            recall(source, block_record(&b, i), block_run_of(&b, i)->received_ns);
    block_done(&b);
    raw_reader_free(r);
    if (why.code == ERR_NONE)
        return true;
    *e = why;
    return false;
}

struct outlet *pipeline_outlet(struct pipeline *p)
{
    return p->outlet;
}

const struct live_state_counts *pipeline_state(const struct pipeline *p)
{
    return live_state_counts(p->state);
}

struct committer *pipeline_committer(struct pipeline *p)
{
    return p->committer;
}

struct ledger *pipeline_ledger(struct pipeline *p)
{
    return p->ledger;
}
