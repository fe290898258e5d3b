/*
 * guarded_text.h - for tests of simd/: a text of which every byte from SIMD_PADDING behind its
 * end on is in a page that cannot be read, and random texts.
 */
#pragma once

#include "base/mem.h"
#include "simd/simd.h"

#include <sys/mman.h>
#include <unistd.h>

enum { GUARDED_BYTES = 16384 }; /* room for a text and the padding */

struct guarded {
    char *base, *guard;
    size_t mapped;
};

static inline struct guarded guarded_new(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (GUARDED_BYTES + page - 1) / page * page;
    struct guarded g = {.mapped = readable + page};

    g.base = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(g.base != MAP_FAILED);
    g.guard = g.base + readable;
    int failed = mprotect(g.guard, page, PROT_NONE);
    assert(!failed);
    (void)failed;
    return g;
}

static inline void guarded_free(struct guarded *g)
{
    munmap(g->base, g->mapped);
}

/* A copy of the text, as near to the guard as a reader of SIMD_PADDING bytes behind it may come.
 * What is in the padding is `filler`: bytes that must not be found. */
static inline str guarded_text(const struct guarded *g, str text, str filler)
{
    char *p = g->guard - SIMD_PADDING - text.n;

    assert(text.n + SIMD_PADDING <= GUARDED_BYTES);
    if (text.n)
        memcpy(p, text.p, text.n);
    for (size_t i = 0; i < SIMD_PADDING; i++)
        p[text.n + i] = filler.n ? filler.p[i % filler.n] : '\0';
    return (str){p, text.n};
}

static inline uint32_t random_below(uint64_t *state, uint32_t bound)
{
    *state ^= *state << 13; /* xorshift64 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)((*state >> 32) * bound >> 32);
}

/* Of few letters, so that parts nearly stand in it; now and then of any bytes. */
static inline void random_text(uint64_t *state, char *out, size_t n)
{
    uint32_t letters = 1 + random_below(state, 4);
    bool any = random_below(state, 4) == 0;

    for (size_t i = 0; i < n; i++)
        out[i] = any ? (char)random_below(state, 256) : (char)('a' + random_below(state, letters));
}
