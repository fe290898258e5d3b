#include "correlate/sorted_numbers.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_MAX = 512, BLOCK_LEAST = 8 };

void sorted_numbers_done(struct sorted_numbers *s)
{
    for (uint32_t i = 0; i < s->block_count; i++)
        free(s->blocks[i].items);
    free(s->blocks);
    *s = (struct sorted_numbers){0};
}

/* The first place in the block whose number is not below. */
static uint32_t place_of(const struct number_block *b, double number)
{
    uint32_t low = 0, high = b->n;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->items[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first block whose last number is not below; or the last block. No block is empty. */
static uint32_t block_of(const struct sorted_numbers *s, double number)
{
    uint32_t low = 0, high = s->block_count - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct number_block *b = &s->blocks[middle];
        if (b->items[b->n - 1] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct number_block *insert_block(struct sorted_numbers *s, uint32_t at, uint32_t capacity)
{
    if (s->block_count == s->block_capacity) {
        uint32_t wider = s->block_capacity ? s->block_capacity * 2 : 1;
        s->bytes += (wider - s->block_capacity) * sizeof *s->blocks;
        s->block_capacity = wider;
        s->blocks = mem_resize(s->blocks, wider, sizeof *s->blocks);
    }
    memmove(s->blocks + at + 1, s->blocks + at, (s->block_count - at) * sizeof *s->blocks);
    s->block_count++;
    s->blocks[at] = (struct number_block){mem_array(capacity, sizeof(double)), 0, capacity};
    s->bytes += capacity * sizeof(double);
    return &s->blocks[at];
}

static void remove_block(struct sorted_numbers *s, uint32_t at)
{
    s->bytes -= s->blocks[at].capacity * sizeof(double);
    free(s->blocks[at].items);
    s->block_count--;
    memmove(s->blocks + at, s->blocks + at + 1, (s->block_count - at) * sizeof *s->blocks);
}

/* Room for one more: a full block becomes two. */
static uint32_t make_room(struct sorted_numbers *s, uint32_t at, double number)
{
    struct number_block *b = &s->blocks[at];

    if (b->n < b->capacity)
        return at;
    if (b->capacity < BLOCK_MAX) {
        s->bytes += b->capacity * sizeof(double);
        b->capacity *= 2;
        b->items = mem_resize(b->items, b->capacity, sizeof(double));
        return at;
    }
    struct number_block *upper = insert_block(s, at + 1, BLOCK_MAX);
    b = &s->blocks[at];
    upper->n = b->n / 2;
    b->n -= upper->n;
    memcpy(upper->items, b->items + b->n, upper->n * sizeof(double));
    return b->items[b->n - 1] < number ? at + 1 : at;
}

void sorted_numbers_add(struct sorted_numbers *s, double number)
{
    if (s->block_count == 0)
        insert_block(s, 0, BLOCK_LEAST);
    const uint32_t block = make_room(s, block_of(s, number), number);
    struct number_block *b = &s->blocks[block];
    uint32_t at = place_of(b, number);
    memmove(b->items + at + 1, b->items + at, (b->n - at) * sizeof(double));
    b->items[at] = number;
    b->n++;
    s->n++;
}

void sorted_numbers_remove(struct sorted_numbers *s, double number)
{
    assert(s->n);
    const uint32_t block = block_of(s, number);
    struct number_block *b = &s->blocks[block];
    const uint32_t at = place_of(b, number);

    assert(at < b->n && b->items[at] == number);
    b->n--;
    memmove(b->items + at, b->items + at + 1, (b->n - at) * sizeof(double));
    s->n--;
    if (b->n == 0)
        remove_block(s, block);
}

double sorted_numbers_at(const struct sorted_numbers *s, uint32_t rank)
{
    uint32_t block = 0;

    assert(rank < s->n);
    while (rank >= s->blocks[block].n)
        rank -= s->blocks[block++].n;
    return s->blocks[block].items[rank];
}
