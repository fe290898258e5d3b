/*
 * file_hash.c - blocks go to the thread through one ring and come back, empty,
 * through another. The hash's state belongs to the caller until the thread
 * starts and again when it has ended.
 */
#include "intake/file_hash.h"

#include "base/mem.h"
#include "base/ring.h"

#include <pthread.h>
#include <stdlib.h>

struct block {
    size_t n;
    char bytes[FILE_HASH_BLOCK_BYTES];
};

struct file_hash {
    struct sha256 *hash;
    uint64_t done;        /* bytes hashed before there was a thread */
    bool threaded, alone; /* alone: no thread could be started, so none is asked for again */
    pthread_t thread;
    struct ring *full, *empty;
    struct block *blocks;
    struct block *filling; /* NULL: none is taken */
};

struct file_hash *file_hash_new(void)
{
    struct file_hash *h = mem_alloc(sizeof *h);

    h->hash = sha256_new();
    return h;
}

static void *hash_blocks(void *file_hash)
{
    struct file_hash *h = file_hash;
    struct block *b;

    while ((b = ring_take(h->full))) {
        sha256_update(h->hash, (str){b->bytes, b->n});
        b->n = 0;
        ring_put(h->empty, b);
    }
    return NULL;
}

static void drop_blocks(struct file_hash *h)
{
    ring_free(h->full);
    ring_free(h->empty);
    free(h->blocks);
    h->full = h->empty = NULL;
    h->blocks = NULL;
}

static void start(struct file_hash *h)
{
    h->full = ring_new(FILE_HASH_BLOCKS);
    h->empty = ring_new(FILE_HASH_BLOCKS);
    h->blocks = mem_resize(NULL, FILE_HASH_BLOCKS, sizeof *h->blocks);
    h->threaded = pthread_create(&h->thread, NULL, hash_blocks, h) == 0;
    h->alone = !h->threaded;
    for (size_t i = 0; i < FILE_HASH_BLOCKS && h->threaded; i++) {
        h->blocks[i].n = 0;
        ring_put(h->empty, &h->blocks[i]);
    }
    if (h->alone)
        drop_blocks(h);
}

/* Waits until the thread has hashed all. */
static void stop(struct file_hash *h)
{
    if (h->filling)
        ring_put(h->full, h->filling);
    h->filling = NULL;
    ring_close(h->full);
    pthread_join(h->thread, NULL);
    for (size_t i = 0; i < FILE_HASH_BLOCKS; i++) {
        const struct block *b = ring_take(h->empty); /* all of them are back */
        assert(b);
    }
    h->threaded = false;
    drop_blocks(h);
}

void file_hash_free(struct file_hash *h)
{
    if (!h)
        return;
    if (h->threaded)
        stop(h);
    sha256_free(h->hash);
    free(h);
}

static void hand_over(struct file_hash *h, str bytes)
{
    while (bytes.n) {
        struct block *b = h->filling ? h->filling : ring_take(h->empty);
        assert(b);
        size_t room = sizeof b->bytes - b->n, take = bytes.n < room ? bytes.n : room;
        memcpy(b->bytes + b->n, bytes.p, take);
        b->n += take;
        bytes = str_from_at(bytes, take);
        h->filling = b->n < sizeof b->bytes ? b : NULL;
        if (!h->filling)
            ring_put(h->full, b);
    }
}

void file_hash_add(struct file_hash *h, str bytes)
{
    if (!h->threaded && !h->alone && h->done >= FILE_HASH_INLINE_BYTES)
        start(h);
    if (h->threaded) {
        hand_over(h, bytes);
        return;
    }
    sha256_update(h->hash, bytes);
    h->done += bytes.n;
}

void file_hash_final(struct file_hash *h, uint8_t ret[SHA256_BYTES])
{
    if (h->threaded)
        stop(h);
    sha256_final(h->hash, ret);
}
