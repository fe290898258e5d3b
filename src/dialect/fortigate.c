/* fortigate.c - FortiGate's records. See fortinet.h. */
#include "dialect/fortinet.h"

static const struct kind kind_fortigate = {.base = &kind_fortinet_any, .format = "fortigate"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_GATE ? 100 : 0;
}

const struct dialect dialect_fortigate = {
    .name = "fortigate",
    .summary = "Fortinet FortiGate: traffic, UTM and event logs, key=value and CSV",
    .sample =
        "date=2026-11-24 time=10:00:00 devname=\"fw1\" devid=\"FGT60E0000000001\" "
        "eventtime=1795514400000000000 tz=\"+0000\" logid=\"0000000013\" type=\"traffic\" "
        "subtype=\"forward\" level=\"notice\" srcip=192.0.2.7 srcport=50022 dstip=198.51.100.9 "
        "dstport=443 proto=6 action=\"deny\" policyid=0",
    .kind = &kind_fortigate,
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read_firewall,
};
