/*
 * ledger_query.c - findings in the order of event time, a page at a time. A page
 * begins behind the last row of the one before (its time and id), so that nothing is
 * open between pages: a reader that stops to think holds neither the lock nor a
 * snapshot that would keep the write-ahead log from being taken in.
 */
#include "ledger/ledger_run.h"

#include "base/buf.h"

enum { SQL_BYTES_MAX = 4096, BOUNDS_MAX = 12 };

/* The texts and numbers of a query, in the order of their question marks. */
struct bound {
    bool is_text;
    str text;
    int64_t number;
};

struct finding_query {
    struct ledger *ledger;
    const struct ledger_query *q;
    struct buf sql;
    struct bound bounds[BOUNDS_MAX];
    int bound_count;
};

static void bind_number(struct finding_query *f, int64_t number)
{
    assert(f->bound_count < BOUNDS_MAX);
    f->bounds[f->bound_count++] = (struct bound){.number = number};
}

static void bind_text(struct finding_query *f, str text)
{
    assert(f->bound_count < BOUNDS_MAX);
    f->bounds[f->bound_count++] = (struct bound){.is_text = true, .text = text};
}

static void equals(struct finding_query *f, const char *column, str value)
{
    if (value.n == 0)
        return;
    buf_printf(&f->sql, " AND %s = ?", column);
    bind_text(f, ledger_text(f->ledger, value));
}

static int64_t rank_at_least(str level)
{
    for (int i = 0; i < LEDGER_LEVEL_COUNT; i++)
        if (str_eq(level, str_from(ledger_levels[i])))
            return i;
    return LEDGER_LEVEL_COUNT; /* no finding has it */
}

/* The rows of the query: what all its statements share. */
static void begin_sql(struct finding_query *f, const char *columns)
{
    const struct ledger_query *q = f->q;

    buf_clear(&f->sql);
    f->bound_count = 0;
    buf_printf(&f->sql, "SELECT %s FROM finding WHERE time_ns >= ? AND time_ns <= ?", columns);
    if (!q->withdrawn)
        buf_add(&f->sql, S(" AND state < 2"));
    bind_number(f, q->from_ns);
    bind_number(f, q->to_ns);
    if (q->level_min.n) {
        buf_add(&f->sql, S(" AND level >= ?"));
        bind_number(f, rank_at_least(q->level_min));
    }
    equals(f, "id", q->id);
    equals(f, "rule_id", q->rule_id);
    equals(f, "source", q->source);
    equals(f, "host", q->host);
}

static void *prepare(struct finding_query *f, struct err *e)
{
    const struct ledger_driver *d = f->ledger->driver;
    void *s = d->prepare(f->ledger->db, buf_cstr(&f->sql), e);

    for (int i = 0; s && i < f->bound_count; i++)
        if (f->bounds[i].is_text)
            d->bind_text(s, i + 1, f->bounds[i].text);
        else
            d->bind_i64(s, i + 1, f->bounds[i].number);
    return s;
}

/* Where a page begins: at, or behind, a row. */
struct place {
    bool known, behind;
    int64_t time_ns;
    struct buf id;
};

static void set_place(struct place *at, bool behind, int64_t time_ns, str id)
{
    at->known = true;
    at->behind = behind;
    at->time_ns = time_ns;
    buf_clear(&at->id);
    buf_add(&at->id, id);
}

/* Of the newest `limit` rows the first. When there are fewer, `at` stays as it is. */
static bool find_first(struct finding_query *f, struct place *at, struct err *e)
{
    const struct ledger_driver *d = f->ledger->driver;
    bool row = false;

    begin_sql(f, "time_ns, id");
    buf_add(&f->sql, S(" ORDER BY time_ns DESC, id DESC LIMIT 1 OFFSET ?"));
    bind_number(f, (int64_t)f->q->limit - 1);
    void *s = prepare(f, e);
    bool ok = s && d->step(s, &row, e);
    if (ok && row)
        set_place(at, false, d->column_i64(s, 0), d->column_text(s, 1));
    d->finalize(s);
    return ok;
}

