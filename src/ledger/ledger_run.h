/*
 * ledger_run.h - an open ledger, for the files of ledger/ that speak to its tables.
 *
 * Between ledger_begin_call() and ledger_end_call() the ledger is the caller's.
 */
#pragma once

#include "base/arena.h"
#include "ledger/audit.h"
#include "ledger/driver.h"

#include <pthread.h>

enum ledger_sql {
#define LEDGER_SQL(name, text) SQL_##name,
#include "ledger/statements.def"
#undef LEDGER_SQL
    SQL_COUNT
};

enum {
    LEDGER_PAGE_ROWS = 256,       /* read at once, copied, and given out when nothing is open */
    LEDGER_CALL_BYTES = 64 * 1024 /* a block of memory of a call */
};

struct ledger {
    struct ledger_target target;
    struct ledger_options options;
    const struct ledger_driver *driver;
    void *db;
    void *statements[SQL_COUNT]; /* made when they are first needed */
    struct arena *arena;         /* of the call */
    pthread_mutex_t lock;
    bool connected;
    bool started; /* the opening is over */
    bool renewed; /* damage was met after the start: positions wait for the next one */
};

void ledger_begin_call(struct ledger *l);
void ledger_end_call(struct ledger *l);

/* The statement, without parameters bound; NULL when it cannot be made. */
void *ledger_statement(struct ledger *l, enum ledger_sql which, struct err *e) MUST_USE;
/* Steps a statement that has no rows, and resets it. */
bool ledger_run(struct ledger *l, void *statement, struct err *e) MUST_USE;

/* s, or a copy of the call with U+FFFD in the place of what is not UTF-8, and of NUL. */
str ledger_text(struct ledger *l, str s);

/* Connects again when an earlier try failed. */
bool ledger_ready(struct ledger *l, struct err *e) MUST_USE;
/* A call of its own: `write` in a transaction; when the database is damaged, in a new one. */
bool ledger_write(struct ledger *l, const void *what,
                  bool (*write)(struct ledger *l, const void *what, struct err *e),
                  struct err *e) MUST_USE;

/* audit_add() within the call, without a transaction of its own. */
bool audit_append(struct ledger *l, str actor, str action, str subject, str detail,
                  struct err *e) MUST_USE;
