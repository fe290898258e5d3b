/*
 * freeze.c - writing a block.
 *
 * 1. Spans: starting with the roots, each run of elements that a pointer leads
 *    to is noted once. The list is its own queue: elements of a span are looked
 *    at in the order of the list, what they lead to goes to its end.
 * 2. Groups: spans of one type that overlap are joined, so that a pointer into an
 *    array finds its place there. Groups are numbered in the order in which their
 *    first span was met, which is the order in which they will be used.
 * 3. Bytes: groups are copied to their places, then pointers become numbers. Equal
 *    strings are stored once; they stand at the block's end.
 */
#include "base/freeze_plan.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum { LIST_START = 1024, TABLE_START = 1024 /* a power of two */ };

struct span {
    const char *p;
    uint64_t count;
    uint32_t type;
};

struct group {
    const char *p, *end;
    uint32_t type, first; /* the first of its spans in the order of the list */
    uint64_t index;       /* of its first element in the type's array */
};

struct text { /* a string that is stored */
    uint64_t hash, at, n;
};

struct seen {              /* a span that is in the list */
    uint32_t tag;          /* of its hash: most others differ in it */
    uint32_t place_plus_1; /* 0: the row is free */
};

struct freezing {
    const struct freeze_plan *plan;
    bool leads_on[FREEZE_TYPES_MAX]; /* by type: its elements have pointers */
    struct span *spans;
    uint32_t span_count, span_capacity;
    struct seen *seen; /* table */
    uint32_t seen_count, seen_size;
    struct group *groups; /* by type and address */
    uint32_t group_count;
    struct freeze_region regions[FREEZE_TYPES_MAX];
    struct text *texts; /* table; n of a free row is SIZE_MAX */
    uint32_t text_count, text_size;
    struct buf *out;
    size_t begin, text_begin; /* of the block, and of its strings, in out */
    uint64_t seed;
};

static void freezing_done(struct freezing *f)
{
    free(f->spans);
    free(f->seen);
    free(f->groups);
    free(f->texts);
}

/* A table on large pages where the kernel has them: they are gone through in no order. */
static void *new_table(uint64_t count, size_t size)
{
    void *table = mem_block(count * size);

    memset(table, 0, count * size);
    return table;
}

static const char *pointer_at(const char *element, const struct freeze_step *s)
{
    const char *p;

    memcpy(&p, element + s->base + s->member->offset, sizeof p);
    return p;
}

/* ------------------------------------------------------------ spans */

static uint64_t span_hash(const struct freezing *f, const struct span *s)
{
    return hash_mix((uintptr_t)s->p ^ f->seed, s->count << 8 ^ s->type);
}

static struct seen *seen_row(struct freezing *f, const struct span *s, uint64_t hash)
{
    uint32_t mask = f->seen_size - 1, tag = (uint32_t)(hash >> 32);

    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        struct seen *row = &f->seen[i];
        if (!row->place_plus_1)
            return row;
        assert(f->spans); /* which it names one of */
        const struct span *at = &f->spans[row->place_plus_1 - 1];
        if (row->tag == tag && at->p == s->p && at->count == s->count && at->type == s->type)
            return row;
    }
}

static void seen_grow(struct freezing *f)
{
    struct seen *old = f->seen;
    uint32_t old_size = f->seen_size;

    f->seen_size = old_size ? old_size * 4 : TABLE_START;
    f->seen = new_table(f->seen_size, sizeof *f->seen);
    for (uint32_t i = 0; i < old_size; i++) {
        if (!old[i].place_plus_1)
            continue;
        const struct span *s = &f->spans[old[i].place_plus_1 - 1];
        *seen_row(f, s, span_hash(f, s)) = old[i];
    }
    free(old);
}

/* True when it has not been seen before. */
static bool note_span(struct freezing *f, const struct span *s)
{
    if (f->seen_count >= f->seen_size / 2)
        seen_grow(f);
    uint64_t hash = span_hash(f, s);
    struct seen *row = seen_row(f, s, hash);
    if (row->place_plus_1)
        return false;
    *row = (struct seen){(uint32_t)(hash >> 32), f->span_count + 1};
    f->seen_count++;
    return true;
}

