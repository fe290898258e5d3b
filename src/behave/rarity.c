#include "behave/rarity.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/key_table.h"

#include <stdlib.h>

struct group {
    int64_t last_ns, bucket;
    uint32_t buckets, values, singles; /* before `bucket`; singles: values of one bucket */
    uint32_t new_values;               /* in `bucket` */
};

struct value {
    int64_t last_ns, bucket;
    uint32_t seen; /* buckets, the current one apart */
    uint32_t begun;
};

struct rarity {
    struct key_table *groups, *values;
    int64_t bucket_ns;
};

static int64_t group_last(const void *state)
{
    return ((const struct group *)state)->last_ns;
}

static int64_t value_last(const void *state)
{
    return ((const struct value *)state)->last_ns;
}

struct rarity *rarity_new(int64_t bucket_ns)
{
    static const struct key_table_kind groups = {sizeof(struct group), group_last, NULL};
    static const struct key_table_kind values = {sizeof(struct value), value_last, NULL};
    struct rarity *r = mem_alloc(sizeof *r);

    assert(bucket_ns > 0);
    r->bucket_ns = bucket_ns;
    r->groups = key_table_new(&groups, RARITY_GROUPS_MAX);
    r->values = key_table_new(&values, RARITY_VALUES_MAX);
    return r;
}

void rarity_free(struct rarity *r)
{
    if (!r)
        return;
    key_table_free(r->groups);
    key_table_free(r->values);
    free(r);
}

static struct group *turn_group(struct rarity *r, uint64_t key, int64_t bucket, int64_t time_ns)
{
    struct group *g = key_table_touch(r->groups, key);

    if (g->buckets == 0 && g->values == 0 && g->new_values == 0) {
        g->bucket = bucket;
    } else if (g->bucket != bucket) {
        g->buckets++;
        g->values += g->new_values;
        g->singles += g->new_values;
        g->new_values = 0;
        g->bucket = bucket;
    }
    g->last_ns = time_ns;
    return g;
}

struct rarity_answer rarity_add(struct rarity *r, uint64_t group, uint64_t value, int64_t time_ns)
{
    const int64_t bucket = time_ns / r->bucket_ns;
    struct group *g = turn_group(r, group, bucket, time_ns);
    struct value *v = key_table_touch(r->values, hash_mix(group, value));
    const bool again = v->begun && v->bucket == bucket;

    if (!v->begun) {
        v->begun = 1;
        v->bucket = bucket;
        g->new_values++;
    } else if (!again) {
        v->bucket = bucket;
        v->seen++;
        if (v->seen == 1 && g->singles)
            g->singles--;
    }
    v->last_ns = time_ns;
    return (struct rarity_answer){
        .probability = (double)(v->seen + 1) / ((double)g->buckets + g->values + 1),
        .buckets = g->buckets,
        .values = g->values,
        .seen = v->seen,
        .again = again,
        .is_random = g->singles * UINT64_C(2) > g->buckets,
    };
}

uint64_t rarity_keys(const struct rarity *r)
{
    return (uint64_t)key_table_count(r->groups) + key_table_count(r->values);
}

uint64_t rarity_displaced(const struct rarity *r)
{
    return key_table_displaced(r->groups) + key_table_displaced(r->values);
}

uint64_t rarity_bytes(const struct rarity *r)
{
    return key_table_bytes(r->groups) + key_table_bytes(r->values);
}
