/*
 * impossible_travel.c - an account that logs on from two places that nobody travels between so
 * fast.
 *
 * Of each account the last logons are kept with their places. A new one is measured against each:
 * the great circle between them (haversine) less the radii within which the database places them,
 * by the time between. Pairs of places that were seen on `pair_days` earlier days are the account's
 * habit, such as a phone and a VPN, and silent.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "behave/geo_setting.h"
#include "correlate/key_table.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { USERS_MAX = 1 << 16, PAIRS_MAX = 1 << 16, LOGONS = 8, REFS = 2, COUNTRY_ROOM = 4 };

#define HOUR_NS (INT64_C(3600) * 1000000000)

struct visit {
    int64_t time_ns;
    uint64_t ref;
    struct ip ip;
    float latitude, longitude, accuracy_km;
    uint32_t autonomous_system;
    char country[COUNTRY_ROOM]; /* ends with a NUL */
};

struct traveller {
    int64_t last_ns;
    struct visit visits[LOGONS];
    uint32_t count, told; /* told: so far */
};

struct habit_pair {
    int64_t last_ns;
    struct day_bits days;
};

struct impossible_travel {
    struct geo_database *cities, *networks;
    struct key_table *users, *pairs;
    uint64_t seed;
    double speed, distance;
    uint32_t pair_days;
    const str *ignored;
    uint32_t ignored_count;
};

static const struct setting settings_table[] = {
    {.name = "database",
     .kind = SETTING_TEXT,
     .help = "a file with cities in MaxMind's format, such as GeoLite2-City.mmdb; without it this "
             "is off"},
    {.name = "asn_database",
     .kind = SETTING_TEXT,
     .help = "a file with networks' owners, such as GeoLite2-ASN.mmdb"},
    {.name = "speed",
     .kind = SETTING_NUMBER,
     .fallback = "900",
     .min = 50,
     .max = 100000,
     .help = "km/h at which nobody travels"},
    {.name = "distance",
     .kind = SETTING_NUMBER,
     .fallback = "500",
     .min = 1,
     .max = 20000,
     .help = "km between two places at least, beyond their accuracy"},
    {.name = "pair_days",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 1,
     .max = DAY_BITS - 1,
     .help = "earlier days on which a pair of places was told before it is a habit"},
    {.name = "ignore",
     .kind = SETTING_LIST,
     .help = "countries and networks that do not count: `DE`, `AS64500` (needs `asn_database`)"},
};

static int64_t traveller_last(const void *state)
{
    return ((const struct traveller *)state)->last_ns;
}

static int64_t pair_last(const void *state)
{
    return ((const struct habit_pair *)state)->last_ns;
}

static void close(void *self)
{
    struct impossible_travel *t = self;

    geo_database_close(t->cities);
    geo_database_close(t->networks);
    key_table_free(t->users);
    key_table_free(t->pairs);
    free(t);
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind users = {sizeof(struct traveller), traveller_last, NULL};
    static const struct key_table_kind pairs = {sizeof(struct habit_pair), pair_last, NULL};
    struct impossible_travel *t = mem_alloc(sizeof *t);

    t->users = key_table_new(&users, USERS_MAX);
    t->pairs = key_table_new(&pairs, PAIRS_MAX);
    if (!geo_setting(s, "database", &t->cities, e) ||
        !geo_setting(s, "asn_database", &t->networks, e)) {
        close(t);
        return NULL;
    }
    t->speed = (double)setting_number(s, "speed");
    t->distance = (double)setting_number(s, "distance");
    t->pair_days = (uint32_t)setting_number(s, "pair_days");
    t->ignored = setting(s, "ignore")->list;
    t->ignored_count = setting(s, "ignore")->list_count;
    t->seed = hash_seed();
    return t;
}

static const char *off(const void *self)
{
    return ((const struct impossible_travel *)self)->cities ? NULL : GEO_OFF;
}

/* ------------------------------------------------------------ places */

static bool is_ignored(const struct impossible_travel *t, const struct geo_place *p)
{
    for (uint32_t i = 0; i < t->ignored_count; i++) {
        uint64_t number;
        const str s = t->ignored[i];
        if (str_ieq(s, p->country) ||
            (str_starts(s, S("AS")) && str_u64(str_from_at(s, 2), &number) && number &&
             number == p->autonomous_system))
            return true;
    }
    return false;
}

static bool place_of(const struct impossible_travel *t, const struct ip *ip, struct geo_place *ret)
{
    struct geo_place network;

    if (!geo_database_find(t->cities, ip, ret) || !ret->has_point)
        return false;
    if (t->networks && geo_database_find(t->networks, ip, &network))
        ret->autonomous_system = network.autonomous_system;
    return !is_ignored(t, ret);
}

static struct geo_place place_of_visit(const struct visit *v)
{
    return (struct geo_place){.latitude = (double)v->latitude,
                              .longitude = (double)v->longitude,
                              .accuracy_km = (double)v->accuracy_km};
}

/* "Berlin, DE (192.0.2.7)" */
static str place_text(const struct impossible_travel *t, const struct ip *ip, struct arena *a)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct geo_place p;
    const bool v4 = ip_is_v4(ip);

    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip->bytes + 12 : ip->bytes, address, sizeof address);
    if (!geo_database_find(t->cities, ip, &p))
        return arena_printf(a, "%s", address);
    return arena_printf(a, STR_FMT "%s" STR_FMT " (%s)", STR_ARG(p.city),
                        p.city.n && p.country.n ? ", " : "", STR_ARG(p.country), address);
}

