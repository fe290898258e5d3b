/* fortiweb.c - FortiWeb's records. See fortinet.h. */
#include "dialect/fortinet.h"

static const struct kind kind_fortiweb = {.base = &kind_fortinet_any, .format = "fortiweb"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_WEB ? 100 : 0;
}

const struct dialect dialect_fortiweb = {
    .name = "fortiweb",
    .summary = "Fortinet FortiWeb: attacks, traffic and events",
    .sample =
        "date=2026-11-24 time=10:00:00 log_id=20000008 msg_id=000000000001 "
        "device_id=FVVM000000000001 vd=\"root\" type=attack pri=alert src=192.0.2.7 src_port=50022 "
        "dst=198.51.100.9 dst_port=443 action=Alert_Deny http_method=get http_url=\"/\"",
    .kind = &kind_fortiweb,
    .sources = {{.product = S("fortiweb"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read,
};
