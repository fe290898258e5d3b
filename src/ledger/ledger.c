#include "ledger/ledger.h"

#include "base/arena.h"
#include "base/mem.h"
#include "ledger/ledger_run.h"
#include "ledger/migration.h"
#include "text/utf8.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const sql_texts[] = {
#define LEDGER_SQL(name, text) text,
#include "ledger/statements.def"
#undef LEDGER_SQL
};

const char *const ledger_levels[LEDGER_LEVEL_COUNT] = {"",       "informational", "low",
                                                       "medium", "high",          "critical"};

void ledger_begin_call(struct ledger *l)
{
    pthread_mutex_lock(&l->lock);
    arena_reset(l->arena);
}

void ledger_end_call(struct ledger *l)
{
    pthread_mutex_unlock(&l->lock);
}

void *ledger_statement(struct ledger *l, enum ledger_sql which, struct err *e)
{
    assert(which < SQL_COUNT);
    if (!l->statements[which])
        l->statements[which] = l->driver->prepare(l->db, sql_texts[which], e);
    return l->statements[which];
}

bool ledger_run(struct ledger *l, void *statement, struct err *e)
{
    bool row, ok = l->driver->step(statement, &row, e);

    assert(!ok || !row);
    l->driver->reset(statement);
    return ok;
}

str ledger_text(struct ledger *l, str s)
{
    if (s.n == 0 || (!memchr(s.p, 0, s.n) && utf8_valid(s)))
        return s;
    char *copy = arena_bytes(l->arena, s.n * 3); /* U+FFFD has three bytes */
    size_t n = 0;

    while (s.n) {
        uint32_t c = utf8_next(&s);
        n += utf8_put(c ? c : UTF8_REPLACEMENT, copy + n);
    }
    return (str){copy, n};
}

/* ------------------------------------------------------------ opening */

static void disconnect(struct ledger *l)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        l->driver->finalize(l->statements[i]);
        l->statements[i] = NULL;
    }
    l->driver->disconnect(l->db);
}

static bool connect(struct ledger *l, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    bool ok = d->connect(l->db, e);

    if (ok && l->target.readonly)
        ok = migration_check(d, l->db, migrations, migration_count, e);
    else if (ok)
        ok = migration_apply(d, l->db, migrations, migration_count, l->target.clock, e);
    if (!ok)
        disconnect(l);
    l->connected = ok;
    return ok || (e->code == ERR_DENIED && err_wrap(e, "ledger '%s'", l->target.path));
}

typedef bool write_fn(struct ledger *l, const void *what, struct err *e);

static bool in_transaction(struct ledger *l, const void *what, write_fn *write, struct err *e)
{
    if (!l->driver->begin(l->db, e))
        return false;
    if (write(l, what, e))
        return l->driver->commit(l->db, e);
    l->driver->rollback(l->db);
    return false;
}

/* The new ledger says in its audit what became of the old one. */
static bool note_renewal(struct ledger *l, const void *aside, struct err *e)
{
    return audit_append(l, S("tocsin"), S("ledger_renewed"), str_from(aside), S(""), e);
}

/* Moves the damaged database aside and begins a new one. */
static bool renew(struct ledger *l, struct err *e)
{
    char aside[LEDGER_ASIDE_NAME_MAX], text[LEDGER_ASIDE_NAME_MAX + ERR_MESSAGE_MAX + 200];
    struct err damage = *e;

    *e = (struct err){0};
    disconnect(l);
    l->connected = false;
    if (!l->driver->set_aside(l->db, aside, e))
        return false;
    l->renewed = l->started;
    snprintf(text, sizeof text,
             "the ledger is damaged (%s): it was moved to '%s' and a new one begun; findings come "
             "again as far as the raw log goes back",
             damage.message, aside);
    if (l->options.announce)
        l->options.announce(l->options.announce_ctx, text);
    return connect(l, e) && in_transaction(l, aside, note_renewal, e);
}

static bool renew_if_damaged(struct ledger *l, struct err *e)
{
    return e->code == ERR_INPUT && !l->target.readonly && renew(l, e);
}

bool ledger_ready(struct ledger *l, struct err *e)
{
    return l->connected || connect(l, e) || renew_if_damaged(l, e);
}

bool ledger_write(struct ledger *l, const void *what, write_fn *write, struct err *e)
{
    assert(!l->target.readonly);
    ledger_begin_call(l);
    bool ok = ledger_ready(l, e) && (in_transaction(l, what, write, e) ||
                                     (renew_if_damaged(l, e) && in_transaction(l, what, write, e)));
    ledger_end_call(l);
    return ok;
}

