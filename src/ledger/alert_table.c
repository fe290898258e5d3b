#include "ledger/alert_table.h"

#include "base/buf.h"
#include "ledger/ledger_run.h"

/* Behind all ids, which are hex digits. */
#define BEHIND_IDS "g"

enum { ID_BYTES_MAX = 256 };

/* ------------------------------------------------------------ what is told */

struct told {
    const struct ledger_alert *alerts;
    uint32_t count;
};

static bool rename_alias(struct ledger *l, const struct ledger_alert *a, struct err *e)
{
    void *s = a->alias.n ? ledger_statement(l, SQL_alert_rename, e) : NULL;

    if (a->alias.n == 0)
        return true;
    if (!s)
        return false;
    l->driver->bind_text(s, 1, a->id);
    l->driver->bind_text(s, 2, a->alias);
    l->driver->bind_text(s, 3, a->id);
    return ledger_run(l, s, e);
}

static bool put_alert(struct ledger *l, const struct ledger_alert *a, struct err *e)
{
    const struct ledger_driver *d = l->driver;

    if (!rename_alias(l, a, e))
        return false;
    void *s = ledger_statement(l, SQL_alert_put, e);
    if (!s)
        return false;
    d->bind_text(s, 1, ledger_text(l, a->id));
    d->bind_text(s, 2, ledger_text(l, a->alias));
    d->bind_text(s, 3, ledger_text(l, a->group));
    d->bind_text(s, 4, ledger_text(l, a->origin));
    d->bind_text(s, 5, ledger_text(l, a->rule_id));
    d->bind_text(s, 6, ledger_text(l, a->title));
    d->bind_i64(s, 7, a->severity);
    d->bind_i64(s, 8, a->first_ns);
    d->bind_i64(s, 9, a->last_ns);
    d->bind_i64(s, 10, a->count > INT64_MAX ? INT64_MAX : (int64_t)a->count);
    d->bind_i64(s, 11, a->tactics);
    d->bind_text(s, 12, ledger_text(l, a->suppressed_by));
    d->bind_text(s, 13, ledger_text(l, a->json));
    return ledger_run(l, s, e);
}

static bool put_all(struct ledger *l, const void *what, struct err *e)
{
    const struct told *t = what;

    for (uint32_t i = 0; i < t->count; i++)
        if (!put_alert(l, &t->alerts[i], e))
            return false;
    return true;
}

bool ledger_put_alerts(struct ledger *l, const struct ledger_alert *alerts, uint32_t count,
                       struct err *e)
{
    const struct told t = {alerts, count};

    return count == 0 || ledger_write(l, &t, put_all, e);
}

/* ------------------------------------------------------------ what is decided */

static bool is_known(struct ledger *l, str id, struct err *e)
{
    void *s = ledger_statement(l, SQL_alert_known, e);
    bool row = false;

    if (!s)
        return false;
    l->driver->bind_text(s, 1, ledger_text(l, id));
    const bool ok = l->driver->step(s, &row, e);
    l->driver->reset(s);
    return ok && (row || err_set(e, ERR_DENIED, "there is no alert '" STR_FMT "'", STR_ARG(id)));
}

static bool decide(struct ledger *l, const void *what, struct err *e)
{
    static const enum ledger_sql statements[] = {
        [DECIDE_STATE] = SQL_alert_state,
        [DECIDE_ASSIGNEE] = SQL_alert_assign,
        [DECIDE_SNOOZE] = SQL_alert_snooze,
    };
    const struct ledger_decision *d = what;
    const struct ledger_driver *driver = l->driver;
    int at = 1;

    if (!is_known(l, d->id, e))
        return false;
    void *s = ledger_statement(l, statements[d->what], e);
    if (!s)
        return false;
    if (d->what == DECIDE_STATE) {
        driver->bind_i64(s, at++, d->state);
        driver->bind_text(s, at++, ledger_text(l, d->verdict));
        driver->bind_text(s, at++, ledger_text(l, d->reason));
        driver->bind_text(s, at++, ledger_text(l, d->note));
    } else if (d->what == DECIDE_ASSIGNEE) {
        driver->bind_text(s, at++, ledger_text(l, d->assignee));
    } else {
        driver->bind_i64(s, at++, d->until_ns);
    }
    driver->bind_text(s, at++, ledger_text(l, d->actor));
    driver->bind_i64(s, at++, clock_now_ns(l->target.clock));
    driver->bind_text(s, at, ledger_text(l, d->id));
    return ledger_run(l, s, e) && audit_append(l, d->actor, d->action, d->id, d->detail, e);
}

bool ledger_decide(struct ledger *l, const struct ledger_decision *d, struct err *e)
{
    return ledger_write(l, d, decide, e);
}

/* ------------------------------------------------------------ reading */

/* Behind which row a page begins. */
struct alert_place {
    int64_t last_ns;
    char id[ID_BYTES_MAX];
    size_t id_n;
};

static void bind_twice(struct ledger *l, void *s, int at, str text)
{
    l->driver->bind_text(s, at, ledger_text(l, text));
    l->driver->bind_text(s, at + 1, ledger_text(l, text));
}

