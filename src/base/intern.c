/* intern.c - open addressing with linear probing, at most half full, seeded. */
#include "base/intern.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

struct slot {
    uint32_t hash; /* the upper half, compared before the bytes */
    uint32_t id;   /* INTERN_NONE when free */
};

struct intern {
    struct arena *arena;
    struct slot *slots;
    str *strings;
    uint64_t seed;
    uint32_t slot_count, count, capacity;
};

static void slots_clear(struct slot *slots, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        slots[i] = (struct slot){.id = INTERN_NONE};
}

struct intern *intern_new(void)
{
    struct intern *t = mem_alloc(sizeof *t);

    t->arena = arena_new(1 << 16);
    t->seed = hash_seed();
    t->slot_count = 256;
    t->slots = mem_array(t->slot_count, sizeof *t->slots);
    slots_clear(t->slots, t->slot_count);
    return t;
}

void intern_free(struct intern *t)
{
    if (!t)
        return;
    arena_free(t->arena);
    free(t->slots);
    free(t->strings);
    free(t);
}

void intern_clear(struct intern *t)
{
    arena_reset(t->arena);
    slots_clear(t->slots, t->slot_count);
    t->count = 0;
}

/* The slot that holds s, or the free one where it would go. */
static struct slot *probe(const struct intern *t, str s, uint64_t hash)
{
    uint32_t mask = t->slot_count - 1;

    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        struct slot *slot = &t->slots[i];
        if (slot->id == INTERN_NONE)
            return slot;
        if (slot->hash == (uint32_t)(hash >> 32) && str_eq(t->strings[slot->id], s))
            return slot;
    }
}

static void grow(struct intern *t)
{
    free(t->slots);
    t->slot_count *= 2;
    t->slots = mem_array(t->slot_count, sizeof *t->slots);
    slots_clear(t->slots, t->slot_count);
    for (uint32_t id = 0; id < t->count; id++) {
        uint64_t hash = hash64(t->strings[id], t->seed);
        *probe(t, t->strings[id], hash) = (struct slot){(uint32_t)(hash >> 32), id};
    }
}

uint32_t intern_add(struct intern *t, str s)
{
    uint64_t hash = hash64(s, t->seed);
    struct slot *slot = probe(t, s, hash);

    if (slot->id != INTERN_NONE)
        return slot->id;
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 64;
        t->strings = mem_resize(t->strings, t->capacity, sizeof *t->strings);
    }
    assert(t->count < INTERN_NONE);
    uint32_t id = t->count++;
    t->strings[id] = arena_str(t->arena, s);
    *slot = (struct slot){(uint32_t)(hash >> 32), id};
    if (t->count * 2 > t->slot_count)
        grow(t);
    return id;
}

uint32_t intern_find(const struct intern *t, str s)
{
    return probe(t, s, hash64(s, t->seed))->id;
}

str intern_str(const struct intern *t, uint32_t id)
{
    assert(id < t->count);
    return t->strings[id];
}

uint32_t intern_count(const struct intern *t)
{
    return t->count;
}