/* What leads nowhere may stand in the list several times: spans that overlap are joined. */
static void add_span(struct freezing *f, const char *p, uint64_t count, uint32_t type)
{
    struct span s = {p, count, type};

    if (!p || !count || (f->leads_on[type] && !note_span(f, &s)))
        return;
    if (f->span_count == f->span_capacity) {
        f->span_capacity = f->span_capacity ? f->span_capacity * 2 : LIST_START;
        f->spans = mem_resize(f->spans, f->span_capacity, sizeof *f->spans);
    }
    f->spans[f->span_count++] = s;
}

static void find_leads(struct freezing *f)
{
    for (uint32_t i = 0; i < f->plan->count; i++)
        for (uint32_t k = 0; k < f->plan->types[i].count; k++) {
            enum freeze_kind kind = f->plan->types[i].steps[k].member->kind;
            f->leads_on[i] |= kind == FREEZE_ONE || kind == FREEZE_MANY;
        }
}

static void follow(struct freezing *f, const struct freeze_plan_type *pt, const char *element)
{
    for (uint32_t i = 0; i < pt->count; i++) {
        const struct freeze_step *s = &pt->steps[i];
        if (s->member->kind == FREEZE_ONE)
            add_span(f, pointer_at(element, s), 1, s->target);
        else if (s->member->kind == FREEZE_MANY)
            add_span(f, pointer_at(element, s), freeze_count(s, element), s->target);
    }
}

static void gather(struct freezing *f, const struct freeze_root *roots, uint32_t count)
{
    find_leads(f);
    for (uint32_t i = 0; i < count; i++)
        add_span(f, roots[i].p, 1, freeze_plan_number(f->plan, roots[i].type));
    for (uint32_t i = 0; i < f->span_count; i++) {
        struct span s = f->spans[i]; /* the list moves when it grows */
        const struct freeze_plan_type *pt = &f->plan->types[s.type];
        for (uint64_t k = 0; k < s.count && f->leads_on[s.type]; k++)
            follow(f, pt, s.p + k * pt->type->size);
    }
}

/* ------------------------------------------------------------ groups */

struct order { /* what spans are sorted by */
    const char *p;
    uint32_t type, place;
};

static int by_address(const void *a, const void *b)
{
    const struct order *x = a, *y = b;

    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    if (x->p != y->p)
        return (uintptr_t)x->p < (uintptr_t)y->p ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static void join_spans(struct freezing *f)
{
    struct order *order = new_table(f->span_count, sizeof *order);

    for (uint32_t i = 0; i < f->span_count; i++)
        order[i] = (struct order){f->spans[i].p, f->spans[i].type, i};
    qsort(order, f->span_count, sizeof *order, by_address);
    f->groups = new_table(f->span_count, sizeof *f->groups);
    for (uint32_t i = 0; i < f->span_count; i++) {
        const struct span *s = &f->spans[order[i].place];
        const char *end = s->p + s->count * f->plan->types[s->type].type->size;
        struct group *last = f->group_count ? &f->groups[f->group_count - 1] : NULL;
        if (!last || last->type != s->type || (uintptr_t)s->p >= (uintptr_t)last->end) {
            f->groups[f->group_count++] = (struct group){s->p, end, s->type, order[i].place, 0};
            continue;
        }
        last->end = (uintptr_t)end > (uintptr_t)last->end ? end : last->end;
        last->first = order[i].place < last->first ? order[i].place : last->first;
    }
    free(order);
}

/* Gives each group its place among the elements of its type. */
static void place_groups(struct freezing *f)
{
    struct group **by_first = new_table(f->span_count, sizeof *by_first);

    for (uint32_t i = 0; i < f->group_count; i++)
        by_first[f->groups[i].first] = &f->groups[i];
    for (uint32_t i = 0; i < f->span_count; i++) {
        struct group *g = by_first[i];
        if (!g)
            continue;
        const struct freeze_type *t = f->plan->types[g->type].type;
        struct freeze_region *r = &f->regions[g->type];
        while (t->align && r->count * t->size % t->align)
            r->count++;
        g->index = r->count;
        r->count += (uint64_t)(g->end - g->p) / t->size;
    }
    free(by_first);
}

/* The number of an element, from 1. */
static uint64_t number_of(const struct freezing *f, const char *p, uint32_t type)
{
    uint32_t low = 0, high = f->group_count; /* the first group behind p is in low..high */

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct group *g = &f->groups[middle];
        if (g->type < type || (g->type == type && (uintptr_t)g->p <= (uintptr_t)p))
            low = middle + 1;
        else
            high = middle;
    }
    assert(low);
    const struct group *g = &f->groups[low - 1];
    uint64_t distance = (uint64_t)(p - g->p), size = f->plan->types[type].type->size;
    assert(g->type == type && p < g->end && distance % size == 0); /* else a table is wrong */
    return g->index + distance / size + 1;
}

