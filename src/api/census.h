/* census.h - how many events each address has had, for a limited number of addresses. */
#pragma once

#include "base/str.h"
#include "tocsin.h"

struct census;

struct census *census_new(uint32_t addresses_max) MUST_USE;
void census_free(struct census *c); /* NULL is a no-op */
void census_clear(struct census *c);

void census_add(struct census *c, str address);
uint64_t census_other(const struct census *c); /* events of addresses beyond the limit */

/* Tells the addresses with more than `factor` times the mean, the busiest first, then by their
 * bytes; returns how many they are. `fn` may be NULL. */
size_t census_outliers(const struct census *c, double factor, tocsin_address_fn *fn, void *context);
