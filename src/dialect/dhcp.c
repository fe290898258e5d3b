/* dhcp.c - ISC's dhcpd and dhclient, and Kea where it writes alike. */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("relay"), COLUMN_destination_ip, VIA_TEXT},
    {S("interface"), COLUMN_observer_ingress, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("dhcp"), COLUMN_network_protocol},
    {S("udp"), COLUMN_network_transport},
    {{0}, 0},
};
static const struct kind kind_dhcp = {.format = "dhcp", .columns = columns, .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_dhcp, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(discover, "discover", dhcp, SUCCESS);
KIND(offer, "offer", dhcp, SUCCESS);
KIND(request, "request", dhcp, SUCCESS);
KIND(ack, "ack", dhcp, SUCCESS);
KIND(nak, "nak", dhcp, FAILURE);
KIND(release, "release", dhcp, SUCCESS);
KIND(decline, "decline", dhcp, FAILURE);
KIND(inform, "inform", dhcp, SUCCESS);
KIND(failed, "refused", dhcp, FAILURE);
KIND(told, NULL, dhcp, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"DHCPDISCOVER from {src_mac} ({src_host*}) via {relay}[[: {reason:text}||]]", &kind_discover},
    {"DHCPDISCOVER from {src_mac} via {relay}[[: {reason:text}||]]", &kind_discover},
    {"DHCPOFFER on {src_ip:ip} to {src_mac} ({src_host*}) via {relay}", &kind_offer},
    {"DHCPOFFER on {src_ip:ip} to {src_mac} via {relay}", &kind_offer},
    {"DHCPREQUEST for {src_ip:ip}[[ ({dst_ip:ip})||]] from {src_mac} ({src_host*}) via {relay}[[: "
     "{reason:text}||]]",
     &kind_request},
    {"DHCPREQUEST for {src_ip:ip}[[ ({dst_ip:ip})||]] from {src_mac} via {relay}[[: "
     "{reason:text}||]]",
     &kind_request},
    {"DHCPACK on {src_ip:ip} to {src_mac} ({src_host*}) via {relay}", &kind_ack},
    {"DHCPACK on {src_ip:ip} to {src_mac} via {relay}", &kind_ack},
    {"DHCPACK to {src_ip:ip} ({src_mac}) via {relay}", &kind_ack},
    {"DHCPNAK on {src_ip:ip} to {src_mac} ({src_host*}) via {relay}", &kind_nak},
    {"DHCPNAK on {src_ip:ip} to {src_mac} via {relay}", &kind_nak},
    {"DHCPRELEASE of {src_ip:ip} from {src_mac}[[ ({src_host*})||]] via {relay} ({reason:text})",
     &kind_release},
    {"DHCPDECLINE of {src_ip:ip} from {src_mac}[[ ({src_host*})||]] via {relay}: {reason:text}",
     &kind_decline},
    {"DHCPINFORM from {src_ip:ip} via {relay}[[: {reason:text}||]]", &kind_inform},
    {"DHCPDISCOVER on {interface} to {dst_ip:ip} port {dst_port:int}[[ interval "
     "{interval:int}||]][[ (xid={xid})||]]",
     &kind_discover},
    {"DHCPREQUEST[[ for {src_ip:ip}||]] on {interface} to {dst_ip:ip} port {dst_port:int}[[ "
     "(xid={xid})||]]",
     &kind_request},
    {"DHCPOFFER[[ of {src_ip:ip}||]] from {dst_ip:ip}", &kind_offer},
    {"DHCPACK[[ of {src_ip:ip}||]] from {dst_ip:ip}[[ (xid={xid})||]]", &kind_ack},
    {"DHCPNAK from {dst_ip:ip}[[ (xid={xid})||]]", &kind_nak},
    {"bound to {src_ip:ip} -- renewal in {seconds:int} seconds.", &kind_ack},
    {"bound: renewal in {seconds:int} seconds.", &kind_ack},
    {"No DHCPOFFERS received.", &kind_failed},
    {"No working leases in persistent database - sleeping.", &kind_failed},
    {"Abandoning IP address {src_ip:ip}: {reason*}", &kind_failed},
    {"uid lease {src_ip:ip} for client {src_mac} is duplicate on {network}", &kind_told},
    {"Dynamic and static leases present for {src_ip:ip}.", &kind_told},
    {"Wrote {entries:int} leases to leases file.", &kind_told},
    {"reuse_lease: lease age {:text}", &kind_told},
};

const struct dialect dialect_dhcp = {
    .name = "dhcp",
    .summary = "dhcpd, dhclient: addresses that were asked for and leased",
    .sample = "Nov 24 10:00:00 gw1 dhcpd[712]: DHCPACK on 192.0.2.7 to 00:53:00:00:00:07 (laptop) "
              "via eth0",
    .kind = &kind_dhcp,
    .programs = {S("dhcpd"), S("dhclient"), S("dhcrelay"), S("dhcpcd")},
    .templates = templates,
    .template_count = countof(templates),
};
