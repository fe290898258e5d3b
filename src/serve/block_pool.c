#include "serve/block_pool.h"

#include "base/mem.h"

#include <stdlib.h>

enum { POOL_SPARE_MAX = 64 }; /* empty blocks that are kept; more are given back to the heap */

struct block_pool {
    pthread_mutex_t lock; /* guards what follows */
    struct record_block *spare[POOL_SPARE_MAX];
    uint32_t spare_count;
};

struct block_pool *block_pool_new(void)
{
    struct block_pool *p = mem_alloc(sizeof *p);

    pthread_mutex_init(&p->lock, NULL);
    return p;
}

static void free_block(struct record_block *b)
{
    block_done(b);
    free(b);
}

void block_pool_free(struct block_pool *p)
{
    if (!p)
        return;
    for (uint32_t i = 0; i < p->spare_count; i++)
        free_block(p->spare[i]);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

struct record_block *block_pool_take(struct block_pool *p, struct inlet *in)
{
    struct record_block *b = NULL;

    if (atomic_fetch_add(&in->blocks_out, 1) >= in->options.blocks_max) {
        atomic_fetch_sub(&in->blocks_out, 1);
        return NULL;
    }
    pthread_mutex_lock(&p->lock);
    if (p->spare_count)
        b = p->spare[--p->spare_count];
    pthread_mutex_unlock(&p->lock);
    if (b)
        return b;
    b = mem_alloc(sizeof *b);
    block_init(b);
    return b;
}

void block_pool_put(struct block_pool *p, struct inlet *in, struct record_block *b)
{
    bool kept = false;

    block_clear(b);
    pthread_mutex_lock(&p->lock);
    if (p->spare_count < POOL_SPARE_MAX) {
        p->spare[p->spare_count++] = b;
        kept = true;
    }
    pthread_mutex_unlock(&p->lock);
    if (!kept)
        free_block(b);
    atomic_fetch_sub(&in->blocks_out, 1);
}
