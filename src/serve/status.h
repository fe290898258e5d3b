/*
 * status.h - how it goes: a JSON object for `tocsin status`, and text for Prometheus
 * (exposition format 0.0.4).
 */
#pragma once

#include "base/buf.h"
#include "serve/source_set.h"

struct status_facts {
    struct source_set *sources;
    struct pipeline *pipeline;
    int64_t started_ns, now_ns;
    uint64_t reloads, reloads_refused;
    uint32_t rules, rules_refused;
};

uint64_t status_resident_bytes(void);                            /* memory of the process */
void status_text(const struct status_facts *f, struct buf *out); /* safe for a terminal */
void status_json(const struct status_facts *f, struct buf *out);
void status_metrics(const struct status_facts *f, struct buf *out);
