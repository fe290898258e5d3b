/* byte_window_avx512.c - as byte_window_avx2.c, 64 places at once, and the ends by masks. */
#include "simd/byte_window.h"

#include <immintrin.h>

enum { WIDTH = 64 };

struct tables {
    __m512i low, high;
};

static __m512i load_table(const uint8_t table[16])
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* Where the byte is in the set. */
static inline __mmask64 members(__m512i bytes, const struct tables *t)
{
    const __m512i bits = _mm512_set1_epi64((int64_t)0x8040201008040201u);
    const __m512i top = _mm512_set1_epi8((char)0x80);
    __m512i rows = _mm512_or_si512(_mm512_shuffle_epi8(t->low, bytes),
                                   _mm512_shuffle_epi8(t->high, _mm512_xor_si512(bytes, top)));
    __m512i nibbles = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(7));

    return _mm512_test_epi8_mask(rows, _mm512_shuffle_epi8(bits, nibbles));
}

static inline __m512i load(const char *text, size_t left)
{
    if (left >= WIDTH)
        return _mm512_loadu_si512(text);
    return _mm512_maskz_loadu_epi8((1ull << left) - 1, text);
}

static inline size_t find(const struct byte_window *w, uint32_t count, bool plain, const char *text,
                          size_t n)
{
    struct tables t[BYTE_WINDOW_MAX];

    if (n < count)
        return n;
    for (uint32_t k = 0; k < count; k++) {
        if (plain)
            t[k] = (struct tables){_mm512_set1_epi8((char)w->patterns[k].mask),
                                   _mm512_set1_epi8((char)w->patterns[k].value)};
        else
            t[k] = (struct tables){load_table(w->sets[k].low), load_table(w->sets[k].high)};
    }
    const size_t places = n - count + 1;
    for (size_t i = 0; i < places; i += WIDTH) {
        __mmask64 found = places - i >= WIDTH ? ~0ull : (1ull << (places - i)) - 1;
        for (uint32_t k = 0; k < count; k++) {
            __m512i bytes = load(text + i + k, n - i - k);
            if (plain)
                found &= _mm512_cmpeq_epi8_mask(_mm512_and_si512(bytes, t[k].low), t[k].high);
            else
                found &= members(bytes, &t[k]);
        }
        if (found)
            return i + (size_t)__builtin_ctzll(found);
    }
    return n;
}

static inline size_t find_either(const struct byte_window *w, uint32_t count, const char *text,
                                 size_t n)
{
    return w->plain ? find(w, count, true, text, n) : find(w, count, false, text, n);
}

size_t byte_window_find_avx512(const struct byte_window *w, const char *text, size_t n)
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
