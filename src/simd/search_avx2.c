/*
 * search_avx2.c - compares the part's first and last byte at 32 places at once,
 * and the rest where both are there (W. Mula, "SIMD-friendly algorithms for
 * substring searching", 2016: the generic one).
 */
#include "simd/search.h"

#include <immintrin.h>

enum { WIDTH = 32 };

size_t search_find_avx2(const char *text, size_t n, const char *part, size_t part_n)
{
    if (part_n == 0)
        return 0;
    if (part_n > n)
        return n;

    const __m256i first = _mm256_set1_epi8(part[0]), last = _mm256_set1_epi8(part[part_n - 1]);
    const size_t places = n - part_n + 1;
    for (size_t i = 0; i < places; i += WIDTH) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(text + i + part_n - 1));
        uint32_t found = (uint32_t)_mm256_movemask_epi8(
            _mm256_and_si256(_mm256_cmpeq_epi8(a, first), _mm256_cmpeq_epi8(b, last)));
        for (; found; found &= found - 1) {
            size_t at = i + (size_t)__builtin_ctz(found);
            if (at >= places)
                return n;
            if (memcmp(text + at, part, part_n) == 0)
                return at;
        }
    }
    return n;
}

bool search_is_ascii_avx2(const char *text, size_t n)
{
    __m256i all = _mm256_setzero_si256();
    size_t i = 0;

    for (; i + WIDTH <= n; i += WIDTH)
        all = _mm256_or_si256(all, _mm256_loadu_si256((const __m256i *)(const void *)(text + i)));
    uint32_t rest = (uint32_t)_mm256_movemask_epi8(
        _mm256_loadu_si256((const __m256i *)(const void *)(text + i)));
    return _mm256_movemask_epi8(all) == 0 && (rest & ((1u << (n - i)) - 1)) == 0;
}
