#include "serve/committer.h"

#include "base/mem.h"
#include "ledger/audit.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

enum { RETAIN_INTERVAL_S = 60, LEDGER_BATCH_MAX = 4096, POSITIONS_MAX = RAWLOG_SOURCES_MAX };
#define NS_A_SECOND INT64_C(1000000000)

struct audit_entry {
    struct audit_entry *next;
    str actor, action, subject, detail; /* owned, in one piece with this */
    char text[];
};

struct committer {
    struct committer_options options;
    pthread_t thread;
    struct committer_counts counts;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct match_result *first, *last;
    struct audit_entry *audit, *audit_last;
    bool hurry, closed;

    /* The thread's own: */
    struct match_result *held, *held_last; /* results that wait for the raw log or the ledger */
    bool failing;
    int64_t retained_ns;
};

static int64_t steady_ns(void)
{
    const struct clock clock = clock_system();

    return clock_steady_ns(&clock);
}

/* ------------------------------------------------------------ the ledger */

/* All of the result is about records that are on disk. */
static bool is_durable(const struct match_result *r)
{
    if (!r->inlet)
        return r->is_durable;
    return r->matched_below <= raw_durable(r->inlet->options.raw);
}

struct ledger_batch {
    struct ledger_finding *findings;
    struct ledger_position *positions, *rebuilds;
    struct ledger_addition all;
};

/* The last of a source counts. */
static void set_position(struct ledger_position *list, uint32_t *count, struct ledger_position p)
{
    for (uint32_t i = 0; i < *count; i++)
        if (str_eq(list[i].source, p.source)) {
            list[i].covered = p.covered;
            return;
        }
    list[(*count)++] = p;
}

static void add_result(struct ledger_batch *b, const struct match_result *r)
{
    for (uint32_t i = 0; i < r->count; i++)
        b->findings[b->all.finding_count++] = r->findings[i];
    if (r->inlet)
        set_position(b->positions, &b->all.position_count,
                     (struct ledger_position){r->inlet->options.name, r->matched_below});
    for (uint32_t i = 0; i < r->rebuild_count; i++)
        set_position(b->rebuilds, &b->all.rebuild_count, r->rebuilds[i]);
    if (r->has_passed) {
        b->all.has_passed = true;
        b->all.passed_ns = r->passed_ns;
    }
}

/* Those of the held that can go: the list is cut behind them. An inlet's results are in their
 * order, and what waits of one inlet does not hold up another. */
static struct match_result *take_durable(struct committer *c, uint32_t *ret_findings)
{
    struct match_result *taken = NULL, **taken_end = &taken, **at = &c->held;
    uint32_t results = 0;

    *ret_findings = 0;
    c->held_last = NULL;
    while (*at) {
        struct match_result *r = *at;
        if (is_durable(r) && results < LEDGER_BATCH_MAX) {
            *at = r->next;
            r->next = NULL;
            *taken_end = r;
            taken_end = &r->next;
            *ret_findings += r->count;
            results++;
        } else {
            c->held_last = r;
            at = &r->next;
        }
    }
    return taken;
}

static void give_back(struct committer *c, struct match_result *list)
{
    struct match_result *last = list;

    while (last->next)
        last = last->next;
    last->next = c->held;
    if (!c->held)
        c->held_last = last;
    c->held = list;
}

static void drop_results(struct committer *c, struct match_result *list)
{
    while (list) {
        struct match_result *next = list->next;
        if (list->inlet)
            atomic_store(&list->inlet->counts.matched_below, list->matched_below);
        atomic_fetch_sub(&c->counts.waiting, 1);
        match_result_free(list);
        list = next;
    }
}

static void tell(struct committer *c, bool ok, const struct err *e)
{
    if (!ok && !c->failing)
        c->options.failed(c->options.ctx, e->message);
    c->failing = !ok;
    if (!ok)
        atomic_fetch_add(&c->counts.failures, 1);
}

/* Alerts before what says that they are there: telling one again changes nothing. */
static bool write_alerts(struct committer *c, const struct match_result *list, struct err *e)
{
    bool ok = true;

    for (const struct match_result *r = list; r && ok; r = r->next)
        ok = ledger_put_alerts(c->options.ledger, r->alerts, r->alert_count, e);
    return ok;
}

/* False: it could not be written, and stays held. */
static bool write_ledger(struct committer *c)
{
    uint32_t findings;
    struct match_result *list = take_durable(c, &findings);
    struct ledger_batch b = {0};
    struct err e = {0};

    if (!list)
        return true;
    b.findings = mem_array((size_t)findings + 1, sizeof *b.findings);
    b.positions = mem_array(POSITIONS_MAX, sizeof *b.positions);
    b.rebuilds = mem_array(POSITIONS_MAX, sizeof *b.rebuilds);
    b.all.findings = b.findings;
    b.all.positions = b.positions;
    b.all.rebuilds = b.rebuilds;
    for (const struct match_result *r = list; r; r = r->next)
        add_result(&b, r);
    bool ok = write_alerts(c, list, &e) && ledger_add_all(c->options.ledger, &b.all, &e);
    free(b.findings);
    free(b.positions);
    free(b.rebuilds);
    tell(c, ok, &e);
    if (ok) {
        atomic_fetch_add(&c->counts.findings, findings);
        drop_results(c, list);
    } else {
        give_back(c, list);
    }
    return ok;
}

/* What could not be written is the first of the next try. */
static void put_audit_back(struct committer *c, struct audit_entry *list)
{
    struct audit_entry *last = list;

    while (last->next)
        last = last->next;
    pthread_mutex_lock(&c->lock);
    last->next = c->audit;
    c->audit = list;
    if (!c->audit_last)
        c->audit_last = last;
    pthread_mutex_unlock(&c->lock);
}

