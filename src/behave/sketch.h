/*
 * sketch.h - how many different values were seen, about, in a fixed number of bytes.
 *
 * HyperLogLog (Flajolet, Fusy, Gandouet and Meunier, AofA 2007): 2^bits registers of a byte, with
 * linear counting while many are empty. The standard error is 1.04 / sqrt(2^bits): 6.5 % of 256
 * bytes, 3.3 % of 1024. Registers are the caller's, zeroed. Sketches of the same size merge.
 */
#pragma once

#include "base/base.h"

enum { SKETCH_BITS_MIN = 4, SKETCH_BITS_MAX = 16 };

#define SKETCH_BYTES(bits) ((size_t)1 << (bits))

/* Of a good hash. False: nothing has changed, so that the count is what it was. */
bool sketch_add(uint8_t *registers, uint32_t bits, uint64_t hash);
double sketch_count(const uint8_t *registers, uint32_t bits);
/* ret becomes what both have seen. */
void sketch_merge(uint8_t *ret, const uint8_t *other, uint32_t bits);
