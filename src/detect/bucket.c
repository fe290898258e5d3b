/*
 * bucket.c - folds the rules, picks their covers, and turns these around: from a
 * predicate to the rules that wait for it, from a field to the literals of its
 * predicates.
 */
#include "detect/bucket.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    BUCKET_BLOCK_BYTES = 64 * 1024,
    SCRATCH_BLOCK_BYTES = 256 * 1024,
    LIST_CHECKS_MIN = 6, /* from here on an index is faster than one look for each */
};

struct pair { /* sorted by predicate, then by rule */
    uint32_t predicate, rule;
};

/* A bucket on its way. */
struct building {
    const struct bucket_order *o;
    struct bucket *b;
    struct arena *scratch;
    struct open_tree *trees; /* by the bucket's number of a rule */
    struct rule_cover *covers;
    uint8_t *indexed; /* by predicate */
    struct predicate_numbers numbers;
};

/* ------------------------------------------------------------ rules */

static void take_rules(struct building *w)
{
    const struct bucket_order *o = w->o;
    struct bucket *b = w->b;

    b->rules = arena_array(b->arena, o->rule_count, sizeof *b->rules);
    b->certain = arena_array(b->arena, o->rule_count, sizeof *b->certain);
    w->trees = arena_array(w->scratch, o->rule_count, sizeof *w->trees);
    w->covers = arena_array(w->scratch, o->rule_count, sizeof *w->covers);
    for (uint32_t i = 0; i < o->rule_count; i++) {
        struct open_tree *tree = &w->trees[b->rule_count];
        switch (rule_fold(o->trees, o->rules[i], o->predicates, &o->known, w->scratch, tree)) {
        case RULE_NEVER:
            break;
        case RULE_CERTAIN:
            b->certain[b->certain_count++] = o->rules[i];
            break;
        case RULE_OPEN:
            rule_cover_pick(tree, o->predicates, w->scratch, &w->covers[b->rule_count]);
            b->rules[b->rule_count++] = o->rules[i];
            break;
        }
    }
}

/* A list of literals of which any will do; NULL when it is short, or something else. */
static const struct literal_index *list_index(struct building *w, uint32_t predicate)
{
    const struct predicates *p = w->o->predicates;
    const struct predicate *q = &p->items[predicate];
    uint32_t count = 0, n = 0;

    for (uint32_t i = 0; i < q->value_count; i++)
        count += p->values[q->first_value + i].count;
    if (q->all || q->field == FIELD_KEYWORD || count < LIST_CHECKS_MIN)
        return NULL;
    struct literal *literals = arena_array(w->scratch, count, sizeof *literals);
    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        for (uint32_t k = range->first; k < range->first + range->count; k++)
            if (!check_is_exact(&p->checks[k]) || !witness_literal(&p->checks[k], &literals[n++]))
                return NULL;
    }
    return literal_index_new(literals, n, NULL, w->b->arena);
}

static void emit_programs(struct building *w)
{
    struct bucket *b = w->b;
    const struct predicates *p = w->o->predicates;

    b->entries = arena_array(b->arena, b->rule_count, sizeof *b->entries);
    for (uint32_t i = 0; i < b->rule_count; i++)
        b->entries[i] =
            rule_program_emit(&b->programs, &w->trees[i], p, &w->numbers, b->arena, w->scratch);
    b->predicate_count = w->numbers.count;
    b->predicates = arena_array(b->arena, b->predicate_count, sizeof *b->predicates);
    b->indexed = (uint8_t *)arena_bytes(b->arena, b->predicate_count);
    b->lists = arena_array(b->arena, b->predicate_count, sizeof *b->lists);
    for (uint32_t i = 0; i < b->predicate_count; i++) {
        b->predicates[i] = w->numbers.places[i];
        b->indexed[i] = w->indexed[b->predicates[i]];
        if (!b->indexed[i])
            b->lists[i] = list_index(w, b->predicates[i]);
        predicates_prepare(p, b->predicates[i]);
    }
}

/* ------------------------------------------------------------ wakes */

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->predicate != y->predicate)
        return (x->predicate > y->predicate) - (x->predicate < y->predicate);
    return (x->rule > y->rule) - (x->rule < y->rule);
}

/* The predicates of all covers, each with its rules. Its places are predicates for now. */
static void build_wakes(struct building *w)
{
    struct bucket *b = w->b;
    uint32_t count = 0, n = 0;

    b->always = arena_array(b->arena, b->rule_count, sizeof *b->always);
    for (uint32_t i = 0; i < b->rule_count; i++) {
        count += w->covers[i].count;
        if (!w->covers[i].exists)
            b->always[b->always_count++] = i;
    }
    struct pair *pairs = arena_array(w->scratch, count, sizeof *pairs);
    for (uint32_t i = 0; i < b->rule_count; i++)
        for (uint32_t k = 0; w->covers[i].exists && k < w->covers[i].count; k++)
            pairs[n++] = (struct pair){w->covers[i].predicates[k], i};
    if (n)
        qsort(pairs, n, sizeof *pairs, compare_pairs);

    b->wakes = arena_array(b->arena, n, sizeof *b->wakes);
    b->watchers = arena_array(b->arena, n, sizeof *b->watchers);
    for (uint32_t i = 0; i < n; i++) {
        assert(b->wakes && b->watchers);
        struct wake *last = b->wake_count ? &b->wakes[b->wake_count - 1] : NULL;
        b->watchers[i] = pairs[i].rule;
        if (last && last->predicate == pairs[i].predicate) {
            last->watchers++;
            continue;
        }
        b->wakes[b->wake_count++] = (struct wake){
            pairs[i].predicate, witness_of(w->o->predicates, pairs[i].predicate).exact, i, 1};
        w->indexed[pairs[i].predicate] = true;
    }
}

