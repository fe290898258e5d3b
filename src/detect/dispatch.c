/* dispatch.c - see dispatch.h. */
#include "detect/dispatch.h"

#include "base/mem.h"
#include "base/order.h"
#include "detect/event_id.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct group { /* rules that name the same log source */
    struct logsource source;
    uint32_t *rules;
    uint32_t rule_count;
};

struct id_slot {
    uint32_t id_plus_1; /* 0: free */
    struct bucket *_Atomic bucket;
};

struct family {
    struct dispatch *dispatch;
    uint32_t *groups, group_count; /* ascending */
    uint32_t *rules, rule_count;   /* ascending */
    struct id_slot *ids;           /* a table of id_mask + 1 places */
    uint32_t id_mask;
    struct bucket *_Atomic other, *_Atomic unknown; /* EventIDs that no rule names; unknown ones */
};

struct dispatch {
    const struct ruleset *rs;
    const struct predicates *predicates;
    const struct rule_trees *trees;
    const struct profile *profile;
    uint32_t event_id_field;
    struct group *groups;
    uint32_t group_count, group_capacity;
    struct arena *arena; /* groups, families */

    pthread_mutex_t lock;     /* guards what follows, the buckets' building, and the arena */
    struct family **families; /* FAMILIES_MAX, and one for each single group behind them */
    uint32_t family_count;
};

/* ------------------------------------------------------------ groups */

/* What rules of one group have in common: the words, each behind its length, but for case. */
static str key_source(const struct logsource *source, struct arena *a)
{
    const str words[] = {source->product, source->category, source->service};
    size_t n = 0;

    for (size_t i = 0; i < countof(words); i++)
        n += sizeof n + words[i].n;
    char *key = arena_bytes(a, n), *at = key;
    for (size_t i = 0; i < countof(words); i++) {
        memcpy(at, &words[i].n, sizeof n);
        at += sizeof n;
        for (size_t k = 0; k < words[i].n; k++)
            *at++ = ascii_lower(words[i].p[k]);
    }
    return (str){key, n};
}

/* The place of the group, in the order of first sight, as keys are numbered. */
static uint32_t group_of(struct dispatch *d, struct intern *keys, const struct logsource *source,
                         struct arena *scratch)
{
    uint32_t place = intern_add(keys, key_source(source, scratch));

    if (place == d->group_count) {
        struct group *room = arena_push(d->arena, (void **)&d->groups, &d->group_count,
                                        &d->group_capacity, sizeof *room);
        *room = (struct group){.source = *source};
    }
    return place;
}

static void group_rules(struct dispatch *d)
{
    struct intern *keys CLEANUP(intern_freep) = intern_new();
    struct arena *scratch CLEANUP(arena_freep) = arena_new(1 << 16);
    uint32_t *of_rule = mem_array(d->rs->count, sizeof *of_rule);

    for (uint32_t i = 0; i < d->rs->count; i++) {
        of_rule[i] = group_of(d, keys, &d->rs->rules[i]->logsource, scratch);
        d->groups[of_rule[i]].rule_count++;
    }
    for (uint32_t i = 0; i < d->group_count; i++) {
        struct group *g = &d->groups[i];
        g->rules = arena_array(d->arena, g->rule_count, sizeof *g->rules);
        g->rule_count = 0;
    }
    for (uint32_t i = 0; i < d->rs->count; i++) {
        struct group *g = &d->groups[of_rule[i]];
        g->rules[g->rule_count++] = i;
    }
    free(of_rule);
}

struct dispatch *dispatch_new(const struct ruleset *rs, const struct predicates *p,
                              const struct rule_trees *trees, const struct profile *profile)
{
    struct dispatch *d = mem_alloc(sizeof *d);

    d->rs = rs;
    d->predicates = p;
    d->trees = trees;
    d->profile = profile;
    d->event_id_field = intern_find(p->names, event_id_name);
    d->arena = arena_new(1 << 16);
    group_rules(d);
    pthread_mutex_init(&d->lock, NULL);
    d->families = mem_array((size_t)FAMILIES_MAX + d->group_count, sizeof *d->families);
    return d;
}

static void family_done(struct family *f)
{
    for (uint32_t i = 0; i <= f->id_mask; i++)
        bucket_free(f->ids[i].bucket);
    bucket_free(f->other);
    bucket_free(f->unknown);
}

void dispatch_free(struct dispatch *d)
{
    if (!d)
        return;
    for (uint32_t i = 0; i < FAMILIES_MAX + d->group_count; i++)
        if (d->families[i])
            family_done(d->families[i]);
    pthread_mutex_destroy(&d->lock);
    free(d->families);
    arena_free(d->arena);
    free(d);
}

/* ------------------------------------------------------------ families */

/* The EventIDs that the family's rules ask for, collected. */
struct id_list {
    struct arena *arena;
    uint32_t *items;
    uint32_t count, capacity;
};

static void take_id(void *ctx, str text)
{
    struct id_list *ids = ctx;
    uint32_t id;

    if (!event_id_read(text, &id))
        return;
    uint32_t *room =
        arena_push(ids->arena, (void **)&ids->items, &ids->count, &ids->capacity, sizeof *room);
    *room = id;
}

static struct id_slot *slot_of(const struct family *f, uint32_t id)
{
    uint32_t at = (id * 0x9E3779B1u >> 16) & f->id_mask;

    while (f->ids[at].id_plus_1 && f->ids[at].id_plus_1 != id + 1)
        at = (at + 1) & f->id_mask;
    return &f->ids[at];
}

