/*
 * alert_event.h - an alert as an event, so that Sigma's selections can look at it.
 *
 * Fields: id, rule_id, title, origin, severity, count, explanation; tag, tactic and technique with
 * a value each; host, user, ip and the other types of entities likewise; key.NAME; details.NAME.
 * Its log source is product tocsin, category alert.
 */
#pragma once

#include "event/event.h"
#include "triage/alert.h"

/* Texts are the alert's or live in a. */
void alert_event_make(const struct alert *alert, struct event *ret, struct arena *a);
