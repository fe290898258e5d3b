#include "behave/logon_spread.h"

#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/logon_source.h"

#include <stdlib.h>

enum { SOURCES_MAX = 1 << 16, SOURCE_EVENTS = 256, TENANTS_MAX = 256 };

struct logon_spread {
    struct spread_spec spec;
    struct logon_attempts *attempts;
    struct member_window *sources, *users, *addresses;
    uint64_t seed;
};

struct logon_spread *logon_spread_new(const struct spread_spec *s)
{
    struct logon_spread *l = mem_alloc(sizeof *l);
    const struct member_spec sources = {s->window_ns, SOURCES_MAX, SOURCE_EVENTS};
    const struct member_spec tenants = {s->window_ns, TENANTS_MAX, MEMBER_EVENTS_MAX};

    l->spec = *s;
    l->attempts = logon_attempts_new();
    l->sources = member_window_new(&sources);
    l->users = member_window_new(&tenants);
    l->addresses = member_window_new(&tenants);
    l->seed = hash_seed();
    return l;
}

void logon_spread_free(struct logon_spread *l)
{
    if (!l)
        return;
    logon_attempts_free(l->attempts);
    member_window_free(l->sources);
    member_window_free(l->users);
    member_window_free(l->addresses);
    free(l);
}

/* Computers log on with accounts of their own, which nobody sprays. */
static bool is_person(const struct observation *o)
{
    const str name = observed(o, COLUMN_user_name);

    return o->user.n && !(name.n && name.p[name.n - 1] == '$');
}

static void add_to_tenant(struct logon_spread *l, const struct observation *o, struct spread *ret)
{
    const uint64_t tenant = hash64(observed(o, COLUMN_organization_id), l->seed);
    const struct member_event by_user = {o->time_ns, hash64(o->user, l->seed), o->ref};
    const struct member_event by_source = {o->time_ns, hash64(o->source, l->seed), o->ref};

    ret->of_tenant = true;
    ret->users = member_window_add(l->users, tenant, &by_user);
    ret->addresses = member_window_add(l->addresses, tenant, &by_source);
}

enum logon_attempt logon_spread_take(struct logon_spread *l, const struct observation *o,
                                     struct spread *ret)
{
    const uint64_t source = hash64(o->source, l->seed);

    *ret = (struct spread){0};
    if (!logon_counts(o) || o->source.n == 0 || !is_person(o) || logon_source_shared(o))
        return LOGON_NONE;
    const enum logon_attempt attempt = logon_attempt_of(l->attempts, o);
    if (attempt == LOGON_SUCCEEDED)
        ret->of_source = member_window_look(l->sources, source, o->time_ns, &ret->source);
    if (attempt != LOGON_FAILED)
        return attempt;
    const struct member_event e = {o->time_ns, hash64(o->user, l->seed), o->ref};
    ret->of_source = true;
    ret->source = member_window_add(l->sources, source, &e);
    if (ret->source.total <= l->spec.quiet_max)
        add_to_tenant(l, o, ret);
    return attempt;
}

void logon_spread_stats(const struct logon_spread *l, struct behavior_stats *ret)
{
    const struct member_window *all[] = {l->sources, l->users, l->addresses};

    ret->bytes = logon_attempts_bytes(l->attempts);
    for (size_t i = 0; i < countof(all); i++) {
        ret->keys += member_window_keys(all[i]);
        ret->displaced += member_window_displaced(all[i]);
        ret->bytes += member_window_bytes(all[i]);
    }
}
