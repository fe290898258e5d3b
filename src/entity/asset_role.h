/*
 * asset_role.h - what is known of one's own machines and accounts: lists that change what counts.
 *
 * A YAML file (docs/assets.md) names networks, hosts and accounts with their roles and criticality:
 *
 *     assets:
 *       - name: vulnerability scanner
 *         match: [10.0.9.0/28, scanner01]
 *         roles: [scanner]
 *       - match: ['dc*', 'CORP\svc-*']
 *         roles: [service_account]
 *         criticality: extreme
 *
 * `match` holds addresses, networks, host names and accounts; * and ? are wildcards in names.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum asset_role {
    ROLE_SCANNER = 1,         /* it is meant to scan: no scan, sweep or enumeration is told */
    ROLE_NAT_GATEWAY = 2,     /* many stand behind its address: it is no one's key */
    ROLE_JUMP_HOST = 4,       /* logons from it to many are its purpose */
    ROLE_SERVICE_ACCOUNT = 8, /* logs on often, from many places, at any hour */
    ROLE_INTERNAL = 16,       /* one's own network; without any such list RFC 1918 and the like */
    ROLE_ADMIN = 32,          /* an administrator */
    ROLE_DNS_SERVER = 64,     /* asks and answers for many */
    ROLE_DOMAIN_CONTROLLER = 128,
    ROLE_VPN = 256, /* logons come from anywhere in the world through it */
};

enum criticality {
    CRITICALITY_NONE,
    CRITICALITY_LOW,
    CRITICALITY_MEDIUM,
    CRITICALITY_HIGH,
    CRITICALITY_EXTREME
};

struct asset {      /* what is known of one key */
    uint32_t roles; /* enum asset_role, together */
    enum criticality criticality;
};

struct asset_list;

/* The list of a file; err has line and column, not yet the file. Immutable, shareable. */
struct asset_list *asset_list_read(str text, struct err *e) MUST_USE;
struct asset_list *
asset_list_empty(void) MUST_USE;            /* nothing but what addresses tell by themselves */
void asset_list_free(struct asset_list *l); /* NULL is a no-op */

/* Of an address or name as it stands in a key (identity.h). */
struct asset asset_of(const struct asset_list *l, str key);
uint32_t asset_list_count(const struct asset_list *l);
