/* logon_source.h - whose failed logons are counted together, and what lists of one's own machines
 * and accounts change of that. */
#pragma once

#include "behave/observation.h"

/* Scanners, and service accounts whose password is wrong on one's own machines, count nowhere. */
static inline bool logon_counts(const struct observation *o)
{
    if (o->source_asset.roles & ROLE_SCANNER)
        return false;
    return !(o->user_asset.roles & ROLE_SERVICE_ACCOUNT &&
             (o->source.n == 0 || o->source_asset.roles & ROLE_INTERNAL));
}

/* Many stand behind a NAT gateway or VPN, or work on a jump host: each of their accounts is looked
 * at by itself. */
static inline bool logon_source_shared(const struct observation *o)
{
    return (o->source_asset.roles & (ROLE_NAT_GATEWAY | ROLE_JUMP_HOST | ROLE_VPN)) != 0;
}
