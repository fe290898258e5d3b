#include "correlate/deadline_queue.h"

#include "base/mem.h"

#include <stdlib.h>

void deadline_queue_done(struct deadline_queue *q)
{
    free(q->items);
    *q = (struct deadline_queue){0};
}

static bool before(const struct deadline *a, const struct deadline *b)
{
    return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->key < b->key;
}

static void swap(struct deadline_queue *q, uint32_t a, uint32_t b)
{
    const struct deadline d = q->items[a];

    q->items[a] = q->items[b];
    q->items[b] = d;
}

static void sink(struct deadline_queue *q, uint32_t at)
{
    for (uint32_t child; (child = 2 * at + 1) < q->count; at = child) {
        if (child + 1 < q->count && before(&q->items[child + 1], &q->items[child]))
            child++;
        if (!before(&q->items[child], &q->items[at]))
            return;
        swap(q, at, child);
    }
}

void deadline_queue_add(struct deadline_queue *q, int64_t time_ns, uint64_t key)
{
    if (q->count == q->capacity) {
        q->capacity = q->capacity ? q->capacity * 2 : 64;
        q->items = mem_resize(q->items, q->capacity, sizeof *q->items);
    }
    uint32_t at = q->count++;
    q->items[at] = (struct deadline){time_ns, key};
    for (; at && before(&q->items[at], &q->items[(at - 1) / 2]); at = (at - 1) / 2)
        swap(q, at, (at - 1) / 2);
}

const struct deadline *deadline_queue_first(const struct deadline_queue *q)
{
    return q->count ? q->items : NULL;
}

void deadline_queue_drop_first(struct deadline_queue *q)
{
    assert(q->count);
    q->items[0] = q->items[--q->count];
    sink(q, 0);
}

void deadline_queue_sweep(struct deadline_queue *q, const void *ctx,
                          bool (*due)(const void *ctx, const struct deadline *d))
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < q->count; i++)
        if (due(ctx, &q->items[i]))
            q->items[kept++] = q->items[i];
    q->count = kept;
    for (uint32_t i = kept / 2; i-- > 0;)
        sink(q, i);
}
