/*
 * observation.h - an event as behaviours see it: when, what, how it ended, between whom. Slices are
 * valid during the call; who keeps one copies it.
 */
#pragma once

#include "entity/asset_role.h"
#include "entity/identity.h"
#include "event/column.h"

struct observation {
    int64_t time_ns;
    uint64_t ref;                  /* event_ref() */
    const struct columns *columns; /* activity, outcome, values: those that a behaviour asks for */
    /* Keys of identity.h, empty where the event names none. Of a NAT gateway's address `source` is
     * still the address: see its roles. */
    str source; /* where it came from: source.ip, or the host that is known for source.domain */
    str source_host; /* the machine that has that address, or `source` */
    str user;        /* who acted, or whose logon was tried: user.name with its domain */
    str host;        /* the machine that it happened on: host.name, or the device that saw it */
    str target;      /* where it went: the host of destination.ip or .domain; of a logon, `host` */
    /* Of address and host together. */
    struct asset source_asset, user_asset, host_asset, target_asset;
};

static inline str observed(const struct observation *o, enum column column)
{
    return o->columns->values[column];
}
bool observed_number(const struct observation *o, enum column column, int64_t *ret);

/* Fills keys and assets from the columns and the time, which are set. They live in a. */
void observation_fill(struct observation *o, struct identity *d, const struct asset_list *assets,
                      struct arena *a);
