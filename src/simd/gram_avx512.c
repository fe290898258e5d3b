/*
 * gram_avx512.c - the 4,096 slots as eight registers of 512 bits.
 *
 * A window's hash is 16 bits: for each of its four bytes a matrix over GF(2)
 * gives eight bits, and another one eight more; the bytes' results are added
 * (XOR). Of the first eight, seven pick a byte in two registers (VPERMI2B) and
 * one picks the pair; of the second eight, three pick the bit in that byte and
 * the top one picks between the two halves of the table. (12 bits count.)
 */
#include "simd/gram.h"

#include <immintrin.h>

enum { WIDTH = 64 };

/* Random bits. Each tier makes and reads its own filters: any matrices of full rank would do. */
static const uint64_t first_maps[GRAM_BYTES] = {0xD76D4330F1446BEAu, 0x87B0B125EC1D7DA0u,
                                                0x2827688DE6A16A3Bu, 0xBB2EDB20035B7399u};
static const uint64_t second_maps[GRAM_BYTES] = {0xDE11CC9DEA959C21u, 0x9E30691C238642EAu,
                                                 0x21DA8978206F5C66u, 0x2A9EBA0CDF561D80u};

uint32_t gram_slot_avx512(const char gram[GRAM_BYTES], uint32_t bits)
{
    __m128i sum = _mm_setzero_si128(); /* the first map's results in its lower half */

    assert(bits == GRAM_BITS_MIN);
    (void)bits;
    for (uint32_t i = 0; i < GRAM_BYTES; i++) {
        __m128i maps = _mm_set_epi64x((long long)second_maps[i], (long long)first_maps[i]);
        sum = _mm_xor_si128(sum, _mm_gf2p8affine_epi64_epi8(_mm_set1_epi8(gram[i]), maps, 0));
    }
    uint32_t first = (uint32_t)_mm_extract_epi8(sum, 0);
    uint32_t second = (uint32_t)_mm_extract_epi8(sum, 8);
    uint32_t byte = first | (second & 0x80) << 1;
    return byte * 8 + (second & 7);
}

struct maps {
    __m512i map[GRAM_BYTES];
};

static inline struct maps load_maps(const uint64_t maps[GRAM_BYTES])
{
    struct maps m;

    for (uint32_t i = 0; i < GRAM_BYTES; i++)
        m.map[i] = _mm512_set1_epi64((long long)maps[i]);
    return m;
}

/* The hash of the 64 windows whose k-th bytes are in w[k]. */
static inline __m512i hash_windows(const struct maps *m, const __m512i w[GRAM_BYTES])
{
    enum { XOR_OF_THREE = 0x96 };
    __m512i sum =
        _mm512_ternarylogic_epi64(_mm512_gf2p8affine_epi64_epi8(w[0], m->map[0], 0),
                                  _mm512_gf2p8affine_epi64_epi8(w[1], m->map[1], 0),
                                  _mm512_gf2p8affine_epi64_epi8(w[2], m->map[2], 0), XOR_OF_THREE);

    return _mm512_xor_si512(sum, _mm512_gf2p8affine_epi64_epi8(w[3], m->map[3], 0));
}

size_t gram_scan_avx512(const struct gram_filter *f, const char *text, size_t n, uint32_t *places)
{
    const struct maps first_map = load_maps(first_maps), second_map = load_maps(second_maps);
    const __m512i bit_of = _mm512_set1_epi64((long long)0x8040201008040201u);
    const __m512i low_bits = _mm512_set1_epi8(7);
    const size_t windows = n < GRAM_BYTES ? 0 : n - GRAM_BYTES + 1;
    __m512i table[8];
    size_t count = 0;

    for (uint32_t i = 0; i < 8; i++)
        table[i] = _mm512_load_si512(f->table + (size_t)i * WIDTH);
    for (size_t i = 0; i < windows; i += WIDTH) {
        const __m512i w[GRAM_BYTES] = {
            _mm512_loadu_si512(text + i), _mm512_loadu_si512(text + i + 1),
            _mm512_loadu_si512(text + i + 2), _mm512_loadu_si512(text + i + 3)};
        __m512i first = hash_windows(&first_map, w), second = hash_windows(&second_map, w);
        __mmask64 upper = _mm512_movepi8_mask(first), half = _mm512_movepi8_mask(second);
        __m512i low =
            _mm512_mask_mov_epi8(_mm512_permutex2var_epi8(table[0], first, table[1]), upper,
                                 _mm512_permutex2var_epi8(table[2], first, table[3]));
        __m512i high =
            _mm512_mask_mov_epi8(_mm512_permutex2var_epi8(table[4], first, table[5]), upper,
                                 _mm512_permutex2var_epi8(table[6], first, table[7]));
        __m512i bytes = _mm512_mask_mov_epi8(low, half, high);
        __m512i bits = _mm512_shuffle_epi8(bit_of, _mm512_and_si512(second, low_bits));
        uint64_t found = _mm512_test_epi8_mask(bytes, bits);
        if (windows - i < WIDTH)
            found &= (1ull << (windows - i)) - 1;
        for (; found; found &= found - 1)
            places[count++] = (uint32_t)i + (uint32_t)__builtin_ctzll(found);
    }
    return count;
}
