/* json_index_avx512.c - 64 bytes at a time; VPCOMPRESSB gathers the places of a mask's bits. */
#include "simd/json_index.h"

#include <immintrin.h>

enum { WIDTH = 64, LANES = 16 };

struct json_masks {
    uint64_t quote, backslash, bracket, newline;
};

static inline struct json_masks json_masks_of(const char *p)
{
    const __m512i bytes = _mm512_loadu_si512(p);

    return (struct json_masks){
        .quote = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')),
        .backslash = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\\')),
        .bracket = _mm512_cmpeq_epi8_mask(_mm512_or_si512(bytes, _mm512_set1_epi8(0x26)),
                                          _mm512_set1_epi8(0x7F)),
        .newline = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')),
    };
}

/* Bytes whose two halves lead to a common bit; those that are not ASCII lead to none. */
static inline uint64_t class_mask(const char *p, __m128i low_half, __m128i high_half)
{
    const __m512i bytes = _mm512_loadu_si512(p);
    __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0F));

    return _mm512_test_epi8_mask(_mm512_shuffle_epi8(_mm512_broadcast_i32x4(low_half), bytes),
                                 _mm512_shuffle_epi8(_mm512_broadcast_i32x4(high_half), high));
}

static inline uint64_t json_escapable(const char *p, uint64_t which)
{
    (void)which;
    /* Bit 0: 2x, bit 1: 5x, bit 2: 6x, bit 3: 7x. */
    return class_mask(p, _mm_setr_epi8(0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1),
                      _mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
}

static inline uint64_t json_u(const char *p, uint64_t which)
{
    (void)which;
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p), _mm512_set1_epi8('u'));
}

static inline uint64_t json_hex_digits(const char *p, uint64_t which)
{
    (void)which;
    /* Bit 0: 3x, bit 1: 4x and 6x. */
    return class_mask(p, _mm_setr_epi8(1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0),
                      _mm_setr_epi8(0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

static inline uint64_t json_prefix_xor(uint64_t x)
{
    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)x), _mm_set1_epi8(-1), 0));
}

static inline void json_put(uint32_t *out, uint64_t mask, uint32_t base)
{
    const __m512i places = _mm512_set_epi8(
        63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
        40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
        17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i from = _mm512_set1_epi32((int)base);
    const __m512i found = _mm512_maskz_compress_epi8(mask, places);
    const int count = __builtin_popcountll(mask);

    _mm512_storeu_si512(
        out, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found))));
    if (__builtin_expect(count <= LANES, 1))
        return;
    _mm512_storeu_si512(
        out + LANES,
        _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 1))));
    _mm512_storeu_si512(
        out + 2 * LANES,
        _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 2))));
    _mm512_storeu_si512(
        out + 3 * LANES,
        _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 3))));
}

#include "simd/json_index_loop.h"

void json_index_avx512(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                       uint32_t *ret_lines)
{
    json_index_loop(text, n, tokens, lines, ret_lines);
}

static inline uint64_t differ(const char *text, const uint32_t *tokens, const struct json_glue *g,
                              const char *patterns)
{
    const __m512i a = _mm512_loadu_si512(text + tokens[g->token] + g->offset),
                  b = _mm512_loadu_si512(patterns + g->at);

    return _mm512_mask_cmpneq_epi8_mask(_bzhi_u64(~(uint64_t)0, g->length), a, b);
}

bool json_glue_match_avx512(const char *text, const uint32_t *tokens, const struct json_glue *glue,
                            size_t count, const char *patterns)
{
    enum { TELLING = 3 }; /* the caller puts first what tells most */
    uint64_t bad = 0;
    size_t i = 0;

    for (; i < count && i < TELLING; i++)
        bad |= differ(text, tokens, &glue[i], patterns);
    if (bad)
        return false;
    for (; i < count; i++)
        bad |= differ(text, tokens, &glue[i], patterns);
    return bad == 0;
}
