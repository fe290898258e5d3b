/*
 * gram.h - which places of a text may begin one of many four-byte pieces (grams).
 *
 * A filter is a Bloom filter of one hash: a bit for each slot that a gram falls
 * into. A scan gives each place whose gram's slot is set: all that hold a gram
 * of the filter, and some others. What is slow about thousands of literals, a
 * load for each byte and literal, becomes a look-up a byte; with AVX-512 the
 * 4,096 bits of a filter stay in eight registers, the hash is two affine maps
 * over GF(2) (GF2P8AFFINEQB), and 64 places are tested at once.
 *
 * The hash is of the tier: a filter is made and used with the same one.
 */
#pragma once

#include "simd/simd.h"

enum {
    GRAM_BYTES = 4,
    GRAM_BITS_MIN = 12,
    GRAM_BITS_MAX = 17, /* 16 KiB: stays in the first cache */
};

struct gram_filter {
    uint32_t bits;  /* log2 of the number of slots */
    uint8_t *table; /* 2^bits bits; aligned to 64 bytes */
};

/* The slot of a gram among 2^bits. */
uint32_t gram_slot_portable(const char gram[GRAM_BYTES], uint32_t bits);
uint32_t gram_slot_avx512(const char gram[GRAM_BYTES], uint32_t bits); /* bits is 12 */

/* Writes the places, ascending, and returns how many; `places` has room for n. SIMD_PADDING bytes
 * behind the text are readable. */
size_t gram_scan_portable(const struct gram_filter *f, const char *text, size_t n,
                          uint32_t *places);
size_t gram_scan_avx512(const struct gram_filter *f, const char *text, size_t n, uint32_t *places);
