#include "base/ring.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdlib.h>

struct ring {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t has_item, has_room;
    uint32_t capacity, first, count;
    bool closed;
    void *items[];
};

struct ring *ring_new(uint32_t capacity)
{
    assert(capacity > 0);

    struct ring *r = mem_alloc(sizeof *r + capacity * sizeof(void *));
    r->capacity = capacity;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->has_item, NULL);
    pthread_cond_init(&r->has_room, NULL);
    return r;
}

void ring_free(struct ring *r)
{
    if (!r)
        return;
    assert(r->count == 0);
    pthread_cond_destroy(&r->has_room);
    pthread_cond_destroy(&r->has_item);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void ring_put(struct ring *r, void *item)
{
    assert(item);
    pthread_mutex_lock(&r->lock);
    assert(!r->closed);
    while (r->count == r->capacity)
        pthread_cond_wait(&r->has_room, &r->lock);
    r->items[(r->first + r->count++) % r->capacity] = item;
    pthread_cond_signal(&r->has_item);
    pthread_mutex_unlock(&r->lock);
}

void *ring_take(struct ring *r)
{
    void *item = NULL;

    pthread_mutex_lock(&r->lock);
    while (r->count == 0 && !r->closed)
        pthread_cond_wait(&r->has_item, &r->lock);
    if (r->count) {
        item = r->items[r->first];
        r->first = (r->first + 1) % r->capacity;
        r->count--;
        pthread_cond_signal(&r->has_room);
    }
    pthread_mutex_unlock(&r->lock);
    return item;
}

void ring_close(struct ring *r)
{
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    pthread_cond_broadcast(&r->has_item);
    pthread_mutex_unlock(&r->lock);
}
