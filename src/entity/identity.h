/*
 * identity.h - one key for one user, one host, one address, however a record writes it.
 *
 *   user      "DOMAIN\user", "user@domain", a SID whose name was seen:    user@domain, or user
 *             an account that every machine has one of (root, SYSTEM):    root@host
 *   host      FQDN, short name, an address that it had at that time:      its short name
 *   address   as RFC 5952 writes it
 *
 * Keys are lower case; of a domain the first label counts, so that NetBIOS and DNS names meet, and
 * a user who was seen with one domain only is that domain's where a record names none. What belongs
 * together is learned from events in the order of event time: a record with a host's name and
 * address, a DHCP lease, an account with its SID; who is refused teaches nothing. It is bounded;
 * what was used longest ago is forgotten first and counted.
 */
#pragma once

#include "base/arena.h"
#include "event/column.h"

enum {
    IDENTITY_KEY_MAX = 256, /* bytes of a key; what is longer ends in its hash */
    IDENTITY_LEASES_MAX = 1 << 16,
    IDENTITY_ACCOUNTS_MAX = 1 << 16,
    IDENTITY_LEASE_HOURS = 24, /* an address is a host's for so long after it was last seen */
};

struct identity;
struct identity *identity_new(void) MUST_USE;
void identity_free(struct identity *d); /* NULL is a no-op */

/* Learns what the event tells. Times do not descend. */
void identity_learn(struct identity *d, const struct columns *c, int64_t time_ns);

/* Keys; empty when nothing is named. They live in a. `host` is a host's key: whose account it is
 * when each machine has one of that name. Any of them may be empty. */
str identity_user(struct identity *d, str name, str domain, str id, str host, struct arena *a);
/* The name's key; without a name that of the host that has the address, or the address itself. */
str identity_host(struct identity *d, str name, str ip, int64_t time_ns, struct arena *a);

struct identity_stats {
    uint64_t leases, accounts, forgotten;
};
struct identity_stats identity_stats(const struct identity *d);
