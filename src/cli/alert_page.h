/* alert_page.h - alerts and their groups as text for people. */
#pragma once

#include "cli/page.h"
#include "triage/alert_json.h"
#include "triage/triage.h"

/* All alerts that are held, by group: those of the highest severity first. `namer` says where
 * events are. */
void alert_page_write(struct page *p, struct triage *t, const struct alert_namer *namer);
