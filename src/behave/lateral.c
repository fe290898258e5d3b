/*
 * lateral.c - logons that lead from host to host where nobody goes: paths of rare logons, and one
 * source that logs on to many hosts it never logged on to.
 *
 * A logon continues a path when its source is a host that was logged on to within `hop`; which of
 * these logons caused it is not known, so the one that makes the path rarest is taken, up to four
 * hops. A path's score is the sum of the rarity of its logons (login_edge.h), times 1.5 where the
 * account changes on the way, times the criticality of where it ends. Of a day, no more than
 * `budget` paths are told, unless one is rarer than all that were told that day: what is looked at
 * is bounded, whatever the network is like.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/day_bits.h"
#include "behave/kept_name.h"
#include "behave/login_edge.h"
#include "behave/member_signal.h"
#include "correlate/key_table.h"

#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 1 << 14, INBOUND = 4, HOPS_MAX = 4, FANS_MAX = 1 << 15, FAN_EVENTS = 128 };
enum { TOLD = 1 };

struct hop {
    uint64_t ref;
    struct kept_name source, user;
};

/* A path that ends at a host. */
struct path {
    int64_t time_ns, first_ns; /* of its last and its first logon */
    uint64_t user;             /* of its last */
    double score;              /* before the criticality of where it ends */
    uint32_t hops;             /* 0: no path */
    bool changed;              /* the account did on the way */
    uint8_t unused[3];
    struct hop all[HOPS_MAX];
};

struct host {
    int64_t last_ns;
    struct path inbound[INBOUND]; /* the newest */
    uint64_t next;
};

struct lateral {
    struct login_edges *edges;
    struct key_table *hosts;
    struct member_window *fans; /* of each (source, account): hosts that are new to the source */
    double score, highest;      /* highest: of today's that were told */
    uint64_t hosts_min, days_min, budget, told, seed;
    int64_t hop_ns, today;
};

static const struct setting settings_table[] = {
    {.name = "score",
     .kind = SETTING_NUMBER,
     .fallback = "12",
     .min = 1,
     .max = 1000,
     .help = "a path is told when its score is this or more"},
    {.name = "budget",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 1,
     .max = 1000,
     .help = "paths that are told of one day, rarer ones than before apart"},
    {.name = "hop",
     .kind = SETTING_DURATION,
     .fallback = "12h",
     .help = "a logon may follow one that is this old"},
    {.name = "hosts",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 3,
     .max = 100,
     .help =
         "hosts that one source and account log on to within `fan_window` and never did before"},
    {.name = "days",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .max = 63,
     .help = "days on which a source must have been seen before its new hosts count"},
    {.name = "fan_window",
     .kind = SETTING_DURATION,
     .fallback = "1h",
     .help = "over which new hosts count"},
};

static int64_t host_last(const void *state)
{
    return ((const struct host *)state)->last_ns;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct host), host_last, NULL};
    const struct member_spec fans = {(int64_t)setting_number(s, "fan_window"), FANS_MAX,
                                     FAN_EVENTS};
    struct lateral *l = mem_alloc(sizeof *l);

    (void)e;
    l->score = (double)setting_number(s, "score");
    l->budget = setting_number(s, "budget");
    l->hop_ns = (int64_t)setting_number(s, "hop");
    l->hosts_min = setting_number(s, "hosts");
    l->days_min = setting_number(s, "days");
    l->edges = login_edges_new();
    l->hosts = key_table_new(&kind, HOSTS_MAX);
    l->fans = member_window_new(&fans);
    l->seed = hash_seed();
    l->today = INT64_MIN;
    return l;
}

static void close(void *self)
{
    struct lateral *l = self;

    login_edges_free(l->edges);
    key_table_free(l->hosts);
    member_window_free(l->fans);
    free(l);
}

extern const struct behavior_type behavior_lateral;

/* ------------------------------------------------------------ paths */

/* The machine that the logon comes from, whatever address it has. */
static str machine(const struct observation *o)
{
    return o->source_host.n ? o->source_host : o->source;
}

