/*
 * classifier.c - three tables, each bounded:
 *
 *   places   by layout: where Channel, EventID, Provider_Name and the fields of
 *            CATEGORY rows stand, and the answer and the set that the layout's
 *            last event had, which its next one mostly has again. Layout numbers
 *            are given out one after the other, so their lower bits spread them.
 *   answers  by the values: what the tables said. Keys come from input, so the
 *            hash is seeded; a bucket has WAYS places, of which the next in turn
 *            is given up for a new answer.
 *   sets     distinct sets of log sources, by content, each with a number.
 *
 * A value is compared as the record holds it, with its type and flags, so that
 * raw ones need no decoding. On events of known layouts classification costs
 * about 20 ns.
 */
#include "event/classifier.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    PART_CHANNEL,
    PART_EVENT_ID,
    PART_PROVIDER,
    PART_CONDITION,
    PARTS_MAX = PART_CONDITION + LOGSOURCE_CONDITIONS_MAX,
    WAYS = 4,
    BUCKETS = CLASSIFIER_ANSWERS_MAX / WAYS,
    SET_SLOTS = 2 * CLASSIFIER_SETS_MAX,
    NOWHERE = UINT16_MAX, /* of places */
};
_Static_assert((int)EVENT_FIELDS_MAX < (int)NOWHERE, "a field's place fits");

struct source_set {
    uint64_t hash;
    uint32_t number;
    uint32_t count;
    struct logsource sources[EVENT_LOGSOURCES_MAX]; /* their text in the classifier's arena */
};

/* The deciding values of an event: heads hold length, flags, type and presence. */
struct question {
    const struct value_codec *codec;
    uint64_t heads[PARTS_MAX];
    const char *bytes[PARTS_MAX];
};

struct answer {
    const struct source_set *set; /* NULL: this place is free */
    const struct value_codec *codec;
    uint64_t hash;
    uint64_t heads[PARTS_MAX];
    bool kept; /* the record is not of Windows: what the format said stands */
    char bytes[CLASSIFIER_ANSWER_BYTES];
};

struct places {
    uint32_t layout; /* 0: free */
    uint16_t at[PARTS_MAX];
    const struct answer *answer;
    const struct source_set *set; /* of an event whose format said what it is */
};

struct classifier {
    struct logsource force;
    bool has_force;
    str names[PARTS_MAX];
    uint32_t parts;
    uint64_t seed;
    uint32_t turn; /* way of a bucket that is given up next */
    struct arena *arena, *texts;
    struct places *layouts;
    struct answer *answers;
    struct source_set **sets;
    uint32_t set_count;
    struct places unknown; /* of an event without a layout */
};

struct classifier *classifier_new(const struct logsource *force)
{
    struct classifier *c = mem_alloc(sizeof *c);

    c->has_force = force != NULL;
    if (force)
        c->force = *force;
    c->names[PART_CHANNEL] = LOGSOURCE_CHANNEL;
    c->names[PART_EVENT_ID] = LOGSOURCE_EVENT_ID;
    c->names[PART_PROVIDER] = LOGSOURCE_PROVIDER;
    c->parts = PART_CONDITION + logsource_condition_names(c->names + PART_CONDITION);
    c->seed = hash_seed();
    c->arena = arena_new(1 << 14);
    c->texts = arena_new(1 << 12);
    c->layouts = mem_array(CLASSIFIER_LAYOUTS_MAX, sizeof *c->layouts);
    c->answers = mem_array(CLASSIFIER_ANSWERS_MAX, sizeof *c->answers);
    c->sets = mem_array(SET_SLOTS, sizeof(struct source_set *));
    return c;
}

void classifier_free(struct classifier *c)
{
    if (!c)
        return;
    arena_free(c->arena);
    arena_free(c->texts);
    free(c->layouts);
    free(c->answers);
    free(c->sets);
    free(c);
}

/* Sets of log sources. */

static uint64_t text_hash(str s, uint64_t h)
{
    return hash_mix(h, hash64(s, h));
}

static uint64_t set_hash(const struct classifier *c, const struct event *ev)
{
    uint64_t h = c->seed + ev->logsource_count;

    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        const struct logsource *s = &ev->logsources[i];
        h = text_hash(s->service, text_hash(s->category, text_hash(s->product, h)));
        h = hash_mix(h, (uintptr_t)s->renames);
    }
    return h;
}

static bool set_equals(const struct source_set *set, const struct event *ev)
{
    if (set->count != ev->logsource_count)
        return false;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct logsource *a = &set->sources[i], *b = &ev->logsources[i];
        if (!str_eq(a->product, b->product) || !str_eq(a->category, b->category) ||
            !str_eq(a->service, b->service) || a->renames != b->renames ||
            a->rename_count != b->rename_count)
            return false;
    }
    return true;
}

