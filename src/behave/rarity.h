/*
 * rarity.h - in how many spans of time a value occurs, of those in which its group occurs at all.
 *
 * As the "rare by" functions of machine learning products: time is cut into buckets. Of a group N
 * buckets were seen, D different values, and a value in n of the buckets; its probability is taken
 * as (n + 1) / (N + D + 1). The current bucket does not count. A group where most values come in
 * one bucket only, such as names with numbers in them, has no rare values: every one is.
 */
#pragma once

#include "base/base.h"

enum { RARITY_VALUES_MAX = 1 << 19, RARITY_GROUPS_MAX = 1 << 14 };

struct rarity;

struct rarity_answer {
    double probability;
    uint32_t buckets, values, seen; /* N, D and n */
    bool again;                     /* it was seen in the current bucket already */
    bool is_random;                 /* new values are usual here */
};

struct rarity *rarity_new(int64_t bucket_ns) MUST_USE;
void rarity_free(struct rarity *r); /* NULL is a no-op */

/* What was known of the value before it came; then it counts. Both are hashes; times do not
 * descend. */
struct rarity_answer rarity_add(struct rarity *r, uint64_t group, uint64_t value, int64_t time_ns);

uint64_t rarity_keys(const struct rarity *r);
uint64_t rarity_displaced(const struct rarity *r);
uint64_t rarity_bytes(const struct rarity *r);
