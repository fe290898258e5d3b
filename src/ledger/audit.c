/*
 * audit.c - the chain. A row's hash is the SHA-256 of the hash of the row before (64
 * hex digits; zeros before the first), the number and the time (8 bytes each, the
 * highest first), and for each of actor, action, subject and detail its length (8
 * bytes) and its bytes.
 */
#include "ledger/audit.h"

#include "base/hash.h"
#include "ledger/ledger_run.h"

static const char no_hash[SHA256_HEX + 1] =
    "0000000000000000000000000000000000000000000000000000000000000000";

static void hash_number(struct sha256 *h, uint64_t n)
{
    char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(n >> (56 - 8 * i));
    sha256_update(h, (str){bytes, sizeof bytes});
}

static void hash_row(struct sha256 *h, str before, const struct audit_row *r,
                     char ret[SHA256_HEX + 1])
{
    const str texts[] = {r->actor, r->action, r->subject, r->detail};
    uint8_t hash[SHA256_BYTES];

    sha256_update(h, before);
    hash_number(h, r->number);
    hash_number(h, (uint64_t)r->time_ns);
    for (size_t i = 0; i < countof(texts); i++) {
        hash_number(h, texts[i].n);
        sha256_update(h, texts[i]);
    }
    sha256_final(h, hash);
    hex_of(hash, sizeof hash, ret);
}

/* ------------------------------------------------------------ appending */

/* Number and hash of the last row; 0 and zeros when there is none. */
static bool read_last(struct ledger *l, struct audit_row *ret, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    void *s = ledger_statement(l, SQL_audit_last, e);
    bool row;

    *ret = (struct audit_row){.hash = {no_hash, SHA256_HEX}};
    if (!s)
        return false;
    bool ok = d->step(s, &row, e);
    if (ok && row) {
        ret->number = (uint64_t)d->column_i64(s, 0);
        ret->hash = arena_str(l->arena, d->column_text(s, 1));
    }
    d->reset(s);
    return ok;
}

bool audit_append(struct ledger *l, str actor, str action, str subject, str detail, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    struct audit_row last;
    char hash[SHA256_HEX + 1];
    void *s = ledger_statement(l, SQL_audit_add, e);

    if (!s || !read_last(l, &last, e))
        return false;
    const struct audit_row r = {.number = last.number + 1,
                                .time_ns = clock_now_ns(l->target.clock),
                                .actor = ledger_text(l, actor),
                                .action = ledger_text(l, action),
                                .subject = ledger_text(l, subject),
                                .detail = ledger_text(l, detail)};
    struct sha256 *h = sha256_new();
    hash_row(h, last.hash, &r, hash);
    sha256_free(h);
    d->bind_i64(s, 1, (int64_t)r.number);
    d->bind_i64(s, 2, r.time_ns);
    d->bind_text(s, 3, r.actor);
    d->bind_text(s, 4, r.action);
    d->bind_text(s, 5, r.subject);
    d->bind_text(s, 6, r.detail);
    d->bind_text(s, 7, str_from(hash));
    return ledger_run(l, s, e);
}

struct entry {
    str actor, action, subject, detail;
};

static bool append_entry(struct ledger *l, const void *what, struct err *e)
{
    const struct entry *a = what;

    return audit_append(l, a->actor, a->action, a->subject, a->detail, e);
}

bool audit_add(struct ledger *l, str actor, str action, str subject, str detail, struct err *e)
{
    const struct entry a = {actor, action, subject, detail};

    return ledger_write(l, &a, append_entry, e);
}

/* ------------------------------------------------------------ reading */

/* Rows from `from` on, at most a page, in memory of *own; the next call's is swapped for it. */
static bool read_page(struct ledger *l, uint64_t from, struct arena **own,
                      struct audit_row rows[LEDGER_PAGE_ROWS], uint32_t *ret_count, struct err *e)
{
    const struct ledger_driver *d = l->driver;
    bool row = true, ok;

    *ret_count = 0;
    ledger_begin_call(l);
    void *s = ledger_ready(l, e) ? ledger_statement(l, SQL_audit_page, e) : NULL;
    ok = s != NULL;
    if (ok) {
        d->bind_i64(s, 1, from > INT64_MAX ? INT64_MAX : (int64_t)from);
        d->bind_i64(s, 2, LEDGER_PAGE_ROWS);
    }
    while (ok && *ret_count < LEDGER_PAGE_ROWS && (ok = d->step(s, &row, e)) && row) {
        struct audit_row *r = &rows[(*ret_count)++];
        r->number = (uint64_t)d->column_i64(s, 0);
        r->time_ns = d->column_i64(s, 1);
        str *const texts[] = {&r->actor, &r->action, &r->subject, &r->detail, &r->hash};
        for (int i = 0; i < (int)countof(texts); i++)
            *texts[i] = arena_str(l->arena, d->column_text(s, i + 2));
    }
    if (s)
        d->reset(s);
    struct arena *swap = l->arena;
    l->arena = *own;
    *own = swap;
    ledger_end_call(l);
    return ok;
}

bool audit_rows(struct ledger *l, uint64_t from, void *ctx,
                bool (*each)(void *ctx, const struct audit_row *row), struct err *e)
{
    struct arena *own CLEANUP(arena_freep) = arena_new(LEDGER_CALL_BYTES);
    struct audit_row rows[LEDGER_PAGE_ROWS];
    uint32_t count = LEDGER_PAGE_ROWS;

    while (count == LEDGER_PAGE_ROWS) {
        if (!read_page(l, from, &own, rows, &count, e))
            return false;
        for (uint32_t i = 0; i < count; i++)
            if (!each(ctx, &rows[i]))
                return true;
        if (count)
            from = rows[count - 1].number + 1;
    }
    return true;
}

struct verifier {
    struct audit_result *result;
    struct sha256 *sha256;
    str anchor;
};

static bool verify_row(void *ctx, const struct audit_row *row)
{
    struct verifier *v = ctx;
    struct audit_result *r = v->result;
    char wanted[SHA256_HEX + 1];
    str before = r->rows ? (str){r->last_hash, SHA256_HEX} : (str){no_hash, SHA256_HEX};

    hash_row(v->sha256, before, row, wanted);
    bool right = row->number == r->rows + 1 && str_eq(row->hash, (str){wanted, SHA256_HEX});
    if (!right && r->first_broken == 0)
        r->first_broken = r->rows + 1;
    if (r->first_broken == 0 && v->anchor.n && str_eq(row->hash, v->anchor))
        r->anchor_found = true;
    r->rows++;
    memcpy(r->last_hash, wanted, sizeof wanted);
    return true;
}

bool audit_verify(struct ledger *l, str anchor, struct audit_result *ret, struct err *e)
{
    struct verifier v = {.result = ret, .sha256 = sha256_new(), .anchor = anchor};

    *ret = (struct audit_result){0};
    bool ok = audit_rows(l, 0, &v, verify_row, e);
    sha256_free(v.sha256);
    ret->whole = ok && ret->first_broken == 0 && (anchor.n == 0 || ret->anchor_found);
    return ok;
}
