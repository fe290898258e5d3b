/* needles_avx512.c - Teddy, 64 places at once, with a table of all ASCII for each byte of a head
 * (VPERMI2B). Bytes above are taken for those without their top bit: the comparison tells. */
#include "simd/needles.h"

#include <immintrin.h>

enum { WIDTH = 64 };

struct tables {
    __m512i first[NEEDLE_HEAD], second[NEEDLE_HEAD]; /* of bytes up to 63, and from 64 on */
};

static inline struct tables load_tables(const struct needles *n)
{
    struct tables t;

    for (uint32_t k = 0; k < NEEDLE_HEAD; k++) {
        t.first[k] = _mm512_loadu_si512(n->whole[k]);
        t.second[k] = _mm512_loadu_si512(n->whole[k] + WIDTH);
    }
    return t;
}

static inline __m512i load(const char *p)
{
    return _mm512_loadu_si512(p);
}

/* The groups whose heads may begin at each of the places from p on; `v` is what stands there. */
static inline __m512i groups_at(const struct tables *t, __m512i v, const char *p, size_t step)
{
    __m512i all = _mm512_permutex2var_epi8(t->first[0], v, t->second[0]);

    for (uint32_t k = 1; k < NEEDLE_HEAD; k++)
        all = _mm512_and_si512(
            all, _mm512_permutex2var_epi8(t->first[k], load(p + k * step), t->second[k]));
    return all;
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

/* Does one of the groups' needles stand where it may? Apart, as it is rare. */
static __attribute__((noinline)) bool verify(const struct needles *n, __m512i all, str text,
                                             size_t at, size_t step)
{
    const size_t head = step * (NEEDLE_HEAD - 1) + 1;
    uint8_t groups[WIDTH];

    _mm512_storeu_si512(groups, all);
    for (uint64_t found = _mm512_test_epi8_mask(all, all); found; found &= found - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(found);
        if (at + i + head <= text.n && needles_verify(n, groups[i], text, at + i, step))
            return true;
    }
    return false;
}

static inline bool is_some(__m512i v)
{
    return __builtin_expect(_mm512_test_epi8_mask(v, v) != 0, 0);
}

/* Also all bytes that were seen, one over the other. */
static inline bool is_found(const struct needles *n, str text, const size_t step, __m512i *ret_seen)
{
    const size_t head = step * (NEEDLE_HEAD - 1) + 1;
    const struct tables t = load_tables(n);
    __m512i seen = _mm512_setzero_si512();
    size_t at = 0;

    for (; at + 2 * WIDTH <= text.n; at += 2 * WIDTH) {
        const char *p = text.p + at;
        const __m512i v = load(p), w = load(p + WIDTH);
        const __m512i low = groups_at(&t, v, p, step), high = groups_at(&t, w, p + WIDTH, step);
        seen = _mm512_or_si512(seen, _mm512_or_si512(v, w));
        if (is_some(_mm512_or_si512(low, high)) &&
            (verify(n, low, text, at, step) || verify(n, high, text, at + WIDTH, step)))
            return true;
    }
    for (; at < text.n; at += WIDTH) {
        const size_t left = text.n - at;
        const __mmask64 valid = left < WIDTH ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0;
        const __m512i v = _mm512_maskz_mov_epi8(valid, load(text.p + at));
        seen = _mm512_or_si512(seen, v);
        if (left < head)
            break;
        const __m512i all = groups_at(&t, v, text.p + at, step);
        if (is_some(all) && verify(n, all, text, at, step))
            return true;
    }
    *ret_seen = seen;
    return false;
}

/* Each letter by its first two bytes, which for the shorter one is all. */
static bool holds_letter(str text)
{
    const str long_s = NEEDLE_LONG_S, kelvin = NEEDLE_KELVIN_SIGN;

    for (size_t at = 0; at < text.n; at += WIDTH) {
        const __m512i first = load(text.p + at), second = load(text.p + at + 1);
        uint64_t found = _mm512_mask_cmpeq_epi8_mask(
            _mm512_cmpeq_epi8_mask(first, _mm512_set1_epi8(long_s.p[0])), second,
            _mm512_set1_epi8(long_s.p[1]));
        found |= _mm512_mask_cmpeq_epi8_mask(
            _mm512_cmpeq_epi8_mask(first, _mm512_set1_epi8(kelvin.p[0])), second,
            _mm512_set1_epi8(kelvin.p[1]));
        for (; found; found &= found - 1) {
            str rest = str_from_at(text, at + (size_t)__builtin_ctzll(found));
            if (str_starts(rest, long_s) || str_starts(rest, kelvin))
                return true;
        }
    }
    return false;
}

bool needles_found_avx512(const struct needles *n, str text, bool *ret_letter)
{
    __m512i seen;

    if (is_found(n, text, 1, &seen))
        return true;
    *ret_letter = _mm512_movepi8_mask(seen) != 0 && holds_letter(text);
    return false;
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
    __m512i seen;
    return is_found(n, bytes, 2, &seen);
}
