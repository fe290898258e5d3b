/* utf16_avx512.c - 32 units at a time while they are ASCII; units behind the end are masked. */
#include "simd/utf16.h"

#include <immintrin.h>

enum { BLOCK = 32 };

static inline __m256i lower(__m256i v)
{
    __mmask32 capital = _mm256_cmplt_epu8_mask(_mm256_sub_epi8(v, _mm256_set1_epi8('A')),
                                               _mm256_set1_epi8('Z' - 'A' + 1));

    return _mm256_mask_add_epi8(v, capital, v, _mm256_set1_epi8('a' - 'A'));
}

static inline size_t convert(const uint8_t *bytes, size_t units, char *out,
                             uint32_t (*fold)(uint32_t))
{
    const __m512i wide = _mm512_set1_epi16((short)0xFF80);
    size_t n = 0, at = 0;

    while (at < units) {
        size_t left = units - at, step = left < BLOCK ? left : BLOCK;
        __m512i v = _mm512_maskz_loadu_epi16(_bzhi_u32(UINT32_MAX, (uint32_t)step), bytes + 2 * at);
        if (_mm512_test_epi16_mask(v, wide) == 0) {
            __m256i packed = _mm512_cvtepi16_epi8(v);
            _mm256_storeu_si256((__m256i *)(void *)(out + n), fold ? lower(packed) : packed);
            at += step;
            n += step;
        } else {
            n += utf16_walk(bytes, &at, at + step, units, out + n, fold);
        }
    }
    return n;
}

size_t utf16_text_avx512(const uint8_t *bytes, size_t units, char *out)
{
    return convert(bytes, units, out, NULL);
}

size_t utf16_folded_avx512(const uint8_t *bytes, size_t units, char *out,
                           uint32_t (*fold)(uint32_t))
{
    return convert(bytes, units, out, fold);
}

size_t utf16_length_avx512(const uint8_t *bytes, size_t units)
{
    for (size_t at = 0; at < units; at += BLOCK) {
        __mmask32 nul =
            _mm512_testn_epi16_mask(_mm512_loadu_si512(bytes + 2 * at), _mm512_set1_epi16(-1));
        if (nul) {
            size_t n = at + (size_t)__builtin_ctz(nul);
            return n < units ? n : units;
        }
    }
    return units;
}