/* The path that the logon makes with the one of these that makes it rarest, or alone. */
static struct path continue_path(const struct lateral *l, const struct observation *o,
                                 const struct login_edge *edge)
{
    const struct host *from = key_table_find(l->hosts, hash64(machine(o), l->seed));
    const uint64_t user = hash64(o->user, l->seed);
    const struct path *best = NULL;
    struct path ret = {0};

    for (uint32_t i = 0; from && i < INBOUND; i++) {
        const struct path *p = &from->inbound[i];
        const bool near = p->hops && p->hops < HOPS_MAX &&
                          (uint64_t)o->time_ns - (uint64_t)p->time_ns <= (uint64_t)l->hop_ns;
        if (near && (!best || p->score > best->score))
            best = p;
    }
    if (best)
        ret = *best;
    else
        ret.first_ns = o->time_ns;
    ret.changed = ret.changed || (ret.hops && ret.user != user);
    ret.user = user;
    ret.time_ns = o->time_ns;
    ret.score += edge->rarity;
    struct hop *hop = &ret.all[ret.hops++];
    hop->ref = o->ref;
    kept_name_set(&hop->source, machine(o));
    kept_name_set(&hop->user, o->user);
    return ret;
}

static double worth(enum criticality c)
{
    static const double worths[] = {
        [CRITICALITY_NONE] = 1,   [CRITICALITY_LOW] = 0.5,   [CRITICALITY_MEDIUM] = 1,
        [CRITICALITY_HIGH] = 1.5, [CRITICALITY_EXTREME] = 2,
    };

    return worths[c];
}

static void keep_path(struct lateral *l, const struct observation *o, const struct path *p)
{
    struct host *h = key_table_touch(l->hosts, hash64(o->host, l->seed));

    h->last_ns = o->time_ns;
    h->inbound[h->next++ % INBOUND] = *p;
}

/* Counts a path that is told. False: the day's budget is used up by rarer ones. */
static bool within_budget(struct lateral *l, int64_t time_ns, double score)
{
    const int64_t today = day_of(time_ns);

    if (today != l->today) {
        l->today = today;
        l->told = 0;
        l->highest = 0;
    }
    if (l->told >= l->budget && score <= l->highest)
        return false;
    l->told++;
    l->highest = score > l->highest ? score : l->highest;
    return true;
}

/* "ws1 -> srv2 (bob) -> dc1 (admin)" */
static str path_text(const struct path *p, str end, struct arena *a)
{
    str ret = arena_str(a, kept_name_of(&p->all[0].source));

    for (uint32_t i = 0; i < p->hops; i++) {
        const str to = i + 1 < p->hops ? kept_name_of(&p->all[i + 1].source) : end;
        const str user = kept_name_of(&p->all[i].user);
        ret = arena_printf(a, STR_FMT " -> " STR_FMT " (" STR_FMT ")", STR_ARG(ret), STR_ARG(to),
                           STR_ARG(user));
    }
    return ret;
}

/* Hosts and accounts along the path, besides those of its last logon. */
static uint32_t path_entities(const struct path *p, const struct observation *o, struct arena *a,
                              const struct entity **ret)
{
    const struct entity *seen;
    const uint32_t count = behavior_entities(o, a, &seen);
    struct entity *all = arena_array(a, count + 2 * HOPS_MAX, sizeof *all);
    uint32_t n = count;

    if (count)
        memcpy(all, seen, count * sizeof *all);
    for (uint32_t i = 0; i + 1 < p->hops; i++) {
        const str source = kept_name_of(&p->all[i].source);
        all[n++] = (struct entity){behavior_place_type(source), source};
        all[n++] = (struct entity){ENTITY_USER, kept_name_of(&p->all[i].user)};
    }
    *ret = all;
    return n;
}

static void tell_path(const struct lateral *l, const struct observation *o, const struct path *p,
                      double score, const struct login_edge *edge, struct behavior_port *port)
{
    uint64_t *refs = arena_array(port->arena, HOPS_MAX, sizeof *refs);
    const struct signal_pair key[] = {{S("source"), kept_name_of(&p->all[0].source)},
                                      {S("target"), o->host}};
    const str text = path_text(p, o->host, port->arena);
    const struct signal_pair details[] = {
        {S("path"), text},
        {S("rarity of account and target"), arena_printf(port->arena, "%.1f", edge->user_target)},
        {S("rarity of source and target"), arena_printf(port->arena, "%.1f", edge->source_target)},
        {S("rarity of source and account"), arena_printf(port->arena, "%.1f", edge->source_user)},
    };
    struct signal s = {
        .first_ns = p->first_ns,
        .last_ns = o->time_ns,
        .count = p->hops,
        .key = key,
        .key_count = countof(key),
        .explanation =
            arena_printf(port->arena, STR_FMT "%s: logons that are rare (%.1f)", STR_ARG(text),
                         p->changed ? ", the account changes" : "", score),
        .measure = {"rarity of a path of logons", score, 0, 0, l->score,
                    "days of the last 64 on which each was seen",
                    edge->user_days + edge->source_days},
        .details = details,
        .detail_count = countof(details),
        .events = refs,
        .event_count = p->hops,
    };

    for (uint32_t i = 0; i < p->hops; i++)
        refs[i] = p->all[i].ref;
    s.entity_count = path_entities(p, o, port->arena, &s.entities);
    behavior_tell(&behavior_lateral, port, &s);
}

