/* needles_avx2.c - Teddy, 32 places at once. */
#include "simd/needles.h"

#include "simd/search.h"

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

static inline __m256i load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* Places where one of the letters that fold into ASCII begins. */
static inline uint32_t letters_at(const char *p)
{
    __m256i first = load(p), second = load(p + 1), found = _mm256_setzero_si256();

    for (size_t i = 0; i < countof(needle_letters); i++) {
        __m256i begins = _mm256_cmpeq_epi8(first, _mm256_set1_epi8((char)needle_letters[i][0]));
        __m256i ends = _mm256_cmpeq_epi8(second, _mm256_set1_epi8((char)needle_letters[i][1]));
        found = _mm256_or_si256(found, _mm256_and_si256(begins, ends));
    }
    return (uint32_t)_mm256_movemask_epi8(found);
}

static inline bool is_found(const struct needles *n, str text, const size_t step)
{
    const size_t head = step * (NEEDLE_HEAD - 1) + 1;
    __m256i low[NEEDLE_HEAD], high[NEEDLE_HEAD];

    for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
        low[k] = load_table(n->low[k]);
        high[k] = load_table(n->high[k]);
    }
    for (size_t at = 0; at + head <= text.n; at += WIDTH) {
        __m256i all = _mm256_set1_epi8(-1);
        for (uint32_t k = 0; k < NEEDLE_HEAD; k++)
            all = _mm256_and_si256(all, groups_of(load(text.p + at + k * step), low[k], high[k]));
        uint32_t found =
            ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256()));
        if (__builtin_expect(found == 0, 1))
            continue;
        uint8_t groups[WIDTH];
        _mm256_storeu_si256((__m256i *)(void *)groups, all);
        for (; found; found &= found - 1) {
            uint32_t i = (uint32_t)__builtin_ctz(found);
            if (at + i + head <= text.n && needles_verify(n, groups[i], text, at + i, step))
                return true;
        }
    }
    return false;
}

static bool holds(str text, str part)
{
    return search_find_avx2(text.p, text.n, part.p, part.n) < text.n;
}

bool needles_found_avx2(const struct needles *n, str text, bool *ret_letter)
{
    if (is_found(n, text, 1))
        return true;
    *ret_letter = !search_is_ascii_avx2(text.p, text.n) &&
                  (holds(text, NEEDLE_LONG_S) || holds(text, NEEDLE_KELVIN_SIGN));
    return false;
}

bool needles_found_wide_avx2(const struct needles *n, str bytes)
{
    for (size_t at = 0; at + 1 < bytes.n; at += WIDTH) {
        uint32_t found = letters_at(bytes.p + at);
        if (bytes.n - 1 - at < WIDTH)
            found &= (1u << (bytes.n - 1 - at)) - 1;
        if (found)
            return true;
    }
    return is_found(n, bytes, 2);
}