static str kept(struct finding_query *f, void *s, int column)
{
    return arena_str(f->ledger->arena, f->ledger->driver->column_text(s, column));
}

static void read_row(struct finding_query *f, void *s, struct ledger_finding *ret)
{
    const struct ledger_driver *d = f->ledger->driver;
    const int64_t level = d->column_i64(s, 7), state = d->column_i64(s, 11);

    *ret = (struct ledger_finding){
        .id = kept(f, s, 0),
        .source = kept(f, s, 1),
        .record = (uint64_t)d->column_i64(s, 2),
        .time_ns = d->column_i64(s, 3),
        .received_ns = d->column_i64(s, 4),
        .rule_id = kept(f, s, 5),
        .rule_title = kept(f, s, 6),
        .level = str_from(level >= 0 && level < LEDGER_LEVEL_COUNT ? ledger_levels[level] : ""),
        .host = kept(f, s, 8),
        .user = kept(f, s, 9),
        .json = kept(f, s, 10),
        .state = state >= 0 && state <= LEDGER_WITHDRAWN ? (enum ledger_state)state : LEDGER_FINAL,
    };
}

static bool read_page(struct finding_query *f, const struct place *at,
                      struct ledger_finding rows[LEDGER_PAGE_ROWS], uint32_t *ret_count,
                      struct err *e)
{
    const struct ledger_driver *d = f->ledger->driver;
    bool row = true;

    begin_sql(f, "id, source, record, time_ns, received_ns, rule_id, rule_title, level, host, "
                 "user_name, json, state");
    if (at->known) {
        buf_printf(&f->sql, " AND (time_ns, id) %s (?, ?)", at->behind ? ">" : ">=");
        bind_number(f, at->time_ns);
        bind_text(f, buf_str(&at->id));
    }
    buf_add(&f->sql, S(" ORDER BY time_ns, id LIMIT ?"));
    bind_number(f, LEDGER_PAGE_ROWS);
    void *s = prepare(f, e);
    bool ok = s != NULL;
    for (*ret_count = 0; ok && *ret_count < LEDGER_PAGE_ROWS;) {
        ok = d->step(s, &row, e);
        if (!ok || !row)
            break;
        read_row(f, s, &rows[(*ret_count)++]);
    }
    d->finalize(s);
    return ok;
}

/* The ledger's memory of the page is another call's once this one ends, so it is swapped out. */
static bool page(struct finding_query *f, struct place *at, struct arena **own,
                 struct ledger_finding rows[LEDGER_PAGE_ROWS], uint32_t *ret_count, struct err *e)
{
    struct ledger *l = f->ledger;

    ledger_begin_call(l);
    bool ok = ledger_ready(l, e) && (at->known || f->q->limit == 0 || find_first(f, at, e)) &&
              read_page(f, at, rows, ret_count, e);
    struct arena *swap = l->arena;
    l->arena = *own;
    *own = swap;
    ledger_end_call(l);
    return ok;
}

bool ledger_findings(struct ledger *l, const struct ledger_query *q, void *ctx,
                     bool (*each)(void *ctx, const struct ledger_finding *f), struct err *e)
{
    struct finding_query f = {.ledger = l, .q = q, .sql = buf_make(SQL_BYTES_MAX)};
    struct ledger_finding rows[LEDGER_PAGE_ROWS];
    struct arena *own CLEANUP(arena_freep) = arena_new(LEDGER_CALL_BYTES);
    struct place at = {.id = buf_make(LEDGER_CALL_BYTES)};
    uint32_t count = LEDGER_PAGE_ROWS;
    uint64_t given = 0;
    bool ok = true, more = true;

    while (more && count == LEDGER_PAGE_ROWS && (ok = page(&f, &at, &own, rows, &count, e))) {
        for (uint32_t i = 0; more && i < count; i++, given++)
            more = (q->limit == 0 || given < q->limit) && each(ctx, &rows[i]);
        if (count)
            set_place(&at, true, rows[count - 1].time_ns, rows[count - 1].id);
    }
    buf_done(&f.sql);
    buf_done(&at.id);
    return ok;
}
