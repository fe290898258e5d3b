/*
 * utf16.h - UTF-16LE to UTF-8, as it is and folded.
 *
 * The texts of Windows records are short (10 to 40 units) and nearly all ASCII:
 * what counts is one load, one test and one store for such a text. Blocks with
 * other units go through utf16_walk().
 *
 * A lone surrogate becomes U+FFFD. `out` has room for 3 * units bytes and
 * SIMD_PADDING more. SIMD_PADDING bytes behind the input are readable. Each
 * returns the length. `fold` folds one code point and keeps those of the basic
 * plane there; text/utf8.h has it, which is above this layer.
 */
#pragma once

#include "simd/simd.h"

size_t utf16_text_portable(const uint8_t *bytes, size_t units, char *out);
size_t utf16_text_avx2(const uint8_t *bytes, size_t units, char *out);
size_t utf16_text_avx512(const uint8_t *bytes, size_t units, char *out);

size_t utf16_folded_portable(const uint8_t *bytes, size_t units, char *out,
                             uint32_t (*fold)(uint32_t));
size_t utf16_folded_avx2(const uint8_t *bytes, size_t units, char *out, uint32_t (*fold)(uint32_t));
size_t utf16_folded_avx512(const uint8_t *bytes, size_t units, char *out,
                           uint32_t (*fold)(uint32_t));

/* The units before the first NUL; `units` when there is none. */
size_t utf16_length_portable(const uint8_t *bytes, size_t units);
size_t utf16_length_avx2(const uint8_t *bytes, size_t units);
size_t utf16_length_avx512(const uint8_t *bytes, size_t units);

/* Converts units from *at on up to `until`, and one more where a pair ends there; of `units` in
 * all. Leaves in *at where it stopped. Without fold (NULL) nothing is folded. */
size_t utf16_walk(const uint8_t *bytes, size_t *at, size_t until, size_t units, char *out,
                  uint32_t (*fold)(uint32_t));
