/*
 * needles.h - may a long text hold one of a few literals, in either ASCII case?
 *
 * For keywords, which may stand in any value of a record: one look over the
 * record's bytes says that none of them does. Of each needle four bytes are
 * looked for (Teddy: a mask of eight groups of needles for each nibble, as in
 * Hyperscan; W. Mula and G. Langdale; AVX-512 has room for a mask for each byte),
 * then the whole needle is compared.
 * Portable: four-byte pieces of the text, as far apart as the shortest needle
 * allows, in a bitmap.
 *
 * Records of EVTX hold their texts as UTF-16, at any alignment and among other
 * bytes: there the bytes of a needle are two apart, with zeros between.
 */
#pragma once

#include "simd/simd.h"

enum {
    NEEDLES_MAX = 64,
    NEEDLE_BYTES_MIN = 4,
    NEEDLE_HEAD = 4, /* bytes that are looked for first */
    NEEDLE_GROUPS = 8,
    NEEDLE_BITMAP_BITS = 13,
    NEEDLE_STRIDE_MAX = 12,
};

struct needle {
    str text;      /* ASCII, lower case, NEEDLE_BYTES_MIN bytes or more; borrowed */
    uint32_t head; /* where its NEEDLE_HEAD bytes begin */
    uint8_t group; /* a bit */
};

struct needles {
    struct needle items[NEEDLES_MAX];
    uint32_t count;
    uint8_t low[NEEDLE_HEAD][16], high[NEEDLE_HEAD][16]; /* groups, by a byte's nibbles */
    uint8_t whole[NEEDLE_HEAD][128];                     /* groups, by the byte */
    uint32_t stride;
    uint8_t bitmap[(1 << NEEDLE_BITMAP_BITS) / 8];
};

/* Adds all of them: `count` is NEEDLES_MAX at most. */
void needles_make(struct needles *n, const str *texts, uint32_t count);

/* Does a needle stand in the text? When none does, *ret_letter says whether one of the two letters
 * beyond ASCII that fold into it stands there, as UTF-8. SIMD_PADDING bytes behind the text are
 * readable. */
bool needles_found_portable(const struct needles *n, str text, bool *ret_letter);
bool needles_found_avx2(const struct needles *n, str text, bool *ret_letter);
bool needles_found_avx512(const struct needles *n, str text, bool *ret_letter);

/* Does a needle stand in the bytes as UTF-16LE? Also true when one of the two letters that fold to
 * an ASCII one stands there: U+017F is an s, U+212A a k. SIMD_PADDING as above. */
bool needles_found_wide_portable(const struct needles *n, str bytes);
bool needles_found_wide_avx2(const struct needles *n, str bytes);
bool needles_found_wide_avx512(const struct needles *n, str bytes);

/* For the tiers: does a needle of these groups stand in the text with its head at `at`? Its bytes
 * are `step` apart: 1, or 2 in UTF-16. */
bool needles_verify(const struct needles *n, uint32_t groups, str text, size_t at, size_t step);

/* The letters beyond ASCII that fold into it: U+017F, U+212A. */
#define NEEDLE_LONG_S S("\xC5\xBF")
#define NEEDLE_KELVIN_SIGN S("\xE2\x84\xAA")
/* The same as UTF-16LE. */
static const uint8_t needle_letters[2][2] = {{0x7F, 0x01}, {0x2A, 0x21}};
