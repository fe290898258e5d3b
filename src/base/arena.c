#include "base/arena.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
    struct block *next;
    size_t size;
    _Alignas(max_align_t) char data[];
};

struct arena {
    struct block *first, *current;
    size_t used; /* bytes taken from current */
    size_t block_size;
    size_t full; /* bytes in the blocks before current */
};

static struct block *block_new(size_t size)
{
    struct block *b = mem_resize(NULL, 1, sizeof *b + size);

    b->next = NULL;
    b->size = size;
    return b;
}

struct arena *arena_new(size_t block_size)
{
    assert(block_size >= 1024);

    struct arena *a = mem_alloc(sizeof *a);
    a->block_size = block_size;
    a->first = a->current = block_new(block_size);
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

/* Blocks larger than the usual one are given back, so that one huge record is not kept for ever. */
void arena_reset(struct arena *a)
{
    struct block **link = &a->first->next;

    while (*link) {
        struct block *b = *link;
        if (b->size > a->block_size) {
            *link = b->next;
            free(b);
        } else {
            link = &b->next;
        }
    }
    a->current = a->first;
    a->used = a->full = 0;
}

size_t arena_used(const struct arena *a)
{
    return a->full + a->used;
}

/* Moves on to a block with room for size: the next kept one, or a new one put in its place. */
static void arena_grow(struct arena *a, size_t size)
{
    struct block *next = a->current->next;

    if (!next || next->size < size) {
        struct block *fresh = block_new(size > a->block_size ? size : a->block_size);
        fresh->next = next;
        a->current->next = fresh;
        next = fresh;
    }
    a->full += a->current->size;
    a->current = next;
    a->used = 0;
}

static void *take(struct arena *a, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t need = (size + align - 1) & ~(align - 1);

    assert(need >= size); /* sizes are bounded upstream; wrapping here is a bug of ours */
    if (a->current->size - a->used < need)
        arena_grow(a, need);

    void *p = a->current->data + a->used;
    a->used += need;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);

    assert(!overflow);
    return arena_alloc(a, bytes);
}

char *arena_bytes(struct arena *a, size_t size)
{
    return take(a, size);
}

str arena_str(struct arena *a, str s)
{
    char *copy = take(a, s.n + 1);

    if (s.n)
        memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return (str){copy, s.n};
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(n >= 0);

    char *out = take(a, (size_t)n + 1);
    vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return (str){out, (size_t)n};
}

void *arena_push(struct arena *a, void **items, uint32_t *count, uint32_t *capacity, size_t size)
{
    if (*count == *capacity) {
        uint32_t wider = *capacity ? *capacity * 2 : 4;
        assert(wider > *capacity);
        void *fresh = arena_array(a, wider, size);
        if (*count)
            memcpy(fresh, *items, *count * size);
        *items = fresh;
        *capacity = wider;
    }
    return (char *)*items + (size_t)(*count)++ * size;
}
