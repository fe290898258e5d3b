/* order.c - see order.h. */
#include "base/order.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

void sort_u32(uint32_t *items, size_t count)
{
    if (count > 1)
        qsort(items, count, sizeof *items, compare);
}