static bool write_audit(struct committer *c, struct audit_entry *list)
{
    bool ok = true;

    while (list && ok) {
        struct audit_entry *next = list->next;
        struct err e = {0};
        ok = audit_add(c->options.ledger, list->actor, list->action, list->subject, list->detail,
                       &e);
        if (ok) {
            free(list);
            list = next;
        } else {
            tell(c, false, &e);
        }
    }
    if (list)
        put_audit_back(c, list);
    return ok;
}

/* ------------------------------------------------------------ the thread */

static void take_queue(struct committer *c, struct audit_entry **ret_audit)
{
    pthread_mutex_lock(&c->lock);
    if (c->first) {
        if (c->held_last)
            c->held_last->next = c->first;
        else
            c->held = c->first;
        c->held_last = c->last;
        c->first = c->last = NULL;
    }
    *ret_audit = c->audit;
    c->audit = c->audit_last = NULL;
    pthread_mutex_unlock(&c->lock);
}

/* What the records that these rest on were handed to is on disk now. */
static void settle_correlations(struct committer *c)
{
    for (struct match_result *r = c->held; r; r = r->next)
        r->is_durable = true;
}

static bool commit(struct committer *c)
{
    struct audit_entry *audit;
    struct err e = {0};
    bool ok = true;

    take_queue(c, &audit); /* before the sync: most of it can then go to the ledger at once */
    if (!rawlog_is_idle(c->options.rawlog)) {
        ok = rawlog_commit(c->options.rawlog, &e); /* it says by itself why it cannot */
        atomic_fetch_add(&c->counts.commits, 1);
        if (!ok)
            atomic_fetch_add(&c->counts.failures, 1);
        if (c->options.committed)
            c->options.committed(c->options.ctx);
    }
    if (ok)
        settle_correlations(c);
    ok = write_ledger(c) && ok;
    ok = write_audit(c, audit) && ok;
    atomic_store(&c->counts.failing, !ok);
    if (!ok || steady_ns() - c->retained_ns >= RETAIN_INTERVAL_S * NS_A_SECOND) {
        rawlog_retain(c->options.rawlog);
        c->retained_ns = steady_ns();
    }
    return ok;
}

/* Waits for the next turn. False: it is closed. */
static bool wait_turn(struct committer *c, int64_t due_ns)
{
    const struct timespec due = {due_ns / NS_A_SECOND, due_ns % NS_A_SECOND};

    pthread_mutex_lock(&c->lock);
    while (!c->hurry && !c->closed &&
           pthread_cond_timedwait(&c->changed, &c->lock, &due) != ETIMEDOUT)
        ;
    c->hurry = false;
    const bool closed = c->closed;
    pthread_mutex_unlock(&c->lock);
    return !closed;
}

static void *run(void *arg)
{
    struct committer *c = arg;

    c->retained_ns = steady_ns();
    while (wait_turn(c, steady_ns() + c->options.interval_ns))
        commit(c);
    return NULL;
}

struct committer *committer_start(const struct committer_options *o, struct err *e)
{
    struct committer *c = mem_alloc(sizeof *c);
    pthread_condattr_t attr;

    c->options = *o;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->changed, &attr);
    pthread_condattr_destroy(&attr);
    int failed = pthread_create(&c->thread, NULL, run, c);
    if (failed == 0)
        return c;
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
    err_set(e, ERR_IO, "cannot start the thread that commits: %s", strerror(failed));
    return NULL;
}

static void signal_thread(struct committer *c, bool closed)
{
    pthread_mutex_lock(&c->lock);
    c->hurry = true;
    c->closed = c->closed || closed;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
}

bool committer_stop(struct committer *c)
{
    bool ok = true, all;

    if (!c)
        return true;
    signal_thread(c, true);
    pthread_join(c->thread, NULL);
    do { /* a batch for the ledger at a time */
        all = c->held == NULL && c->first == NULL && c->audit == NULL;
        ok = commit(c);
    } while (ok && !all);
    drop_results(c, c->held);
    for (struct audit_entry *a = c->audit, *next; a;
         a = next) { /* the ledger would not have them */
        next = a->next;
        free(a);
    }
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
    return ok;
}

void committer_put(struct committer *c, struct match_result *r)
{
    r->next = NULL;
    atomic_fetch_add(&c->counts.waiting, 1);
    pthread_mutex_lock(&c->lock);
    if (c->last)
        c->last->next = r;
    else
        c->first = r;
    c->last = r;
    pthread_mutex_unlock(&c->lock);
}

void committer_hurry(struct committer *c)
{
    signal_thread(c, false);
}

const struct committer_counts *committer_counts(const struct committer *c)
{
    return &c->counts;
}

static str keep(char **at, str s)
{
    const str kept = {*at, s.n};

    if (s.n)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return kept;
}

void committer_audit(struct committer *c, str actor, str action, str subject, str detail)
{
    struct audit_entry *a = mem_alloc(sizeof *a + actor.n + action.n + subject.n + detail.n + 1);
    char *at = a->text;

    a->actor = keep(&at, actor);
    a->action = keep(&at, action);
    a->subject = keep(&at, subject);
    a->detail = keep(&at, detail);
    pthread_mutex_lock(&c->lock);
    if (c->audit_last)
        c->audit_last->next = a;
    else
        c->audit = a;
    c->audit_last = a;
    pthread_mutex_unlock(&c->lock);
}
