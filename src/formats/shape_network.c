/* shape_network.c - Zeek's JSON logs and Suricata's EVE. */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

/* ------------------------------------------------------------ Zeek */

static const struct column_rule zeek_columns[] = {
    TO("uid", event_id, TEXT),
    TO("id.orig_h", source_ip, ADDRESS),
    TO("id.orig_p", source_port, TEXT),
    TO("id.resp_h", destination_ip, ADDRESS),
    TO("id.resp_p", destination_port, TEXT),
    TO("src", source_ip, ADDRESS),
    TO("dst", destination_ip, ADDRESS),
    TO("tx_hosts", source_ip, ADDRESS),
    TO("rx_hosts", destination_ip, ADDRESS),
    TO("host", source_ip, ADDRESS),
    TO("client_addr", source_ip, ADDRESS),
    TO("assigned_addr", source_ip, ADDRESS),
    TO("mac", source_mac, TEXT),
    TO("orig_l2_addr", source_mac, TEXT),
    TO("resp_l2_addr", destination_mac, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("service", network_protocol, LOWER),
    TO("duration", event_duration, SECONDS),
    TO("orig_ip_bytes", source_bytes, TEXT),
    TO("orig_bytes", source_bytes, TEXT),
    TO("resp_ip_bytes", destination_bytes, TEXT),
    TO("resp_bytes", destination_bytes, TEXT),
    TO("orig_pkts", source_packets, TEXT),
    TO("resp_pkts", destination_packets, TEXT),
    TO("conn_state", event_code, TEXT),
    TO("query", dns_question, TEXT),
    TO("qtype_name", dns_type, TEXT),
    TO("answers", dns_answer, TEXT),
    TO("rcode_name", dns_code, TEXT),
    TO("method", http_method, TEXT),
    TO("host", url_domain, TEXT),
    TO("uri", url_original, TEXT),
    TO("uri", url_path, TEXT),
    TO("status_code", http_status, TEXT),
    TO("response_body_len", http_bytes, TEXT),
    TO("referrer", http_referrer, TEXT),
    TO("version", http_version, TEXT),
    TO("user_agent", user_agent, TEXT),
    TO("username", user_name, TEXT),
    TO("user", user_name, TEXT),
    TO("client", user_name, TEXT),
    TO("cookie", user_name, TEXT),
    TO("domainname", user_domain, TEXT),
    TO("hostname", source_domain, TEXT),
    TO("host_name", source_domain, TEXT),
    TO("server_name", destination_domain, TEXT),
    TO("mailfrom", email_from, TEXT),
    TO("rcptto", email_to, TEXT),
    TO("subject", email_subject, TEXT),
    TO("msg_id", email_id, TEXT),
    TO("filename", file_name, BASENAME),
    TO("path", file_path, TEXT),
    TO("name", file_name, BASENAME),
    TO("md5", file_md5, LOWER),
    TO("sha1", file_sha1, LOWER),
    TO("sha256", file_sha256, LOWER),
    TO("total_bytes", file_size, TEXT),
    TO("command", event_action, TEXT),
    TO("action", event_action, TEXT),
    TO("operation", event_action, TEXT),
    TO("note", rule_name, TEXT),
    TO("msg", event_reason, TEXT),
    TO("seen.indicator", threat_name, TEXT),
    END,
};

static const struct column_constant zeek_constants[] = {
    ALWAYS(observer_vendor, "Zeek"), ALWAYS(observer_product, "Zeek"), ALWAYS_END};

static const struct activity_word zeek_activities[] = {
    {S("conn*"), ACTIVITY_flow},
    {S("http*"), ACTIVITY_http},
    {S("dns"), ACTIVITY_dns},
    {S("ssl"), ACTIVITY_tls},
    {S("ssh"), ACTIVITY_ssh},
    {S("smtp"), ACTIVITY_mail},
    {S("ftp"), ACTIVITY_ftp},
    {S("dhcp"), ACTIVITY_dhcp},
    {S("rdp"), ACTIVITY_rdp},
    {S("smb_*"), ACTIVITY_smb},
    {S("ntp"), ACTIVITY_ntp},
    {S("kerberos"), ACTIVITY_ticket},
    {S("ntlm"), ACTIVITY_logon},
    {S("radius"), ACTIVITY_logon},
    {S("socks"), ACTIVITY_flow},
    {S("tunnel"), ACTIVITY_tunnel},
    {S("files"), ACTIVITY_file_read},
    {S("notice*"), ACTIVITY_detection},
    {S("intel"), ACTIVITY_detection},
    {S("signatures"), ACTIVITY_detection},
    {S("weird*"), ACTIVITY_detection},
    {S("mysql"), ACTIVITY_database},
    {S("dce_rpc"), ACTIVITY_smb},
    {S("snmp"), ACTIVITY_flow},
    {S("software"), ACTIVITY_inventory},
    {S("known_*"), ACTIVITY_inventory},
    {S("traceroute"), ACTIVITY_detection},
    {S("syslog"), ACTIVITY_flow},
    {S("irc"), ACTIVITY_flow},
    {S("sip"), ACTIVITY_flow},
    {S("modbus*"), ACTIVITY_flow},
    {S("dnp3*"), ACTIVITY_flow},
    {S(""), ACTIVITY_none},
};

/* REJ and what was reset by the responder before it began are refusals; S0 was never answered. */
static enum outcome zeek_outcome(const struct event *ev)
{
    static const str refused[] = {S("REJ"), S("S0"), S("RSTRH"), S("SH"), S("RSTOS0")};
    static const str made[] = {S("SF"), S("S1"), S("S2"), S("S3"), S("RSTO"), S("RSTR")};
    static const str said[] = {S("success"), S("auth_success"), S("result"), S("established")};
    str state = event_get(ev, S("conn_state"));

    for (size_t i = 0; i < countof(refused); i++)
        if (str_eq(state, refused[i]))
            return OUTCOME_FAILURE;
    for (size_t i = 0; i < countof(made); i++)
        if (str_eq(state, made[i]))
            return OUTCOME_SUCCESS;
    for (size_t i = 0; i < countof(said); i++) {
        enum outcome outcome = verdict_of_word(event_get(ev, said[i]));
        if (outcome)
            return outcome;
    }
    str rcode = event_get(ev, S("rcode"));
    return rcode.n ? verdict_of_code(rcode) : verdict_of_http(event_get(ev, S("status_code")));
}

static void refine_zeek(const struct event *ev, struct columns *c, struct arena *a)
{
    str path = event_get(ev, S("_path"));

    columns_put(c, COLUMN_event_provider, VIA_TEXT, path, a);
    columns_put(c, COLUMN_event_action, VIA_TEXT, path, a);
    c->activity = activity_of_word(zeek_activities, path);
    c->outcome = zeek_outcome(ev);
}

static const struct kind kind_zeek = {
    .format = "zeek",
    .own_names = true,
    .columns = zeek_columns,
    .constants = zeek_constants,
    .refine = refine_zeek,
};

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
    .kind = &kind_zeek,
    .markers = {{S("_path"), S("")}, {S("ts"), S("")}},
    .extra = zeek_extra,
    .traced = true,
    .names = path_names,
    .aliases = {zeek_names},
    .times = {S("ts")},
};

