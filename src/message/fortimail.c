/* fortimail.c - FortiMail's records. See fortinet.h. */
#include "message/fortinet.h"

static const struct kind kind_fortimail = {.base = &kind_fortinet_any, .format = "fortimail"};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_MAIL ? 100 : 0;
}

const struct dialect dialect_fortimail = {
    .name = "fortimail",
    .summary = "Fortinet FortiMail: mail, antivirus and antispam, administration",
    .sample = "date=2026-11-24 time=10:00:00.123 device_id=FE100C0000000001 log_id=0200000001 "
              "type=statistics pri=information session_id=\"x1\" client_ip=\"192.0.2.7\" "
              "dst_ip=\"198.51.100.9\" from=\"a@example.com\" to=\"b@example.com\" "
              "disposition=\"Reject\"",
    .kind = &kind_fortimail,
    .sources = {{.product = S("fortimail"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = fortinet_read,
};
