/*
 * byte_window_avx2.c - 32 places at once. PSHUFB gives zero for an index with its highest bit set,
 * which keeps the two halves of a set apart.
 */
#include "simd/byte_window.h"

#include <immintrin.h>

enum { WIDTH = 32 };

struct tables {
    __m256i low, high;
};

static __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* Not zero where the byte is in the set. */
static inline __m256i members(__m256i bytes, const struct tables *t)
{
    const __m256i bits = _mm256_set1_epi64x((int64_t)0x8040201008040201u);
    const __m256i top = _mm256_set1_epi8((char)0x80);
    __m256i rows = _mm256_or_si256(_mm256_shuffle_epi8(t->low, bytes),
                                   _mm256_shuffle_epi8(t->high, _mm256_xor_si256(bytes, top)));
    __m256i nibbles = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(7));

    return _mm256_and_si256(rows, _mm256_shuffle_epi8(bits, nibbles));
}

/* A bit for each place of text..text + 31 where the window begins. */
static inline uint32_t places(const struct tables *t, uint32_t count, bool plain, const char *text)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i missing = zero;

    for (uint32_t k = 0; k < count; k++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + k));
        if (plain) /* the mask and the value: other bits than the value's are left */
            missing = _mm256_or_si256(
                missing, _mm256_xor_si256(_mm256_and_si256(bytes, t[k].low), t[k].high));
        else
            missing = _mm256_or_si256(missing, _mm256_cmpeq_epi8(members(bytes, &t[k]), zero));
    }
    if (plain)
        return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(missing, zero));
    return ~(uint32_t)_mm256_movemask_epi8(missing);
}

static inline size_t find(const struct byte_window *w, uint32_t count, bool plain, const char *text,
                          size_t n)
{
    struct tables t[BYTE_WINDOW_MAX];
    size_t block = WIDTH + count - 1, i = 0;

    if (n < block)
        return byte_window_walk(w, text, 0, n);
    for (uint32_t k = 0; k < count; k++) {
        if (plain)
            t[k] = (struct tables){_mm256_set1_epi8((char)w->patterns[k].mask),
                                   _mm256_set1_epi8((char)w->patterns[k].value)};
        else
            t[k] = (struct tables){load_table(w->sets[k].low), load_table(w->sets[k].high)};
    }
    for (;;) {
        uint32_t found = places(t, count, plain, text + i);
        if (found)
            return i + (size_t)__builtin_ctz(found);
        if (i == n - block)
            return n;
        i = i + WIDTH < n - block ? i + WIDTH : n - block; /* the last ones overlap */
    }
}

static inline size_t find_either(const struct byte_window *w, uint32_t count, const char *text,
                                 size_t n)
{
    return w->plain ? find(w, count, true, text, n) : find(w, count, false, text, n);
}

size_t byte_window_find_avx2(const struct byte_window *w, const char *text, size_t n)
{
    switch (w->count) {
    case 1:
        return find_either(w, 1, text, n);
    case 2:
        return find_either(w, 2, text, n);
    case 3:
        return find_either(w, 3, text, n);
    default:
        return find_either(w, BYTE_WINDOW_MAX, text, n);
    }
}
