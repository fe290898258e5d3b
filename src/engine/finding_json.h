/*
 * finding_json.h - one finding as JSON, the object that -o jsonl and -o json
 * print (docs/finding.schema.json), and the pieces that other outputs share.
 */
#pragma once

#include "engine/finding.h"
#include "text/json_write.h"

/* Writes findings one after another. What all findings of a rule say alike is kept as text. */
struct finding_json;

/* `fields` (--field) and the rules of findings outlive it. */
struct finding_json *finding_json_new(const str *fields, uint32_t field_count) MUST_USE;
void finding_json_free(struct finding_json *j); /* NULL is a no-op */
void finding_json_write(struct finding_json *j, struct json_writer *w, const struct finding *f);

/* The value, or null when s is empty. */
void json_str_or_null(struct json_writer *w, str s);
/* The event's time in RFC 3339 with the source's precision, or null. */
void json_event_time(struct json_writer *w, const struct event *ev);
/* "time_guess": ["year", "zone"] when something of it was filled in. */
void json_event_time_guess(struct json_writer *w, const struct event *ev);
/* A time from a summary: as many fraction digits (0, 3, 6 or 9) as it needs; null unless known. */
void json_time(struct json_writer *w, int64_t ns, bool known);
