/*
 * simd.h - the few inner loops that are written several times: in portable C,
 * for AVX2, and for AVX-512 with VBMI2 and GFNI.
 *
 * A tier is a table of functions, a static library of its own, compiled for its
 * instructions. Which one runs is found out once, by what the CPU and the kernel
 * offer; TOCSIN_SIMD=portable|avx2|avx512 forces a lower one. All tiers give the
 * same results, to the byte: tests/unit/test_simd_*.c hold them against the
 * portable one.
 *
 * A loop belongs to a family: NAME.h says what its functions do, and
 * NAME_portable.c, NAME_avx2.c and NAME_avx512.c do it. A tier without an own
 * version takes the one of the tier below.
 */
#pragma once

#include "base/str.h"

enum simd_tier { SIMD_PORTABLE, SIMD_AVX2, SIMD_AVX512, SIMD_TIER_COUNT };

/* Bytes behind an input that every function may read, and behind an output that it may write. */
enum { SIMD_PADDING = 64 };

struct byte_window;
struct gram_filter;
struct needles;
struct json_node;
struct json_span;

struct simd {
    enum simd_tier tier;
    const char *name; /* "portable", "avx2", "avx512" */

    /* search.h */
    size_t (*find)(const char *text, size_t n, const char *part, size_t part_n);
    bool (*is_ascii)(const char *text, size_t n);

    /* byte_window.h */
    size_t (*byte_window_find)(const struct byte_window *w, const char *text, size_t n);

    /* gram.h */
    uint32_t gram_bits_max; /* of a filter */
    uint32_t (*gram_slot)(const char *gram, uint32_t bits);
    size_t (*gram_scan)(const struct gram_filter *f, const char *text, size_t n, uint32_t *places);

    /* needles.h */
    bool (*needles_found)(const struct needles *n, str text, bool *ret_letter);
    bool (*needles_found_wide)(const struct needles *n, str bytes);

    /* json_walk.h */
    const struct json_node *(*json_walk)(struct json_node **root, const char *text, const char *end,
                                         struct json_span *spans, const char **ret_end);

    /* json_text.h */
    bool (*json_text)(const char *s, size_t n, bool fold, char *out, size_t *ret_n);

    /* utf16.h */
    size_t (*utf16_text)(const uint8_t *bytes, size_t units, char *out);
    size_t (*utf16_folded)(const uint8_t *bytes, size_t units, char *out,
                           uint32_t (*fold)(uint32_t));
    size_t (*utf16_length)(const uint8_t *bytes, size_t units);

    /* checksum.h */
    uint32_t (*checksum)(uint32_t crc, const char *bytes, size_t n);
};

const struct simd *simd_best(void);              /* of this CPU, or what TOCSIN_SIMD says */
const struct simd *simd_of(enum simd_tier tier); /* NULL when the CPU lacks it */