static bool is_short(const struct event *ev)
{
    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        const struct logsource *s = &ev->logsources[i];
        if (s->product.n > CLASSIFIER_SOURCE_TEXT_MAX ||
            s->category.n > CLASSIFIER_SOURCE_TEXT_MAX || s->service.n > CLASSIFIER_SOURCE_TEXT_MAX)
            return false;
    }
    return true;
}

static struct source_set *set_new(struct classifier *c, const struct event *ev, uint64_t hash)
{
    struct source_set *set = arena_alloc(c->arena, sizeof *set);

    set->hash = hash;
    set->number = source_set_number_new();
    set->count = ev->logsource_count;
    for (uint32_t i = 0; i < set->count; i++) {
        set->sources[i] = ev->logsources[i];
        set->sources[i].product = arena_str(c->arena, ev->logsources[i].product);
        set->sources[i].category = arena_str(c->arena, ev->logsources[i].category);
        set->sources[i].service = arena_str(c->arena, ev->logsources[i].service);
    }
    c->set_count++;
    return set;
}

/* The set that equals the event's log sources, made when it is new; NULL when it gets no number. */
static const struct source_set *set_of(struct classifier *c, const struct event *ev)
{
    uint64_t hash = set_hash(c, ev);
    uint32_t at = (uint32_t)hash % SET_SLOTS;

    for (; c->sets[at]; at = (at + 1) % SET_SLOTS)
        if (c->sets[at]->hash == hash && set_equals(c->sets[at], ev))
            return c->sets[at];
    if (c->set_count == CLASSIFIER_SETS_MAX || !is_short(ev))
        return NULL;
    return c->sets[at] = set_new(c, ev, hash);
}

/* Fields and their values. */

static void find_places(const struct classifier *c, const struct event *ev, struct places *ret)
{
    uint32_t missing = c->parts;

    for (uint32_t k = 0; k < PARTS_MAX; k++)
        ret->at[k] = NOWHERE;
    for (uint32_t i = ev->field_count; i-- > 0 && missing;) {
        str name = ev->fields[i].name;
        for (uint32_t k = 0; k < c->parts; k++)
            if (name.n == c->names[k].n && ret->at[k] == NOWHERE &&
                !(ev->fields[i].flags & FIELD_CONTINUES) && str_eq(name, c->names[k])) {
                ret->at[k] = (uint16_t)i;
                missing--;
            }
    }
}

static struct places *places_of(struct classifier *c, const struct event *ev)
{
    struct places *p = &c->layouts[ev->layout % CLASSIFIER_LAYOUTS_MAX];

    if (ev->layout && p->layout == ev->layout)
        return p;
    if (!ev->layout)
        p = &c->unknown;
    else
        *p = (struct places){.layout = ev->layout};
    find_places(c, ev, p);
    return p;
}

static void ask(const struct classifier *c, const struct event *ev, const struct places *p,
                struct question *q)
{
    q->codec = NULL;
    for (uint32_t k = 0; k < c->parts; k++) {
        q->heads[k] = 0;
        q->bytes[k] = NULL;
        if (p->at[k] == NOWHERE)
            continue;
        const struct field *f = &ev->fields[p->at[k]];
        q->heads[k] =
            (uint64_t)f->value.n << 32 | (uint32_t)(f->flags << 16) | (uint32_t)(f->type << 1) | 1;
        q->bytes[k] = f->value.p;
        if (f->flags & FIELD_RAW)
            q->codec = ev->codec;
    }
    if (q->heads[PART_CHANNEL] >> 32) /* there is a channel: the provider does not count */
        q->heads[PART_PROVIDER] = 0;
}

static size_t part_bytes(const struct question *q, uint32_t part)
{
    return (size_t)(q->heads[part] >> 32);
}

static bool answers_it(const struct classifier *c, const struct answer *a, const struct question *q)
{
    uint64_t differ = 0;
    size_t from = 0;

    for (uint32_t k = 0; k < c->parts; k++)
        differ |= a->heads[k] ^ q->heads[k];
    if (differ || a->codec != q->codec || !a->set)
        return false;
    for (uint32_t k = 0; k < c->parts; k++) {
        size_t n = part_bytes(q, k);
        if (n && memcmp(a->bytes + from, q->bytes[k], n) != 0)
            return false;
        from += n;
    }
    return true;
}

static uint64_t question_hash(const struct classifier *c, const struct question *q)
{
    uint64_t h = c->seed;

    for (uint32_t k = 0; k < c->parts; k++)
        h = hash_mix(h ^ q->heads[k], hash64((str){q->bytes[k], part_bytes(q, k)}, c->seed));
    return h;
}

static const struct answer *answer_find(const struct classifier *c, const struct question *q,
                                        uint64_t hash)
{
    const struct answer *bucket = &c->answers[hash % BUCKETS * WAYS];

    for (uint32_t i = 0; i < WAYS; i++)
        if (bucket[i].hash == hash && answers_it(c, &bucket[i], q))
            return &bucket[i];
    return NULL;
}

