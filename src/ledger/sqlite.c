/*
 * sqlite.c - the ledger in a file, by SQLite (https://www.sqlite.org/c3ref/intro.html).
 *
 * WAL: readers see the last commit and hold up nobody. synchronous=FULL: a commit is
 * on disk when it is answered. The lock that keeps a second writer out is a file of
 * its own, since SQLite's locks are per transaction.
 */
#include "base/mem.h"
#include "ledger/driver.h"
#include "ledger/ledger_file.h"
#include "ledger/sqlite_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct ledger_driver ledger_driver_sqlite;

enum {
    APPLICATION_ID = 0x746f6373, /* "tocs", in the file's header */
    BUSY_MS = 5000,
};

struct sqlite_ledger {
    const struct ledger_target *target;
    struct sqlite_vfs *vfs;
    sqlite3 *db;
    int lock; /* -1 when reading */
};

struct sqlite_statement {
    struct sqlite_ledger *ledger;
    sqlite3_stmt *stmt;
    int bound; /* the first failure of a bind */
};

static enum err_code code_of(int result)
{
    if (result == SQLITE_IOERR_DATA || result == SQLITE_IOERR_CORRUPTFS)
        return ERR_INPUT;
    switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_INPUT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        return ERR_IO;
    }
}

static bool fail(const struct sqlite_ledger *l, int result, struct err *e)
{
    enum err_code code = code_of(result);
    bool has_errno = (result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_CANTOPEN;
    int number = l->db && has_errno ? sqlite3_system_errno(l->db) : 0;
    const char *why = l->db ? sqlite3_errmsg(l->db) : sqlite3_errstr(result);

    if (code == ERR_IO && number)
        return err_set(e, code, "ledger '%s': %s (%s)", l->target->path, strerror(number), why);
    return err_set(e, code, "ledger '%s': %s", l->target->path, why);
}

static bool sqlite_exec(void *state, const char *sql, struct err *e)
{
    struct sqlite_ledger *l = state;
    int result = sqlite3_exec(l->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK || fail(l, result, e);
}

static void sqlite_disconnect(void *state)
{
    struct sqlite_ledger *l = state;
    int result = sqlite3_close(l->db);

    assert(result == SQLITE_OK); /* all statements were finalized */
    l->db = NULL;
}

static void sqlite_close(void *state)
{
    struct sqlite_ledger *l = state;

    if (!l)
        return;
    sqlite_disconnect(l);
    sqlite_vfs_free(l->vfs);
    if (l->lock != -1)
        close(l->lock);
    free(l);
}

static void *sqlite_open(const struct ledger_target *t, struct err *e)
{
    int lock = t->readonly ? -1 : ledger_file_lock(t->io, t->path, e);

    if (lock == -1 && !t->readonly)
        return NULL;
    struct sqlite_ledger *l = mem_alloc(sizeof *l);
    *l = (struct sqlite_ledger){.target = t, .lock = lock, .vfs = sqlite_vfs_new(t->io)};
    if (l->vfs)
        return l;
    err_set(e, ERR_IO, "SQLite has no 'unix' VFS");
    sqlite_close(l);
    return NULL;
}

/* The first column of the only row. */
static bool ask_number(struct sqlite_ledger *l, const char *sql, int64_t *ret, struct err *e)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    bool ok = result == SQLITE_ROW;
    if (ok)
        *ret = sqlite3_column_int64(stmt, 0);
    else
        fail(l, result, e);
    sqlite3_finalize(stmt);
    return ok;
}

/* A file of another program is neither used nor moved. An empty one becomes ours. */
static bool check_owner(struct sqlite_ledger *l, struct err *e)
{
    int64_t id, objects;
    char sql[64];

    if (!ask_number(l, "PRAGMA application_id", &id, e) ||
        !ask_number(l, "SELECT count(*) FROM sqlite_schema", &objects, e))
        return false;
    if (id == APPLICATION_ID)
        return true;
    if (id != 0 || objects != 0 || l->target->readonly)
        return err_set(e, ERR_DENIED, "it is %s: name the data folder of 'tocsin serve'",
                       id == 0 && objects == 0 ? "an empty database"
                                               : "the database of another program");
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d", APPLICATION_ID);
    return sqlite_exec(l, sql, e);
}

static bool configure(struct sqlite_ledger *l, struct err *e)
{
    static const char for_all[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                  "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                                  "PRAGMA mmap_size = 0";
    /* 64 MiB of -wal are kept for use again when a reader made it grow. */
    static const char for_writer[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                     "PRAGMA journal_size_limit = 67108864";

    sqlite3_extended_result_codes(l->db, 1);
    sqlite3_busy_timeout(l->db, BUSY_MS);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sqlite_exec(l, for_all, e) && check_owner(l, e) &&
           (l->target->readonly || sqlite_exec(l, for_writer, e));
}

static bool sqlite_connect(void *state, struct err *e)
{
    struct sqlite_ledger *l = state;
    const struct ledger_target *t = l->target;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                (t->readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);

    if (!t->readonly && !ledger_file_secure(t->io, t->path, e))
        return false;
    int result = sqlite3_open_v2(t->path, &l->db, flags, sqlite_vfs_name(l->vfs));
    if (result != SQLITE_OK)
        return fail(l, result, e);
    return configure(l, e);
}

static bool sqlite_set_aside(void *state, char ret_name[LEDGER_ASIDE_NAME_MAX], struct err *e)
{
    struct sqlite_ledger *l = state;

    assert(!l->db && !l->target->readonly);
    return ledger_file_set_aside(l->target->io, l->target->path, clock_now_ns(l->target->clock),
                                 ret_name, e);
}

static bool sqlite_begin(void *state, struct err *e)
{
    return sqlite_exec(state, "BEGIN IMMEDIATE", e);
}

static void sqlite_rollback(void *state)
{
    struct sqlite_ledger *l = state;

    if (!sqlite3_get_autocommit(l->db)) /* some failures have rolled back already */
        (void)sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool sqlite_commit(void *state, struct err *e)
{
    if (sqlite_exec(state, "COMMIT", e))
        return true;
    sqlite_rollback(state);
    return false;
}

static void *sqlite_prepare(void *state, const char *sql, struct err *e)
{
    struct sqlite_ledger *l = state;
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v3(l->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

    if (result != SQLITE_OK) {
        fail(l, result, e);
        return NULL;
    }
    struct sqlite_statement *s = mem_alloc(sizeof *s);
    *s = (struct sqlite_statement){.ledger = l, .stmt = stmt};
    return s;
}

static void note_bound(struct sqlite_statement *s, int result)
{
    assert(result != SQLITE_RANGE && result != SQLITE_MISUSE);
    if (s->bound == SQLITE_OK)
        s->bound = result;
}

static void sqlite_bind_text(void *statement, int at, str text)
{
    struct sqlite_statement *s = statement;

    note_bound(s, sqlite3_bind_text64(s->stmt, at, text.n ? text.p : "", text.n, SQLITE_STATIC,
                                      SQLITE_UTF8));
}

static void sqlite_bind_i64(void *statement, int at, int64_t value)
{
    struct sqlite_statement *s = statement;

    note_bound(s, sqlite3_bind_int64(s->stmt, at, value));
}

static void sqlite_bind_null(void *statement, int at)
{
    struct sqlite_statement *s = statement;

    note_bound(s, sqlite3_bind_null(s->stmt, at));
}

static bool sqlite_step(void *statement, bool *ret_row, struct err *e)
{
    struct sqlite_statement *s = statement;
    int result = s->bound == SQLITE_OK ? sqlite3_step(s->stmt) : s->bound;

    *ret_row = result == SQLITE_ROW;
    return result == SQLITE_ROW || result == SQLITE_DONE || fail(s->ledger, result, e);
}

static str sqlite_column_text(void *statement, int at)
{
    struct sqlite_statement *s = statement;
    const unsigned char *text = sqlite3_column_text(s->stmt, at);

    return text ? (str){(const char *)text, (size_t)sqlite3_column_bytes(s->stmt, at)} : (str){0};
}

static int64_t sqlite_column_i64(void *statement, int at)
{
    return sqlite3_column_int64(((struct sqlite_statement *)statement)->stmt, at);
}

static void sqlite_reset(void *statement)
{
    struct sqlite_statement *s = statement;

    (void)sqlite3_reset(s->stmt); /* repeats what step said */
    (void)sqlite3_clear_bindings(s->stmt);
    s->bound = SQLITE_OK;
}

static void sqlite_finalize(void *statement)
{
    struct sqlite_statement *s = statement;

    if (!s)
        return;
    (void)sqlite3_finalize(s->stmt);
    free(s);
}

const struct ledger_driver ledger_driver_sqlite = {
    .scheme = "",
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .set_aside = sqlite_set_aside,
    .exec = sqlite_exec,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .prepare = sqlite_prepare,
    .bind_text = sqlite_bind_text,
    .bind_i64 = sqlite_bind_i64,
    .bind_null = sqlite_bind_null,
    .step = sqlite_step,
    .column_text = sqlite_column_text,
    .column_i64 = sqlite_column_i64,
    .reset = sqlite_reset,
    .finalize = sqlite_finalize,
};
