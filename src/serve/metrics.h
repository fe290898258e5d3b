/*
 * metrics.h - /metrics and /health over HTTP, for Prometheus and for whoever watches
 * over the process: 200 "ok", or 503 and why. On loopback only: it has no tokens.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct metrics;

/* Both are called by a thread of its own. */
struct metrics_handlers {
    void *ctx;
    void (*write)(void *ctx, struct buf *out);
    const char *(*trouble)(void *ctx); /* why it is not well, one line; NULL: it is */
};
struct metrics *metrics_new(str address, const struct metrics_handlers *h, struct err *e) MUST_USE;
void metrics_free(struct metrics *m); /* NULL is a no-op */
