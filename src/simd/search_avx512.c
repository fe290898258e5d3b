/* search_avx512.c - as search_avx2.c, 64 places at once. */
#include "simd/search.h"

#include <immintrin.h>

enum { WIDTH = 64 };

size_t search_find_avx512(const char *text, size_t n, const char *part, size_t part_n)
{
    if (part_n == 0)
        return 0;
    if (part_n > n)
        return n;

    const __m512i first = _mm512_set1_epi8(part[0]), last = _mm512_set1_epi8(part[part_n - 1]);
    const size_t places = n - part_n + 1;
    for (size_t i = 0; i < places; i += WIDTH) {
        __mmask64 found = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(text + i), first);
        found = _mm512_mask_cmpeq_epi8_mask(found, _mm512_loadu_si512(text + i + part_n - 1), last);
        for (; found; found &= found - 1) {
            size_t at = i + (size_t)__builtin_ctzll(found);
            if (at >= places)
                return n;
            if (memcmp(text + at, part, part_n) == 0)
                return at;
        }
    }
    return n;
}

bool search_is_ascii_avx512(const char *text, size_t n)
{
    __m512i all = _mm512_setzero_si512();
    size_t i = 0;

    for (; i + WIDTH <= n; i += WIDTH)
        all = _mm512_or_si512(all, _mm512_loadu_si512(text + i));
    __mmask64 rest = (1ull << (n - i)) - 1;
    all = _mm512_or_si512(all, _mm512_maskz_loadu_epi8(rest, text + i));
    return _mm512_movepi8_mask(all) == 0;
}
