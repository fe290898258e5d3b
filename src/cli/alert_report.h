/* alert_report.h - what `scan --alerts` prints: alerts in their groups instead of findings. An
 * output is a struct report whose findings are ignored; signals go to the triage of its context. */
#pragma once

#include "cli/report.h"

/* "table", "jsonl", "json"; NULL when there is none of that name. */
const struct report *alert_report_find(str name);
