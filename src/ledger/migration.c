#include "ledger/migration.h"

#include "base/hash.h"

static const char create_table[] = "CREATE TABLE IF NOT EXISTS migration ("
                                   "number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, "
                                   "sha256 TEXT NOT NULL, applied_ns BIGINT NOT NULL)";
static const char select_all[] = "SELECT number, name, sha256 FROM migration ORDER BY number";
static const char insert[] =
    "INSERT INTO migration (number, name, sha256, applied_ns) VALUES (?, ?, ?, ?)";

static void hash_text(const struct migration *m, char ret[SHA256_HEX + 1])
{
    uint8_t hash[SHA256_BYTES];

    sha256_of(m->text, hash);
    hex_of(hash, sizeof hash, ret);
}

/* One row of the table, of which `at` came before, against the program's list. */
static bool check_row(const struct ledger_driver *d, void *row, uint32_t at,
                      const struct migration *list, uint32_t count, struct err *e)
{
    char wanted[SHA256_HEX + 1];
    str name = d->column_text(row, 1);

    if (at >= count)
        return err_set(e, ERR_DENIED,
                       "the ledger was written by a newer tocsin (it has migration '" STR_FMT
                       "'): use that one",
                       STR_ARG(name));
    hash_text(&list[at], wanted);
    if (d->column_i64(row, 0) == list[at].number &&
        str_eq(d->column_text(row, 2), str_from(wanted)))
        return true;
    return err_set(e, ERR_DENIED,
                   "migration '" STR_FMT "' of the ledger differs from this program's '%s': it was "
                   "made by another build of tocsin, use that one or another data folder",
                   STR_ARG(name), list[at].name);
}

/* How many of the list the database has. */
static bool count_applied(const struct ledger_driver *d, void *db, const struct migration *list,
                          uint32_t count, uint32_t *ret, struct err *e)
{
    void *row = d->prepare(db, select_all, e);
    bool more = false, ok = row != NULL;

    for (*ret = 0; ok && (ok = d->step(row, &more, e)) && more; ++*ret)
        ok = check_row(d, row, *ret, list, count, e);
    d->finalize(row);
    return ok;
}

static bool note(const struct ledger_driver *d, void *db, const struct migration *m,
                 const struct clock *clock, struct err *e)
{
    void *row = d->prepare(db, insert, e);
    char hash[SHA256_HEX + 1];
    bool more;

    if (!row)
        return false;
    hash_text(m, hash);
    d->bind_i64(row, 1, m->number);
    d->bind_text(row, 2, str_from(m->name));
    d->bind_text(row, 3, str_from(hash));
    d->bind_i64(row, 4, clock_now_ns(clock));
    bool ok = d->step(row, &more, e);
    d->finalize(row);
    return ok;
}

static bool apply(const struct ledger_driver *d, void *db, const struct migration *m,
                  const struct clock *clock, struct err *e)
{
    if (!d->begin(db, e))
        return false;
    if (d->exec(db, m->text.p, e) && note(d, db, m, clock, e))
        return d->commit(db, e);
    d->rollback(db);
    return err_wrap(e, "migration '%s'", m->name);
}

bool migration_apply(const struct ledger_driver *d, void *db, const struct migration *list,
                     uint32_t count, const struct clock *clock, struct err *e)
{
    uint32_t done = 0;

    if (!d->exec(db, create_table, e) || !count_applied(d, db, list, count, &done, e))
        return false;
    for (; done < count; done++) {
        assert(list[done].number == done + 1);
        if (!apply(d, db, &list[done], clock, e))
            return false;
    }
    return true;
}

bool migration_check(const struct ledger_driver *d, void *db, const struct migration *list,
                     uint32_t count, struct err *e)
{
    uint32_t done = 0;

    if (!count_applied(d, db, list, count, &done, e))
        return false;
    return done == count || err_set(e, ERR_DENIED,
                                    "the ledger lacks migration '%s' of this program: 'tocsin "
                                    "serve' of the same version "
                                    "applies it at its start",
                                    list[done].name);
}
