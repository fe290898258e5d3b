#include "base/freeze_plan.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

static const struct freeze_type text_type = {.name = "text", .size = 1};
const struct freeze_type freeze_u8 = {.name = "u8", .size = 1};
const struct freeze_type freeze_u16 = {.name = "u16", .size = 2};
const struct freeze_type freeze_u32 = {.name = "u32", .size = 4};
const struct freeze_type freeze_u64 = {.name = "u64", .size = 8};
static const struct freeze_member str_members[] = {{.kind = FREEZE_STR, .size = sizeof(str)}};
const struct freeze_type freeze_strs = {
    .name = "str", .size = sizeof(str), .members = str_members, .member_count = 1};

uint32_t freeze_plan_number(const struct freeze_plan *p, const struct freeze_type *t)
{
    uint32_t i = 0;

    while (i < p->count && p->types[i].type != t)
        i++;
    return i;
}

static uint32_t add_type(struct freeze_plan *p, const struct freeze_type *t)
{
    uint32_t i = freeze_plan_number(p, t);

    if (i == p->count) {
        assert(p->count < FREEZE_TYPES_MAX && t->size);
        assert(t->align <= FREEZE_ALIGN && (t->align & (t->align - 1)) == 0);
        p->types[p->count++].type = t;
    }
    return i;
}

static void add_step(struct freeze_plan_type *pt, const struct freeze_member *m, uint32_t base,
                     uint32_t target)
{
    assert(base + m->offset + m->size <= pt->type->size);
    if (pt->count == pt->capacity) {
        pt->capacity = pt->capacity ? pt->capacity * 2 : 16;
        pt->steps = mem_resize(pt->steps, pt->capacity, sizeof *pt->steps);
    }
    pt->steps[pt->count++] = (struct freeze_step){m, base, target};
}

/* A struct whose members are being laid flat: `next` is to be looked at. */
struct opened {
    const struct freeze_type *type;
    uint32_t base, next, repeat;
};

static void lay_flat(struct freeze_plan *p, uint32_t number)
{
    struct opened stack[FREEZE_NESTING_MAX] = {{p->types[number].type, 0, 0, 1}};
    uint32_t depth = 1;

    while (depth) {
        struct opened *top = &stack[depth - 1];
        if (top->next == top->type->member_count) {
            top->next = 0;
            top->base += top->type->size;
            depth -= --top->repeat == 0;
            continue;
        }
        const struct freeze_member *m = &top->type->members[top->next++];
        if (m->kind == FREEZE_NESTED) {
            assert(depth < FREEZE_NESTING_MAX && m->size == m->repeat * m->type->size && m->repeat);
            stack[depth++] = (struct opened){m->type, top->base + m->offset, 0, m->repeat};
        } else if (m->kind != FREEZE_PLAIN) {
            bool pointer = m->kind == FREEZE_ONE || m->kind == FREEZE_MANY;
            add_step(&p->types[number], m, top->base,
                     pointer ? add_type(p, m->type) : FREEZE_TEXT_TYPE);
        }
    }
    assert(p->types[number].count == 0 || p->types[number].type->align == 0);
}

struct freeze_plan *freeze_plan_new(const struct freeze_type *const *roots, uint32_t count)
{
    struct freeze_plan *p = mem_alloc(sizeof *p);

    assert(count && count <= FREEZE_ROOTS_MAX);
    add_type(p, &text_type);
    for (uint32_t i = 0; i < count; i++)
        add_type(p, roots[i]);
    for (uint32_t i = 0; i < p->count; i++) /* which finds more types */
        lay_flat(p, i);
    return p;
}

void freeze_plan_free(struct freeze_plan *p)
{
    for (uint32_t i = 0; p && i < p->count; i++)
        free(p->types[i].steps);
    free(p);
}

uint64_t freeze_count(const struct freeze_step *s, const char *element)
{
    const struct freeze_member *m = s->member;
    const char *owner = element + s->base;

    return m->count_of ? m->count_of(owner) : freeze_number(owner + m->count_offset, m->count_size);
}

uint64_t freeze_layout(const struct freeze_type *const *types, uint32_t count)
{
    struct freeze_plan *p CLEANUP(freeze_plan_freep) = freeze_plan_new(types, count);
    uint64_t hash = hash_mix(p->count, sizeof(void *));

    for (uint32_t i = 0; i < p->count; i++) {
        const struct freeze_type *t = p->types[i].type;
        hash = hash_mix(hash, hash64(str_from(t->name), t->size));
        hash = hash_mix(hash, t->align);
        for (uint32_t k = 0; k < t->member_count; k++) {
            const struct freeze_member *m = &t->members[k];
            hash = hash_mix(hash, hash_mix(m->kind, hash_mix(m->offset, m->size)));
            hash = hash_mix(hash, hash_mix(m->count_offset, m->count_size) + m->nullable);
            hash = hash_mix(hash, hash_mix(m->limit, m->repeat));
            if (m->kind == FREEZE_ONE || m->kind == FREEZE_MANY)
                hash = hash_mix(hash, freeze_plan_number(p, m->type));
        }
    }
    return hash;
}
