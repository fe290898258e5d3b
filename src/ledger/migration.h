/*
 * migration.h - brings a database to the schema that this program knows.
 *
 * A migration is an SQL text, migrations/NNN_name.sql, built into the program. Those that
 * a database has are in its table `migration`, with the SHA-256 of their text. Each
 * is applied once, in their order, in a transaction of its own.
 */
#pragma once

#include "ledger/driver.h"

struct migration {
    uint32_t number; /* from 1, without gaps */
    const char *name;
    str text; /* NUL-terminated */
};

/* Those of migrations/, in their order; made by tools/embed-sql. */
extern const struct migration migrations[];
extern const uint32_t migration_count;

/* Applies what is missing. Refuses a database that has one which this program does not have, or
 * with another text. Nothing is applied when it is refused. */
bool migration_apply(const struct ledger_driver *d, void *db, const struct migration *list,
                     uint32_t count, const struct clock *clock, struct err *e) MUST_USE;
/* The same checks; one that is missing is an error. Nothing is changed. */
bool migration_check(const struct ledger_driver *d, void *db, const struct migration *list,
                     uint32_t count, struct err *e) MUST_USE;
