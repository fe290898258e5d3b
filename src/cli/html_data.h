/*
 * html_data.h - the JSON that content/report/report.js reads, but for what
 * run_json.h writes. Rows are arrays, because there may be fifty thousand.
 */
#pragma once

#include "engine/finding_json.h"

enum {
    HTML_EVENT_MAX = 64 * 1024,       /* bytes of one event; what is over is left out and told */
    HTML_RULE_SOURCE_MAX = 32 * 1024, /* bytes of a rule's own text */
};

struct html_rule {
    const struct sigma_rule *rule;
    uint64_t count;
};

/*
 * Without the brackets around it: rule's place, time or null, host or null, user
 * or null, file, record, recovered (0 or 1), matched [[field, value]], entities
 * [[type, value]], asked fields [[name, value]].
 */
void html_row(struct buf *out, const struct finding *f, uint32_t rule_place, const str *fields,
              uint32_t field_count);
/* [[name, value]] of every field, or [["", raw]] when there are none */
void html_event(struct buf *out, const struct event *ev);

/* Members of the run's object: */
void html_rules(struct json_writer *w, const struct html_rule *rules, uint32_t count);
void html_tactics(struct json_writer *w);       /* [{tag, name}] in ATT&CK's order */
void html_problem_kinds(struct json_writer *w); /* {name: what it is} */

/* 'sha256-...' for a Content-Security-Policy (CSP Level 3, section 2.3.1), without quotes */
void html_source_hash(struct buf *out, str text);
