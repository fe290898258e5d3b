/*
 * block_pool.h - the blocks that are under way, a bounded number of them. Each inlet
 * has a share of its own and at most that: one busy source cannot take the blocks
 * that a quiet one will need.
 */
#pragma once

#include "collect/inlet_core.h"

struct block_pool;

struct block_pool *block_pool_new(void) MUST_USE;
void block_pool_free(struct block_pool *p); /* NULL is a no-op; all blocks have come back */
/* An empty block; NULL: the inlet has its share under way. Any thread. */
struct record_block *block_pool_take(struct block_pool *p, struct inlet *in);
void block_pool_put(struct block_pool *p, struct inlet *in, struct record_block *b);
