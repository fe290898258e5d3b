/* fortiproxy.c - FortiProxy's records. See fortinet.h. */
#include "dialect/fortinet.h"

static const struct kind kind_fortiproxy = {.base = &kind_fortinet_any, .format = "fortiproxy"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_PROXY ? 100 : 0;
}

const struct dialect dialect_fortiproxy = {
    .name = "fortiproxy",
    .summary = "Fortinet FortiProxy",
    .sample = "date=2026-11-24 time=10:00:00 devname=\"p1\" devid=\"FPXVM00000000001\" "
              "logid=\"0000000010\" type=\"traffic\" subtype=\"http-transaction\" srcip=192.0.2.7 "
              "dstip=198.51.100.9 dstport=443 action=\"accept\" url=\"https://example.com/\"",
    .kind = &kind_fortiproxy,
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read_firewall,
};
