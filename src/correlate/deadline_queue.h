/*
 * deadline_queue.h - times at which something is due for a key: a binary heap. What is no longer
 * due is not taken out; who takes the earliest asks whether it still is, and sweeps when the queue
 * is longer than what can be due.
 */
#pragma once

#include "base/base.h"

struct deadline {
    int64_t time_ns;
    uint64_t key;
};

struct deadline_queue {
    struct deadline *items;
    uint32_t count, capacity;
};

void deadline_queue_done(struct deadline_queue *q);
void deadline_queue_add(struct deadline_queue *q, int64_t time_ns, uint64_t key);
/* The earliest, and of one time the smallest key; NULL: there is none. Good until the next call. */
const struct deadline *deadline_queue_first(const struct deadline_queue *q);
void deadline_queue_drop_first(struct deadline_queue *q); /* there is one */
/* Keeps those of which `due` is true. */
void deadline_queue_sweep(struct deadline_queue *q, const void *ctx,
                          bool (*due)(const void *ctx, const struct deadline *d));
