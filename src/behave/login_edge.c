#include "behave/login_edge.h"

#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "correlate/key_table.h"

#include <math.h>
#include <stdlib.h>

enum { USER_TARGET = 1, SOURCE_TARGET, SOURCE_USER };

struct seen {
    int64_t last_ns;
    struct day_bits days;
};

struct login_edges {
    struct key_table *pairs, *actors;
};

static int64_t seen_last(const void *state)
{
    return ((const struct seen *)state)->last_ns;
}

struct login_edges *login_edges_new(void)
{
    static const struct key_table_kind kind = {sizeof(struct seen), seen_last, NULL};
    struct login_edges *l = mem_alloc(sizeof *l);

    l->pairs = key_table_new(&kind, EDGE_PAIRS_MAX);
    l->actors = key_table_new(&kind, EDGE_ACTORS_MAX);
    return l;
}

void login_edges_free(struct login_edges *l)
{
    if (!l)
        return;
    key_table_free(l->pairs);
    key_table_free(l->actors);
    free(l);
}

/* The days before today; and marks today. */
static uint32_t days_of(struct key_table *t, uint64_t key, int64_t time_ns)
{
    struct seen *s = key_table_touch(t, key);
    const int64_t today = day_of(time_ns);
    const uint32_t days = day_bits_before(&s->days, today);

    s->last_ns = time_ns;
    day_bits_set(&s->days, today);
    return days;
}

static double rarity(uint32_t seen, uint32_t active)
{
    return -log((seen + 0.5) / (active + 1.0));
}

struct login_edge login_edges_add(struct login_edges *l, uint64_t user, uint64_t source,
                                  uint64_t target, int64_t time_ns)
{
    const uint64_t user_target = hash_mix(hash_mix(user, target), USER_TARGET);
    const uint64_t source_target = hash_mix(hash_mix(source, target), SOURCE_TARGET);
    const uint64_t source_user = hash_mix(hash_mix(source, user), SOURCE_USER);
    const uint32_t user_days = days_of(l->actors, hash_mix(user, 1), time_ns);
    const uint32_t source_days = days_of(l->actors, hash_mix(source, 2), time_ns);
    const uint32_t user_seen = days_of(l->pairs, user_target, time_ns);
    const uint32_t source_seen = days_of(l->pairs, source_target, time_ns);
    const uint32_t pair_seen = days_of(l->pairs, source_user, time_ns);
    struct login_edge ret = {
        .user_target = rarity(user_seen, user_days),
        .source_target = rarity(source_seen, source_days),
        .source_user = rarity(pair_seen, source_days),
        .user_days = user_days,
        .source_days = source_days,
        .source_is_new = source_seen == 0,
        .user_is_new = user_seen == 0,
    };

    ret.rarity = ret.user_target + ret.source_target + ret.source_user;
    ret.rarity = ret.rarity > 0 ? ret.rarity : 0;
    return ret;
}

uint64_t login_edges_keys(const struct login_edges *l)
{
    return key_table_count(l->pairs) + key_table_count(l->actors);
}

uint64_t login_edges_displaced(const struct login_edges *l)
{
    return key_table_displaced(l->pairs) + key_table_displaced(l->actors);
}

uint64_t login_edges_bytes(const struct login_edges *l)
{
    return key_table_bytes(l->pairs) + key_table_bytes(l->actors);
}
