/* name_cache.h - names by keys, as many as fit: a table of sets of four, of which the one that was
 * used longest ago makes room. Private to entity/. */
#pragma once

#include "base/str.h"

struct name_cache;

struct name_entry {
    uint64_t hash; /* 0: free */
    int64_t time_ns;
    uint64_t used;
    char *name; /* owned */
    uint32_t length;
};

struct name_cache *name_cache_new(uint32_t entries) MUST_USE; /* a power of two, 4 or more */
void name_cache_free(struct name_cache *c);                   /* NULL is a no-op */
struct name_entry *name_cache_find(struct name_cache *c, str key);
void name_cache_put(struct name_cache *c, str key, str name, int64_t time_ns);
uint32_t name_cache_count(const struct name_cache *c);
uint64_t name_cache_forgotten(const struct name_cache *c);
