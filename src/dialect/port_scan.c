/* port_scan.c - scanlogd, PortSentry, psad: scans that a host notices. */
#include "message/dialect.h"

static const struct kind kind_port_scan = {.format = "port_scan"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_port_scan,                               \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(scan, "port_scan", detection, FAILURE);
KIND(blocked, "host_blocked", remediation, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"{src_ip:ip}[[:{src_port:int}||]] to {dst_ip:ip} [[and others ||]][[,||]]ports {ports:text}, "
     "..., {flags}[[, TOS {tos}||]][[, TTL {ttl:int}||]] @{:text}",
     &kind_scan},
    {"{src_ip:ip}[[:{src_port:int}||]] to {dst_ip:ip}[[ and others,||]] ports {ports:text} "
     "@{:text}",
     &kind_scan},
    {"attackalert: Connect from host: {src_host:host}/{src_ip:ip} to {proto} port: {dst_port:int}",
     &kind_scan},
    {"attackalert: {scan_type:text} scan from host: {src_host:host}/{src_ip:ip} to {proto} port: "
     "{dst_port:int}",
     &kind_scan},
    {"attackalert: Host {src_ip:ip} has been blocked {reason*}", &kind_blocked},
    {"attackalert: Host: {src_host:host}/{src_ip:ip} is already blocked[[ Ignoring||]]",
     &kind_scan},
    {"scan detected: {src_ip:ip} -> {dst_ip:ip} {detail*}", &kind_scan},
    {"{:int} - {:time} Host: {src_host:host}/{src_ip:ip} Port: {dst_port:int} {proto} Blocked",
     &kind_scan},
};

/* portsentry.history: "1795514400 - 11/24/2026 10:00:00 Host: ...". */
static int sniff(str text)
{
    return text.p[0] >= '0' && text.p[0] <= '9' && str_find(text, S(" Host: ")) &&
                   str_ends(text, S(" Blocked"))
               ? 80
               : 0;
}

const struct dialect dialect_port_scan = {
    .name = "port_scan",
    .summary = "scanlogd, PortSentry: port scans",
    .sample = "Nov 24 10:00:00 web1 scanlogd: 192.0.2.7 to 192.0.2.1 ports 80, 81, 83, 88, 99, "
              "443, ..., fSrpauxy, TOS 00 @10:00:00",
    .kind = &kind_port_scan,
    .programs = {S("scanlogd"), S("portsentry"), S("psad")},
    .bare = true,
    .sniff = sniff,
    .templates = templates,
    .template_count = countof(templates),
};
