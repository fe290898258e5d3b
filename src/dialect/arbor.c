/* arbor.c - Arbor's Availability Protection System: hosts that it blocks. */
#include "message/dialect.h"

static const struct kind kind_arbor = {.format = "arbor"};
static const struct kind kind_blocked = {
    .base = &kind_arbor,
    .action = "block",
    .activity = ACTIVITY_remediation,
    .outcome = OUTCOME_FAILURE,
};

static const struct template_row templates[] = {
    {"Blocked Host: Blocked host {src_ip:host} at {at:text} by {reason:text} using "
     "{proto:text}/{dst_port:int}[[ ({service:text})||]] destination {dst_ip:host} source port "
     "{src_port:word},URL: {url:text}",
     &kind_blocked},
    {"Blocked Host: Blocked host {src_ip:host} at {at:text} by {reason:text} using "
     "{proto:text}/{dst_port:int}[[ ({service:text})||]] destination {dst_ip:host}[[ source port "
     "{src_port:int}||]],URL: {url:text}",
     &kind_blocked},
    {"Blocked Host: Blocked host {src_ip:host}{rest:text}", &kind_blocked},
};

const struct dialect dialect_arbor = {
    .name = "arbor",
    .summary = "Arbor Availability Protection System: blocked hosts",
    .sample = "Nov 24 10:00:00 aps1 arbor-networks-aps: Blocked Host: Blocked host 192.0.2.7 at "
              "10:00 by Invalid Packets using TCP/23 (TELNET) destination 198.51.100.9 source port "
              "50022,URL: https://aps1.example.com/",
    .kind = &kind_arbor,
    .sources = {{.product = S("arbor"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .programs = {S("arbor-networks-aps")},
    .starts = {S("Blocked Host: Blocked host ")},
    .templates = templates,
    .template_count = countof(templates),
};
