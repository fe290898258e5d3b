#include "correlate/key_table.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    NONE = UINT32_MAX >> 1,
    FIRST_SLOTS = 64,
    FIRST_ENTRIES = 32,
    QUEUES = 2,
    CHUNK_BITS = 9, /* entries come by so many, so that few are unused and none is copied */
    CHUNK = 1 << CHUNK_BITS,
};

/* In front of each state; as far apart as a state asks for. */
struct entry {
    uint64_t key;
    uint32_t previous, next; /* in its queue; NONE at the ends. The top bit of `previous` is the
                                queue; free entries are chained by `next` */
} __attribute__((packed, aligned(4)));

struct queue {
    uint32_t oldest, newest;
};

struct key_table {
    struct key_table_kind kind;
    uint32_t keys_max, entry_bytes;
    char **chunks;
    uint32_t chunk_capacity;
    uint32_t capacity, used, count, free; /* `free`: the first of those given back */
    uint32_t *slots;                      /* places of entries plus 1; 0: empty */
    uint32_t slot_mask;
    struct queue queues[QUEUES]; /* keys of one event; keys of several */
    uint64_t displaced;
    void (*drop)(void *ctx, void *state);
    void *ctx;
};

static struct entry *entry_at(const struct key_table *t, uint32_t place)
{
    char *chunk = t->chunks[place >> CHUNK_BITS];

    return (struct entry *)(void *)(chunk + (size_t)(place % CHUNK) * t->entry_bytes);
}

static void *state_of(struct entry *e)
{
    return e + 1;
}

static uint32_t link_of(uint32_t previous)
{
    return previous & NONE;
}

static uint32_t queue_of(const struct entry *e)
{
    return e->previous >> 31;
}

struct key_table *key_table_new(const struct key_table_kind *kind, uint32_t keys_max)
{
    struct key_table *t = mem_alloc(sizeof *t);

    assert(kind->state_bytes % 4 == 0 && keys_max > 0 && keys_max < NONE / 2);
    t->kind = *kind;
    t->keys_max = keys_max;
    t->entry_bytes = (uint32_t)sizeof(struct entry) + kind->state_bytes;
    t->slots = mem_array(FIRST_SLOTS, sizeof *t->slots);
    t->slot_mask = FIRST_SLOTS - 1;
    t->free = NONE;
    for (int i = 0; i < QUEUES; i++)
        t->queues[i] = (struct queue){NONE, NONE};
    return t;
}

void key_table_drop_with(struct key_table *t, void (*drop)(void *ctx, void *state), void *ctx)
{
    t->drop = drop;
    t->ctx = ctx;
}

/* ------------------------------------------------------------ queues */

static void detach(struct key_table *t, uint32_t place)
{
    struct entry *e = entry_at(t, place);
    struct queue *q = &t->queues[queue_of(e)];
    uint32_t previous = link_of(e->previous);

    if (previous == NONE)
        q->oldest = e->next;
    else
        entry_at(t, previous)->next = e->next;
    if (e->next == NONE) {
        q->newest = previous;
    } else {
        struct entry *next = entry_at(t, e->next);
        next->previous = (next->previous & ~(uint32_t)NONE) | previous;
    }
}

static void append(struct key_table *t, uint32_t place, uint32_t queue)
{
    struct entry *e = entry_at(t, place);
    struct queue *q = &t->queues[queue];

    e->previous = q->newest | queue << 31;
    e->next = NONE;
    if (q->newest == NONE)
        q->oldest = place;
    else
        entry_at(t, q->newest)->next = place;
    q->newest = place;
}

/* ------------------------------------------------------------ slots */

static uint32_t slot_of(const struct key_table *t, uint64_t key)
{
    uint32_t at = (uint32_t)(key ^ key >> 32) & t->slot_mask;

    while (t->slots[at] && entry_at(t, t->slots[at] - 1)->key != key)
        at = (at + 1) & t->slot_mask;
    return at;
}

/* Empties a slot and moves up those that would no longer be found (Knuth, volume 3, 6.4 R). */
static void empty_slot(struct key_table *t, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & t->slot_mask; t->slots[at]; at = (at + 1) & t->slot_mask) {
        uint64_t key = entry_at(t, t->slots[at] - 1)->key;
        uint32_t home = (uint32_t)(key ^ key >> 32) & t->slot_mask;
        if (((at - home) & t->slot_mask) >= ((at - hole) & t->slot_mask)) {
            t->slots[hole] = t->slots[at];
            hole = at;
        }
    }
    t->slots[hole] = 0;
}

static void grow_slots(struct key_table *t)
{
    uint32_t *old = t->slots, count = t->slot_mask + 1;

    t->slots = mem_array((size_t)count * 2, sizeof *t->slots);
    t->slot_mask = count * 2 - 1;
    for (uint32_t i = 0; i < count; i++)
        if (old[i])
            t->slots[slot_of(t, entry_at(t, old[i] - 1)->key)] = old[i];
    free(old);
}

