/*
 * sorted_numbers.h - numbers in order, of which any may come and go: blocks of a few hundred, each
 * in order. To add, to remove and to find by rank takes the square root of how many there are.
 */
#pragma once

#include "base/base.h"

struct number_block {
    double *items;
    uint32_t n, capacity;
};

struct sorted_numbers {
    struct number_block *blocks;
    uint32_t block_count, block_capacity, n;
    uint64_t bytes; /* what it owns */
};

void sorted_numbers_done(struct sorted_numbers *s);
void sorted_numbers_add(struct sorted_numbers *s, double number);        /* no NaN */
void sorted_numbers_remove(struct sorted_numbers *s, double number);     /* it is there */
double sorted_numbers_at(const struct sorted_numbers *s, uint32_t rank); /* rank < n */
