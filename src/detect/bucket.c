/* bucket.c - turns the covers of rules around: from a predicate to the rules that wait for it. */
#include "detect/bucket.h"

#include "base/mem.h"

#include <stdlib.h>

struct pair { /* sorted by predicate, then by rule */
    uint32_t predicate, rule;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->predicate != y->predicate)
        return (x->predicate > y->predicate) - (x->predicate < y->predicate);
    return (x->rule > y->rule) - (x->rule < y->rule);
}

static void build_wakes(struct bucket *b, const struct predicates *p, const struct pair *pairs,
                        uint32_t count, struct arena *a)
{
    b->wakes = arena_array(a, count, sizeof *b->wakes);
    b->watchers = arena_array(a, count, sizeof *b->watchers);
    for (uint32_t i = 0; i < count; i++) {
        struct wake *last = b->wake_count ? &b->wakes[b->wake_count - 1] : NULL;
        b->watchers[i] = pairs[i].rule;
        if (last && last->predicate == pairs[i].predicate) {
            last->rule_count++;
            continue;
        }
        assert(b->wakes);
        b->wakes[b->wake_count++] =
            (struct wake){pairs[i].predicate, witness_of(p, pairs[i].predicate).exact, i, 1};
    }
}

/* The wakes of one field on their way to becoming an index. */
struct field_build {
    struct literal *literals;
    uint32_t count, capacity;
    uint32_t *presence;
    uint32_t presence_count, presence_capacity;
};

static void add_literals(struct field_build *f, const struct predicates *p,
                         const struct check_range *range, uint32_t wake, struct arena *a)
{
    for (uint32_t i = 0; i < range->count; i++) {
        struct literal l;
        bool found = witness_literal(&p->checks[range->first + i], &l);
        assert(found); /* else the witness would have cost too much */
        l.target = wake;
        struct literal *room =
            arena_push(a, (void **)&f->literals, &f->count, &f->capacity, sizeof *room);
        *room = l;
    }
}

static void add_wake(struct field_build *f, const struct predicates *p, uint32_t wake,
                     uint32_t predicate, struct arena *a)
{
    const struct predicate *q = &p->items[predicate];
    struct witness w = witness_of(p, predicate);

    switch (w.kind) {
    case WITNESS_ANY:
        for (uint32_t i = 0; i < q->value_count; i++)
            add_literals(f, p, &p->values[q->first_value + i], wake, a);
        return;
    case WITNESS_ONE:
        add_literals(f, p, &p->values[q->first_value + w.value], wake, a);
        return;
    case WITNESS_PRESENCE: {
        uint32_t *room = arena_push(a, (void **)&f->presence, &f->presence_count,
                                    &f->presence_capacity, sizeof *room);
        *room = wake;
        return;
    }
    case WITNESS_NONE:
        assert(w.kind != WITNESS_NONE); /* a cover has no such predicate */
    }
}

/* Wakes of one field share an index. */
static void build_fields(struct bucket *b, const struct predicates *p, struct arena *a)
{
    uint32_t names = intern_count(p->names) + 1; /* the last place is for keywords */
    uint32_t *place_of = mem_array(names, sizeof *place_of);
    struct field_build *builds = arena_array(a, names, sizeof *builds);

    b->fields = arena_array(a, b->wake_count, sizeof *b->fields);
    for (uint32_t i = 0; i < b->wake_count; i++) {
        uint32_t field = p->items[b->wakes[i].predicate].field;
        uint32_t name = field == FIELD_KEYWORD ? names - 1 : field;
        if (place_of[name] == 0) {
            b->fields[b->field_count++].field = field;
            place_of[name] = b->field_count; /* + 1 */
        }
        add_wake(&builds[place_of[name] - 1], p, i, b->wakes[i].predicate, a);
    }
    for (uint32_t i = 0; i < b->field_count; i++) {
        struct field_wakes *f = &b->fields[i];
        f->presence = builds[i].presence;
        f->presence_count = builds[i].presence_count;
        if (builds[i].count)
            f->literals = literal_index_new(builds[i].literals, builds[i].count);
    }
    free(place_of);
}

void bucket_build(struct bucket *b, const struct predicates *p, const uint32_t *rules,
                  const struct rule_cover *covers, uint32_t count, struct arena *a)
{
    uint32_t pair_count = 0, n = 0;

    for (uint32_t i = 0; i < count; i++) {
        pair_count += covers[i].count;
        b->always_count += !covers[i].exists;
    }
    struct pair *pairs = mem_array(pair_count, sizeof *pairs);
    b->always = arena_array(a, b->always_count, sizeof *b->always);
    b->always_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!covers[i].exists)
            b->always[b->always_count++] = rules[i];
        for (uint32_t k = 0; k < covers[i].count; k++)
            pairs[n++] = (struct pair){covers[i].predicates[k], rules[i]};
    }
    if (pair_count)
        qsort(pairs, pair_count, sizeof *pairs, compare_pairs);
    build_wakes(b, p, pairs, pair_count, a);
    build_fields(b, p, a);
    free(pairs);
}

void bucket_done(struct bucket *b)
{
    for (uint32_t i = 0; i < b->field_count; i++)
        literal_index_free(b->fields[i].literals);
}
