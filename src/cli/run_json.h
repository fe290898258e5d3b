/* run_json.h - what is the same for a whole run as JSON values: -o json and -o html share it. */
#pragma once

#include "engine/scan.h"
#include "text/json_write.h"

/* {hash, rules, files, filters, correlations, refused: [{file, line, column, title, kind, reason}]}
 */
void ruleset_json(struct json_writer *w, const struct ruleset *rules);
/* [{path, bytes, sha256, format, events}] in the order of reading; scan may be NULL */
void evidence_json(struct json_writer *w, const struct scan *scan);
/* [name]: fields that rules use and no event had; scan may be NULL */
void fields_unseen_json(struct json_writer *w, const struct scan *scan);
/* Counts, tallies, logons and gaps */
void summary_json(struct json_writer *w, const struct summary *s);
/* {file, kind, record, offset, length, text} */
void problem_json(struct json_writer *w, str file, const struct problem *p);
