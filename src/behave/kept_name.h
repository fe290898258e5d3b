/* kept_name.h - a name that a state keeps, cut to what there is room for. */
#pragma once

#include "base/str.h"

enum { KEPT_NAME_MAX = 120 };

struct kept_name {
    uint32_t n;
    char text[KEPT_NAME_MAX];
};

static inline void kept_name_set(struct kept_name *k, str s)
{
    k->n = (uint32_t)(s.n < KEPT_NAME_MAX ? s.n : KEPT_NAME_MAX);
    if (k->n)
        memcpy(k->text, s.p, k->n);
}

static inline str kept_name_of(const struct kept_name *k)
{
    return (str){k->text, k->n};
}
