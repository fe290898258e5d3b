/* geo_setting.h - the database of a behaviour that asks where an address is, and whom it asks of.
 */
#pragma once

#include "behave/behavior.h"
#include "behave/geo_database.h"

#include <stdlib.h>

#define GEO_OFF "no `database` is set"

/* The database that the setting names; *ret is NULL when it names none. False: err. */
static inline bool geo_setting(const struct settings *s, const char *name,
                               struct geo_database **ret, struct err *e)
{
    const struct setting_value *v = setting(s, name);

    *ret = NULL;
    if (v->text.n == 0)
        return true;
    char *path = str_dup(v->text);
    *ret = geo_database_open(path, e);
    free(path);
    return *ret != NULL;
}

/* A logon of a person whose address tells where he is. */
static inline bool geo_logon(const struct observation *o, struct ip *ret)
{
    const uint32_t shared = ROLE_VPN | ROLE_NAT_GATEWAY | ROLE_SCANNER;

    return o->user.n && o->columns->outcome != OUTCOME_FAILURE &&
           !(o->source_asset.roles & shared) && !(o->user_asset.roles & ROLE_SERVICE_ACCOUNT) &&
           ip_parse(observed(o, COLUMN_source_ip), ret);
}

#define GEO_ACTIVITIES                                                                             \
    ACTIVITY_logon, ACTIVITY_session_open, ACTIVITY_authenticate, ACTIVITY_tunnel_open
