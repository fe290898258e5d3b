#include "formats/decoder_pool.h"

#include "base/mem.h"

#include <stdlib.h>

enum { POOL_FIRST = 8 };

struct pooled {
    const struct format *format;
    void *decoder;
};

struct decoder_pool {
    struct pooled *items;
    size_t count, capacity;
};

struct decoder_pool *decoder_pool_new(void)
{
    return mem_alloc(sizeof(struct decoder_pool));
}

void decoder_pool_free(struct decoder_pool *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        p->items[i].format->close(p->items[i].decoder);
    free(p->items);
    free(p);
}

void *decoder_pool_get(struct decoder_pool *p, const struct format *format)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].format == format)
            return p->items[i].decoder;
    if (p->count == p->capacity) {
        p->capacity = p->capacity * 2 + POOL_FIRST;
        p->items = mem_resize(p->items, p->capacity, sizeof *p->items);
    }
    p->items[p->count] = (struct pooled){format, format->open(format)};
    return p->items[p->count++].decoder;
}
