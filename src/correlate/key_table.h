/*
 * key_table.h - the state of each key of a correlation, within a limit.
 *
 * Keys are 64-bit hashes under a seed that nobody knows. Entries are kept in the order of their
 * last event, in two queues: keys of one event, and keys of several. When the table is full the
 * oldest key of one event goes first, so that a flood of keys that come once displaces itself and
 * not those that are being counted (after 2Q: Johnson and Shasha, VLDB 1994).
 *
 * A state moves when the table grows: its address is good until the next key is added.
 */
#pragma once

#include "base/base.h"

struct key_table_kind {
    uint32_t state_bytes;             /* a multiple of 4; of 8, when it is to be aligned so */
    int64_t (*last_ns)(const void *); /* the time of a state's last event */
    void (*drop)(void *state);        /* frees what it owns; NULL: nothing */
};

struct key_table;

struct key_table *key_table_new(const struct key_table_kind *kind, uint32_t keys_max) MUST_USE;
/* Instead of the kind's `drop`, for whom it takes a context. */
void key_table_drop_with(struct key_table *t, void (*drop)(void *ctx, void *state), void *ctx);
void key_table_free(struct key_table *t); /* NULL is a no-op */

/* Forgets keys whose last event was before `before_ns`, the oldest first. */
void key_table_expire(struct key_table *t, int64_t before_ns);
/* The state of a key, zeroed when it is new; another may be displaced for it. It is then the newest
 * of its queue. */
void *key_table_touch(struct key_table *t, uint64_t key) NEVER_NULL;
/* The state of a key, or NULL; its place in the queues stays. */
void *key_table_find(const struct key_table *t, uint64_t key);

/* Gives up the key that would be displaced next; there is one. */
void key_table_displace(struct key_table *t);

/* Every key, in the order in which key_table_restore() makes the same table of them. */
void key_table_each(const struct key_table *t, void *ctx,
                    void (*each)(void *ctx, uint64_t key, bool several, void *state));
/* A new key, of one event or of several, with a state that is zeroed. NULL: it is there, or the
 * table is full. */
void *key_table_restore(struct key_table *t, uint64_t key, bool several);

uint32_t key_table_count(const struct key_table *t);
uint64_t key_table_displaced(const struct key_table *t); /* for want of room */
uint64_t key_table_bytes(const struct key_table *t);     /* without what states own */
