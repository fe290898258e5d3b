/* json_text_avx2.c - 32 bytes at a time, up to the next escape. */
#include "simd/json_text.h"

#include <immintrin.h>

enum { WIDTH = 32 };

static inline __m256i lower(__m256i v)
{
    const __m256i below_a = _mm256_set1_epi8('A' - 1), above_z = _mm256_set1_epi8('Z' + 1);
    __m256i capital =
        _mm256_and_si256(_mm256_cmpgt_epi8(v, below_a), _mm256_cmpgt_epi8(above_z, v));

    return _mm256_or_si256(v, _mm256_and_si256(capital, _mm256_set1_epi8(0x20)));
}

bool json_text_avx2(const char *s, size_t n, bool fold, char *out, size_t *ret_n)
{
    const __m256i backslash = _mm256_set1_epi8('\\');
    char *to = out;
    size_t at = 0;

    while (at < n) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(s + at));
        uint32_t escape = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, backslash));
        uint32_t other = (uint32_t)_mm256_movemask_epi8(v);
        size_t run = escape ? (size_t)__builtin_ctz(escape) : WIDTH;
        if (run > n - at) {
            run = n - at;
            escape = 0;
        }
        if (other && (size_t)__builtin_ctz(other) < run)
            return false;
        _mm256_storeu_si256((__m256i *)(void *)to, fold ? lower(v) : v);
        at += run;
        to += run;
        if (escape == 0 || at == n)
            continue;
        size_t length = json_text_escape(s + at, n - at, fold, to++);
        if (length == 0)
            return false;
        at += length;
    }
    *ret_n = (size_t)(to - out);
    return true;
}
