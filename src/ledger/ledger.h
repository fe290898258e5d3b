/*
 * ledger.h - the small state: findings, positions, the audit, and later alerts and
 * incidents, in a database of the data folder (SQLite) behind a driver (driver.h),
 * so that a team can use PostgreSQL.
 *
 * One writer: a second process is refused (ERR_BUSY). Its schema is made and changed
 * by migrations, numbered SQL texts in migrations/NNN_name.sql, each applied once, in
 * one transaction. A ledger that a newer program has written is refused.
 *
 * A start is never refused over damage. A damaged file is moved aside, beside itself
 * under the name PATH.damaged-TIME, and a new ledger is begun; that is announced and is
 * the new audit's first row. Findings come again from the raw log, since a new ledger
 * covers nothing. So it is when damage is met later, while writing: what was to be
 * written goes to the new ledger, but for the positions, so that the next start goes
 * over the whole raw log.
 *
 * Any thread may call; calls wait for each other. Text that is not UTF-8, and NUL, is
 * kept with U+FFFD in its place.
 */
#pragma once

#include "base/clock.h"
#include "base/io.h"

struct ledger;

struct ledger_options {
    struct io *io;
    const struct clock *clock;
    const char *path; /* a file of the data folder, made with mode 0600 */
    void *announce_ctx;
    /* What a person should know, one line; may be NULL. It must not call the ledger. */
    void (*announce)(void *ctx, const char *text);
};

/* Opens or creates. What `o` points to outlives the ledger. */
struct ledger *ledger_open(const struct ledger_options *o, struct err *e) MUST_USE;
/* For reading beside a program that writes; nothing is created, migrated or moved. */
struct ledger *ledger_open_readonly(const struct ledger_options *o, struct err *e) MUST_USE;
void ledger_close(struct ledger *l); /* NULL is a no-op */

/* ------------------------------------------------------------ findings and positions */

/* Of a correlation's: told on arrival, and then replaced by a final one or withdrawn, when no
 * earlier event can come. Rules' findings are final. */
enum ledger_state { LEDGER_FINAL, LEDGER_PROVISIONAL, LEDGER_WITHDRAWN };

/* One finding as it is kept. A rule's id is made of rule, source, record number and the record's
 * bytes, so that matching the same record again gives the same id, and one row. */
struct ledger_finding {
    str id; /* 32 lower-case hex digits */
    str source;
    uint64_t record; /* number in the source's raw log */
    int64_t time_ns; /* event time; received_ns when the event has none */
    int64_t received_ns;
    str rule_id, rule_title;
    str level;        /* a name of ledger_levels[]; empty when the rule has none */
    str host, user;   /* may be empty */
    str json;         /* the whole finding as it is printed */
    str group_key;    /* of a correlation: its rule and group, hashed; empty: it is a rule's */
    int64_t first_ns; /* of a correlation: its window's first event */
    enum ledger_state state;
};

/* The levels of rules, the lowest first; the first is the empty text. */
enum { LEDGER_LEVEL_COUNT = 6 };
extern const char *const ledger_levels[LEDGER_LEVEL_COUNT];

/* Records of the source below `covered` have been matched, and their findings are in the ledger.
 * What is set last holds, also when it is lower: a raw log may have been begun anew. */
struct ledger_position {
    str source;
    uint64_t covered;
};

/* All of it in one transaction. A rule's finding whose id is there already changes nothing; a
 * correlation's is replaced unless it is final. A final one takes the place of the provisional ones
 * of its group whose windows it falls into: their ids become names of it. Provisional ones of the
 * time before `passed_ns` that are left are withdrawn. On failure nothing of it is seen, and the
 * same may be tried again; when the disk failed in the midst of it, it may be there after a
 * restart. */
struct ledger_addition {
    const struct ledger_finding *findings;
    const struct ledger_position *positions, *rebuilds; /* rebuilds: `covered` is where to begin */
    uint32_t finding_count, position_count, rebuild_count;
    bool has_passed;
    int64_t passed_ns; /* what correlations tell of the time before is final */
};
bool ledger_add_all(struct ledger *l, const struct ledger_addition *a, struct err *e) MUST_USE;
bool ledger_add(struct ledger *l, const struct ledger_finding *findings, uint32_t finding_count,
                const struct ledger_position *positions, uint32_t position_count,
                struct err *e) MUST_USE;
/* The records from which on correlations are built again; 0 when the source is not known. */
bool ledger_rebuild(struct ledger *l, str source, uint64_t *ret, struct err *e) MUST_USE;
/* INT64_MIN when nothing was ever final. */
bool ledger_passed(struct ledger *l, int64_t *ret, struct err *e) MUST_USE;
/* The id that took the place of a provisional one, into ret with a NUL; "" when none did. */
enum { LEDGER_ID_MAX = 64 };
bool ledger_alias(struct ledger *l, str id, char ret[LEDGER_ID_MAX + 1], struct err *e) MUST_USE;
/* 0 when the source is not known. */
bool ledger_covered(struct ledger *l, str source, uint64_t *ret, struct err *e) MUST_USE;

struct ledger_query {
    int64_t from_ns, to_ns;                   /* event time; INT64_MIN, INT64_MAX: all */
    str level_min, id, rule_id, source, host; /* empty: all */
    bool withdrawn;                           /* those too */
    uint32_t limit;                           /* the newest; 0: all */
};
/* In the order of event time, then of id. `each` answers false to stop; no transaction is open
 * while it runs, so that a slow reader holds up nobody, and it may call the ledger. */
bool ledger_findings(struct ledger *l, const struct ledger_query *q, void *ctx,
                     bool (*each)(void *ctx, const struct ledger_finding *f),
                     struct err *e) MUST_USE;