/* A file of one of Zeek's logs, whose name alone says which. */
const struct shape shape_zeek_file = {
    .kind = &kind_zeek,
    .markers = {{S("ts"), S("")}, {S("uid"), S("")}, {S("id.orig_h"), S("")}},
    .aliases = {zeek_names},
    .sources = {{S("zeek"), S(""), S("")}},
    .times = {S("ts")},
};

/* ------------------------------------------------------------ Suricata */

static const struct column_rule suricata_columns[] = {
    TO("alert.signature_id", event_code, TEXT),
    TO("flow_id", event_id, TEXT),
    TO("flow.reason", event_reason, TEXT),
    TO("drop.reason", event_reason, TEXT),
    TO("anomaly.event", event_reason, TEXT),
    TO("alert.severity", log_level, TEXT),
    TO("host", host_name, TEXT),
    TO("in_iface", observer_ingress, TEXT),
    TO("src_ip", source_ip, ADDRESS),
    TO("src_port", source_port, TEXT),
    TO("ether.src_mac", source_mac, TEXT),
    TO("dest_ip", destination_ip, ADDRESS),
    TO("dest_port", destination_port, TEXT),
    TO("ether.dest_mac", destination_mac, TEXT),
    TO("tls.sni", destination_domain, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("app_proto", network_protocol, LOWER),
    TO("direction", network_direction, LOWER),
    TO("flow.bytes_toserver", source_bytes, TEXT),
    TO("flow.pkts_toserver", source_packets, TEXT),
    TO("flow.bytes_toclient", destination_bytes, TEXT),
    TO("flow.pkts_toclient", destination_packets, TEXT),
    TO("netflow.bytes", source_bytes, TEXT),
    TO("netflow.pkts", source_packets, TEXT),
    TO("dns.rrname", dns_question, TEXT),
    TO("dns.query.rrname", dns_question, TEXT),
    TO("dns.queries.rrname", dns_question, TEXT),
    TO("dns.rrtype", dns_type, TEXT),
    TO("dns.query.rrtype", dns_type, TEXT),
    TO("dns.queries.rrtype", dns_type, TEXT),
    TO("dns.answers.rdata", dns_answer, TEXT),
    TO("dns.rdata", dns_answer, TEXT),
    TO("dns.rcode", dns_code, TEXT),
    TO("http.hostname", url_domain, TEXT),
    TO("http.url", url_original, URL),
    TO("http.http_method", http_method, TEXT),
    TO("http.status", http_status, TEXT),
    TO("http.length", http_bytes, TEXT),
    TO("http.http_refer", http_referrer, TEXT),
    TO("http.http_user_agent", user_agent, TEXT),
    TO("fileinfo.filename", file_path, TEXT),
    TO("fileinfo.filename", file_name, BASENAME),
    TO("fileinfo.size", file_size, TEXT),
    TO("fileinfo.md5", file_md5, LOWER),
    TO("fileinfo.sha1", file_sha1, LOWER),
    TO("fileinfo.sha256", file_sha256, LOWER),
    TO("smb.filename", file_path, TEXT),
    TO("smb.ntlmssp.user", user_name, TEXT),
    TO("smb.ntlmssp.domain", user_domain, TEXT),
    TO("krb5.cname", user_name, TEXT),
    TO("krb5.realm", user_domain, TEXT),
    TO("ftp.command", event_action, TEXT),
    TO("rfb.name", destination_domain, TEXT),
    TO("dhcp.hostname", source_domain, TEXT),
    TO("dhcp.client_mac", source_mac, TEXT),
    TO("smtp.mail_from", email_from, TEXT),
    TO("email.from", email_from, TEXT),
    TO("smtp.rcpt_to", email_to, TEXT),
    TO("email.to", email_to, TEXT),
    TO("email.subject", email_subject, TEXT),
    TO("alert.signature_id", rule_id, TEXT),
    TO("alert.signature", rule_name, TEXT),
    TO("alert.category", rule_category, TEXT),
    TO("alert.metadata.malware_family", threat_name, TEXT),
    END,
};

static const struct column_constant suricata_constants[] = {
    ALWAYS(observer_vendor, "OISF"), ALWAYS(observer_product, "Suricata"), ALWAYS_END};

static const struct activity_word suricata_activities[] = {
    {S("alert"), ACTIVITY_detection},
    {S("anomaly"), ACTIVITY_detection},
    {S("drop"), ACTIVITY_flow_refuse},
    {S("flow"), ACTIVITY_flow},
    {S("netflow"), ACTIVITY_flow},
    {S("dns"), ACTIVITY_dns},
    {S("http*"), ACTIVITY_http},
    {S("tls"), ACTIVITY_tls},
    {S("ssh"), ACTIVITY_ssh},
    {S("smb"), ACTIVITY_smb},
    {S("smtp"), ACTIVITY_mail},
    {S("ftp*"), ACTIVITY_ftp},
    {S("fileinfo"), ACTIVITY_file_read},
    {S("dhcp"), ACTIVITY_dhcp},
    {S("krb5"), ACTIVITY_ticket},
    {S("rdp"), ACTIVITY_rdp},
    {S("ntp"), ACTIVITY_ntp},
    {S("stats"), ACTIVITY_none},
    {S("engine"), ACTIVITY_none},
    {S("*"), ACTIVITY_flow},
    {S(""), ACTIVITY_none},
};

/* alert.action says what Suricata did, "blocked" or "allowed". An alert that was let through is no
 * success of anything. */
static void refine_suricata(const struct event *ev, struct columns *c, struct arena *a)
{
    str type = event_get(ev, S("event_type")), action = event_get(ev, S("alert.action"));
    str protocol = event_get(ev, S("http.protocol")), rcode = event_get(ev, S("dns.rcode"));
    bool alert = str_eq(type, S("alert")) || (!type.n && event_get(ev, S("alert.signature_id")).n);

    if (alert)
        type = S("alert");

    columns_put(c, COLUMN_event_action, VIA_TEXT, action.n ? action : type, a);
    if (str_starts(protocol, S("HTTP/")))
        columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(protocol, 5), a);
    c->activity = activity_of_word(suricata_activities, type);
    if (str_eq(type, S("drop")) || str_eq(action, S("blocked"))) {
        c->outcome = OUTCOME_FAILURE;
        c->type = "denied";
        return;
    }
    c->type = str_eq(action, S("allowed"))    ? "allowed"
              : event_get(ev, S("dest_ip")).n ? "connection"
                                              : NULL;
    if (!alert && rcode.n)
        c->outcome = str_eq(rcode, S("NOERROR")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
    else if (!alert)
        c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
}

static const struct kind kind_suricata = {
    .format = "suricata",
    .own_names = true,
    .columns = suricata_columns,
    .constants = suricata_constants,
    .refine = refine_suricata,
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
    .kind = &kind_suricata,
    .markers = {{S("event_type"), S("")}, {S("flow_id"), S("")}, {S("src_ip"), S("")}},
    .extra = suricata_extra,
    .traced = true,
    .names = path_names,
    .aliases = {suricata_names},
    .times = {S("timestamp")},
};

/* Alerts that lost their type on the way. */
const struct shape shape_suricata_alert = {
    .kind = &kind_suricata,
    .markers = {{S("flow_id"), S("")}, {S("alert.signature_id"), S("")}, {S("src_ip"), S("")}},
    .aliases = {suricata_names},
    .sources = {{S("suricata"), S(""), S("alert")}},
    .times = {S("timestamp")},
};

/* Counters, which no flow is about. */
const struct shape shape_suricata_stats = {
    .kind = &kind_suricata,
    .markers = {{S("event_type"), S("stats")}, {S("stats.uptime"), S("")}},
    .sources = {{S("suricata"), S(""), S("stats")}},
    .times = {S("timestamp")},
};

/* ------------------------------------------------------------ ModSecurity */

static const struct column_rule modsecurity_columns[] = {
    TO("transaction.unique_id", event_id, TEXT),
    TO("transaction.id", event_id, TEXT),
    TO("transaction.client_ip", source_ip, ADDRESS),
    TO("transaction.client_port", source_port, TEXT),
    TO("transaction.host_ip", destination_ip, ADDRESS),
    TO("transaction.host_port", destination_port, TEXT),
    TO("transaction.request.uri", url_original, URL),
    TO("transaction.request.headers.Host", url_domain, TEXT),
    TO("transaction.request.method", http_method, TEXT),
    TO("transaction.request.http_version", http_version, TEXT),
    TO("transaction.response.http_code", http_status, TEXT),
    TO("transaction.request.headers.User-Agent", user_agent, TEXT),
    TO("transaction.messages.details.ruleId", rule_id, TEXT),
    TO("transaction.messages.message", rule_name, TEXT),
    TO("transaction.messages.details.tags", rule_category, TEXT),
    END,
};

static void refine_modsecurity(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    if (str_eq(event_get(ev, S("transaction.is_interrupted")), S("true")))
        c->outcome = OUTCOME_FAILURE;
    else
        c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
    if (event_get(ev, S("transaction.messages.message")).n)
        c->activity = ACTIVITY_detection;
}

static const struct kind kind_modsecurity = {
    .format = "modsecurity_json",
    .own_names = true,
    .activity = ACTIVITY_http,
    .columns = modsecurity_columns,
    .refine = refine_modsecurity,
};

/* The audit log of ModSecurity 3 and Coraza. */
const struct shape shape_modsecurity = {
    .kind = &kind_modsecurity,
    .markers = {{S("transaction.client_ip"), S("")}, {S("transaction.request.uri"), S("")}},
    .sources = {{S("modsecurity"), S(""), S("")}},
    .times = {S("transaction.unix_timestamp"), S("transaction.time_stamp")},
};
