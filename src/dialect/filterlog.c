/*
 * filterlog.c - the packet filter of pfSense and OPNsense: "Raw Filter Log Format" of pfSense's
 * documentation. A line of CSV whose fields depend on the version of IP and on the protocol:
 *
 *   rule,sub-rule,anchor,tracker,interface,reason,action,direction,4,tos,ecn,ttl,id,offset,flags,
 *   protocol-id,protocol,length,source,destination,...
 *   ...,6,class,flow-label,hop-limit,protocol,protocol-id,length,source,destination,...
 *
 * then source-port,destination-port,data-length of TCP and UDP, and TCP's own.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/csv.h"
#include "message/dialect.h"

static const str front_names[] = {
    S("rule_number"), S("sub_rule_number"), S("anchor"),    S("tracker"),    S("interface"),
    S("reason"),      S("action"),          S("direction"), S("ip_version"),
};
static const str v4_names[] = {
    S("tos"),      S("ecn"),   S("ttl"),    S("id"),     S("offset"), S("flags"),
    S("proto_id"), S("proto"), S("length"), S("src_ip"), S("dst_ip"),
};
static const str v6_names[] = {
    S("class"),    S("flow_label"), S("hop_limit"), S("proto"),
    S("proto_id"), S("length"),     S("src_ip"),    S("dst_ip"),
};
static const str tcp_names[] = {
    S("src_port"),   S("dst_port"), S("data_length"), S("tcp_flags"),   S("sequence_number"),
    S("ack_number"), S("window"),   S("urgent"),      S("tcp_options"),
};
static const str udp_names[] = {S("src_port"), S("dst_port"), S("data_length")};
static const str carp_names[] = {S("carp_type"),    S("carp_ttl"), S("vhid"),
                                 S("carp_version"), S("advbase"),  S("advskew")};
static const str icmp_names[] = {S("icmp_type"), S("icmp_data"), S("icmp_data_2"),
                                 S("icmp_data_3")};

static size_t take(struct message *m, struct csv *csv, const str *names, size_t count)
{
    str cell;
    size_t n = 0;

    for (; n < count && csv_next(csv, &cell, m->arena); n++) {
        if (str_starts(cell, S("datalength=")))
            message_add(m, S("data_length"), str_from_at(cell, sizeof "datalength=" - 1));
        else if (cell.n)
            message_add(m, names[n], cell);
    }
    return n;
}

/* "65,,,0,vmx1,match,pass,out,4,": numbers, and the words of the fifth to the ninth field. */
static int sniff(str text)
{
    enum { ACTION_PLACE = 6, DIRECTION_PLACE = 7, VERSION_PLACE = 8, FRONT_MAX = 160, SURE = 90 };
    static const str actions[] = {S("pass"), S("block"), S("match"), S("nat"),
                                  S("rdr"),  S("binat"), S("reject")};
    str rest = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
    bool known = false;

    if (text.p[0] < '0' || text.p[0] > '9')
        return 0;
    for (int i = 0; i <= VERSION_PLACE; i++) {
        const str cell = str_cut(&rest, ',');
        for (size_t k = 0; i == ACTION_PLACE && k < countof(actions); k++)
            known |= str_eq(cell, actions[k]);
        if (i >= ACTION_PLACE && !known)
            return 0;
        if (i == DIRECTION_PLACE && !str_starts(cell, S("in")) && !str_eq(cell, S("out")))
            return 0;
        if (i == VERSION_PLACE)
            return str_eq(cell, S("4")) || str_eq(cell, S("6")) ? SURE : 0;
    }
    return 0;
}

static bool read(void *state, struct message *m)
{
    struct csv csv = {.rest = m->text, .separator = ','};

    (void)state;
    if (sniff(m->text) == 0)
        return false;
    if (take(m, &csv, front_names, countof(front_names)) < countof(front_names))
        return false;
    const str version = event_get(m->event, S("ip_version"));
    if (str_eq(version, S("4")))
        take(m, &csv, v4_names, countof(v4_names));
    else if (str_eq(version, S("6")))
        take(m, &csv, v6_names, countof(v6_names));
    else
        return false;
    const str protocol = event_get(m->event, S("proto"));
    if (str_ieq(protocol, S("tcp")))
        take(m, &csv, tcp_names, countof(tcp_names));
    else if (str_ieq(protocol, S("udp")))
        take(m, &csv, udp_names, countof(udp_names));
    else if (str_ieq(protocol, S("carp")) || str_ieq(protocol, S("vrrp")))
        take(m, &csv, carp_names, countof(carp_names));
    else
        take(m, &csv, icmp_names, countof(icmp_names));
    return true;
}

static const struct column_rule columns[] = {
    TO("action", event_action, TEXT),
    TO("interface", observer_ingress, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("length", network_bytes, TEXT),
    TO("tracker", rule_id, TEXT),
    TO("rule_number", rule_id, TEXT),
    END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    const str direction = event_get(ev, S("direction"));

    (void)a;
    action_settle(c, event_get(ev, S("action")));
    c->values[COLUMN_network_direction] = str_eq(direction, S("in"))    ? S("inbound")
                                          : str_eq(direction, S("out")) ? S("outbound")
                                                                        : direction;
}

static const struct kind kind_filterlog = {
    .format = "filterlog", .activity = ACTIVITY_flow, .columns = columns, .refine = refine};

const struct dialect dialect_filterlog = {
    .name = "filterlog",
    .summary = "packet filter of pfSense and OPNsense",
    .sample = "Nov 24 10:00:00 pfSense filterlog[69805]: 4,,,1000000103,em0,match,block,in,4,0x0,,"
              "64,28579,0,DF,6,tcp,60,192.0.2.7,198.51.100.9,50022,443,0,S,349929896,,64240,,mss",
    .kind = &kind_filterlog,
    .sources = {{.product = S("pfsense"), .category = S("firewall"), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .programs = {S("filterlog")},
    .sniff = sniff,
    .read = read,
};
