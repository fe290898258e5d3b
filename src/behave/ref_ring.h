/* ref_ring.h - the newest events behind something that is counted, for a signal to name. */
#pragma once

#include "base/base.h"

enum { REF_RING = 10 };

struct ref_ring {
    uint64_t refs[REF_RING];
    uint32_t count; /* added so far; the ring holds the last REF_RING */
};

static inline void ref_ring_add(struct ref_ring *r, uint64_t ref)
{
    r->refs[r->count++ % REF_RING] = ref;
}

/* The oldest first, into ret of REF_RING. */
static inline uint32_t ref_ring_list(const struct ref_ring *r, uint64_t *ret)
{
    const uint32_t held = r->count < REF_RING ? r->count : REF_RING;

    for (uint32_t i = 0; i < held; i++)
        ret[i] = r->refs[(r->count - held + i) % REF_RING];
    return held;
}
