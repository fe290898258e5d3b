/*
 * evtx_layout.c - a hash table of keys. Keys come from input: the hash is seeded,
 * and a key is compared whole before its number is given. The table does not
 * grow and forgets nothing: when it is full, new keys have no number.
 */
#include "formats/evtx_layout.h"

#include "base/hash.h"
#include "base/mem.h"
#include "event/event.h"

#include <stdlib.h>

enum { SLOTS = 2 * EVTX_LAYOUTS_MAX, WORDS = 16 * EVTX_LAYOUTS_MAX };

struct slot {
    uint32_t number; /* 0: free */
    uint32_t hash;   /* its lower half */
    uint32_t first, count;
};

struct evtx_layouts {
    uint64_t seed;
    uint32_t layout_count, word_count;
    struct slot slots[SLOTS];
    uint32_t words[WORDS];
};

struct evtx_layouts *evtx_layouts_new(void)
{
    struct evtx_layouts *l = mem_alloc(sizeof *l);

    l->seed = hash_seed();
    return l;
}

void evtx_layouts_free(struct evtx_layouts *l)
{
    free(l);
}

static uint32_t add(struct evtx_layouts *l, struct slot *s, const struct evtx_layout_key *k,
                    uint32_t hash)
{
    if (l->layout_count == EVTX_LAYOUTS_MAX || k->count > WORDS - l->word_count)
        return 0;
    *s = (struct slot){layout_number_new(), hash, l->word_count, k->count};
    if (s->number == 0)
        return 0;
    memcpy(l->words + s->first, k->words, k->count * sizeof *k->words);
    l->word_count += k->count;
    l->layout_count++;
    return s->number;
}

uint32_t evtx_layout_number(struct evtx_layouts *l, struct evtx_layout_key *k)
{
    if (k->bits != 1)
        evtx_layout_put(k, k->bits);
    k->bits = 1;
    if (k->unknown)
        return 0;

    const size_t n = k->count * sizeof *k->words;
    uint64_t hash = hash64((str){(const char *)k->words, n}, l->seed);
    for (uint32_t at = (uint32_t)(hash >> 32);; at++) {
        struct slot *s = &l->slots[at % SLOTS];
        if (s->number == 0)
            return add(l, s, k, (uint32_t)hash);
        if (s->hash == (uint32_t)hash && s->count == k->count &&
            memcmp(l->words + s->first, k->words, n) == 0)
            return s->number;
    }
}
