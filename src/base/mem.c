#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

NO_RETURN static void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr, "tocsin: out of memory (%zu times %zu bytes)\n", count, size);
    abort();
}

void *mem_array(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        out_of_memory(count, size);
    return p;
}

void *mem_alloc(size_t size)
{
    return mem_array(1, size);
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(count, size);
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p)
        out_of_memory(count, size);
    return p;
}