static struct ledger *open_as(const struct ledger_options *o, bool readonly, struct err *e)
{
    struct ledger *l = mem_alloc(sizeof *l);

    *l = (struct ledger){
        .options = *o,
        .target = {.io = o->io, .clock = o->clock, .path = o->path, .readonly = readonly},
        .driver = ledger_driver_of(o->path),
        .arena = arena_new(LEDGER_CALL_BYTES)};
    pthread_mutex_init(&l->lock, NULL);
    l->db = l->driver->open(&l->target, e);
    if (l->db && ledger_ready(l, e)) {
        l->started = true;
        return l;
    }
    ledger_close(l);
    return NULL;
}

struct ledger *ledger_open(const struct ledger_options *o, struct err *e)
{
    return open_as(o, false, e);
}

struct ledger *ledger_open_readonly(const struct ledger_options *o, struct err *e)
{
    return open_as(o, true, e);
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    if (l->db) {
        disconnect(l);
        l->driver->close(l->db);
    }
    arena_free(l->arena);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* ------------------------------------------------------------ writing */

static int64_t level_rank(str level)
{
    for (int i = 0; i < LEDGER_LEVEL_COUNT; i++)
        if (str_eq(level, str_from(ledger_levels[i])))
            return i;
    assert(!"a level of ledger_levels[]");
    return 0;
}

static void bind_finding(struct ledger *l, void *s, const struct ledger_finding *f)
{
    const struct ledger_driver *d = l->driver;

    assert(f->record <= INT64_MAX);
    d->bind_text(s, 1, ledger_text(l, f->id));
    d->bind_text(s, 2, ledger_text(l, f->source));
    d->bind_i64(s, 3, (int64_t)f->record);
    d->bind_i64(s, 4, f->time_ns);
    d->bind_i64(s, 5, f->received_ns);
    d->bind_text(s, 6, ledger_text(l, f->rule_id));
    d->bind_text(s, 7, ledger_text(l, f->rule_title));
    d->bind_i64(s, 8, level_rank(f->level));
    d->bind_text(s, 9, ledger_text(l, f->host));
    d->bind_text(s, 10, ledger_text(l, f->user));
    d->bind_text(s, 11, ledger_text(l, f->json));
}

/* Those that a final firing takes the place of. */
static void bind_replaced(struct ledger *l, void *s, int at, const struct ledger_finding *f)
{
    const struct ledger_driver *d = l->driver;

    d->bind_text(s, at, ledger_text(l, f->group_key));
    d->bind_text(s, at + 1, ledger_text(l, f->id));
    d->bind_i64(s, at + 2, f->time_ns);
    d->bind_i64(s, at + 3, f->time_ns);
}

static bool replace_provisional(struct ledger *l, const struct ledger_finding *f, struct err *e)
{
    void *alias = ledger_statement(l, SQL_alias_add, e);
    void *drop = alias ? ledger_statement(l, SQL_provisional_drop, e) : NULL;

    if (!drop)
        return false;
    l->driver->bind_text(alias, 1, ledger_text(l, f->id));
    bind_replaced(l, alias, 2, f);
    bind_replaced(l, drop, 1, f);
    return ledger_run(l, alias, e) && ledger_run(l, drop, e);
}

static bool put_firing(struct ledger *l, const struct ledger_finding *f, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    void *s = ledger_statement(l, SQL_firing_put, e);

    if (!s)
        return false;
    bind_finding(l, s, f);
    d->bind_i64(s, 12, f->state);
    d->bind_text(s, 13, ledger_text(l, f->group_key));
    d->bind_i64(s, 14, f->first_ns);
    d->bind_text(s, 15, ledger_text(l, f->id));
    return ledger_run(l, s, e) && (f->state != LEDGER_FINAL || replace_provisional(l, f, e));
}

static bool add_finding(struct ledger *l, const struct ledger_finding *f, struct err *e)
{
    if (f->group_key.n)
        return put_firing(l, f, e);
    void *s = ledger_statement(l, SQL_finding_add, e);

    if (!s)
        return false;
    bind_finding(l, s, f);
    return ledger_run(l, s, e);
}

static bool set_position(struct ledger *l, enum ledger_sql sql, const struct ledger_position *p,
                         struct err *e)
{
    void *s = ledger_statement(l, sql, e);

