/* json_index_avx2.c - 32 bytes at a time, two by two. */
#include "simd/json_index.h"

#include <immintrin.h>

enum { WIDTH = 32 };

struct json_masks {
    uint64_t quote, backslash, bracket, newline;
};

static inline __m256i load(const char *p)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline uint64_t equal(__m256i low, __m256i high, char c)
{
    const __m256i want = _mm256_set1_epi8(c);

    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, want)) |
           (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, want)) << WIDTH;
}

static inline struct json_masks json_masks_of(const char *p)
{
    const __m256i low = load(p), high = load(p + WIDTH), like = _mm256_set1_epi8(0x26);

    return (struct json_masks){
        .quote = equal(low, high, '"'),
        .backslash = equal(low, high, '\\'),
        .bracket = equal(_mm256_or_si256(low, like), _mm256_or_si256(high, like), 0x7F),
        .newline = equal(low, high, '\n'),
    };
}

/* Bytes whose two halves lead to a common bit; those that are not ASCII lead to none. */
static inline uint32_t in_class(__m256i bytes, __m256i by_low, __m256i by_high)
{
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
    __m256i common =
        _mm256_and_si256(_mm256_shuffle_epi8(by_low, bytes), _mm256_shuffle_epi8(by_high, high));

    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(common, _mm256_setzero_si256()));
}

static inline uint64_t class_mask(const char *p, __m128i low_half, __m128i high_half)
{
    const __m256i by_low = _mm256_broadcastsi128_si256(low_half),
                  by_high = _mm256_broadcastsi128_si256(high_half);

    return in_class(load(p), by_low, by_high) | (uint64_t)in_class(load(p + WIDTH), by_low, by_high)
                                                    << WIDTH;
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
    return equal(load(p), load(p + WIDTH), 'u');
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

/* Four, and again four as long as there are more: the number of rounds is easier to foresee than
 * the number of tokens. What is written beyond them is overwritten later. */
static inline void json_put(uint32_t *out, uint64_t mask, uint32_t base)
{
    while (mask) {
        for (int i = 0; i < 4; i++) {
            out[i] = base + (uint32_t)_tzcnt_u64(mask);
            mask = _blsr_u64(mask);
        }
        out += 4;
    }
}

#include "simd/json_index_loop.h"

void json_index_avx2(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                     uint32_t *ret_lines)
{
    json_index_loop(text, n, tokens, lines, ret_lines);
}

static inline uint32_t differ(const char *a, const char *b, uint32_t n)
{
    uint32_t same = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(load(a), load(b)));

    return _bzhi_u32(~same, n);
}

bool json_glue_match_avx2(const char *text, const uint32_t *tokens, const struct json_glue *glue,
                          size_t count, const char *patterns)
{
    for (size_t i = 0; i < count; i++) {
        const char *a = text + tokens[glue[i].token] + glue[i].offset, *b = patterns + glue[i].at;
        uint32_t bad = differ(a, b, glue[i].length);
        if (glue[i].length > WIDTH)
            bad |= differ(a + WIDTH, b + WIDTH, glue[i].length - WIDTH);
        if (bad)
            return false;
    }
    return true;
}
