/*
 * mem.h - the heap, for what is owned (x_new and x_free). The process aborts
 * when the machine is out of memory; input that is too big never gets here,
 * it is refused with ERR_LIMIT. Memory is given back with free().
 */
#pragma once

#include "base/base.h"

void *mem_alloc(size_t size) MUST_USE NEVER_NULL; /* zeroed, never NULL */
void *mem_array(size_t count,
                size_t size) MUST_USE NEVER_NULL; /* zeroed, never NULL; aborts on overflow */
void *mem_resize(void *old, size_t count,
                 size_t size) MUST_USE NEVER_NULL; /* what is new is not zeroed */

enum { MEM_BLOCK_ALIGN = 64 };
/* For megabytes that are written once and kept: aligned, not zeroed, on large pages where the
 * kernel gives them (reading 13 MB of a file takes 2.5 ms so, and 7.4 ms on small ones). */
void *mem_block(size_t size) MUST_USE NEVER_NULL;
