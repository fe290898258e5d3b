/* detector_route.c - see detector_route.h. */
#include "detect/detector_route.h"

#include "base/mem.h"

#include <stdlib.h>

void routes_init(struct routes *r, struct dispatch *d)
{
    *r = (struct routes){.dispatch = d, .arena = arena_new(1 << 14)};
    r->by_set = mem_array(ROUTE_SLOTS, sizeof *r->by_set);
    r->by_words = mem_array(ROUTES_MAX, sizeof *r->by_words);
}

void routes_done(struct routes *r)
{
    arena_free(r->arena);
    free(r->by_set);
    free(r->by_words);
}

static void forget_all(struct routes *r)
{
    arena_reset(r->arena);
    memset(r->by_set, 0, ROUTE_SLOTS * sizeof *r->by_set);
    r->set_count = r->word_count = 0;
}

/* The sources that rename as sources[from] does, when none before it does. */
static void add_part(struct routes *r, struct route *route, uint32_t from)
{
    const struct field_rename *renames = route->sources[from].renames;
    struct logsource alike[EVENT_LOGSOURCES_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < from; i++)
        if (route->sources[i].renames == renames)
            return;
    for (uint32_t i = from; i < route->source_count; i++)
        if (route->sources[i].renames == renames)
            alike[count++] = route->sources[i];
    struct route_part *part = &route->parts[route->part_count++];
    const struct family *all = dispatch_family(r->dispatch, alike, count);
    *part = (struct route_part){.renames = route->sources[from]};
    part->families =
        arena_array(r->arena, dispatch_group_count(r->dispatch) + 1, sizeof(struct family *));
    if (all)
        part->families[part->family_count++] = all;
    else
        part->family_count = dispatch_groups(r->dispatch, alike, count, part->families);
}

/* Rules that ask for no log source see an event without one. */
static struct route *route_new(struct routes *r, const struct event *ev)
{
    struct route *route = arena_alloc(r->arena, sizeof *route);

    route->source_set = ev->source_set;
    route->source_count = ev->logsource_count ? ev->logsource_count : 1;
    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        struct logsource *own = &route->sources[i];
        *own = ev->logsources[i];
        own->product = arena_str(r->arena, own->product);
        own->category = arena_str(r->arena, own->category);
        own->service = arena_str(r->arena, own->service);
    }
    for (uint32_t i = 0; i < route->source_count; i++)
        add_part(r, route, i);
    return route;
}

static bool is_of(const struct route *route, const struct event *ev)
{
    static const struct logsource none;
    const struct logsource *sources = ev->logsource_count ? ev->logsources : &none;
    uint32_t count = ev->logsource_count ? ev->logsource_count : 1;

    if (route->source_count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct logsource *a = &route->sources[i], *b = &sources[i];
        if (a->renames != b->renames || !str_eq(a->product, b->product) ||
            !str_eq(a->category, b->category) || !str_eq(a->service, b->service))
            return false;
    }
    return true;
}

static const struct route *find_by_words(struct routes *r, const struct event *ev)
{
    size_t text = 0;

    for (uint32_t i = 0; i < r->word_count; i++)
        if (is_of(r->by_words[i], ev))
            return r->by_words[i];
    for (uint32_t i = 0; i < ev->logsource_count; i++)
        text += ev->logsources[i].product.n + ev->logsources[i].category.n +
                ev->logsources[i].service.n;
    if (r->word_count == ROUTES_MAX || text > ROUTE_TEXT_MAX)
        forget_all(r);
    struct route *route = route_new(r, ev);
    r->by_words[r->word_count++] = route;
    return route;
}

const struct route *routes_find(struct routes *r, const struct event *ev)
{
    uint32_t at = ev->source_set * 0x9E3779B1u >> 22;

    _Static_assert(ROUTE_SLOTS == 1 << 10, "the shift fits the number of slots");
    if (ev->source_set == 0)
        return find_by_words(r, ev);
    while (r->by_set[at] && r->by_set[at]->source_set != ev->source_set)
        at = (at + 1) % ROUTE_SLOTS;
    if (r->by_set[at])
        return r->by_set[at];
    if (r->set_count == ROUTES_MAX) {
        forget_all(r);
        at = ev->source_set * 0x9E3779B1u >> 22;
    }
    r->set_count++;
    r->by_set[at] = route_new(r, ev);
    return r->by_set[at];
}
