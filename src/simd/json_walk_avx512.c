/* json_walk_avx512.c - 64 bytes at a time. */
#include "simd/json_walk.h"

#include <immintrin.h>

struct json_block {
    __m512i bytes;
};

static inline struct json_block json_load_block(const char *p)
{
    return (struct json_block){_mm512_loadu_si512(p)};
}

static inline uint64_t json_equal(const struct json_block *b, char c)
{
    return _mm512_cmpeq_epi8_mask(b->bytes, _mm512_set1_epi8(c));
}

/* Bytes whose two halves lead to a common bit; those that are not ASCII lead to none. */
static inline uint64_t class_mask(__m512i bytes, __m128i low_half, __m128i high_half)
{
    __m512i high = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0F));

    return _mm512_test_epi8_mask(_mm512_shuffle_epi8(_mm512_broadcast_i32x4(low_half), bytes),
                                 _mm512_shuffle_epi8(_mm512_broadcast_i32x4(high_half), high));
}

static inline uint64_t json_escapable(const struct json_block *b)
{
    /* Bit i of the first number is byte i, of the second byte 64 + i. */
    const uint64_t low = 1ull << '"' | 1ull << '/', high = 1ull << ('\\' - 64) |
                                                           1ull << ('b' - 64) | 1ull << ('f' - 64) |
                                                           1ull << ('n' - 64) | 1ull << ('r' - 64) |
                                                           1ull << ('t' - 64) | 1ull << ('u' - 64);
    __m512i found =
        _mm512_permutex2var_epi8(_mm512_movm_epi8(low), b->bytes, _mm512_movm_epi8(high));

    return _mm512_movepi8_mask(_mm512_andnot_si512(b->bytes, found));
}

static inline uint64_t json_hex_digits(const struct json_block *b)
{
    /* Bit 0: 3x, bit 1: 4x and 6x. */
    return class_mask(b->bytes, _mm_setr_epi8(1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0),
                      _mm_setr_epi8(0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

#include "simd/json_escape_mask.h"

static inline const char *json_string_end(const char *p, const char *end)
{
    for (; p < end; p += JSON_BLOCK_BYTES) {
        const struct json_block b = json_load_block(p);
        const uint64_t quote = json_equal(&b, '"');
        const uint64_t odd = json_equal(&b, '\\') | json_equal(&b, '\n');
        if (odd & (quote ^ (quote - 1))) /* up to the quote, or in all of the block */
            return json_escaped_string_end(p, end);
        if (quote)
            return p + __builtin_ctzll(quote);
    }
    return NULL;
}

static inline bool json_is_text(const char *a, const char *b, size_t n)
{
    __m512i x = _mm512_loadu_si512(a), y = _mm512_loadu_si512(b);

    return _bzhi_u64(_mm512_cmpneq_epi8_mask(x, y), (uint32_t)n) == 0;
}

#include "simd/json_walk_loop.h"

const struct json_node *json_walk_avx512(struct json_node **root, const char *text, const char *end,
                                         struct json_span *spans, const char **ret_end)
{
    return json_walk_loop(root, text, end, spans, ret_end);
}
