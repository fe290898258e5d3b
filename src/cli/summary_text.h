/* summary_text.h - the parts of the default report that come from the summary, each a section that
 * is left out when there is nothing to say. `rows` is how many rows a section shows at most. */
#pragma once

#include "cli/page.h"
#include "engine/scan.h"

void text_headline(struct page *p, const struct summary *s, const struct scan *scan);
void text_techniques(struct page *p, const struct summary *s, uint32_t rows);
void text_hosts(struct page *p, const struct summary *s, uint32_t rows);
void text_hours(struct page *p, const struct summary *s);
void text_logons(struct page *p, const struct summary *s, uint32_t rows);
void text_gaps(struct page *p, const struct summary *s, uint32_t rows);
void text_evidence(struct page *p, const struct scan *scan, uint32_t rows);
void text_ruleset(struct page *p, const struct ruleset *rules, uint32_t rows);
void text_health(struct page *p, const struct scan *scan);

/* "2026-05-04 10:11:12 to 10:12:00" */
void text_span(struct page *p, int64_t first_ns, int64_t last_ns);
/* "... and 12 more", when some are left out. */
void text_more(struct page *p, uint64_t more, const char *what);
