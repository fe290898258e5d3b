/* alert_read.h - an alert from its JSON (alert_json.h), as a ledger or a file has it. */
#pragma once

#include "base/arena.h"
#include "triage/alert.h"

/* Texts live in a or in `json`; events[i] is i, its place is (*ret_events)[i]. Members that are not
 * known are passed over. False: it is no JSON object with an id. */
bool alert_read(str json, struct arena *a, struct alert *ret,
                struct alert_event **ret_events) MUST_USE;
