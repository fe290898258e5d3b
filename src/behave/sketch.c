#include "behave/sketch.h"

#include <math.h>

bool sketch_add(uint8_t *registers, uint32_t bits, uint64_t hash)
{
    assert(bits >= SKETCH_BITS_MIN && bits <= SKETCH_BITS_MAX);
    const uint64_t rest = hash << bits;
    /* The place of the first bit that is set behind those that choose the register. */
    const uint8_t rank = (uint8_t)(rest ? __builtin_clzll(rest) + 1 : 64 - (int)bits + 1);
    uint8_t *r = &registers[hash >> (64 - bits)];

    if (rank <= *r)
        return false;
    *r = rank;
    return true;
}

double sketch_count(const uint8_t *registers, uint32_t bits)
{
    const uint32_t n = 1u << bits;
    const double alpha = n == 16   ? 0.673
                         : n == 32 ? 0.697
                         : n == 64 ? 0.709
                                   : 0.7213 / (1 + 1.079 / n);
    double sum = 0;
    uint32_t empty = 0;

    for (uint32_t i = 0; i < n; i++) {
        sum += 1.0 / (double)((uint64_t)1 << registers[i]);
        empty += registers[i] == 0;
    }
    const double raw = alpha * n * n / sum;
    return raw <= 2.5 * n && empty ? n * log((double)n / empty) : raw;
}

void sketch_merge(uint8_t *ret, const uint8_t *other, uint32_t bits)
{
    for (size_t i = 0; i < SKETCH_BYTES(bits); i++)
        ret[i] = ret[i] > other[i] ? ret[i] : other[i];
}
