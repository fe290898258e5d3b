/*
 * event_json.h - one event as a JSON object: what `tocsin parse` prints.
 *
 *   time        RFC 3339 in UTC, with the precision that the record had, or null
 *   time_guess  only when something was filled in: ["year", "zone"]
 *   format      what read it: "sshd", "cisco_asa", "json"
 *   logsource   in Sigma's terms: [{"product": .., "category": .., "service": ..}]
 *   outcome     "success", "failure", "unknown": as ECS's event.outcome
 *   ocsf        {"class_uid", "activity_id", "type_uid", "status_id"}; null when not told
 *   native      the record's own fields, word for word; arrays where a name has several values
 *   common      the common columns that have a value, by their ECS names; numbers as numbers
 *   derived     only when columns, or the outcome, were told by other records: their names
 *   file, record, error   where it stands, and what was wrong with it, or null
 */
#pragma once

#include "event/column.h"
#include "formats/problem.h"
#include "text/json_write.h"

/* Appends the object. The event's values are text and its log sources known; `columns` are those of
 * columns_fill(), perhaps completed; `problem` may be NULL. */
void event_json_write(struct json_writer *w, const struct event *ev, const struct columns *columns,
                      const struct problem *problem);
/* The same of a record that has no event. */
void event_json_write_problem(struct json_writer *w, str file, const struct problem *p);
