/*
 * asset_role.h - what is known of one's own machines and accounts: lists that change what counts.
 *
 * A YAML file (docs/assets.md) names networks, hosts and accounts with their roles and criticality:
 *
 *     assets:
 *       - match: [10.0.9.0/28, scanner01]
 *         roles: [scanner]
 *       - match: ['dc*', 'svc-*@corp']
 *         roles: [service_account]
 *         criticality: extreme
 *       - host: bastion
 *         match: [10.20.0.10, 192.0.2.4]
 *         roles: [jump_host]
 *
 * `match` holds addresses, networks, and names of hosts and users, which are made keys of (see
 * identity.h): CORP\svc-* and svc-*@corp.example are svc-*@corp, dc1.corp.example is dc1. In them
 * * stands for any text and ? for one sign. `host` names the machine whose addresses they are.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum asset_role {
    ROLE_SCANNER = 1,         /* it is meant to scan: no scan, sweep or enumeration is told */
    ROLE_NAT_GATEWAY = 2,     /* many stand behind its address: it is no one's key */
    ROLE_JUMP_HOST = 4,       /* logons from it to many are its purpose */
    ROLE_SERVICE_ACCOUNT = 8, /* logs on often, from many places, at any hour */
    ROLE_INTERNAL = 16,       /* one's own network; where no asset has this role, the private
                                 ones: RFC 1918, 4193, 6598, link-local and loopback */
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
    CRITICALITY_EXTREME,
};

struct asset {      /* what is known of one key, of all rows that match it together */
    uint32_t roles; /* enum asset_role */
    enum criticality criticality;
    str host; /* the machine whose address it is; .p is NULL when no row says so */
};

enum { ASSET_NETWORKS_MAX = 4096, ASSET_PATTERNS_MAX = 4096, ASSET_NAMES_MAX = 1 << 20 };

struct asset_list;

/* The list of a file; err has line and column, not yet the file. Immutable, shareable. */
struct asset_list *asset_list_read(str text, struct err *e) MUST_USE;
struct asset_list *
asset_list_empty(void) MUST_USE;            /* nothing but what addresses tell by themselves */
void asset_list_free(struct asset_list *l); /* NULL is a no-op */

/* Of an address or name as it stands in a key (identity.h). NULL is an empty list. */
struct asset asset_of(const struct asset_list *l, str key);
uint32_t asset_list_count(const struct asset_list *l); /* rows of the file */