static void see_path(struct lateral *l, const struct observation *o, const struct login_edge *edge,
                     struct behavior_port *port)
{
    const struct path p = continue_path(l, o, edge);
    const double score = p.score * (p.changed ? 1.5 : 1) * worth(o->host_asset.criticality);

    keep_path(l, o, &p);
    if (p.hops >= 2 && score >= l->score && (edge->source_is_new || edge->user_is_new) &&
        within_budget(l, o->time_ns, score))
        tell_path(l, o, &p, score, edge, port);
}

/* ------------------------------------------------------------ fans */

static void see_fan(struct lateral *l, const struct observation *o, const struct login_edge *edge,
                    struct behavior_port *port)
{
    const uint64_t pair = hash_mix(hash64(machine(o), l->seed), hash64(o->user, l->seed));
    const struct member_event e = {o->time_ns, hash64(o->host, l->seed), o->ref};
    const struct signal_pair key[] = {{S("source"), machine(o)}, {S("user"), o->user}};

    if (!edge->source_is_new || edge->source_days < l->days_min ||
        o->user_asset.roles & ROLE_SERVICE_ACCOUNT)
        return;
    const struct member_view v = member_window_add(l->fans, pair, &e);
    if (v.members < l->hosts_min) {
        *v.mark = 0;
        return;
    }
    struct signal s = {
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena,
                                    STR_FMT " logged on from " STR_FMT
                                            " to %s%u hosts within %llu s that it never logged "
                                            "on to on %u days before",
                                    STR_ARG(o->user), STR_ARG(machine(o)), member_at_least(&v),
                                    v.members, member_seconds(&v, o->time_ns), edge->source_days),
        .measure = {.what = "hosts that are new to a source",
                    .value = v.members,
                    .high = (double)l->hosts_min - 1,
                    .baseline = "days of the last 64 on which the source logged on",
                    .samples = edge->source_days},
    };
    member_signal(o, &v, TOLD, port->arena, &s);
    behavior_tell(&behavior_lateral, port, &s);
}

/* Scanners, gateways and jump hosts log on everywhere, and everyone does to domain controllers. */
static bool is_edge(const struct observation *o)
{
    return o->columns->outcome == OUTCOME_SUCCESS && o->source.n && o->host.n && o->user.n &&
           !str_eq(machine(o), o->host) &&
           !(o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY | ROLE_JUMP_HOST)) &&
           !(o->host_asset.roles & ROLE_DOMAIN_CONTROLLER &&
             o->host_asset.criticality < CRITICALITY_HIGH) &&
           !(o->user.n && memchr(o->user.p, '$', o->user.n));
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct lateral *l = self;

    if (!is_edge(o))
        return;
    const int64_t from = o->time_ns < INT64_MIN + l->hop_ns ? INT64_MIN : o->time_ns - l->hop_ns;
    key_table_expire(l->hosts, from);
    const struct login_edge edge =
        login_edges_add(l->edges, hash64(o->user, l->seed), hash64(machine(o), l->seed),
                        hash64(o->host, l->seed), o->time_ns);
    see_path(l, o, &edge, port);
    see_fan(l, o, &edge, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct lateral *l = self;

    ret->keys =
        login_edges_keys(l->edges) + key_table_count(l->hosts) + member_window_keys(l->fans);
    ret->displaced = login_edges_displaced(l->edges) + key_table_displaced(l->hosts) +
                     member_window_displaced(l->fans);
    ret->bytes =
        login_edges_bytes(l->edges) + key_table_bytes(l->hosts) + member_window_bytes(l->fans);
}

static const uint8_t activities[] = {ACTIVITY_logon, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_lateral = {
    .name = "lateral",
    .title = "Lateral movement",
    .what = "rare logons that lead from host to host, or from one to many that are new to it",
    .severity = SEVERITY_HIGH,
    .tags = "attack.lateral-movement attack.t1021",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
