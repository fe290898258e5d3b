/*
 * order.h - numbers in ascending order.
 */
#pragma once

#include "base/base.h"

void sort_u32(uint32_t *items, size_t count); /* `items` may be NULL when there are none */