/* ------------------------------------------------------------ strings */

static struct text *text_row(const struct freezing *f, str s, uint64_t hash)
{
    uint32_t mask = f->text_size - 1;

    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        struct text *t = &f->texts[i];
        if (t->n == SIZE_MAX || (t->hash == hash && t->n == s.n &&
                                 memcmp(f->out->p + f->text_begin + t->at, s.p, s.n) == 0))
            return t;
    }
}

static void texts_grow(struct freezing *f)
{
    struct text *old = f->texts;
    uint32_t old_size = f->text_size;

    f->text_size = old_size ? old_size * 4 : TABLE_START;
    f->texts = new_table(f->text_size, sizeof *f->texts);
    for (uint32_t i = 0; i < f->text_size; i++)
        f->texts[i].n = SIZE_MAX;
    for (uint32_t i = 0; i < old_size; i++) {
        str s = {f->out->p + f->text_begin + old[i].at, old[i].n};
        if (s.n != SIZE_MAX)
            *text_row(f, s, old[i].hash) = old[i];
    }
    free(old);
}

/* The number of a string's first byte, from 1; 0 for one that points nowhere, and when there is no
 * room any more. */
static uint64_t number_of_text(struct freezing *f, str s)
{
    if (!s.p || f->out->overflow)
        return 0;
    if (f->text_count >= f->text_size / 2)
        texts_grow(f);
    uint64_t hash = hash64(s, f->seed);
    struct text *t = text_row(f, s, hash);
    if (t->n == SIZE_MAX) {
        size_t at = f->out->n - f->text_begin;
        buf_add(f->out, s);
        buf_char(f->out, '\0');
        if (f->out->overflow)
            return 0;
        *t = (struct text){hash, at, s.n};
        f->text_count++;
    }
    return t->at + 1;
}

/* ------------------------------------------------------------ bytes */

/* `to` is a place in out, which moves when a string is added. */
static void freeze_step(struct freezing *f, const struct freeze_step *s, const char *from,
                        size_t to)
{
    const struct freeze_member *m = s->member;
    const char *source = from + s->base + m->offset;
    size_t target = to + s->base + m->offset;
    uintptr_t number = 0;
    uint64_t count = 1;
    str text;

    switch (m->kind) {
    case FREEZE_PLAIN:
    case FREEZE_NESTED:
        return;
    case FREEZE_RANGE:
        assert(freeze_number(source, m->size) < m->limit);
        return;
    case FREEZE_TEXT:
        assert(memchr(source, '\0', m->size));
        return;
    case FREEZE_ZERO:
        memset(f->out->p + target, 0, m->size);
        return;
    case FREEZE_STR:
        memcpy(&text, source, sizeof text);
        number = (uintptr_t)number_of_text(f, text);
        break;
    case FREEZE_MANY:
        count = freeze_count(s, from);
        number = pointer_at(from, s) ? 1 : 0; /* of no elements */
        assert(number || m->nullable || !count);
        break;
    case FREEZE_ONE:
        assert(pointer_at(from, s) || m->nullable);
        break;
    }
    if (m->kind != FREEZE_STR && count && pointer_at(from, s))
        number = (uintptr_t)number_of(f, pointer_at(from, s), s->target);
    memcpy(f->out->p + target, &number, sizeof number);
}

