/*
 * dedup.h - which records a source has had within the last while, for senders that
 * repeat a request whose answer they did not get.
 *
 * A record is known by the id its sender gave it, or by its bytes and by how many
 * equal ones stood before it in the same request: equal lines of one request all
 * stay, an equal line of a later request goes. Keys are 64 bits of a keyed hash, in
 * two generations that follow each other by age and by count: a record is known for
 * at least the window or `records` younger ones, whichever comes first, and for at
 * most twice that. At most 32 bytes for each of `records`, and as much again while a
 * table grows.
 */
#pragma once

#include "base/str.h"

struct dedup;
struct dedup *dedup_new(uint64_t records, int64_t window_ns) MUST_USE;
void dedup_free(struct dedup *d); /* NULL is a no-op */

/* A request begins: equal records are counted anew. now_ns: steady. */
void dedup_request(struct dedup *d, int64_t now_ns);
/* The next record of the request; `id` may be empty. */
uint64_t dedup_key(struct dedup *d, str id, str record);
bool dedup_has(const struct dedup *d, uint64_t key);
void dedup_put(struct dedup *d, uint64_t key);
