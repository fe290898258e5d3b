/* alert_json.h - one alert as JSON: docs/alert.schema.json. */
#pragma once

#include "text/json_write.h"
#include "triage/alert.h"

/* Turns event_ref()s into places. False: it is not known any more, and is left out. */
struct alert_namer {
    void *ctx;
    bool (*name)(void *ctx, uint64_t ref, struct alert_event *ret);
};

void alert_json(struct json_writer *w, const struct alert *a, const struct alert_namer *namer);

/* RFC 3339 with as many digits as the time needs, or null for SIGNAL_NO_TIME. */
void alert_json_time(struct json_writer *w, int64_t ns);