/* Keeps an answer, unless its key is too long. */
static const struct answer *answer_add(struct classifier *c, const struct question *q,
                                       uint64_t hash, const struct source_set *set, bool kept)
{
    struct answer *a = &c->answers[hash % BUCKETS * WAYS + c->turn % WAYS];
    size_t from = 0;

    for (uint32_t k = 0; k < c->parts; k++)
        from += part_bytes(q, k);
    if (from > CLASSIFIER_ANSWER_BYTES)
        return NULL;
    c->turn++;
    *a = (struct answer){.set = set, .codec = q->codec, .hash = hash, .kept = kept};
    from = 0;
    for (uint32_t k = 0; k < c->parts; k++) {
        size_t n = part_bytes(q, k);
        a->heads[k] = q->heads[k];
        if (n)
            memcpy(a->bytes + from, q->bytes[k], n);
        from += n;
    }
    return a;
}

/* Classification. */

static str text_at(struct classifier *c, const struct event *ev, uint16_t at)
{
    return at == NOWHERE ? (str){0} : event_value_text(ev, &ev->fields[at], c->texts);
}

static bool ask_tables(struct classifier *c, struct event *ev, const struct places *p)
{
    struct logsource_facts f = {.condition_count = c->parts - PART_CONDITION};

    arena_reset(c->texts);
    f.channel = text_at(c, ev, p->at[PART_CHANNEL]);
    f.event_id = text_at(c, ev, p->at[PART_EVENT_ID]);
    f.provider = text_at(c, ev, p->at[PART_PROVIDER]);
    for (uint32_t i = 0; i < f.condition_count; i++) {
        f.condition_names[i] = c->names[PART_CONDITION + i];
        f.conditions[i] = text_at(c, ev, p->at[PART_CONDITION + i]);
    }
    ev->logsource_count = 0;
    return logsource_of_windows(ev, &f);
}

/* A raw channel that is not empty and whose text is: the provider counts, and is not in the key. */
static bool has_hidden_provider(const struct question *q, const struct event *ev,
                                const struct places *p, struct arena *a)
{
    return part_bytes(q, PART_CHANNEL) && p->at[PART_PROVIDER] != NOWHERE &&
           event_value_text(ev, &ev->fields[p->at[PART_CHANNEL]], a).n == 0;
}

/* What the format said, or what is forced on the event when that was nothing. */
static void classify_given(struct classifier *c, struct event *ev, struct places *p)
{
    if (ev->logsource_count == 0 && c->has_force)
        ev->logsources[ev->logsource_count++] = c->force;
    if (!p->set || !set_equals(p->set, ev))
        p->set = set_of(c, ev);
    ev->source_set = p->set ? p->set->number : 0;
}

static void classify_kept(struct classifier *c, struct event *ev, struct places *p, bool plain)
{
    ev->logsource_count = plain;
    ev->logsources[0].renames = NULL; /* where there is one at all */
    ev->logsources[0].rename_count = 0;
    classify_given(c, ev, p);
}

static const struct answer *answer_of(struct classifier *c, struct event *ev, struct places *p,
                                      const struct question *q, bool plain)
{
    uint64_t hash = question_hash(c, q);
    const struct answer *found = answer_find(c, q, hash);
    struct logsource given = ev->logsources[0];

    if (found)
        return found;
    bool windows = ask_tables(c, ev, p);
    const struct source_set *set = set_of(c, ev);
    if (!windows)
        ev->logsources[0] = given;
    if (set && !has_hidden_provider(q, ev, p, c->texts)) {
        found = answer_add(c, q, hash, set, !windows);
        if (found)
            return found;
    }
    if (!windows)
        classify_kept(c, ev, p, plain);
    else
        ev->source_set = 0;
    return NULL;
}

static void classify_by_values(struct classifier *c, struct event *ev, struct places *p, bool plain)
{
    struct question q = {0};

    ask(c, ev, p, &q);
    if (!p->answer || !answers_it(c, p->answer, &q))
        p->answer = answer_of(c, ev, p, &q, plain);
    if (!p->answer)
        return;
    if (p->answer->kept) {
        classify_kept(c, ev, p, plain);
        return;
    }
    const struct source_set *set = p->answer->set;
    ev->source_set = set->number;
    ev->logsource_count = (uint8_t)set->count;
    memcpy(ev->logsources, set->sources, set->count * sizeof *set->sources);
}

void classifier_event(struct classifier *c, struct event *ev)
{
    bool plain = logsource_is_plain_windows(ev);
    struct places *p = places_of(c, ev);

    if (ev->logsource_count && !plain)
        classify_given(c, ev, p);
    else
        classify_by_values(c, ev, p, plain);
}