/* ------------------------------------------------------------ entries */

static void drop(struct key_table *t, struct entry *e)
{
    if (t->kind.drop)
        t->kind.drop(state_of(e));
    if (t->drop)
        t->drop(t->ctx, state_of(e));
}

static void forget(struct key_table *t, uint32_t place)
{
    struct entry *e = entry_at(t, place);

    empty_slot(t, slot_of(t, e->key));
    detach(t, place);
    drop(t, e);
    e->next = t->free;
    t->free = place;
    t->count--;
}

void key_table_expire(struct key_table *t, int64_t before_ns)
{
    for (int i = 0; i < QUEUES; i++)
        while (t->queues[i].oldest != NONE &&
               t->kind.last_ns(state_of(entry_at(t, t->queues[i].oldest))) < before_ns)
            forget(t, t->queues[i].oldest);
}

void key_table_displace(struct key_table *t)
{
    assert(t->count);
    forget(t, t->queues[0].oldest != NONE ? t->queues[0].oldest : t->queues[1].oldest);
    t->displaced++;
}

/* The first chunk grows to its full size, and others come whole behind it. */
static void add_room(struct key_table *t)
{
    const uint32_t chunk = t->capacity >> CHUNK_BITS;

    if (chunk >= t->chunk_capacity) {
        t->chunk_capacity = t->chunk_capacity ? t->chunk_capacity * 2 : 1;
        t->chunks = mem_resize(t->chunks, t->chunk_capacity, sizeof *t->chunks);
        t->chunks[chunk] = NULL;
    }
    if (t->capacity == 0) {
        t->capacity = FIRST_ENTRIES;
        t->chunks[0] = mem_array(FIRST_ENTRIES, t->entry_bytes);
    } else if (t->capacity < CHUNK) {
        t->capacity *= 2;
        t->chunks[0] = mem_resize(t->chunks[0], t->capacity, t->entry_bytes);
    } else {
        t->chunks[chunk] = mem_array(CHUNK, t->entry_bytes);
        t->capacity += CHUNK;
    }
}

static uint32_t new_place(struct key_table *t)
{
    if (t->count == t->keys_max)
        key_table_displace(t);
    if (t->free != NONE) {
        uint32_t place = t->free;
        t->free = entry_at(t, place)->next;
        return place;
    }
    if (t->used == t->capacity)
        add_room(t);
    return t->used++;
}

/* An entry for a new key, zeroed. */
static struct entry *add(struct key_table *t, uint64_t key, uint32_t queue)
{
    uint32_t place = new_place(t);
    if ((uint64_t)(t->count + 1) * 4 > (uint64_t)(t->slot_mask + 1) * 3)
        grow_slots(t);
    const uint32_t at = slot_of(t, key); /* another key may have gone */
    struct entry *e = entry_at(t, place);
    memset(e, 0, t->entry_bytes);
    e->key = key;
    t->slots[at] = place + 1;
    append(t, place, queue);
    t->count++;
    return e;
}

void *key_table_touch(struct key_table *t, uint64_t key)
{
    uint32_t at = slot_of(t, key);

    if (t->slots[at]) {
        uint32_t place = t->slots[at] - 1;
        detach(t, place);
        append(t, place, 1);
        return state_of(entry_at(t, place));
    }
    return state_of(add(t, key, 0));
}

void *key_table_restore(struct key_table *t, uint64_t key, bool several)
{
    if (t->count == t->keys_max || key_table_find(t, key))
        return NULL;
    return state_of(add(t, key, several));
}

void key_table_each(const struct key_table *t, void *ctx,
                    void (*each)(void *ctx, uint64_t key, bool several, void *state))
{
    for (uint32_t i = 0; i < QUEUES; i++)
        for (uint32_t at = t->queues[i].oldest; at != NONE; at = entry_at(t, at)->next)
            each(ctx, entry_at(t, at)->key, i == 1, state_of(entry_at(t, at)));
}

void *key_table_find(const struct key_table *t, uint64_t key)
{
    const uint32_t place = t->slots[slot_of(t, key)];

    return place ? state_of(entry_at(t, place - 1)) : NULL;
}

void key_table_free(struct key_table *t)
{
    if (!t)
        return;
    for (int i = 0; i < QUEUES; i++)
        for (uint32_t at = t->queues[i].oldest; at != NONE; at = entry_at(t, at)->next)
            drop(t, entry_at(t, at));
    for (uint32_t i = 0; i << CHUNK_BITS < t->capacity; i++)
        free(t->chunks[i]);
    free(t->chunks);
    free(t->slots);
    free(t);
}

uint32_t key_table_count(const struct key_table *t)
{
    return t->count;
}

uint64_t key_table_displaced(const struct key_table *t)
{
    return t->displaced;
}

uint64_t key_table_bytes(const struct key_table *t)
{
    return (uint64_t)t->capacity * t->entry_bytes + t->chunk_capacity * sizeof *t->chunks +
           (t->slot_mask + 1) * sizeof *t->slots;
}
