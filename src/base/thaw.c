/*
 * thaw.c - reading a block: its head, then each type's array from begin to end.
 * No pointer is followed, so there is neither a stack nor a list of what was
 * seen, and memory is gone through in order. Only the types' own checks, at the
 * end, walk the graph, which is sound by then.
 */
#include "base/freeze_plan.h"

enum { RUN_BYTES = 16 * 1024 };

struct thawing {
    const struct freeze_plan *plan;
    char *block;
    uint64_t size;
    struct freeze_region regions[FREEZE_TYPES_MAX];
};

/* The elements `number` (from 1) and the count - 1 behind it are in the array? */
static bool are_there(const struct freeze_region *r, uint64_t number, uint64_t count)
{
    return number - 1 <= r->count && count <= r->count - (number - 1);
}

static char *element(const struct thawing *t, uint32_t type, uint64_t number)
{
    return t->block + t->regions[type].at + (number - 1) * t->plan->types[type].type->size;
}

/* ------------------------------------------------------------ steps: one member of n elements */

/* Elements, each `size` bytes behind the one before it. */
struct run {
    char *first;
    uint32_t n, size;
};

static bool thaw_strs(const struct thawing *t, const struct run *run, uint32_t offset)
{
    const struct freeze_region *texts = &t->regions[FREEZE_TEXT_TYPE];
    char *at = run->first + offset;

    for (uint32_t i = 0; i < run->n; i++, at += run->size) {
        str s = {0};
        uintptr_t number;
        memcpy(&number, at + offsetof(str, p), sizeof number);
        memcpy(&s.n, at + offsetof(str, n), sizeof s.n);
        if (number == 0 && s.n == 0)
            continue;
        /* one more than n: of the NUL that is behind it, or behind what follows */
        if (number == 0 || s.n == SIZE_MAX || !are_there(texts, number, s.n + 1))
            return false;
        s.p = element(t, FREEZE_TEXT_TYPE, number);
        memcpy(at, &s, sizeof s);
    }
    return true;
}

static bool thaw_pointers(const struct thawing *t, const struct freeze_step *s,
                          const struct run *run)
{
    const struct freeze_region *r = &t->regions[s->target];
    const struct freeze_type *type = t->plan->types[s->target].type;
    const struct freeze_member *m = s->member;
    uintptr_t base = (uintptr_t)t->block + r->at, number;
    uint32_t offset = s->base + m->offset;
    char *one = run->first;

    for (uint32_t i = 0; i < run->n; i++, one += run->size) {
        uint64_t count = m->kind == FREEZE_ONE ? 1 : freeze_count(s, one);
        memcpy(&number, one + offset, sizeof number);
        if (number == 0 && (m->nullable || count == 0))
            continue;
        if (number == 0 || !are_there(r, number, count))
            return false;
        number = base + (number - 1) * type->size;
        if (type->align && count && number % type->align)
            return false;
        memcpy(one + offset, &number, sizeof number);
    }
    return true;
}

static bool are_in_range(const struct run *run, uint32_t offset, const struct freeze_member *m)
{
    const char *at = run->first + offset;
    bool good = true;

    if (m->size == 1)
        for (uint32_t i = 0; i < run->n; i++, at += run->size)
            good &= *(const uint8_t *)at < m->limit;
    else
        for (uint32_t i = 0; i < run->n; i++, at += run->size)
            good &= freeze_number(at, m->size) < m->limit;
    return good;
}

static bool are_texts(const struct run *run, uint32_t offset, uint32_t size)
{
    for (uint32_t i = 0; i < run->n; i++)
        if (!memchr(run->first + (size_t)i * run->size + offset, '\0', size))
            return false;
    return true;
}

static bool are_zero(const struct run *run, uint32_t offset, uint32_t size)
{
    char any = 0;

    for (uint32_t i = 0; i < run->n; i++)
        for (uint32_t k = 0; k < size; k++)
            any |= run->first[(size_t)i * run->size + offset + k];
    return any == 0;
}

