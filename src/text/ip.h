/* ip.h - IPv4 and IPv6 addresses and networks, as 128-bit numbers (IPv4 as ::ffff:a.b.c.d). */
#pragma once

#include "base/err.h"

struct ip {
    uint8_t bytes[16]; /* network order */
};
struct ip_network {
    struct ip first, last; /* the interval of addresses, both included */
};

/* RFC 4291 and dotted decimal without leading zeros (inet_pton's grammar); a zone ("%eth0"), and
 * brackets around IPv6, are accepted and left out. A port is not. */
bool ip_parse(str s, struct ip *ret) MUST_USE;
/* "10.0.0.0/8", "2001:db8::/32", or a single address. Refuses set host bits. */
bool ip_network_parse(str s, struct ip_network *ret, struct err *e) MUST_USE;
bool ip_in(const struct ip *address, const struct ip_network *network);
int ip_cmp(const struct ip *a, const struct ip *b); /* numeric order */
bool ip_is_v4(const struct ip *address);

enum { IP_TEXT_MAX = 46 };
/* The one spelling of an address: of IPv6 that of RFC 5952. A slice of ret. */
str ip_text(const struct ip *address, char ret[IP_TEXT_MAX]);