static void freeze_group(struct freezing *f, const struct group *g)
{
    const struct freeze_plan_type *pt = &f->plan->types[g->type];
    uint32_t size = pt->type->size;
    size_t to = f->begin + f->regions[g->type].at + g->index * size;

    memcpy(f->out->p + to, g->p, (size_t)(g->end - g->p));
    for (const char *from = g->p; from < g->end && pt->count; from += size, to += size)
        for (uint32_t i = 0; i < pt->count; i++)
            freeze_step(f, &pt->steps[i], from, to);
}

static uint64_t aligned(uint64_t n)
{
    return (n + FREEZE_ALIGN - 1) & ~(uint64_t)(FREEZE_ALIGN - 1);
}

/* Where the array of each type is; returns where the strings are. */
static uint64_t place_regions(struct freezing *f, uint32_t roots)
{
    uint32_t count = f->plan->count;
    uint64_t at = sizeof(struct freeze_head) + count * sizeof *f->regions + roots * sizeof at;

    for (uint32_t i = FREEZE_TEXT_TYPE + 1; i < count; i++) {
        f->regions[i].at = at = aligned(at);
        at += f->regions[i].count * f->plan->types[i].type->size;
    }
    return f->regions[FREEZE_TEXT_TYPE].at = aligned(at);
}

static void write_head(const struct freezing *f, const struct freeze_root *roots, uint32_t count,
                       char *block)
{
    const struct freeze_region *text = &f->regions[FREEZE_TEXT_TYPE];
    struct freeze_head head = {text->at + text->count, f->plan->count, count};
    char *at = block + sizeof head;

    memcpy(block, &head, sizeof head);
    memcpy(at, f->regions, head.type_count * sizeof *f->regions);
    at += head.type_count * sizeof *f->regions;
    for (uint32_t i = 0; i < count; i++, at += sizeof(uint64_t)) {
        uint64_t number = number_of(f, roots[i].p, freeze_plan_number(f->plan, roots[i].type));
        memcpy(at, &number, sizeof number);
    }
}

/* What no element covers: behind the head, between arrays, and between groups that are aligned. */
static void clear_gaps(const struct freezing *f, char *block, uint64_t text_at)
{
    uint64_t end = 0;

    for (uint32_t i = FREEZE_TEXT_TYPE + 1; i < f->plan->count; i++) {
        const struct freeze_region *r = &f->regions[i];
        const struct freeze_type *t = f->plan->types[i].type;
        memset(block + end, 0, r->at - end + (t->align ? r->count * t->size : 0));
        end = r->at + r->count * t->size;
    }
    memset(block + end, 0, text_at - end);
}

/* With room for as many strings as there mostly are, so that it is not moved on the way. */
static char *reserve(struct buf *out, uint64_t text_at)
{
    uint64_t usual = text_at + text_at / 4 * 3;

    return buf_room(out, usual <= out->max - out->n ? usual : text_at);
}

static bool write_block(struct freezing *f, const struct freeze_root *roots, uint32_t count)
{
    uint64_t text_at = place_regions(f, count);
    char *block = reserve(f->out, text_at);

    if (!block)
        return false;
    clear_gaps(f, block, text_at);
    f->begin = f->out->n;
    f->text_begin = f->out->n += text_at;
    for (uint32_t i = 0; i < f->group_count && !f->out->overflow; i++)
        freeze_group(f, &f->groups[i]);
    if (f->out->overflow)
        return false;
    f->regions[FREEZE_TEXT_TYPE].count = f->out->n - f->text_begin;
    write_head(f, roots, count, f->out->p + f->begin);
    return true;
}

bool freeze(const struct freeze_root *roots, uint32_t count, struct buf *out, struct err *e)
{
    const struct freeze_type *types[FREEZE_ROOTS_MAX] = {0};

    assert(count && count <= FREEZE_ROOTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        assert(roots[i].p);
        types[i] = roots[i].type;
    }
    struct freeze_plan *plan CLEANUP(freeze_plan_freep) = freeze_plan_new(types, count);
    struct freezing f = {.plan = plan, .seed = hash_seed(), .out = out};
    gather(&f, roots, count);
    join_spans(&f);
    place_groups(&f);
    bool ok = write_block(&f, roots, count);
    freezing_done(&f);
    return ok || err_set(e, ERR_LIMIT, "more than %zu bytes", out->max);
}
