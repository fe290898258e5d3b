#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LARGE_PAGE_BYTES = 2 * 1024 * 1024 };

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

void *mem_block(size_t size)
{
    size_t align = size < LARGE_PAGE_BYTES ? MEM_BLOCK_ALIGN : LARGE_PAGE_BYTES;
    size_t bytes = (size + align - 1) & ~(align - 1);
    void *p = bytes < size ? NULL : aligned_alloc(align, bytes ? bytes : align);

    if (!p)
        out_of_memory(1, size);
    if (align == LARGE_PAGE_BYTES)
        (void)madvise(p, bytes, MADV_HUGEPAGE); /* a kernel without them says so; no matter */
    return p;
}
