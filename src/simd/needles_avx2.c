/* needles_avx2.c - Teddy, 32 places at once. */
#include "simd/needles.h"

#include <immintrin.h>

enum { WIDTH = 32 };

static inline __m256i load_table(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* The groups that have each byte of v as byte k of their heads. */
static inline __m256i groups_of(__m256i v, __m256i low, __m256i high)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble));
    __m256i by_high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));

    return _mm256_and_si256(by_low, by_high);
}

bool needles_found_avx2(const struct needles *n, str text)
{
    __m256i low[NEEDLE_HEAD], high[NEEDLE_HEAD];

    for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
        low[k] = load_table(n->low[k]);
        high[k] = load_table(n->high[k]);
    }
    for (size_t at = 0; at + NEEDLE_HEAD <= text.n; at += WIDTH) {
        __m256i all = _mm256_set1_epi8(-1);
        for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
            __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text.p + at + k));
            all = _mm256_and_si256(all, groups_of(v, low[k], high[k]));
        }
        uint32_t found =
            ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256()));
        if (__builtin_expect(found == 0, 1))
            continue;
        uint8_t groups[WIDTH];
        _mm256_storeu_si256((__m256i *)(void *)groups, all);
        for (; found; found &= found - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(found);
            if (at + i + NEEDLE_HEAD <= text.n && needles_verify(n, groups[i], text, at + i))
                return true;
        }
    }
    return false;
}
