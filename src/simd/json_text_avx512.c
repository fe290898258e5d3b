/*
 * json_text_avx512.c - 64 bytes at a time: the backslashes that begin an escape are
 * squeezed out (VPCOMPRESSB), and the letters behind them replaced. A \u ends the
 * block.
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

/* A block with escapes: how much of it was read, 0 when it is not ASCII or broken. The block ends
 * before a backslash whose escape is not in it whole, and behind a \u. */
static inline size_t block(const char *s, __m512i v, __m512i table, size_t left, bool fold,
                           char **to)
{
    const size_t n = left < WIDTH ? left : WIDTH;
    uint64_t valid = n == WIDTH ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
    uint64_t backslash = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')) & valid;
    uint64_t escaped = escaped_by(backslash) & valid, starts = backslash & ~escaped;
    uint64_t letters = escaped & ~plain_escapes(v), bad = 0;

    __m512i meant = v;
    if (letters) { /* they are small; what is none of them is u, or broken */
        meant = _mm512_permutexvar_epi8(v, table);
        bad = letters & ~(_mm512_test_epi8_mask(meant, meant) &
                          _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8('a')));
        letters &= ~bad;
    }
    if (starts >> (n - 1)) /* its letter is in the next block, or missing */
        valid &= ~((uint64_t)1 << (n - 1));
    if (bad)
        valid &= ((bad & -bad) >> 1) - 1;
    if (_mm512_movepi8_mask(v) & valid)
        return 0;
    if (fold)
        v = lower(v); /* escapes are of small letters */
    v = _mm512_mask_mov_epi8(v, letters, meant);
    uint64_t kept = valid & ~starts;
    _mm512_storeu_si512(*to, _mm512_maskz_compress_epi8(kept, v));
    *to += __builtin_popcountll(kept);
    size_t used = (size_t)__builtin_popcountll(valid);
    if (!bad)
        return used;
    size_t length = json_text_escape(s + used, left - used, fold, *to);
    *to += 1;
    return length ? used + length : 0;
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