    if (!s)
        return false;
    assert(p->covered <= INT64_MAX);
    l->driver->bind_text(s, 1, ledger_text(l, p->source));
    l->driver->bind_i64(s, 2, (int64_t)p->covered);
    return ledger_run(l, s, e);
}

/* A statement of one time. */
static bool run_with_time(struct ledger *l, enum ledger_sql sql, int64_t time_ns, struct err *e)
{
    void *s = ledger_statement(l, sql, e);

    if (!s)
        return false;
    l->driver->bind_i64(s, 1, time_ns);
    return ledger_run(l, s, e);
}

static bool add_all(struct ledger *l, const void *what, struct err *e)
{
    const struct ledger_addition *a = what;
    bool ok = true;

    for (uint32_t i = 0; ok && i < a->finding_count; i++)
        ok = add_finding(l, &a->findings[i], e);
    if (ok && a->has_passed)
        ok = run_with_time(l, SQL_provisional_withdraw, a->passed_ns, e);
    if (l->renewed) /* the next start goes over all again */
        return ok;
    for (uint32_t i = 0; ok && i < a->position_count; i++)
        ok = set_position(l, SQL_position_set, &a->positions[i], e);
    for (uint32_t i = 0; ok && i < a->rebuild_count; i++)
        ok = set_position(l, SQL_rebuild_set, &a->rebuilds[i], e);
    return ok && (!a->has_passed || run_with_time(l, SQL_passed_set, a->passed_ns, e));
}

bool ledger_add_all(struct ledger *l, const struct ledger_addition *a, struct err *e)
{
    return ledger_write(l, a, add_all, e);
}

bool ledger_add(struct ledger *l, const struct ledger_finding *findings, uint32_t finding_count,
                const struct ledger_position *positions, uint32_t position_count, struct err *e)
{
    const struct ledger_addition a = {.findings = findings,
                                      .finding_count = finding_count,
                                      .positions = positions,
                                      .position_count = position_count};

    return ledger_add_all(l, &a, e);
}

/* A row's one column; .found is false when there is no row. */
struct look_up {
    enum ledger_sql sql;
    str key; /* .p is NULL: the statement has none */
    bool found;
    int64_t number;
    char *text; /* LEDGER_ID_MAX and a NUL; NULL: it is a number */
};

static bool run_look_up(struct ledger *l, struct look_up *q, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    void *s = ledger_statement(l, q->sql, e);
    bool row;

    q->found = false;
    if (!s)
        return false;
    if (q->key.p)
        d->bind_text(s, 1, ledger_text(l, q->key));
    bool ok = d->step(s, &row, e);
    q->found = ok && row;
    if (q->found && q->text) {
        const str text = d->column_text(s, 0);
        const size_t n = text.n < LEDGER_ID_MAX ? text.n : LEDGER_ID_MAX;
        memcpy(q->text, text.n ? text.p : "", n);
        q->text[n] = '\0';
    } else if (q->found) {
        q->number = d->column_i64(s, 0);
    }
    d->reset(s);
    return ok;
}

static bool look_up(struct ledger *l, struct look_up *q, struct err *e)
{
    ledger_begin_call(l);
    bool ok = ledger_ready(l, e) &&
              (run_look_up(l, q, e) || (renew_if_damaged(l, e) && run_look_up(l, q, e)));
    ledger_end_call(l);
    return ok;
}

bool ledger_covered(struct ledger *l, str source, uint64_t *ret, struct err *e)
{
    struct look_up q = {.sql = SQL_position_get, .key = source};
    bool ok = look_up(l, &q, e);

    *ret = q.found ? (uint64_t)q.number : 0;
    return ok;
}

bool ledger_rebuild(struct ledger *l, str source, uint64_t *ret, struct err *e)
{
    struct look_up q = {.sql = SQL_rebuild_get, .key = source};
    bool ok = look_up(l, &q, e);

    *ret = q.found ? (uint64_t)q.number : 0;
    return ok;
}

bool ledger_passed(struct ledger *l, int64_t *ret, struct err *e)
{
    struct look_up q = {.sql = SQL_passed_get};
    bool ok = look_up(l, &q, e);

    *ret = q.found ? q.number : INT64_MIN;
    return ok;
}

bool ledger_alias(struct ledger *l, str id, char ret[LEDGER_ID_MAX + 1], struct err *e)
{
    struct look_up q = {.sql = SQL_alias_get, .key = id, .text = ret};
    bool ok = look_up(l, &q, e);

    if (!q.found)
        ret[0] = '\0';
    return ok;
}