/* From predicates to the bucket's numbers of them. */
static void number_wakes(struct building *w)
{
    for (uint32_t i = 0; i < w->b->wake_count; i++) {
        struct wake *wake = &w->b->wakes[i];
        assert(w->numbers.of[wake->predicate]); /* it is in its watchers' programs */
        wake->predicate = w->numbers.of[wake->predicate] - 1;
    }
}

/* ------------------------------------------------------------ fields */

/* The wakes of one field on their way to becoming an index. */
struct field_build {
    uint32_t field;
    struct literal *literals;
    uint32_t count, capacity;
    uint32_t *presence;
    uint32_t presence_count, presence_capacity;
};

static void add_literals(struct field_build *f, const struct predicates *p,
                         const struct check_range *range, uint32_t wake, struct arena *scratch)
{
    for (uint32_t i = 0; i < range->count; i++) {
        struct literal l;
        bool found = witness_literal(&p->checks[range->first + i], &l);
        assert(found); /* else the witness would have cost too much */
        l.target = wake;
        struct literal *room =
            arena_push(scratch, (void **)&f->literals, &f->count, &f->capacity, sizeof *room);
        *room = l;
    }
}

static void add_wake(struct building *w, struct field_build *f, uint32_t wake, uint32_t predicate)
{
    const struct predicates *p = w->o->predicates;
    const struct predicate *q = &p->items[predicate];
    struct witness witness = witness_of(p, predicate);

    switch (witness.kind) {
    case WITNESS_ANY:
        for (uint32_t i = 0; i < q->value_count; i++)
            add_literals(f, p, &p->values[q->first_value + i], wake, w->scratch);
        return;
    case WITNESS_ONE:
        add_literals(f, p, &p->values[q->first_value + witness.value], wake, w->scratch);
        return;
    case WITNESS_PRESENCE: {
        uint32_t *room = arena_push(w->b->arena, (void **)&f->presence, &f->presence_count,
                                    &f->presence_capacity, sizeof *room);
        *room = wake;
        return;
    }
    case WITNESS_NONE:
        assert(witness.kind != WITNESS_NONE); /* a cover has no such predicate */
    }
}

static void add_field(struct building *w, const struct field_build *f)
{
    struct bucket *b = w->b;
    const struct predicates *p = w->o->predicates;

    if (f->field == FIELD_KEYWORD) {
        b->keywords.literals = literal_index_new(f->literals, f->count, NULL, b->arena);
        b->keywords.numbers = literal_index_has_numbers(b->keywords.literals);
        b->keywords.needles = keyword_needles_new(f->literals, f->count, b->arena);
        return;
    }
    struct field_wakes *out = &b->fields[b->field_count++];
    *out = (struct field_wakes){
        .field = f->field, .presence = f->presence, .presence_count = f->presence_count};
    if (f->count == 0)
        return;
    const struct gram_profile profile = {
        .field =
            w->o->profile ? profile_field(w->o->profile, intern_str(p->names, f->field)) : NULL,
        .all = w->o->profile};
    out->literals = literal_index_new(f->literals, f->count, &profile, b->arena);
    out->numbers = literal_index_has_numbers(out->literals);
}

/* Wakes of one field share an index. */
static void build_fields(struct building *w)
{
    struct bucket *b = w->b;
    const struct predicates *p = w->o->predicates;
    uint32_t names = intern_count(p->names) + 1; /* the last place is for keywords */
    uint32_t *place_of = arena_array(w->scratch, names, sizeof *place_of), count = 0;
    struct field_build *builds = arena_array(w->scratch, names, sizeof *builds);

    for (uint32_t i = 0; i < b->wake_count; i++) {
        uint32_t field = p->items[b->wakes[i].predicate].field;
        uint32_t name = field == FIELD_KEYWORD ? names - 1 : field;
        if (place_of[name] == 0) {
            builds[count].field = field;
            place_of[name] = ++count;
        }
        add_wake(w, &builds[place_of[name] - 1], i, b->wakes[i].predicate);
    }
    b->fields = arena_array(b->arena, count, sizeof *b->fields);
    for (uint32_t i = 0; i < count; i++)
        add_field(w, &builds[i]);
}

struct bucket *bucket_new(const struct bucket_order *o)
{
    struct arena *a = arena_new(BUCKET_BLOCK_BYTES);
    struct arena *scratch CLEANUP(arena_freep) = arena_new(SCRATCH_BLOCK_BYTES);
    struct bucket *b = arena_alloc(a, sizeof *b);
    struct building w = {.o = o, .b = b, .scratch = scratch};

    b->arena = a;
    w.indexed = (uint8_t *)arena_array(scratch, o->predicates->count, sizeof *w.indexed);
    w.numbers = (struct predicate_numbers){
        .of = arena_array(scratch, o->predicates->count, sizeof *w.numbers.of),
        .places = arena_array(scratch, o->predicates->count, sizeof *w.numbers.places),
        .indexed = w.indexed};
    take_rules(&w);
    build_wakes(&w);
    build_fields(&w);
    emit_programs(&w);
    number_wakes(&w);
    return b;
}

void bucket_free(struct bucket *b)
{
    if (b)
        arena_free(b->arena);
}
