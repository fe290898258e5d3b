/*
 * alert_table.h - alerts in the ledger: what detections tell of them, and what people decide.
 *
 * Telling an alert again changes what was told and nothing that was decided, but that a closed
 * alert whose severity rises is open again. What people decide is in the audit, in the same
 * transaction.
 */
#pragma once

#include "ledger/ledger.h"

struct ledger_alert {
    str id, alias, group, origin, rule_id, title;
    int64_t severity;          /* a place in ledger_levels[] */
    int64_t first_ns, last_ns; /* INT64_MIN: not known */
    uint64_t count;
    int64_t tactics; /* a bit each */
    str suppressed_by, json;
    /* What was decided; of no meaning to ledger_put_alerts(). */
    int64_t state; /* 0 open, 1 acknowledged, 2 closed */
    str assignee, verdict, reason, note, decided_by;
    int64_t decided_ns;
    int64_t snooze_until_ns, snooze_severity, snooze_tactics;
};

/* All in one transaction. An alert whose alias is kept takes that one's place, with what was
 * decided of it. */
bool ledger_put_alerts(struct ledger *l, const struct ledger_alert *alerts, uint32_t count,
                       struct err *e) MUST_USE;

struct ledger_decision {
    str id;
    enum { DECIDE_STATE, DECIDE_ASSIGNEE, DECIDE_SNOOZE } what;
    int64_t state;
    str verdict, reason, note; /* of a state */
    str assignee;
    int64_t until_ns; /* of a snooze; 0 ends it */
    str actor;        /* and in the audit: */
    str action, detail;
};
/* ERR_DENIED: there is no such alert. */
bool ledger_decide(struct ledger *l, const struct ledger_decision *d, struct err *e) MUST_USE;

struct ledger_alert_query {
    int64_t from_ns, to_ns; /* of the last event; INT64_MIN, INT64_MAX: all */
    int64_t severity_min, state_min, state_max;
    str rule_id, group, assignee, id_prefix; /* empty: all; the prefix is of id or alias */
    bool without_suppressed;
    uint32_t limit; /* 0: all */
};
/* The newest last event first. `each` answers false to stop; it may call the ledger. */
bool ledger_alerts(struct ledger *l, const struct ledger_alert_query *q, void *ctx,
                   bool (*each)(void *ctx, const struct ledger_alert *a), struct err *e) MUST_USE;
