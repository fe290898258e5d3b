/*
 * arena.h - memory that dies together.
 *
 * One arena per batch: everything a batch's parsing and matching allocates
 * comes from it, and arena_reset() gives it all back at once. Blocks are kept
 * for the next batch, so a warm worker does not call malloc.
 *
 * An arena never returns NULL: the process aborts when the machine is out of
 * memory. Input that is merely too big is a different thing, an ERR_LIMIT,
 * and is refused before it gets here.
 */
#pragma once

#include "base/str.h"

struct arena;

struct arena *arena_new(size_t block_size) MUST_USE;
void arena_free(struct arena *a); /* NULL is a no-op */
void arena_reset(struct arena *a);
size_t arena_used(const struct arena *a); /* bytes in blocks that hold something */

void *arena_alloc(struct arena *a,
                  size_t size) MUST_USE NEVER_NULL; /* zeroed, aligned for any type */
void *arena_array(struct arena *a, size_t count, size_t size) MUST_USE NEVER_NULL; /* zeroed */
char *arena_bytes(struct arena *a,
                  size_t size) MUST_USE NEVER_NULL; /* not zeroed, for bytes only */
str arena_str(struct arena *a, str s) MUST_USE;     /* a copy, NUL-terminated for safety */
str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3) MUST_USE;

/*
 * A list that grows inside an arena: returns room for one more element. `items`
 * is the list's pointer, `count` how many it has, `capacity` its room; both are
 * updated, the old room is left to the arena.
 */
void *arena_push(struct arena *a, void **items, uint32_t *count, uint32_t *capacity,
                 size_t size) MUST_USE NEVER_NULL;

static inline void arena_freep(struct arena **a)
{
    arena_free(*a);
}
