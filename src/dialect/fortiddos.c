/* fortiddos.c - FortiDDoS's records. See fortinet.h. */
#include "dialect/fortinet.h"

static const struct kind kind_fortiddos = {.base = &kind_fortinet_any, .format = "fortiddos"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_DDOS ? 100 : 0;
}

const struct dialect dialect_fortiddos = {
    .name = "fortiddos",
    .summary = "Fortinet FortiDDoS: attacks and what was dropped",
    .sample =
        "devid=FI200B0000000001 date=2026-11-24 time=10:00:00 tz=UTC type=attack spp=0 evecode=2 "
        "evesubcode=27 description=\"SYN flood\" dir=1 protocol=6 sip=192.0.2.7 dip=198.51.100.9 "
        "dropcount=30",
    .kind = &kind_fortiddos,
    .sources = {{.product = S("fortiddos"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read,
};
