/* alert_text.h - one alert, all of it, as text for people. */
#pragma once

#include "cli/page.h"
#include "triage/alert_json.h"

void alert_text(struct page *p, const struct alert *a, const struct alert_namer *namer);
/* A name, and what stands beside it. */
void alert_text_row(struct page *p, const char *name, str value);
