/* shape_network.c - Zeek's JSON logs and Suricata's EVE. */
#include "formats/shape_row.h"

static const struct shape_alias zeek_names[] = {
    {.from = S("uri"), .to = S("c-uri")},
    {.from = S("user_agent"), .to = S("c-useragent")},
    {.from = S("qtype_name"), .to = S("record_type")},
    {.from = S("answers"), .to = S("answer")},
    {.from = S("id.resp_h"), .to = S("dst_ip")},
    {.from = S("id.resp_p"), .to = S("dst_port")},
    {.from = S("id.orig_h"), .to = S("src_ip")},
    {.from = S("id.orig_p"), .to = S("src_port")},
    {.from = S("")},
};

static const str path_names[] = {S("_path"), S("event_type"), S("")};

/* A log's path is its service; two of them are what rules without a product ask for as well. */
static void zeek_extra(const struct shaping *s)
{
    const struct field *field = shape_get(s, S("_path"));
    str path = field->value;
    str category = str_eq(path, S("dns"))    ? S("dns")
                   : str_eq(path, S("conn")) ? S("firewall")
                                             : S("");

    shape_trace_field(s, field);
    shape_add_source(s, (struct shape_source){S("zeek"), category, path});
}

const struct shape shape_zeek = {
    .markers = {{S("_path"), S("")}, {S("ts"), S("")}},
    .extra = zeek_extra,
    .traced = true,
    .names = path_names,
    .aliases = {zeek_names},
    .times = {S("ts")},
};

static const struct shape_alias suricata_names[] = {
    {.from = S("dns.rrname"), .to = S("query")},
    {.from = S("dns.queries.rrname"), .to = S("query")},
    {.from = S("dns.rrtype"), .to = S("record_type")},
    {.from = S("dns.queries.rrtype"), .to = S("record_type")},
    {.from = S("dns.answers.rdata"), .to = S("answer")},
    {.from = S("dns.rdata"), .to = S("answer")},
    {.from = S("dest_ip"), .to = S("dst_ip")},
    {.from = S("dest_port"), .to = S("dst_port")},
    {.from = S("")},
};

static void suricata_extra(const struct shaping *s)
{
    const struct field *field = shape_get(s, S("event_type"));
    str type = field->value;
    str category = str_eq(type, S("dns"))    ? S("dns")
                   : str_eq(type, S("flow")) ? S("firewall")
                                             : S("");

    shape_trace_field(s, field);
    shape_add_source(s, (struct shape_source){S("suricata"), category, type});
}

const struct shape shape_suricata = {
    .markers = {{S("event_type"), S("")}, {S("flow_id"), S("")}, {S("src_ip"), S("")}},
    .extra = suricata_extra,
    .traced = true,
    .names = path_names,
    .aliases = {suricata_names},
    .times = {S("timestamp")},
};
