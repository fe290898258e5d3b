/* search_portable.c - what the C library finds. */
#include "simd/search.h"

size_t search_find_portable(const char *text, size_t n, const char *part, size_t part_n)
{
    if (part_n == 0)
        return 0;
    const char *found = n >= part_n ? memmem(text, n, part, part_n) : NULL;
    return found ? (size_t)(found - text) : n;
}
