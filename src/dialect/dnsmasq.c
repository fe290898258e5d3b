/* dnsmasq.c - dnsmasq and Pi-hole: names that were asked for, addresses that were leased. */
#include "message/dialect.h"
#include "text/ip.h"

static const struct kind kind_dnsmasq = {.format = "dnsmasq"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_dnsmasq,                                 \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(query, "dns_query", dns_query, SUCCESS);
KIND(answer, "dns_answer", dns_answer, SUCCESS);
KIND(blocked, "dns_blocked", dns_answer, FAILURE);
KIND(rebind, "dns_rebind", dns_answer, FAILURE);
KIND(lease, "dhcp_lease", dhcp, SUCCESS);
KIND(denied, "dhcp_refused", dhcp, FAILURE);
KIND(dhcp, "dhcp", dhcp, UNTOLD);
KIND(file, "file_sent", file_read, SUCCESS);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"query[{record_type}] {query} from {src_ip:ip}", &kind_query},
    {"forwarded {query} to {dst_ip:ip}", &kind_told},
    {"auth[{record_type}] {query} from {src_ip:ip}", &kind_query},
    {"reply {query} is {answer*}", &kind_answer},
    {"cached {query} is {answer*}", &kind_answer},
    {"cached-stale {query} is {answer*}", &kind_answer},
    {"config {query} is {answer*}", &kind_answer},
    {"DHCP {query} is {answer*}", &kind_answer},
    {"special domain {query} is {answer*}", &kind_answer},
    {"validation {query} is {answer*}", &kind_answer},
    {"gravity blocked {query} is {answer*}", &kind_blocked},
    {"exactly blocked {query} is {answer*}", &kind_blocked},
    {"exactly denied {query} is {answer*}", &kind_blocked},
    {"regex blocked {query} is {answer*}", &kind_blocked},
    {"regex denied {query} is {answer*}", &kind_blocked},
    {"exactly blacklisted {query} is {answer*}", &kind_blocked},
    {"regex blacklisted {query} is {answer*}", &kind_blocked},
    {"blocked during CNAME inspection {query} is {answer*}", &kind_blocked},
    {"{file} {query} is {answer*}", &kind_answer},
    {"possible DNS-rebind attack detected: {query}", &kind_rebind},
    {"Rate-limiting {query} is REFUSED{:text}", &kind_blocked},
    {"DHCPDISCOVER({in_interface}) [[{src_ip:ip} ||]]{src_mac}", &kind_dhcp},
    {"DHCPOFFER({in_interface}) {src_ip:ip} {src_mac}", &kind_dhcp},
    {"DHCPREQUEST({in_interface}) {src_ip:ip} {src_mac}", &kind_dhcp},
    {"DHCPACK({in_interface}) {src_ip:ip} {src_mac} {src_host*}", &kind_lease},
    {"DHCPACK({in_interface}) {src_ip:ip} {src_mac}", &kind_lease},
    {"DHCPNAK({in_interface}) {src_ip:ip} {src_mac} {reason*}", &kind_denied},
    {"DHCPRELEASE({in_interface}) {src_ip:ip} {src_mac}[[ {reason:text}||]]", &kind_dhcp},
    {"DHCPDECLINE({in_interface}) {src_ip:ip} {src_mac}[[ {reason:text}||]]", &kind_denied},
    {"DHCPINFORM({in_interface}) {src_ip:ip} {src_mac}", &kind_dhcp},
    {"no address range available for DHCP request via {in_interface}", &kind_denied},
    {"not giving name {src_host} to the DHCP lease of {src_ip:ip} because {reason*}", &kind_told},
    {"sent {file*} to {dst_ip:ip}", &kind_file},
    {"file {file*} not found[[ for {dst_ip:ip}||]]", &kind_told},
    {"error {code:int} {reason*} received from {src_ip:ip}", &kind_told},
    {"using nameserver {dst_ip:ip}#{dst_port:int}[[ for {:text}||]]", &kind_told},
    {"started, version {version} {:text}", &kind_told},
    {"exiting on receipt of SIGTERM", &kind_told},
    {"read {file} - {entries:int} {:text}", &kind_told},
};

/* Behind the number of the query and who asked, which log-queries=extra puts in front:
 * "7 192.0.2.7/50022 query[A] ..." */
static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    str rest = whole, digits = str_cut(&rest, ' '), client = {0}, from = {0}, port = {0};
    uint64_t number;

    if (str_u64(digits, &number)) {
        client = str_cut(&rest, ' ');
        port = client;
        from = str_cut(&port, '/');
    }
    struct ip ip;
    bool extra = port.n && ip_parse(from, &ip) && rest.n;
    if (extra)
        m->text = rest;
    bool read = template_match(state, m) != NULL;
    m->text = whole;
    if (read && extra) {
        m->layout = 0;
        message_add_number(m, S("serial"), digits);
        message_add(m, S("src_ip"), from);
        message_add_number(m, S("src_port"), port);
    }
    return read;
}

const struct dialect dialect_dnsmasq = {
    .name = "dnsmasq",
    .summary = "dnsmasq, Pi-hole: queries, answers, leases",
    .sample = "Nov 24 10:00:00 gw1 dnsmasq[712]: query[A] www.example.com from 192.0.2.7",
    .kind = &kind_dnsmasq,
    .programs = {S("dnsmasq"), S("dnsmasq-dhcp"), S("dnsmasq-tftp"), S("pihole-FTL")},
    .sources = {{.category = S("dns")}},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
