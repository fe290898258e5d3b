/* json_walk_avx2.c - 32 bytes at a time, two by two. */
#include "simd/json_walk.h"

#include <immintrin.h>

enum { WIDTH = 32 };

struct json_block {
    __m256i low, high;
};

static inline __m256i load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline struct json_block json_load_block(const char *p)
{
    return (struct json_block){load(p), load(p + WIDTH)};
}

static inline uint64_t json_equal(const struct json_block *b, char c)
{
    const __m256i want = _mm256_set1_epi8(c);

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b->low, want)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b->high, want)) << WIDTH;
}

/* Bytes whose two halves lead to a common bit; those that are not ASCII lead to none. */
static inline uint32_t in_class(__m256i bytes, __m256i by_low, __m256i by_high)
{
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
    __m256i common =
        _mm256_and_si256(_mm256_shuffle_epi8(by_low, bytes), _mm256_shuffle_epi8(by_high, high));

    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(common, _mm256_setzero_si256()));
}

static inline uint64_t class_mask(const struct json_block *b, __m128i low_half, __m128i high_half)
{
    const __m256i by_low = _mm256_broadcastsi128_si256(low_half),
                  by_high = _mm256_broadcastsi128_si256(high_half);

    return in_class(b->low, by_low, by_high) | (uint64_t)in_class(b->high, by_low, by_high)
                                                   << WIDTH;
}

static inline uint64_t json_escapable(const struct json_block *b)
{
    /* Bit 0: 2x, bit 1: 5x, bit 2: 6x, bit 3: 7x. */
    return class_mask(b, _mm_setr_epi8(0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1),
                      _mm_setr_epi8(0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
}

static inline uint64_t json_hex_digits(const struct json_block *b)
{
    /* Bit 0: 3x, bit 1: 4x and 6x. */
    return class_mask(b, _mm_setr_epi8(1, 3, 3, 3, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0, 0, 0),
                      _mm_setr_epi8(0, 0, 0, 1, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
}

#include "simd/json_escape_mask.h"

/* Quotes, backslashes and newlines have lower halves of their own, by which a byte finds the one
 * that it may be. */
static inline uint32_t stops_in(__m256i bytes)
{
    const __m256i stops = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 0, '"', 0, 0, 0, 0, 0, 0, 0, '\n', 0, '\\', 0, 0, 0));

    return (uint32_t)_mm256_movemask_epi8(
        _mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(stops, bytes)));
}

static inline const char *json_string_end(const char *p, const char *end)
{
    for (; p < end; p += JSON_BLOCK_BYTES) {
        const struct json_block b = json_load_block(p);
        const uint64_t stops = stops_in(b.low) | (uint64_t)stops_in(b.high) << WIDTH;
        if (!stops)
            continue;
        const char *at = p + __builtin_ctzll(stops);
        return *at == '"' ? at : json_escaped_string_end(p, end);
    }
    return NULL;
}

static inline uint32_t differ(const char *a, const char *b, uint32_t n)
{
    uint32_t same = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(a), load(b)));

    return _bzhi_u32(~same, n);
}

static inline bool json_is_text(const char *a, const char *b, size_t n)
{
    return differ(a, b, (uint32_t)n) == 0 &&
           (n <= WIDTH || differ(a + WIDTH, b + WIDTH, (uint32_t)n - WIDTH) == 0);
}

#include "simd/json_walk_loop.h"

const struct json_node *json_walk_avx2(struct json_node **root, const char *text, const char *end,
                                       struct json_span *spans, const char **ret_end)
{
    return json_walk_loop(root, text, end, spans, ret_end);
}
