/* regex_dfa_cache.c - a table by address: an automaton shares its pattern, whose address is no
 * other's as long as it is here. */
#include "text/regex_dfa_cache.h"

#include "base/mem.h"

#include <stdlib.h>

enum { SLOTS_MIN = 64, ADDRESS_BITS_SAME = 4 /* of what malloc gives */ };

struct slot {
    const struct regex_nfa *nfa;
    struct regex_dfa *dfa; /* NULL: free */
    size_t bytes;
};

struct regex_dfa_cache {
    struct slot *slots; /* open addressing, at most half full */
    uint32_t count, room;
    size_t bytes;
};

struct regex_dfa_cache *regex_dfa_cache_new(void)
{
    return mem_alloc(sizeof(struct regex_dfa_cache));
}

static void forget(struct regex_dfa_cache *c)
{
    for (uint32_t i = 0; i < c->room; i++)
        regex_dfa_free(c->slots[i].dfa);
    free(c->slots);
    *c = (struct regex_dfa_cache){0};
}

void regex_dfa_cache_free(struct regex_dfa_cache *c)
{
    if (!c)
        return;
    forget(c);
    free(c);
}

/* The place of this pattern, or the free one where it would be. */
static struct slot *slot_of(struct slot *slots, uint32_t room, const struct regex_nfa *n)
{
    uint64_t hash = ((uintptr_t)n >> ADDRESS_BITS_SAME) * 0x9E3779B97F4A7C15u;
    uint32_t at = (uint32_t)(hash >> 32) & (room - 1);

    while (slots[at].dfa && slots[at].nfa != n)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static void grow(struct regex_dfa_cache *c)
{
    uint32_t room = c->room ? 2 * c->room : SLOTS_MIN;
    struct slot *slots = mem_array(room, sizeof *slots);

    for (uint32_t i = 0; i < c->room; i++)
        if (c->slots[i].dfa)
            *slot_of(slots, room, c->slots[i].nfa) = c->slots[i];
    free(c->slots);
    c->slots = slots;
    c->room = room;
}

bool regex_dfa_cache_search(struct regex_dfa_cache *c, const struct regex_nfa *n, str subject)
{
    if (2 * (c->count + 1) > c->room)
        grow(c);
    struct slot *s = slot_of(c->slots, c->room, n);
    if (!s->dfa) {
        *s = (struct slot){.nfa = n, .dfa = regex_dfa_new(n)};
        c->count++;
    }
    bool found = regex_dfa_search(s->dfa, subject);
    size_t bytes = regex_dfa_bytes(s->dfa);
    c->bytes += bytes - s->bytes;
    s->bytes = bytes;
    if (c->bytes > REGEX_DFA_CACHE_BYTES_MAX)
        forget(c);
    return found;
}
