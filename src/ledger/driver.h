/*
 * driver.h - how a database plugs in under the ledger. To add one: write ledger/NAME.c,
 * which ends in `const struct ledger_driver ledger_driver_NAME`, and a row in drivers.def.
 *
 * The ledger's SQL is the part that SQLite and PostgreSQL share (BIGINT, TEXT,
 * INSERT .. ON CONFLICT), with `?` for a parameter; a driver that numbers them rewrites
 * them when it prepares. Text is UTF-8 without NUL, integers are 64 bits, signed.
 *
 * Failures have a code: ERR_INPUT the database is damaged, ERR_BUSY another program
 * has it, ERR_DENIED it is not ours, ERR_IO the rest. A driver is called by one thread at
 * a time.
 */
#pragma once

#include "base/clock.h"
#include "base/io.h"

struct ledger_target {
    struct io *io;
    const struct clock *clock;
    const char *path;
    bool readonly;
};

enum { LEDGER_ASIDE_NAME_MAX = 4096 };

struct ledger_driver {
    const char *scheme; /* what paths of it begin with; the empty one, last in drivers.def, is for
                           files */

    /* Makes sure that nobody else writes; connects to nothing yet. `t` outlives it. */
    void *(*open)(const struct ledger_target *t, struct err *e);
    void (*close)(void *db); /* disconnects first; NULL is a no-op */
    bool (*connect)(void *db, struct err *e);
    void (*disconnect)(void *db); /* statements are finalized before */
    /* Puts the damaged database out of the way, so that connect() makes a new one. */
    bool (*set_aside)(void *db, char ret_name[LEDGER_ASIDE_NAME_MAX], struct err *e);

    bool (*exec)(void *db, const char *sql, struct err *e); /* statements without parameters */
    bool (*begin)(void *db, struct err *e);                 /* as the writer */
    bool (*commit)(void *db, struct err *e);                /* on failure: roll back */
    void (*rollback)(void *db);

    void *(*prepare)(void *db, const char *sql, struct err *e);
    /* Parameters count from 1. Text is the caller's until reset(). */
    void (*bind_text)(void *statement, int at, str text);
    void (*bind_i64)(void *statement, int at, int64_t value);
    void (*bind_null)(void *statement, int at);
    /* Goes to the next row; *ret_row false: there is none. */
    bool (*step)(void *statement, bool *ret_row, struct err *e);
    /* Of the current row; columns count from 0. Text is valid until the next step or reset. */
    str (*column_text)(void *statement, int at);
    int64_t (*column_i64)(void *statement, int at);
    void (*reset)(void *statement);    /* and forgets the parameters */
    void (*finalize)(void *statement); /* NULL is a no-op */
};

/* The driver of a path: the first whose scheme it begins with. */
const struct ledger_driver *ledger_driver_of(const char *path) NEVER_NULL;
