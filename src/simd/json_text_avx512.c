/*
 * json_text_avx512.c - 64 bytes at a time: the backslashes that begin an escape are
 * squeezed out (VPCOMPRESSB), and the letters behind them replaced. Of a \u the last
 * digit becomes its byte, and what stands before it is squeezed out as well. A \u
 * that is not in the block whole, or no ASCII, ends it.
 */
#include "simd/json_text.h"

#include <immintrin.h>

enum { WIDTH = 64 };

static inline __m512i lower(__m512i v)
{
    __mmask64 capital =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));

    return _mm512_mask_add_epi8(v, capital, v, _mm512_set1_epi8(0x20));
}

/* The bytes behind an odd number of backslashes. (simdjson's carries; a block begins unescaped.) */
static inline uint64_t escaped_by(uint64_t backslash)
{
    const uint64_t odd_places = 0xAAAAAAAAAAAAAAAAu;
    uint64_t runs = (((backslash << 1) | odd_places) - backslash) ^ odd_places;

    return runs ^ backslash;
}

/* What b, f, n, r and t stand for, by their lower six bits; 0 for all else. */
static inline __m512i letters_table(void)
{
    char table[WIDTH] = {0};

    table['b' & 63] = '\b';
    table['f' & 63] = '\f';
    table['n' & 63] = '\n';
    table['r' & 63] = '\r';
    table['t' & 63] = '\t';
    return _mm512_loadu_si512(table);
}

/* Bytes that may stand behind a backslash, other than u. */
static inline uint64_t plain_escapes(__m512i v)
{
    return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')) |
           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')) |
           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('/'));
}

/* Each byte where its right neighbour was. */
static inline __m512i moved_up(__m512i v)
{
    const __m512i from = _mm512_set_epi8(
        62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
        39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17,
        16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 63);

    return _mm512_permutexvar_epi8(from, v);
}

/* Bytes c with from <= c < from + count. */
static inline uint64_t in_range(__m512i v, char from, char count)
{
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(from)),
                                  _mm512_set1_epi8(count));
}

/* Of the letters u behind a backslash, those whose four digits are there and ASCII: puts the bytes
 * that they stand for at the last digits. */
static inline uint64_t take_codes(__m512i *v, uint64_t u, uint64_t valid)
{
    const uint64_t zeros = _mm512_cmpeq_epi8_mask(*v, _mm512_set1_epi8('0'));
    const uint64_t letters = in_range(_mm512_or_si512(*v, _mm512_set1_epi8(0x20)), 'a', 6);
    const uint64_t digits = in_range(*v, '0', 10) | letters;
    const uint64_t good =
        u & zeros >> 1 & zeros >> 2 & in_range(*v, '0', 8) >> 3 & (digits & valid) >> 4;
    __m512i values = _mm512_and_si512(*v, _mm512_set1_epi8(0x0F));

    values = _mm512_mask_add_epi8(values, letters, values, _mm512_set1_epi8(9));
    __m512i high =
        _mm512_and_si512(_mm512_slli_epi16(moved_up(values), 4), _mm512_set1_epi8((char)0xF0));
    *v = _mm512_mask_mov_epi8(*v, good << 4, _mm512_or_si512(high, values));
    return good;
}

/* A block with escapes: how much of it was read, 0 when it is not ASCII or broken. The block ends
 * before an escape that is not in it whole. */
static inline size_t block(const char *s, __m512i v, __m512i table, size_t left, bool fold,
                           char **to)
{
    const size_t n = left < WIDTH ? left : WIDTH;
    uint64_t valid = n == WIDTH ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
    uint64_t backslash = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')) & valid;
    uint64_t escaped = escaped_by(backslash) & valid, dropped = backslash & ~escaped;
    uint64_t letters = escaped & ~plain_escapes(v), bad = 0;

    if (dropped >> (n - 1)) /* its letter is in the next block, or missing */
        valid &= ~((uint64_t)1 << (n - 1));
    if (letters) { /* they are small; what is none of them is u, or broken */
        __m512i meant = _mm512_permutexvar_epi8(v, table);
        bad = letters & ~(_mm512_test_epi8_mask(meant, meant) &
                          _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8('a')));
        v = _mm512_mask_mov_epi8(v, letters & ~bad, meant);
    }
    if (bad) {
        uint64_t u = bad & _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('u'));
        uint64_t good = take_codes(&v, u, valid);
        dropped |= good | good << 1 | good << 2 | good << 3;
        bad &= ~good;
        if (bad)
            valid &= ((bad & -bad) >> 1) - 1;
    }
    if (_mm512_movepi8_mask(v) & valid)
        return 0;
    uint64_t kept = valid & ~dropped;
    _mm512_storeu_si512(*to, _mm512_maskz_compress_epi8(kept, fold ? lower(v) : v));
    *to += __builtin_popcountll(kept);
    size_t used = (size_t)__builtin_popcountll(valid);
    if (used)
        return used;
    size_t length = json_text_escape(s, left, fold, *to);
    *to += 1;
    return length;
}

bool json_text_avx512(const char *s, size_t n, bool fold, char *out, size_t *ret_n)
{
    const __m512i backslash = _mm512_set1_epi8('\\'), table = letters_table();
    char *to = out;
    size_t at = 0;

    while (at < n) {
        const __m512i v = _mm512_loadu_si512(s + at);
        const size_t left = n - at, length = left < WIDTH ? left : WIDTH;
        const uint64_t valid = length == WIDTH ? ~(uint64_t)0 : ((uint64_t)1 << length) - 1;
        const uint64_t found = _mm512_cmpeq_epi8_mask(v, backslash) & valid;
        if (found == 0) {
            if (_mm512_movepi8_mask(v) & valid)
                return false;
            _mm512_storeu_si512(to, fold ? lower(v) : v);
            to += length;
            at += length;
            continue;
        }
        size_t used = block(s + at, v, table, left, fold, &to);
        if (used == 0)
            return false;
        at += used;
    }
    *ret_n = (size_t)(to - out);
    return true;
}
