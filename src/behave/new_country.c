/* new_country.c - an account that logs on from a country it never came from. See habit.h for when
 * one is new. */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "behave/geo_setting.h"
#include "behave/habit.h"

#include <stdlib.h>

struct new_country {
    struct geo_database *database;
    struct habits habits;
    uint64_t seed;
    uint32_t days;
};

static const struct setting settings_table[] = {
    {.name = "database",
     .kind = SETTING_TEXT,
     .help = "a file in MaxMind's format, such as GeoLite2-Country.mmdb; without it this is off"},
    {.name = "days",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 1,
     .max = DAY_BITS - 1,
     .help = "earlier days on which the account must have logged on"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct new_country *n = mem_alloc(sizeof *n);

    if (!geo_setting(s, "database", &n->database, e)) {
        free(n);
        return NULL;
    }
    n->days = (uint32_t)setting_number(s, "days");
    n->seed = hash_seed();
    habits_init(&n->habits);
    return n;
}

static void close(void *self)
{
    struct new_country *n = self;

    geo_database_close(n->database);
    habits_done(&n->habits);
    free(n);
}

static const char *off(const void *self)
{
    return ((const struct new_country *)self)->database ? NULL : GEO_OFF;
}

extern const struct behavior_type behavior_new_country;

static void tell(const struct habit *h, const struct geo_place *p, const struct observation *o,
                 struct behavior_port *port)
{
    const struct signal_pair key[] = {{S("user"), o->user}, {S("country"), p->country}};
    const str shown = p->country;
    struct signal s = {
        .first_ns = o->time_ns,
        .last_ns = o->time_ns,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena,
                                    STR_FMT " logged on from " STR_FMT " (" STR_FMT
                                            "), which is new to it: on %u days before it came "
                                            "from %u countries",
                                    STR_ARG(o->user), STR_ARG(shown),
                                    STR_ARG(observed(o, COLUMN_source_ip)), h->days, h->held),
        .measure = {"logons from it before", 0, 1, 1, 1, "the account's own countries", h->days},
        .events = &o->ref,
        .event_count = 1,
    };

    s.entity_count = behavior_entities(o, port->arena, &s.entities);
    behavior_tell(&behavior_new_country, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct new_country *n = self;
    struct geo_place place;
    struct ip ip;

    if (!n->database || !geo_logon(o, &ip) || !geo_database_find(n->database, &ip, &place) ||
        place.country.n == 0)
        return;
    const struct habit h = habits_add(&n->habits, hash64(o->user, n->seed),
                                      hash64(place.country, n->seed), n->days, o->time_ns);
    if (h.is_new)
        tell(&h, &place, o, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct new_country *n = self;

    ret->keys = habits_keys(&n->habits);
    ret->displaced = habits_displaced(&n->habits);
    ret->bytes = habits_bytes(&n->habits);
}

static const uint8_t activities[] = {GEO_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_new_country = {
    .name = "new_country",
    .title = "New country",
    .what = "an account that logs on from a country it never came from",
    .severity = SEVERITY_LOW,
    .tags = "attack.initial-access attack.t1078",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
    .off = off,
};