/* ------------------------------------------------------------ journeys */

struct journey {
    const struct visit *from;
    double km, hours, speed;
    double radii; /* of both places together */
};

static struct journey journey_of(const struct visit *v, const struct geo_place *to, int64_t now_ns)
{
    const struct geo_place from = place_of_visit(v);
    const double hours = (double)((uint64_t)now_ns - (uint64_t)v->time_ns) / (double)HOUR_NS;
    struct journey j = {.from = v,
                        .km = geo_distance_km(&from, to),
                        .hours = hours,
                        .radii = from.accuracy_km + to->accuracy_km};

    j.speed = j.km / (hours > 1.0 / 3600 ? hours : 1.0 / 3600);
    return j;
}

static bool is_far(const struct impossible_travel *t, const struct journey *j)
{
    return j->km >= t->distance + j->radii;
}

/* The fastest of the journeys that nobody makes. False: there is none, or it is where the account
 * was last. */
static bool find_journey(const struct impossible_travel *t, const struct traveller *u,
                         const struct geo_place *to, int64_t now_ns, struct journey *ret)
{
    const uint32_t held = u->count < LOGONS ? u->count : LOGONS;

    *ret = (struct journey){0};
    for (uint32_t i = 1; i <= held; i++) {
        const struct journey j = journey_of(&u->visits[(u->count - i) % LOGONS], to, now_ns);
        if (i == 1 && !is_far(t, &j))
            return false;
        if (is_far(t, &j) && j.speed >= t->speed && j.speed > ret->speed)
            *ret = j;
    }
    return ret->from != NULL;
}

/* Was this pair of places told on enough days before? It is remembered. */
static bool is_habit(struct impossible_travel *t, uint64_t user, const struct visit *from,
                     const struct geo_place *to, int64_t now_ns)
{
    const uint64_t a = hash_mix(hash64(str_from(from->country), t->seed), from->autonomous_system);
    const uint64_t b = hash_mix(hash64(to->country, t->seed), to->autonomous_system);
    struct habit_pair *p =
        key_table_touch(t->pairs, hash_mix(user, a < b ? hash_mix(a, b) : hash_mix(b, a)));
    const int64_t today = day_of(now_ns);
    const bool habit = day_bits_before(&p->days, today) >= t->pair_days;

    day_bits_set(&p->days, today);
    p->last_ns = now_ns;
    return habit;
}

extern const struct behavior_type behavior_impossible_travel;

static void tell(const struct impossible_travel *t, struct traveller *u, const struct journey *j,
                 const struct ip *ip, const struct observation *o, struct behavior_port *port)
{
    struct arena *a = port->arena;
    const str from = place_text(t, &j->from->ip, a), to = place_text(t, ip, a);
    const struct signal_pair key = {S("user"), o->user};
    const struct signal_pair details[] = {{S("from"), from}, {S("to"), to}};
    const uint64_t refs[REFS] = {j->from->ref, o->ref};
    struct signal s = {
        .first_ns = j->from->time_ns,
        .last_ns = o->time_ns,
        .count = u->told ? 1 : REFS,
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            a,
            STR_FMT " logged on from " STR_FMT " %.1f hours after " STR_FMT ": %.0f km, %.0f km/h",
            STR_ARG(o->user), STR_ARG(to), j->hours, STR_ARG(from), j->km, j->speed),
        .measure = {"km/h", j->speed, 0, 0, t->speed, "threshold", u->count},
        .details = details,
        .detail_count = countof(details),
        .events = refs,
        .event_count = REFS,
    };

    s.entity_count = behavior_entities(o, a, &s.entities);
    behavior_tell(&behavior_impossible_travel, port, &s);
    u->told++;
}

static void remember(struct traveller *u, const struct ip *ip, const struct geo_place *p,
                     const struct observation *o)
{
    struct visit *v = &u->visits[u->count++ % LOGONS];

    *v = (struct visit){.time_ns = o->time_ns,
                        .ref = o->ref,
                        .ip = *ip,
                        .latitude = (float)p->latitude,
                        .longitude = (float)p->longitude,
                        .accuracy_km = (float)p->accuracy_km,
                        .autonomous_system = p->autonomous_system};
    if (p->country.n)
        memcpy(v->country, p->country.p,
               p->country.n < COUNTRY_ROOM ? p->country.n : COUNTRY_ROOM - 1);
    u->last_ns = o->time_ns;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct impossible_travel *t = self;
    struct geo_place place;
    struct journey j;
    struct ip ip;

    if (!t->cities || !geo_logon(o, &ip) || !place_of(t, &ip, &place))
        return;
    const uint64_t user = hash64(o->user, t->seed);
    struct traveller *u = key_table_touch(t->users, user);
    if (find_journey(t, u, &place, o->time_ns, &j) &&
        !is_habit(t, user, j.from, &place, o->time_ns))
        tell(t, u, &j, &ip, o, port);
    remember(u, &ip, &place, o);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct impossible_travel *t = self;

    ret->keys = (uint64_t)key_table_count(t->users) + key_table_count(t->pairs);
    ret->displaced = key_table_displaced(t->users) + key_table_displaced(t->pairs);
    ret->bytes = key_table_bytes(t->users) + key_table_bytes(t->pairs);
}

static const uint8_t activities[] = {GEO_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_impossible_travel = {
    .name = "impossible_travel",
    .title = "Impossible travel",
    .what = "an account that logs on from two places that nobody travels between so fast",
    .severity = SEVERITY_MEDIUM,
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
