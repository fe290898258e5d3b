/* needles_avx512.c - Teddy, 64 places at once. */
#include "simd/needles.h"

#include <immintrin.h>

enum { WIDTH = 64 };

static inline __m512i load_table(const uint8_t table[16])
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* The groups that have each byte of v as byte k of their heads. */
static inline __m512i groups_of(__m512i v, __m512i low, __m512i high)
{
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i by_low = _mm512_shuffle_epi8(low, _mm512_and_si512(v, nibble));
    __m512i by_high = _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(v, 4), nibble));

    return _mm512_and_si512(by_low, by_high);
}

/* Places where one of the letters that fold into ASCII begins. */
static inline uint64_t letters_at(const char *p)
{
    __m512i first = _mm512_loadu_si512(p), second = _mm512_loadu_si512(p + 1);
    uint64_t found = 0;

    for (size_t i = 0; i < countof(needle_letters); i++)
        found |= _mm512_mask_cmpeq_epi8_mask(
            _mm512_cmpeq_epi8_mask(first, _mm512_set1_epi8((char)needle_letters[i][0])), second,
            _mm512_set1_epi8((char)needle_letters[i][1]));
    return found;
}

static inline bool is_found(const struct needles *n, str text, const size_t step)
{
    const size_t head = step * (NEEDLE_HEAD - 1) + 1;
    __m512i low[NEEDLE_HEAD], high[NEEDLE_HEAD];

    for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
        low[k] = load_table(n->low[k]);
        high[k] = load_table(n->high[k]);
    }
    for (size_t at = 0; at + head <= text.n; at += WIDTH) {
        __m512i all = groups_of(_mm512_loadu_si512(text.p + at), low[0], high[0]);
        for (uint32_t k = 1; k < NEEDLE_HEAD; k++)
            all = _mm512_and_si512(
                all, groups_of(_mm512_loadu_si512(text.p + at + k * step), low[k], high[k]));
        uint64_t found = _mm512_test_epi8_mask(all, all);
        if (__builtin_expect(found == 0, 1))
            continue;
        uint8_t groups[WIDTH];
        _mm512_storeu_si512(groups, all);
        for (; found; found &= found - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(found);
            if (at + i + head <= text.n && needles_verify(n, groups[i], text, at + i, step))
                return true;
        }
    }
    return false;
}

bool needles_found_avx512(const struct needles *n, str text)
{
    return is_found(n, text, 1);
}

bool needles_found_wide_avx512(const struct needles *n, str bytes)
{
    for (size_t at = 0; at + 1 < bytes.n; at += WIDTH) {
        uint64_t found = letters_at(bytes.p + at);
        if (bytes.n - 1 - at < WIDTH)
            found &= (1ull << (bytes.n - 1 - at)) - 1;
        if (found)
            return true;
    }
    return is_found(n, bytes, 2);
}