static void bind_query(struct ledger *l, void *s, const struct ledger_alert_query *q,
                       const struct alert_place *at)
{
    const struct ledger_driver *d = l->driver;
    const str until = arena_printf(l->arena, STR_FMT BEHIND_IDS, STR_ARG(q->id_prefix));

    d->bind_i64(s, 1, at->last_ns);
    d->bind_text(s, 2, (str){at->id, at->id_n});
    d->bind_i64(s, 3, q->from_ns);
    d->bind_i64(s, 4, q->severity_min);
    d->bind_i64(s, 5, q->state_min);
    d->bind_i64(s, 6, q->state_max);
    bind_twice(l, s, 7, q->rule_id);
    bind_twice(l, s, 9, q->group);
    bind_twice(l, s, 11, q->assignee);
    d->bind_text(s, 13, ledger_text(l, q->id_prefix));
    d->bind_text(s, 14, ledger_text(l, until));
    d->bind_text(s, 15, ledger_text(l, q->id_prefix));
    d->bind_text(s, 16, ledger_text(l, until));
    d->bind_i64(s, 17, q->without_suppressed);
    d->bind_i64(s, 18, LEDGER_PAGE_ROWS);
}

static str kept(struct ledger *l, void *s, int column)
{
    return arena_str(l->arena, l->driver->column_text(s, column));
}

static void read_row(struct ledger *l, void *s, struct ledger_alert *ret)
{
    const struct ledger_driver *d = l->driver;

    *ret = (struct ledger_alert){
        .id = kept(l, s, 0),
        .alias = kept(l, s, 1),
        .group = kept(l, s, 2),
        .origin = kept(l, s, 3),
        .rule_id = kept(l, s, 4),
        .title = kept(l, s, 5),
        .severity = d->column_i64(s, 6),
        .first_ns = d->column_i64(s, 7),
        .last_ns = d->column_i64(s, 8),
        .count = (uint64_t)d->column_i64(s, 9),
        .tactics = d->column_i64(s, 10),
        .suppressed_by = kept(l, s, 11),
        .json = kept(l, s, 12),
        .state = d->column_i64(s, 13),
        .assignee = kept(l, s, 14),
        .verdict = kept(l, s, 15),
        .reason = kept(l, s, 16),
        .note = kept(l, s, 17),
        .decided_by = kept(l, s, 18),
        .decided_ns = d->column_i64(s, 19),
        .snooze_until_ns = d->column_i64(s, 20),
        .snooze_severity = d->column_i64(s, 21),
        .snooze_tactics = d->column_i64(s, 22),
    };
}

static bool read_page(struct ledger *l, const struct ledger_alert_query *q,
                      const struct alert_place *at, struct ledger_alert rows[LEDGER_PAGE_ROWS],
                      uint32_t *ret_count, struct err *e)
{
    void *s = ledger_statement(l, SQL_alert_page, e);
    bool ok = s != NULL, row = true;

    if (ok)
        bind_query(l, s, q, at);
    for (*ret_count = 0; ok && *ret_count < LEDGER_PAGE_ROWS;) {
        ok = l->driver->step(s, &row, e);
        if (!ok || !row)
            break;
        read_row(l, s, &rows[(*ret_count)++]);
    }
    if (s)
        l->driver->reset(s);
    return ok;
}

/* As in ledger_query.c: the page's memory is swapped out, and nothing is open between pages. */
static bool page(struct ledger *l, const struct ledger_alert_query *q, struct alert_place *at,
                 struct arena **own, struct ledger_alert rows[LEDGER_PAGE_ROWS],
                 uint32_t *ret_count, struct err *e)
{
    ledger_begin_call(l);
    const bool ok = ledger_ready(l, e) && read_page(l, q, at, rows, ret_count, e);
    struct arena *swap = l->arena;
    l->arena = *own;
    *own = swap;
    ledger_end_call(l);
    return ok;
}

bool ledger_alerts(struct ledger *l, const struct ledger_alert_query *q, void *ctx,
                   bool (*each)(void *ctx, const struct ledger_alert *a), struct err *e)
{
    struct ledger_alert rows[LEDGER_PAGE_ROWS];
    struct arena *own CLEANUP(arena_freep) = arena_new(LEDGER_CALL_BYTES);
    struct alert_place at = {.last_ns = q->to_ns, .id = BEHIND_IDS, .id_n = 1};
    uint32_t count = LEDGER_PAGE_ROWS;
    uint64_t given = 0;
    bool ok = true, more = true;

    while (more && count == LEDGER_PAGE_ROWS && (ok = page(l, q, &at, &own, rows, &count, e))) {
        for (uint32_t i = 0; more && i < count; i++, given++)
            more = (q->limit == 0 || given < q->limit) && each(ctx, &rows[i]);
        if (count == 0)
            break;
        const str id = rows[count - 1].id;
        at.last_ns = rows[count - 1].last_ns;
        at.id_n = id.n < sizeof at.id ? id.n : sizeof at.id;
        memcpy(at.id, id.p, at.id_n);
    }
    return ok;
}
