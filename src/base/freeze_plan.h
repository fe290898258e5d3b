/*
 * freeze_plan.h - what freeze.c and thaw.c share: the types that can be reached
 * from some roots, numbered in the order of their discovery, and for each what is
 * to be done with an element, nested structs laid flat.
 */
#pragma once

#include "base/freeze.h"

enum { FREEZE_TEXT_TYPE = 0 }; /* the number of the bytes of strings */

_Static_assert(sizeof(uintptr_t) == sizeof(void *), "a number takes the place of its pointer");

struct freeze_step { /* a member that is not PLAIN */
    const struct freeze_member *member;
    uint32_t base;   /* of the struct it is a member of, in the element */
    uint32_t target; /* the number of what it points to */
};

struct freeze_plan_type {
    const struct freeze_type *type;
    struct freeze_step *steps;
    uint32_t count, capacity;
};

struct freeze_plan {
    struct freeze_plan_type types[FREEZE_TYPES_MAX];
    uint32_t count;
};

struct freeze_plan *freeze_plan_new(const struct freeze_type *const *roots,
                                    uint32_t count) MUST_USE;
void freeze_plan_free(struct freeze_plan *p);
uint32_t freeze_plan_number(const struct freeze_plan *p, const struct freeze_type *t);

static inline void freeze_plan_freep(struct freeze_plan **p)
{
    freeze_plan_free(*p);
}

/* An unsigned number of 1, 2, 4 or 8 bytes. */
static inline uint64_t freeze_number(const char *at, uint32_t size)
{
    uint64_t wide;
    uint32_t word;
    uint16_t half;

    switch (size) {
    case 1:
        return *(const uint8_t *)at;
    case 2:
        memcpy(&half, at, sizeof half);
        return half;
    case 4:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        assert(size == sizeof wide);
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
}

/* How many elements a MANY points to; `element` is what the step belongs to. */
uint64_t freeze_count(const struct freeze_step *s, const char *element);

/* How a block begins; the regions of all types and the roots' numbers follow. */
struct freeze_head {
    uint64_t size;
    uint32_t type_count, root_count;
};
struct freeze_region {
    uint64_t at, count; /* bytes from the block's begin; elements */
};
