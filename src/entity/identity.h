/*
 * identity.h - one key for one user, one host, one address, however a record writes it.
 *
 *   user      "DOMAIN\user", "user@domain", a SID whose name was seen:    user@domain or user
 *   host      FQDN, NetBIOS name, an address that it had at that time:     its short name
 *   address   as RFC 5952 writes it
 *
 * Keys are lower case. What belongs together is learned from events in the order of event time: a
 * record with a host's name and address, a DHCP lease, an account with its SID. It is bounded;
 * the least used is forgotten first and counted.
 */
#pragma once

#include "entity/asset_role.h"
#include "event/column.h"

enum {
    IDENTITY_KEY_MAX = 256, /* bytes of a key; what is longer is cut, and its hash put behind */
    IDENTITY_LEASES_MAX = 1 << 16,   /* addresses whose host is known */
    IDENTITY_ACCOUNTS_MAX = 1 << 16, /* SIDs whose name is known */
};

struct identity;
struct identity *identity_new(void) MUST_USE;
void identity_free(struct identity *d); /* NULL is a no-op */

/* Learns what the event tells. Times do not descend. */
void identity_learn(struct identity *d, const struct columns *c, int64_t time_ns);

/* Keys; empty when the columns name none. They live in a. */
str identity_user(struct identity *d, str name, str domain, str id, struct arena *a);
/* `ip` may be empty or have a host whose lease is valid at that time; then that host is the key. */
str identity_host(struct identity *d, str name, str ip, int64_t time_ns, struct arena *a);

struct identity_stats {
    uint64_t leases, accounts, forgotten;
};
struct identity_stats identity_stats(const struct identity *d);
