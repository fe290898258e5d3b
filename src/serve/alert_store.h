/*
 * alert_store.h - alerts into the ledger and back, and what people decide of them.
 *
 * serve puts alerts at a batch's edge, once a batch for each that changed. A decision is a line of
 * text, so that the control socket can carry it; commands that find no serve at work run it by
 * themselves.
 */
#pragma once

#include "ledger/alert_table.h"
#include "triage/alert_json.h"

/* Several in one transaction. `namer` is asked for the events of each (alert_json()). */
bool alert_store_put(struct ledger *l, const struct alert *const *alerts, uint32_t count,
                     const struct alert_namer *namer, struct err *e) MUST_USE;

/* An alert as the ledger takes it, with texts in a; `text` is for the way. */
struct ledger_alert alert_store_row(const struct alert *alert, const struct alert_namer *namer,
                                    struct buf *text, struct arena *a);

/* An alert as the ledger has it, with its events' places in *ret_events (events[i] is i). State and
 * decision are of `now_ns`: a snooze that is over, or that a higher severity or a new tactic broke,
 * is none. All lives in a. False: its JSON is not an alert's. */
bool alert_store_read(const struct ledger_alert *row, int64_t now_ns, struct arena *a,
                      struct alert *ret, struct alert_event **ret_events) MUST_USE;
/* A namer of such an alert: `ctx` is its events. */
bool alert_store_name(void *ctx, uint64_t ref, struct alert_event *ret);

/*
 * Tab-separated: "ack ID NOTE", "close ID VERDICT REASON NOTE", "reopen ID NOTE", "assign ID USER",
 * "snooze ID UNTIL" (nanoseconds since 1970; 0 ends it). ID is whole. A tab or newline in a text is
 * the caller's to replace.
 */
enum { ALERT_REQUEST_MAX = 4096 };
bool alert_store_decide(struct ledger *l, str request, str actor, struct err *e) MUST_USE;
