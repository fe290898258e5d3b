/*
 * evtx_cache.c - a hash table of programs in one arena. The arena is emptied as a whole between
 * batches when it is full: definitions come back with the next chunk.
 */
#include "formats/evtx_cache.h"

#include "base/hash.h"
#include "base/mem.h"
#include "formats/evtx_value.h"

#include <stdlib.h>

enum { BUCKETS = 1024, CACHE_BLOCK = 256 * 1024 };

struct evtx_cache {
    struct arena *arena;
    uint64_t seed;
    uint32_t count;
    uint32_t number; /* of the program added last */
    struct evtx_program *buckets[BUCKETS];
};

struct evtx_cache *evtx_cache_new(void)
{
    struct evtx_cache *c = mem_alloc(sizeof *c);

    c->arena = arena_new(CACHE_BLOCK);
    c->seed = hash_seed();
    return c;
}

void evtx_cache_free(struct evtx_cache *c)
{
    if (!c)
        return;
    arena_free(c->arena);
    free(c);
}

void evtx_cache_trim(struct evtx_cache *c)
{
    if (c->count < EVTX_CACHE_PROGRAMS_MAX && arena_used(c->arena) < EVTX_CACHE_BYTES_MAX)
        return;
    arena_reset(c->arena);
    memset(c->buckets, 0, sizeof c->buckets);
    c->count = 0;
}

static struct evtx_program **bucket_of(struct evtx_cache *c, const uint8_t guid[16], size_t n,
                                       enum evtx_place place)
{
    uint64_t key = hash64((str){(const char *)guid, 16}, c->seed);

    return &c->buckets[hash_mix(key, n * EVTX_PLACE_COUNT + place) % BUCKETS];
}

/* Are the bytes that the mask has set equal? Goes by words: the last one may reach beyond n. */
static bool equal_where(const uint8_t *a, const uint8_t *b, const uint8_t *mask, size_t n)
{
    uint64_t differ = 0;

    for (size_t i = 0; i < n; i += sizeof differ) {
        uint64_t x, y, m;
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        memcpy(&m, mask + i, sizeof m);
        differ |= (x ^ y) & m;
    }
    return differ == 0;
}

/* The body is compared but for its references, and they by what they lead to. An inline name is
 * part of the body; the offset of another name in its header, its hash and its NUL do not count. */
static bool says_the_same(const struct evtx_program *p, const struct evtx_view *view, size_t body)
{
    const uint8_t *bytes = view->bytes + body;

    if (!equal_where(bytes, p->body, p->mask, p->body_n))
        return false;
    for (uint32_t i = 0; i < p->ref_count; i++) {
        const struct evtx_name_ref *ref = &p->refs[i];
        const size_t name_n = EVTX_NAME_HEADER + 2 * (size_t)ref->units;
        size_t name = evtx_position(view, le32(bytes + ref->at));
        if ((name == body + ref->at + 4) != ref->is_inline)
            return false;
        if (ref->is_inline)
            continue;
        if (name > view->n || view->n - name < name_n ||
            le16(view->bytes + name + 6) != ref->units ||
            memcmp(view->bytes + name + EVTX_NAME_HEADER, p->names + ref->name,
                   2 * (size_t)ref->units) != 0)
            return false;
    }
    return true;
}

/* Copies of the body and of what counts of it, in whole words. */
static void keep_body(struct evtx_cache *c, struct evtx_program *p, const uint8_t *body)
{
    size_t room = (p->body_n + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
    uint8_t *copy = arena_array(c->arena, room, 1), *mask = arena_array(c->arena, room, 1);

    memcpy(copy, body, p->body_n);
    memset(mask, 0xFF, p->body_n);
    for (uint32_t i = 0; i < p->ref_count; i++) {
        const struct evtx_name_ref *ref = &p->refs[i];
        uint8_t *at = mask + ref->at;
        memset(at, 0, 4);
        if (!ref->is_inline)
            continue;
        memset(at + 4, 0, 6); /* next(4) hash(2) */
        memset(at + 4 + EVTX_NAME_HEADER + 2 * (size_t)ref->units, 0, 2);
    }
    p->body = copy;
    p->mask = mask;
}

struct evtx_program *evtx_cache_find(struct evtx_cache *c, const struct evtx_view *view,
                                     size_t body, size_t n, const uint8_t guid[16],
                                     enum evtx_place place)
{
    struct evtx_program *p = *bucket_of(c, guid, n, place);

    assert(body <= view->n && n <= view->n - body);
    for (uint32_t i = 0; p && i < EVTX_CACHE_CHAIN_MAX; i++, p = p->next)
        if (p->body_n == n && p->place == place && memcmp(p->guid, guid, sizeof p->guid) == 0 &&
            says_the_same(p, view, body))
            return p;
    return NULL;
}

struct evtx_program *evtx_cache_add(struct evtx_cache *c, const struct evtx_program *compiled,
                                    const uint8_t guid[16])
{
    struct evtx_program **bucket = bucket_of(c, guid, compiled->body_n, compiled->place);
    struct evtx_program *p = arena_alloc(c->arena, sizeof *p);
    struct evtx_op *ops = arena_array(c->arena, compiled->op_count, sizeof *ops);
    struct evtx_name_ref *refs = arena_array(c->arena, compiled->ref_count, sizeof *refs);
    size_t names_n = 0;

    for (uint32_t i = 0; i < compiled->ref_count; i++)
        names_n += 2 * (size_t)compiled->refs[i].units;
    char *names = arena_bytes(c->arena, names_n);
    size_t at = 0;
    for (uint32_t i = 0; i < compiled->ref_count; i++) {
        refs[i] = compiled->refs[i];
        memcpy(names + at, compiled->names + refs[i].name, 2 * (size_t)refs[i].units);
        refs[i].name = (uint32_t)at;
        at += 2 * (size_t)refs[i].units;
    }
    if (compiled->op_count)
        memcpy(ops, compiled->ops, compiled->op_count * sizeof *ops);

    *p = *compiled;
    p->ops = ops;
    p->refs = refs;
    p->names = (const uint8_t *)names;
    p->text = arena_str(c->arena, (str){compiled->text, compiled->text_n}).p;
    keep_body(c, p, compiled->body);
    memcpy(p->guid, guid, sizeof p->guid);
    p->number = ++c->number;
    p->batch = 0;
    p->batch_text = NULL;
    p->next = *bucket;
    *bucket = p;
    c->count++;
    return p;
}

void *evtx_cache_room(struct evtx_cache *c, size_t n)
{
    return arena_used(c->arena) < EVTX_CACHE_BYTES_MAX ? arena_alloc(c->arena, n) : NULL;
}
