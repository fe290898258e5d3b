#include "entity/name_cache.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum { WAYS = 4 };

struct name_cache {
    struct name_entry *entries;
    uint32_t sets, count;
    uint64_t seed, clock, forgotten;
};

struct name_cache *name_cache_new(uint32_t entries)
{
    struct name_cache *c = mem_alloc(sizeof *c);

    assert(entries >= WAYS && (entries & (entries - 1)) == 0);
    c->sets = entries / WAYS;
    c->entries = mem_array(entries, sizeof *c->entries);
    c->seed = hash_seed();
    return c;
}

void name_cache_free(struct name_cache *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->sets * WAYS; i++)
        free(c->entries[i].name);
    free(c->entries);
    free(c);
}

static struct name_entry *set_of(struct name_cache *c, str key, uint64_t *ret_hash)
{
    const uint64_t hash = hash64(key, c->seed);

    *ret_hash = hash ? hash : 1;
    return &c->entries[(size_t)(hash & (c->sets - 1)) * WAYS];
}

struct name_entry *name_cache_find(struct name_cache *c, str key)
{
    uint64_t hash;
    struct name_entry *set = set_of(c, key, &hash);

    for (uint32_t i = 0; i < WAYS; i++)
        if (set[i].hash == hash) {
            set[i].used = ++c->clock;
            return &set[i];
        }
    return NULL;
}

/* A free place of the set, or the one that was used longest ago. */
static struct name_entry *place_in(struct name_entry *set)
{
    struct name_entry *oldest = set;

    for (uint32_t i = 0; i < WAYS; i++) {
        if (!set[i].hash)
            return &set[i];
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    return oldest;
}

void name_cache_put(struct name_cache *c, str key, str name, int64_t time_ns)
{
    struct name_entry *e = name_cache_find(c, key);
    uint64_t hash;

    if (!e) {
        e = place_in(set_of(c, key, &hash));
        c->forgotten += e->hash != 0;
        c->count += e->hash == 0;
        e->hash = hash;
        e->used = ++c->clock;
    }
    e->time_ns = time_ns;
    if (e->name && str_eq(name, (str){e->name, e->length}))
        return;
    free(e->name);
    e->name = str_dup(name);
    e->length = (uint32_t)name.n;
}

uint32_t name_cache_count(const struct name_cache *c)
{
    return c->count;
}

uint64_t name_cache_forgotten(const struct name_cache *c)
{
    return c->forgotten;
}
