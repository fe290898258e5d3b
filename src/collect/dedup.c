#include "collect/dedup.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum { TABLE_MIN = 1024, REQUEST_KEEP_MAX = 64 * 1024 /* slots kept for the next request */ };

/* Open addressing; 0 is an empty slot. */
struct key_set {
    uint64_t *slots;
    uint64_t count, capacity; /* a power of two */
};

struct key_count {
    uint64_t key, count;
};

struct dedup {
    uint64_t seed, records;
    int64_t window_ns, began_ns; /* of the younger generation */
    struct key_set young, old;
    struct key_count *equal; /* of the request: how often each key came */
    uint64_t equal_count, equal_capacity;
};

static void set_init(struct key_set *s, uint64_t capacity)
{
    *s = (struct key_set){.slots = mem_array(capacity, sizeof *s->slots), .capacity = capacity};
}

static uint64_t set_slot(const struct key_set *s, uint64_t key)
{
    uint64_t at = key & (s->capacity - 1);

    while (s->slots[at] && s->slots[at] != key)
        at = (at + 1) & (s->capacity - 1);
    return at;
}

static void set_grow(struct key_set *s)
{
    struct key_set wider;

    set_init(&wider, s->capacity * 2);
    for (uint64_t i = 0; i < s->capacity; i++)
        if (s->slots[i])
            wider.slots[set_slot(&wider, s->slots[i])] = s->slots[i];
    wider.count = s->count;
    free(s->slots);
    *s = wider;
}

static void equal_clear(struct dedup *d)
{
    if (d->equal_capacity > REQUEST_KEEP_MAX || !d->equal) {
        free(d->equal);
        d->equal_capacity = TABLE_MIN;
        d->equal = mem_array(d->equal_capacity, sizeof *d->equal);
    } else if (d->equal_count) {
        memset(d->equal, 0, d->equal_capacity * sizeof *d->equal);
    }
    d->equal_count = 0;
}

static struct key_count *equal_slot(struct key_count *table, uint64_t capacity, uint64_t key)
{
    uint64_t at = key & (capacity - 1);

    while (table[at].key && table[at].key != key)
        at = (at + 1) & (capacity - 1);
    return &table[at];
}

static void equal_grow(struct dedup *d)
{
    const uint64_t capacity = d->equal_capacity * 2;
    struct key_count *wider = mem_array(capacity, sizeof *wider);

    for (uint64_t i = 0; i < d->equal_capacity; i++)
        if (d->equal[i].key)
            *equal_slot(wider, capacity, d->equal[i].key) = d->equal[i];
    free(d->equal);
    d->equal = wider;
    d->equal_capacity = capacity;
}

struct dedup *dedup_new(uint64_t records, int64_t window_ns)
{
    struct dedup *d = mem_alloc(sizeof *d);

    *d = (struct dedup){
        .seed = hash_seed(), .records = records, .window_ns = window_ns, .began_ns = INT64_MIN};
    set_init(&d->young, TABLE_MIN);
    set_init(&d->old, TABLE_MIN);
    equal_clear(d);
    return d;
}

void dedup_free(struct dedup *d)
{
    if (!d)
        return;
    free(d->young.slots);
    free(d->old.slots);
    free(d->equal);
    free(d);
}

static void next_generation(struct dedup *d)
{
    free(d->old.slots);
    d->old = d->young;
    set_init(&d->young, TABLE_MIN);
}

void dedup_request(struct dedup *d, int64_t now_ns)
{
    if (d->began_ns == INT64_MIN)
        d->began_ns = now_ns;
    for (int i = 0; i < 2 && now_ns - d->began_ns >= d->window_ns; i++) {
        next_generation(d);
        d->began_ns += d->window_ns;
    }
    if (now_ns - d->began_ns >= d->window_ns) /* it was quiet for long */
        d->began_ns = now_ns;
    equal_clear(d);
}

uint64_t dedup_key(struct dedup *d, str id, str record)
{
    /* An id is told from a record of the same bytes by the seed. */
    uint64_t key = id.n ? hash64(id, d->seed ^ 1) : hash64(record, d->seed);

    if (id.n)
        return key | 1;
    if (key == 0)
        key = 1;
    if ((d->equal_count + 1) * 2 > d->equal_capacity)
        equal_grow(d);
    struct key_count *slot = equal_slot(d->equal, d->equal_capacity, key);
    d->equal_count += slot->key == 0;
    slot->key = key;
    key = slot->count ? hash_mix(key, slot->count) : key;
    slot->count++;
    return key ? key : 1;
}

bool dedup_has(const struct dedup *d, uint64_t key)
{
    return d->young.slots[set_slot(&d->young, key)] || d->old.slots[set_slot(&d->old, key)];
}

void dedup_put(struct dedup *d, uint64_t key)
{
    if (d->young.count >= d->records)
        next_generation(d);
    uint64_t at = set_slot(&d->young, key);
    if (d->young.slots[at])
        return;
    d->young.slots[at] = key;
    d->young.count++;
    if (d->young.count * 2 > d->young.capacity)
        set_grow(&d->young);
}
