/* group_json.h - one group of alerts as JSON: docs/alerts.md. */
#pragma once

#include "text/json_write.h"
#include "triage/alert_group.h"

/* Scratch is for texts of links. */
void alert_group_json(struct json_writer *w, const struct alert_group *g, struct arena *scratch);
