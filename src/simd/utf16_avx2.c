/*
 * utf16_avx2.c - 32 units at a time while they are ASCII: two loads, one test of
 * the units' upper bits, one pack. Units behind the end are read and masked.
 */
#include "simd/utf16.h"

#include <immintrin.h>

enum { BLOCK = 32 };

/* Loads 16 units; those from `left` on become 0. */
static inline __m256i load(const uint8_t *bytes, size_t left)
{
    static const uint16_t edge[32] = {
        0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF,
        0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF,
    };
    size_t from = left < 16 ? 16 - left : 0;
    __m256i keep = _mm256_loadu_si256((const __m256i *)(const void *)(edge + from));

    return _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(const void *)bytes), keep);
}

static inline __m256i lower(__m256i v)
{
    __m256i capital = _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8('A' - 1)),
                                       _mm256_cmpgt_epi8(_mm256_set1_epi8('Z' + 1), v));

    return _mm256_or_si256(v, _mm256_and_si256(capital, _mm256_set1_epi8(0x20)));
}

static inline size_t convert(const uint8_t *bytes, size_t units, char *out,
                             uint32_t (*fold)(uint32_t))
{
    const __m256i wide = _mm256_set1_epi16((short)0xFF80);
    size_t n = 0, at = 0;

    while (at < units) {
        size_t left = units - at, step = left < BLOCK ? left : BLOCK;
        __m256i a = load(bytes + 2 * at, left);
        __m256i b = left > 16 ? load(bytes + 2 * at + 32, left - 16) : _mm256_setzero_si256();
        if (_mm256_testz_si256(_mm256_or_si256(a, b), wide)) {
            __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xD8);
            _mm256_storeu_si256((__m256i *)(void *)(out + n), fold ? lower(packed) : packed);
            at += step;
            n += step;
        } else {
            n += utf16_walk(bytes, &at, at + step, units, out + n, fold);
        }
    }
    return n;
}

size_t utf16_text_avx2(const uint8_t *bytes, size_t units, char *out)
{
    return convert(bytes, units, out, NULL);
}

size_t utf16_folded_avx2(const uint8_t *bytes, size_t units, char *out, uint32_t (*fold)(uint32_t))
{
    return convert(bytes, units, out, fold);
}

size_t utf16_length_avx2(const uint8_t *bytes, size_t units)
{
    const __m256i zero = _mm256_setzero_si256();

    for (size_t at = 0; at < units; at += 16) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 2 * at));
        uint32_t nul = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi16(v, zero));
        if (nul) {
            size_t n = at + (size_t)__builtin_ctz(nul) / 2;
            return n < units ? n : units;
        }
    }
    return units;
}
