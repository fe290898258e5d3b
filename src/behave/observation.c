#include "behave/observation.h"

#include "event/kind.h"

bool observed_number(const struct observation *o, enum column column, int64_t *ret)
{
    return str_i64(observed(o, column), ret);
}

/* The host of a name or address: an asset's, or the one that is known to have it. */
static str host_key(const struct observation *o, struct identity *d,
                    const struct asset_list *assets, str name, str ip, struct arena *a)
{
    const struct asset asset = asset_of(assets, name.n ? name : ip);

    return asset.host.p ? asset.host : identity_host(d, name, ip, o->time_ns, a);
}

/* A logon goes to the machine that tells it, unless it names another. */
static bool ends_at_host(uint8_t activity)
{
    return activity == ACTIVITY_logon || activity == ACTIVITY_session_open ||
           activity == ACTIVITY_authenticate;
}

/* What is known of an address and of the machine that has it. */
static struct asset asset_of_both(const struct asset_list *assets, str address, str host)
{
    struct asset ret = asset_of(assets, address);

    if (!str_eq(address, host)) {
        const struct asset other = asset_of(assets, host);
        ret.roles |= other.roles;
        if (other.criticality > ret.criticality)
            ret.criticality = other.criticality;
    }
    return ret;
}

void observation_fill(struct observation *o, struct identity *d, const struct asset_list *assets,
                      struct arena *a)
{
    const str *v = o->columns->values;
    const str none = {0};

    o->host = host_key(o, d, assets, v[COLUMN_host_name], v[COLUMN_host_ip], a);
    if (o->host.n == 0)
        o->host = host_key(o, d, assets, v[COLUMN_observer_name], none, a);
    o->source = v[COLUMN_source_ip].n ? v[COLUMN_source_ip]
                                      : host_key(o, d, assets, v[COLUMN_source_domain], none, a);
    o->target = host_key(o, d, assets, none, v[COLUMN_destination_ip], a);
    if (o->target.n == 0)
        o->target = host_key(o, d, assets, v[COLUMN_destination_domain], none, a);
    if (o->target.n == 0 && ends_at_host(o->columns->activity))
        o->target = o->host;
    o->user =
        identity_user(d, v[COLUMN_user_name], v[COLUMN_user_domain], v[COLUMN_user_id], o->host, a);
    o->source_host = host_key(o, d, assets, none, o->source, a);
    o->source_asset = asset_of_both(assets, o->source, o->source_host);
    o->user_asset = asset_of(assets, o->user);
    o->host_asset = asset_of_both(assets, v[COLUMN_host_ip], o->host);
    o->target_asset = asset_of_both(assets, v[COLUMN_destination_ip], o->target);
}
