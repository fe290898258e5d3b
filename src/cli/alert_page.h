/* alert_page.h - alerts and their groups as text for people. */
#pragma once

#include "cli/page.h"
#include "triage/alert_json.h"
#include "triage/triage.h"

/* The groups, those of the highest severity first, then of the highest score; of those of low
 * severity only the number is told, unless `all` are asked for. Of alerts that are
 * suppressed only the number is told. `namer` says where events are. */
void alert_page_write(struct page *p, const struct alert_groups *groups,
                      const struct alert_namer *namer, bool all);
