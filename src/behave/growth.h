/* growth.h - when something that lasts is told again: when it has doubled, or after half an hour,
 * so that who reads knows that it goes on. */
#pragma once

#include "base/base.h"

enum { TELL_AGAIN_S = 1800 };

struct growth {  /* zeroed: nothing is told */
    double next; /* the value of which it is told */
    uint32_t told_s;
    uint32_t untold; /* events since then */
};

static inline bool growth_is_due(const struct growth *g, double value, uint32_t now_s)
{
    return value >= g->next || now_s - g->told_s >= TELL_AGAIN_S;
}

static inline void growth_told(struct growth *g, double value, uint32_t now_s)
{
    *g = (struct growth){.next = value * 2, .told_s = now_s};
}

/* Since when the events are that are told now: since it began, or was told last. */
static inline uint32_t growth_since(const struct growth *g, uint32_t began_s)
{
    return g->next > 0 ? g->told_s : began_s;
}
