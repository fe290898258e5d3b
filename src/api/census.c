#include "api/census.h"

#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

struct census {
    struct intern *addresses;
    uint64_t *counts; /* by id */
    uint32_t capacity, max;
    uint64_t total, other; /* events: of those that are counted, and of the rest */
};

struct outlier {
    const char *address;
    uint64_t count;
};

struct census *census_new(uint32_t addresses_max)
{
    struct census *c = mem_alloc(sizeof *c);

    c->addresses = intern_new();
    c->max = addresses_max;
    return c;
}

void census_free(struct census *c)
{
    if (!c)
        return;
    intern_free(c->addresses);
    free(c->counts);
    free(c);
}

void census_clear(struct census *c)
{
    intern_clear(c->addresses);
    c->total = c->other = 0;
}

static uint32_t id_of(struct census *c, str address)
{
    if (intern_count(c->addresses) == c->max)
        return intern_find(c->addresses, address);
    const uint32_t before = intern_count(c->addresses), id = intern_add(c->addresses, address);
    if (id < before)
        return id;
    if (id == c->capacity) {
        c->capacity = c->capacity ? c->capacity * 2 : 64;
        c->counts = mem_resize(c->counts, c->capacity, sizeof *c->counts);
    }
    c->counts[id] = 0;
    return id;
}

void census_add(struct census *c, str address)
{
    const uint32_t id = id_of(c, address);

    if (id == INTERN_NONE) {
        c->other++;
        return;
    }
    c->counts[id]++;
    c->total++;
}

uint64_t census_other(const struct census *c)
{
    return c->other;
}

static int busiest_first(const void *left, const void *right)
{
    const struct outlier *l = left, *r = right;

    if (l->count != r->count)
        return l->count > r->count ? -1 : 1;
    return strcmp(l->address, r->address);
}

size_t census_outliers(const struct census *c, double factor, tocsin_address_fn *fn, void *context)
{
    const uint32_t n = intern_count(c->addresses);
    struct outlier *found = mem_array((size_t)n + 1, sizeof *found);
    size_t count = 0;

    for (uint32_t id = 0; id < n; id++) /* count > factor * (total / n), without the division */
        if ((double)c->counts[id] * n > factor * (double)c->total)
            found[count++] = (struct outlier){intern_str(c->addresses, id).p, c->counts[id]};
    qsort(found, count, sizeof *found, busiest_first);
    bool more = fn != NULL;
    for (size_t i = 0; i < count && more; i++)
        more = fn(context, found[i].address, found[i].count);
    free(found);
    return count;
}
