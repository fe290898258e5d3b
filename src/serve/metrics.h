/*
 * metrics.h - /metrics and /health over HTTP, for Prometheus and for whoever watches
 * over the process. On loopback only: it has no tokens.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct metrics;

/* `write` is called by a thread of its own. */
struct metrics *metrics_new(str address, void *ctx, void (*write)(void *ctx, struct buf *out),
                            struct err *e) MUST_USE;
void metrics_free(struct metrics *m); /* NULL is a no-op */
