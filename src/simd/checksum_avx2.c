/*
 * checksum_avx2.c - CRC-32 by carry-less multiplication (V. Gopal and others, "Fast
 * CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel,
 * 2009; the constants are those of its section on bit-reflected CRCs).
 *
 * Four 128-bit remainders are carried over 64 bytes at a time, folded into one,
 * and that is reduced to 64 and then, by Barrett, to 32 bits. What does not fill
 * 16 bytes goes by the table.
 */
#include "simd/checksum.h"

#include "base/crc32.h"

#include <immintrin.h>

enum { LANES = 4, LANE = 16 };

static inline __m128i load(const char *bytes)
{
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

/* The remainder x, moved on by the distance that k stands for, and what stands there. */
static inline __m128i fold(__m128i x, __m128i k, __m128i there)
{
    __m128i low = _mm_clmulepi64_si128(x, k, 0x00), high = _mm_clmulepi64_si128(x, k, 0x11);

    return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

static uint32_t reduce(__m128i x)
{
    const __m128i k34 = _mm_set_epi64x(0x00CCAA009E, 0x01751997D0);
    const __m128i k5 = _mm_set_epi64x(0, 0x0163CD6124);
    const __m128i barrett = _mm_set_epi64x(0x01F7011641, 0x01DB710641); /* mu, polynomial */
    const __m128i low32 = _mm_set_epi32(0, -1, 0, -1);

    x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, k34, 0x10));
    __m128i upper = _mm_srli_si128(x, 4);
    x = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(x, low32), k5, 0x00), upper);
    __m128i t = _mm_clmulepi64_si128(_mm_and_si128(x, low32), barrett, 0x10);
    t = _mm_clmulepi64_si128(_mm_and_si128(t, low32), barrett, 0x00);
    return (uint32_t)_mm_extract_epi32(_mm_xor_si128(x, t), 1);
}

uint32_t checksum_avx2(uint32_t crc, const char *bytes, size_t n)
{
    const __m128i k12 = _mm_set_epi64x(0x01C6E41596, 0x0154442BD4);
    const __m128i k34 = _mm_set_epi64x(0x00CCAA009E, 0x01751997D0);
    __m128i x[LANES];

    if (n < LANES * LANE)
        return crc32_of(crc, (str){bytes, n});
    for (size_t i = 0; i < LANES; i++)
        x[i] = load(bytes + i * LANE);
    x[0] = _mm_xor_si128(x[0], _mm_cvtsi32_si128((int)~crc));
    size_t at = LANES * LANE;
    for (; n - at >= LANES * LANE; at += LANES * LANE)
        for (size_t i = 0; i < LANES; i++)
            x[i] = fold(x[i], k12, load(bytes + at + i * LANE));
    for (size_t i = 1; i < LANES; i++)
        x[0] = fold(x[0], k34, x[i]);
    for (; n - at >= LANE; at += LANE)
        x[0] = fold(x[0], k34, load(bytes + at));
    return crc32_of(~reduce(x[0]), (str){bytes + at, n - at});
}
