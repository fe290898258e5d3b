/* search_portable.c - what the C library finds. */
#include "simd/search.h"

size_t search_find_portable(const char *text, size_t n, const char *part, size_t part_n)
{
    if (part_n == 0)
        return 0;
    const char *found = n >= part_n ? memmem(text, n, part, part_n) : NULL;
    return found ? (size_t)(found - text) : n;
}

bool search_is_ascii_portable(const char *text, size_t n)
{
    uint64_t all = 0, word;
    size_t i = 0;

    for (; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        all |= word;
    }
    for (; i < n; i++)
        all |= (unsigned char)text[i];
    return !(all & 0x8080808080808080u);
}