static bool thaw_step(const struct thawing *t, const struct freeze_step *s, const struct run *run)
{
    const struct freeze_member *m = s->member;
    uint32_t offset = s->base + m->offset;

    switch (m->kind) {
    case FREEZE_PLAIN:
    case FREEZE_NESTED:
        return true;
    case FREEZE_RANGE:
        return are_in_range(run, offset, m);
    case FREEZE_TEXT:
        return are_texts(run, offset, m->size);
    case FREEZE_ZERO:
        return are_zero(run, offset, m->size);
    case FREEZE_STR:
        return thaw_strs(t, run, offset);
    case FREEZE_ONE:
    case FREEZE_MANY:
        return thaw_pointers(t, s, run);
    }
    return false;
}

/* A run is short enough to stay in the first cache while its members are gone through. */
static bool thaw_type(const struct thawing *t, uint32_t type)
{
    const struct freeze_plan_type *pt = &t->plan->types[type];
    uint64_t left = pt->count ? t->regions[type].count : 0;
    struct run run = {t->block + t->regions[type].at, 0, pt->type->size};
    uint32_t most = RUN_BYTES / run.size ? RUN_BYTES / run.size : 1;

    for (; left; left -= run.n, run.first += (size_t)run.n * run.size) {
        run.n = left < most ? (uint32_t)left : most;
        for (uint32_t i = 0; i < pt->count; i++)
            if (!thaw_step(t, &pt->steps[i], &run))
                return false;
    }
    return true;
}

/* ------------------------------------------------------------ the block */

static bool check_type(const struct thawing *t, uint32_t type)
{
    const struct freeze_type *ft = t->plan->types[type].type;
    const char *one = t->block + t->regions[type].at,
               *end = one + t->regions[type].count * ft->size;

    for (; one < end && ft->check; one += ft->size)
        if (!ft->check(one))
            return false;
    return true;
}

/* Each array is inside the block, behind the one before it; the strings are the last. */
static bool read_regions(struct thawing *t, uint32_t roots)
{
    uint32_t count = t->plan->count;
    uint64_t at = sizeof(struct freeze_head) + count * sizeof *t->regions + roots * sizeof at;

    if (at > t->size)
        return false;
    memcpy(t->regions, t->block + sizeof(struct freeze_head), count * sizeof *t->regions);
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t type = i == count ? FREEZE_TEXT_TYPE : i;
        const struct freeze_region *r = &t->regions[type];
        uint64_t size = t->plan->types[type].type->size;
        if (r->at % FREEZE_ALIGN || r->at < at || r->at > t->size ||
            r->count > (t->size - r->at) / size)
            return false;
        at = r->at + r->count * size;
    }
    const struct freeze_region *text = &t->regions[FREEZE_TEXT_TYPE];
    return text->count == 0 || t->block[text->at + text->count - 1] == '\0';
}

static bool thaw_root(const struct thawing *t, uint32_t i, const struct freeze_type *type,
                      void **ret)
{
    uint32_t number_of_type = freeze_plan_number(t->plan, type);
    uint64_t number;

    memcpy(&number,
           t->block + sizeof(struct freeze_head) + t->plan->count * sizeof *t->regions +
               i * sizeof number,
           sizeof number);
    if (number == 0 || !are_there(&t->regions[number_of_type], number, 1))
        return false;
    *ret = element(t, number_of_type, number);
    return true;
}

static bool thaw_block(struct thawing *t, const struct freeze_type *const *types, uint32_t count,
                       void **ret)
{
    struct freeze_head head;

    if (t->size < sizeof head)
        return false;
    memcpy(&head, t->block, sizeof head);
    if (head.size != t->size || head.type_count != t->plan->count || head.root_count != count ||
        !read_regions(t, count))
        return false;
    for (uint32_t i = 0; i < t->plan->count; i++)
        if (!thaw_type(t, i))
            return false;
    for (uint32_t i = 0; i < count; i++)
        if (!thaw_root(t, i, types[i], &ret[i]))
            return false;
    for (uint32_t i = 0; i < t->plan->count; i++)
        if (!check_type(t, i))
            return false;
    return true;
}

bool thaw(void *block, size_t size, const struct freeze_type *const *types, uint32_t count,
          void **ret, struct err *e)
{
    struct freeze_plan *plan CLEANUP(freeze_plan_freep) = freeze_plan_new(types, count);
    struct thawing t = {.plan = plan, .block = block, .size = size};

    assert((uintptr_t)block % FREEZE_ALIGN == 0);
    return thaw_block(&t, types, count, ret) || err_set(e, ERR_INPUT, "damaged");
}
