#include "behave/geo_habit.h"

#include "base/hash.h"
#include "base/mem.h"
#include "behave/habit.h"

#include <stdlib.h>

struct geo_habit {
    struct geo_database *database;
    struct habits habits;
    uint64_t seed;
    uint32_t days;
};

void *geo_habit_open(const struct settings *s, struct err *e)
{
    struct geo_habit *g = mem_alloc(sizeof *g);

    if (!geo_setting(s, "database", &g->database, e)) {
        free(g);
        return NULL;
    }
    g->days = (uint32_t)setting_number(s, "days");
    g->seed = hash_seed();
    habits_init(&g->habits);
    return g;
}

void geo_habit_close(void *self)
{
    struct geo_habit *g = self;

    geo_database_close(g->database);
    habits_done(&g->habits);
    free(g);
}

const char *geo_habit_off(const void *self)
{
    return ((const struct geo_habit *)self)->database ? NULL : GEO_OFF;
}

static void tell(const struct geo_sort *sort, const struct geo_thing *thing, const struct habit *h,
                 const struct observation *o, struct behavior_port *port)
{
    const struct signal_pair key[] = {{S("user"), o->user}, {str_from(sort->key), thing->value}};
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .explanation =
            arena_printf(port->arena,
                         STR_FMT " logged on from " STR_FMT " (" STR_FMT
                                 "), which is new to it: on %u days before it came "
                                 "from %u %s",
                         STR_ARG(o->user), STR_ARG(thing->shown),
                         STR_ARG(observed(o, COLUMN_source_ip)), h->days, h->held, sort->many),
        .measure = {"logons from it before", 0, 1, 1, 1, sort->measure, h->days},
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(sort->type, port, &s);
}

void geo_habit_observe(void *self, const struct geo_sort *sort, const struct observation *o,
                       struct behavior_port *port)
{
    struct geo_habit *g = self;
    struct geo_place place;
    struct ip ip;

    if (!g->database || !geo_logon(o, &ip) || !geo_database_find(g->database, &ip, &place))
        return;
    const struct geo_thing thing = sort->thing(&place, port->arena);
    if (thing.value.n == 0)
        return;
    const struct habit h = habits_add(&g->habits, hash64(o->user, g->seed),
                                      hash64(thing.value, g->seed), g->days, o->time_ns);
    if (h.is_new)
        tell(sort, &thing, &h, o, port);
}

void geo_habit_stats(const void *self, struct behavior_stats *ret)
{
    const struct geo_habit *g = self;

    ret->keys = habits_keys(&g->habits);
    ret->displaced = habits_displaced(&g->habits);
    ret->bytes = habits_bytes(&g->habits);
}
