/*
 * ledger.h - the small state: findings, positions, and later alerts and incidents,
 * in a database of the data folder (SQLite) behind a driver (driver.h), so that a
 * team can use PostgreSQL.
 *
 * One writer. Its schema is made and changed by migrations, numbered SQL texts in
 * migrations/NNN.sql, each applied once, in one transaction. A ledger that a newer
 * program has written is refused.
 */
#pragma once

#include "base/clock.h"
#include "base/err.h"

struct ledger;

/* Opens or creates. `path` is a file of the data folder, made with mode 0600. */
struct ledger *ledger_open(const char *path, const struct clock *clock, struct err *e) MUST_USE;
/* For reading beside a program that writes; no migration is run. */
struct ledger *ledger_open_readonly(const char *path, const struct clock *clock,
                                    struct err *e) MUST_USE;
void ledger_close(struct ledger *l); /* NULL is a no-op */

/* ------------------------------------------------------------ findings and positions */

/* One finding as it is kept. Its id is made of rule, source, record number and the record's bytes,
 * so that matching the same record again gives the same id, and one row. */
struct ledger_finding {
    str id; /* 32 lower-case hex digits */
    str source;
    uint64_t record; /* number in the source's raw log */
    int64_t time_ns; /* event time; received_ns when the event has none */
    int64_t received_ns;
    str rule_id, rule_title, level;
    str host, user; /* may be empty */
    str json;       /* the whole finding as it is printed */
};

/* Records of the source below `covered` have been matched, and their findings are in the ledger. */
struct ledger_position {
    str source;
    uint64_t covered;
};

/* All of it in one transaction. A finding whose id is there already changes nothing. */
bool ledger_add(struct ledger *l, const struct ledger_finding *findings, uint32_t finding_count,
                const struct ledger_position *positions, uint32_t position_count,
                struct err *e) MUST_USE;
/* 0 when the source is not known. */
bool ledger_covered(struct ledger *l, str source, uint64_t *ret, struct err *e) MUST_USE;

struct ledger_query {
    int64_t from_ns, to_ns;               /* event time; INT64_MIN, INT64_MAX: all */
    str level_min, rule_id, source, host; /* empty: all */
    uint32_t limit;                       /* the newest; 0: all */
};
/* In the order of event time. `each` answers false to stop. */
bool ledger_findings(struct ledger *l, const struct ledger_query *q, void *ctx,
                     bool (*each)(void *ctx, const struct ledger_finding *f),
                     struct err *e) MUST_USE;