static void build_ids(struct dispatch *d, struct family *f)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new(1 << 14);
    struct id_list ids = {.arena = scratch};

    for (uint32_t i = 0; i < f->rule_count && d->event_id_field != INTERN_NONE; i++)
        event_id_each(d->trees, f->rules[i], d->predicates, d->event_id_field, take_id, &ids);
    uint32_t places = 4;
    while (places < 2 * ids.count)
        places *= 2;
    f->id_mask = places - 1;
    f->ids = arena_array(d->arena, places, sizeof *f->ids);
    for (uint32_t i = 0; i < ids.count; i++)
        slot_of(f, ids.items[i])->id_plus_1 = ids.items[i] + 1;
}

static struct family *family_new(struct dispatch *d, const uint32_t *groups, uint32_t count)
{
    struct family *f = arena_alloc(d->arena, sizeof *f);
    uint32_t rules = 0;

    f->dispatch = d;
    f->group_count = count;
    f->groups = arena_array(d->arena, count, sizeof *f->groups);
    for (uint32_t i = 0; i < count; i++) {
        f->groups[i] = groups[i];
        rules += d->groups[groups[i]].rule_count;
    }
    f->rules = arena_array(d->arena, rules, sizeof *f->rules);
    for (uint32_t i = 0; i < count; i++) {
        const struct group *g = &d->groups[groups[i]];
        memcpy(f->rules + f->rule_count, g->rules, g->rule_count * sizeof *g->rules);
        f->rule_count += g->rule_count;
    }
    sort_u32(f->rules, f->rule_count);
    build_ids(d, f);
    return f;
}

static bool applies_to_any(const struct group *g, const struct logsource *sources, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (logsource_applies(&g->source, &sources[i]))
            return true;
    return false;
}

const struct family *dispatch_family(struct dispatch *d, const struct logsource *sources,
                                     uint32_t count)
{
    uint32_t *groups = mem_array(d->group_count, sizeof *groups), n = 0;
    struct family *found = NULL;

    for (uint32_t i = 0; i < d->group_count; i++)
        if (applies_to_any(&d->groups[i], sources, count))
            groups[n++] = i;
    pthread_mutex_lock(&d->lock);
    for (uint32_t i = 0; i < d->family_count && !found; i++) {
        struct family *f = d->families[i];
        if (f->group_count == n && (n == 0 || memcmp(f->groups, groups, n * sizeof *groups) == 0))
            found = f;
    }
    if (!found && d->family_count < FAMILIES_MAX)
        found = d->families[d->family_count++] = family_new(d, groups, n);
    pthread_mutex_unlock(&d->lock);
    free(groups);
    return found;
}

uint32_t dispatch_groups(struct dispatch *d, const struct logsource *sources, uint32_t count,
                         const struct family **ret)
{
    uint32_t n = 0;

    pthread_mutex_lock(&d->lock);
    for (uint32_t i = 0; i < d->group_count; i++) {
        if (!applies_to_any(&d->groups[i], sources, count))
            continue;
        struct family **single = &d->families[FAMILIES_MAX + i];
        if (!*single)
            *single = family_new(d, &i, 1);
        ret[n++] = *single;
    }
    pthread_mutex_unlock(&d->lock);
    return n;
}

uint32_t dispatch_group_count(const struct dispatch *d)
{
    return d->group_count;
}

uint32_t dispatch_event_id_field(const struct dispatch *d)
{
    return d->event_id_field;
}

/* ------------------------------------------------------------ buckets */

static const struct bucket *build(const struct family *f, struct bucket *_Atomic *place,
                                  const struct known_field *known)
{
    struct dispatch *d = f->dispatch;
    const struct bucket_order order = {d->predicates, d->trees,      d->profile,
                                       f->rules,      f->rule_count, *known};

    pthread_mutex_lock(&d->lock);
    struct bucket *b = atomic_load_explicit(place, memory_order_acquire);
    if (!b) { /* nobody was faster */
        b = bucket_new(&order);
        atomic_store_explicit(place, b, memory_order_release);
    }
    pthread_mutex_unlock(&d->lock);
    return b;
}

const struct bucket *family_bucket(const struct family *const_f, bool known, uint32_t id)
{
    struct family *f = (struct family *)(uintptr_t)const_f; /* its buckets come when needed */
    struct known_field field = {.name = INTERN_NONE};
    struct bucket *_Atomic *place = &f->unknown;
    char text[EVENT_ID_TEXT_MAX];

    if (known) {
        struct id_slot *slot = slot_of(f, id);
        place = slot->id_plus_1 ? &slot->bucket : &f->other;
        field = (struct known_field){f->dispatch->event_id_field, event_id_other};
    }
    const struct bucket *b = atomic_load_explicit(place, memory_order_acquire);
    if (__builtin_expect(b != NULL, 1))
        return b;
    if (known && place != &f->other) {
        int n = snprintf(text, sizeof text, "%u", id);
        field.value = (str){text, (size_t)n};
    }
    return build(f, place, &field);
}

void dispatch_prepare_rule(struct dispatch *d, uint32_t rule)
{
    const struct rule_tree *tree = &d->trees->rules[rule];

    pthread_mutex_lock(&d->lock);
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *n = &d->trees->nodes[tree->first_node + i];
        if (n->kind == NODE_ITEM)
            predicates_prepare(d->predicates, n->predicate);
    }
    pthread_mutex_unlock(&d->lock);
}
