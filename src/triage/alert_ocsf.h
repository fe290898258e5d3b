/*
 * alert_ocsf.h - an alert as OCSF's Detection Finding (class 2004; https://schema.ocsf.io, 1.4.0).
 */
#pragma once

#include "triage/alert_json.h"

void alert_ocsf(struct json_writer *w, const struct alert *a, const struct alert_namer *namer);
