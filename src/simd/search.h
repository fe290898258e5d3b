/* search.h - where a text holds a part. */
#pragma once

#include "simd/simd.h"

/* The place of the first occurrence of the part; n when there is none. An empty part is found at 0.
 * SIMD_PADDING bytes behind the text are readable. */
size_t search_find_portable(const char *text, size_t n, const char *part, size_t part_n);
size_t search_find_avx2(const char *text, size_t n, const char *part, size_t part_n);
size_t search_find_avx512(const char *text, size_t n, const char *part, size_t part_n);

/* Is no byte above 0x7F? SIMD_PADDING bytes behind the text are readable. */
bool search_is_ascii_portable(const char *text, size_t n);
bool search_is_ascii_avx2(const char *text, size_t n);
bool search_is_ascii_avx512(const char *text, size_t n);
