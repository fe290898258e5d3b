/*
 * flow.c - an observation of traffic read once. Addresses of nobody (link-local, loopback, groups)
 * are known by their text, which is canonical (RFC 5952).
 */
#include "behave/flow.h"

#include "behave/behavior.h"

enum { OCTETS = 2 };

/* The first two numbers of a dotted address. */
static bool first_octets(str ip, uint32_t ret[OCTETS])
{
    size_t at = 0;

    for (int i = 0; i < OCTETS; i++, at++) {
        uint32_t number = 0;
        const size_t from = at;
        for (; at < ip.n && ip.p[at] >= '0' && ip.p[at] <= '9' && at - from < 3; at++)
            number = number * 10 + (uint32_t)(ip.p[at] - '0');
        if (at == from || at == ip.n || ip.p[at] != '.')
            return false;
        ret[i] = number;
    }
    return true;
}

static bool is_nobodys(str ip)
{
    uint32_t o[OCTETS];

    if (first_octets(ip, o))
        return o[0] == 0 || o[0] == 127 || o[0] >= 224 || (o[0] == 169 && o[1] == 254);
    return str_eq(ip, S("::1")) || str_eq(ip, S("::")) || str_starts(ip, S("ff")) ||
           (str_starts(ip, S("fe")) && ip.n > 2 && memchr("89ab", ip.p[2], 4));
}

bool name_is_own(str name)
{
    static const str endings[] = {S("local"), S("lan"),  S("internal"), S("intranet"),
                                  S("corp"),  S("home"), S("arpa"),     S("localdomain")};
    size_t top = name.n;

    while (top > 0 && name.p[top - 1] != '.')
        top--;
    if (top == 0)
        return true;
    for (size_t i = 0; i < countof(endings); i++)
        if (str_ieq(str_from_at(name, top), endings[i]))
            return true;
    return false;
}

/* Is the place one of one's own? What is known of it says so (entity/asset_role.h); of a name
 * without an address, the name. */
static bool is_inside(const struct asset *asset, str key, str ip)
{
    return asset->roles & ROLE_INTERNAL || (ip.n == 0 && name_is_own(key));
}

bool seconds_of(int64_t time_ns, uint32_t *ret)
{
    const int64_t seconds = time_ns / NS_PER_S;

    *ret = (uint32_t)seconds;
    return time_ns >= 0 && seconds < UINT32_MAX;
}

static uint16_t port_of(const struct observation *o, enum column column)
{
    int64_t number;

    return observed_number(o, column, &number) && number > 0 && number <= UINT16_MAX
               ? (uint16_t)number
               : 0;
}

static int64_t bytes_of(const struct observation *o, enum column column)
{
    int64_t number;

    return observed_number(o, column, &number) && number >= 0 ? number : -1;
}

static enum flow_part part_of(uint8_t activity)
{
    if (activity == ACTIVITY_flow_open)
        return FLOW_BEGIN;
    return activity == ACTIVITY_flow_close ? FLOW_END : FLOW_WHOLE;
}

bool flow_read(const struct observation *o, struct flow *ret)
{
    const str from = observed(o, COLUMN_source_ip), to = observed(o, COLUMN_destination_ip);
    const uint8_t activity = o->columns->activity;
    const str name = observed(o, COLUMN_destination_domain);

    if (o->source.n == 0 || o->target.n == 0 || str_eq(o->source, o->target) ||
        !seconds_of(o->time_ns, &ret->time_s))
        return false;
    if (is_nobodys(from) || is_nobodys(to))
        return false;
    ret->source = o->source;
    ret->target = o->target;
    ret->name = name.n ? name : observed(o, COLUMN_url_domain);
    ret->source_port = port_of(o, COLUMN_source_port);
    ret->port = port_of(o, COLUMN_destination_port);
    ret->part = (uint8_t)part_of(activity);
    ret->failed = o->columns->outcome == OUTCOME_FAILURE || activity == ACTIVITY_flow_fail ||
                  activity == ACTIVITY_flow_refuse;
    ret->from_inside = is_inside(&o->source_asset, o->source, from);
    /* A key has no more than a name's first label. */
    ret->to_inside = is_inside(&o->target_asset, ret->name.n ? ret->name : o->target, to);
    ret->sent = bytes_of(o, COLUMN_source_bytes);
    ret->received = bytes_of(o, COLUMN_destination_bytes);
    return true;
}

uint32_t flow_entities(const struct observation *o, const struct flow *f, struct arena *a,
                       const struct entity **ret)
{
    const struct entity *of_event;
    const uint32_t count = behavior_entities(o, a, &of_event);

    *ret = of_event;
    if (f->name.n == 0 || str_eq(f->name, f->target))
        return count;
    struct entity *all = arena_array(a, count + 1, sizeof *all);
    memcpy(all, of_event, count * sizeof *all);
    all[count] = (struct entity){ENTITY_DOMAIN, f->name};
    *ret = all;
    return count + 1;
}

bool place_is_listed(str place, const str *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const str end = list[i];
        if (str_ieq(place, end))
            return true;
        if (end.n && place.n > end.n && place.p[place.n - end.n - 1] == '.' &&
            str_ieq(str_from_at(place, place.n - end.n), end))
            return true;
    }
    return false;
}
