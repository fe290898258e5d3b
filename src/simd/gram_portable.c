/*
 * gram_portable.c - Fibonacci hashing of each window; the upper bits of the
 * product are well mixed. Eight windows are taken together, so that the rare
 * hit is one branch.
 */
#include "simd/gram.h"

static inline uint32_t load_gram(const char *p)
{
    uint32_t gram;

    memcpy(&gram, p, sizeof gram);
    return gram;
}

static inline uint32_t slot_of(uint32_t gram, uint32_t shift)
{
    return gram * 0x9E3779B1u >> shift;
}

uint32_t gram_slot_portable(const char gram[GRAM_BYTES], uint32_t bits)
{
    return slot_of(load_gram(gram), 32 - bits);
}

/* Bit k: may window k of the eight at p begin a gram? */
static inline uint32_t test_eight(const uint8_t *table, uint32_t shift, const char *p)
{
    uint32_t found = 0;

    for (uint32_t k = 0; k < 8; k++) {
        uint32_t slot = slot_of(load_gram(p + k), shift);
        found |= (uint32_t)(table[slot / 8] >> (slot % 8) & 1) << k;
    }
    return found;
}

size_t gram_scan_portable(const struct gram_filter *f, const char *text, size_t n, uint32_t *places)
{
    const uint8_t *table = f->table;
    const uint32_t shift = 32 - f->bits;
    const size_t windows = n < GRAM_BYTES ? 0 : n - GRAM_BYTES + 1;
    size_t count = 0;

    for (size_t i = 0; i < windows; i += 8) {
        uint32_t found = test_eight(table, shift, text + i);
        if (i + 8 > windows)
            found &= (1u << (windows - i)) - 1;
        for (; found; found &= found - 1)
            places[count++] = (uint32_t)i + (uint32_t)__builtin_ctz(found);
    }
    return count;
}
