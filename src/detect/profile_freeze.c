/* profile_freeze.c - what a profile is made of, for base/freeze.h. */
#include "base/mem.h"
#include "detect/profile.h"

#include <stdlib.h>

static const struct freeze_member gram_members[] = {
    FREEZE_PLAIN_TO(struct profile_gram, bytes, occurrences),
};
static const struct freeze_type gram_type = {"profile_gram", sizeof(struct profile_gram), 0,
                                             gram_members,   countof(gram_members),       NULL};

static const struct freeze_member value_members[] = {
    FREEZE_STR_OF(struct profile_value, text),
    FREEZE_PLAIN_OF(struct profile_value, count),
};
static const struct freeze_type value_type = {"profile_value", sizeof(struct profile_value), 0,
                                              value_members,   countof(value_members),       NULL};

/* Without grams there is no table. */
static uint64_t slot_count(const void *element)
{
    const struct profile_field *f = element;

    return f->gram_count ? (uint64_t)f->slot_mask + 1 : 0;
}

/* The table has a power of two of places, and one of them is free, where a search ends. */
static bool check_field(const void *element)
{
    const struct profile_field *f = element;
    uint64_t slots = slot_count(f);
    bool has_free = slots == 0;

    if (!f->values || (slots & (slots - 1)) != 0)
        return false;
    for (uint64_t i = 0; i < slots; i++) {
        if (f->slots[i] > f->gram_count)
            return false;
        has_free |= f->slots[i] == 0;
    }
    return has_free;
}

static const struct freeze_member field_members[] = {
    FREEZE_STR_OF(struct profile_field, name),
    FREEZE_PLAIN_TO(struct profile_field, events, bytes),
    FREEZE_MANY_OF(struct profile_field, grams, gram_count, &gram_type),
    FREEZE_MANY_OF(struct profile_field, commons, common_count, &value_type),
    FREEZE_PLAIN_TO(struct profile_field, gram_count, rare_values),
    FREEZE_COUNTED_OF(struct profile_field, slots, slot_count, &freeze_u16),
    FREEZE_PLAIN_OF(struct profile_field, slot_mask),
};
static const struct freeze_type field_type = {
    "profile_field", sizeof(struct profile_field), 0,
    field_members,   countof(field_members),       check_field};

static const struct freeze_member profile_members[] = {
    FREEZE_ZERO_OF(struct profile, arena),
    FREEZE_PLAIN_OF(struct profile, events),
    FREEZE_MANY_OF(struct profile, fields, field_count, &field_type),
    FREEZE_PLAIN_OF(struct profile, field_count),
    FREEZE_MANY_OF(struct profile, grams, gram_count, &gram_type),
    FREEZE_PLAIN_TO(struct profile, gram_count, bytes),
};
const struct freeze_type freeze_profile = {"profile",       sizeof(struct profile),   0,
                                           profile_members, countof(profile_members), NULL};

struct profile *profile_thawed(const struct profile *thawed)
{
    struct profile *p = mem_alloc(sizeof *p);

    *p = *thawed;
    return p;
}
