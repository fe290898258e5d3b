/*
 * byte_window.h - where in a text a few bytes stand one behind the other, each
 * out of a set of its own.
 *
 * For regexes: the first bytes that a match may have, and the bytes that lead
 * out of a loop. A set is any of 256 bytes, looked up by nibbles in two tables
 * of 16 ("Truffle", from Hyperscan: Wang et al., NSDI 2019).
 */
#pragma once

#include "simd/simd.h"

enum { BYTE_WINDOW_MAX = 4 };

struct byte_set {
    uint8_t low[16], high[16]; /* bytes below 0x80 and from there on: by the low nibble, bit n says
                                  that the one with the high nibble n (n + 8) is in the set */
};

/* The bytes of which some bits have a value: a letter in either case, or one byte. */
struct byte_pattern {
    uint8_t mask, value;
};

struct byte_window {
    struct byte_set sets[BYTE_WINDOW_MAX];
    struct byte_pattern patterns[BYTE_WINDOW_MAX];
    uint32_t count;
    bool plain; /* all sets are what their patterns say */
};

/* Of `count` sets, 1 to BYTE_WINDOW_MAX; none is empty. */
void byte_window_make(struct byte_window *w, const struct byte_set *sets, uint32_t count);

/* The first place whose byte is in the first set, the next in the second and so on; n when there
 * is none. Nothing behind the text is read. */
size_t byte_window_find_portable(const struct byte_window *w, const char *text, size_t n);
size_t byte_window_find_avx2(const struct byte_window *w, const char *text, size_t n);
size_t byte_window_find_avx512(const struct byte_window *w, const char *text, size_t n);

static inline void byte_set_add(struct byte_set *s, uint8_t byte)
{
    uint8_t *half = byte < 0x80 ? s->low : s->high;

    half[byte & 15] |= (uint8_t)(1u << (byte >> 4 & 7));
}

static inline bool byte_set_has(const struct byte_set *s, uint8_t byte)
{
    const uint8_t *half = byte < 0x80 ? s->low : s->high;

    return half[byte & 15] >> (byte >> 4 & 7) & 1;
}

/* Does the window begin at text[at]? All of it is there. */
static inline bool byte_window_is(const struct byte_window *w, const char *text, size_t at)
{
    for (uint32_t k = 0; k < w->count; k++)
        if (!byte_set_has(&w->sets[k], (uint8_t)text[at + k]))
            return false;
    return true;
}

/* From `at` on, byte by byte. */
static inline size_t byte_window_walk(const struct byte_window *w, const char *text, size_t at,
                                      size_t n)
{
    for (; at + w->count <= n; at++)
        if (byte_window_is(w, text, at))
            return at;
    return n;
}
