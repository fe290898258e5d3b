/* checksum.h - crc32_of() of base/crc32.h. */
#pragma once

#include "simd/simd.h"

uint32_t checksum_portable(uint32_t crc, const char *bytes, size_t n);
uint32_t checksum_avx2(uint32_t crc, const char *bytes, size_t n);
