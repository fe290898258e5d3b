/*
 * sophos_firewall.c - Sophos Firewall (SFOS, XG), "Log message IDs" of its documentation: pairs,
 * in the device's standard format and in the older central reporting one:
 *
 *   device_name="SFW" timestamp="2026-11-24T10:00:00+0000" device_model="XGS136" log_id="..." ...
 *   device="SFW" date=2026-11-24 time=10:00:00 timezone="CET" device_name="XG210" ...
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("src_ip", source_ip, ADDRESS),
    TO("ip", source_ip, ADDRESS),
    TO("ip_address", source_ip, ADDRESS),
    TO("client_physical_address", source_mac, TEXT),
    TO("src_trans_ip", source_nat_ip, TEXT),
    TO("tran_src_ip", source_nat_ip, TEXT),
    TO("src_trans_port", source_nat_port, TEXT),
    TO("tran_src_port", source_nat_port, TEXT),
    TO("bytes_sent", source_bytes, TEXT),
    TO("sent_bytes", source_bytes, TEXT),
    TO("packets_sent", source_packets, TEXT),
    TO("sent_pkts", source_packets, TEXT),
    TO("dst_trans_ip", destination_nat_ip, TEXT),
    TO("tran_dst_ip", destination_nat_ip, TEXT),
    TO("dst_trans_port", destination_nat_port, TEXT),
    TO("tran_dst_port", destination_nat_port, TEXT),
    TO("domain", destination_domain, TEXT),
    TO("domainname", destination_domain, TEXT),
    TO("bytes_received", destination_bytes, TEXT),
    TO("recv_bytes", destination_bytes, TEXT),
    TO("packets_received", destination_packets, TEXT),
    TO("recv_pkts", destination_packets, TEXT),
    TO("duration", event_duration, SECONDS),
    TO("con_duration", event_duration, SECONDS),
    TO("protocol", network_transport, PROTOCOL),
    TO("application", network_application, LOWER),
    TO("app_name", network_application, LOWER),
    TO("application_name", network_application, LOWER),
    TO("user_name", user_name, ACCOUNT),
    TO("user", user_name, ACCOUNT),
    TO("name", user_name, ACCOUNT),
    TO("user_group", group_name, TEXT),
    TO("user_gp", group_name, TEXT),
    TO("fw_rule_name", rule_name, TEXT),
    TO("fw_rule_id", rule_id, TEXT),
    TO("signature_id", rule_id, TEXT),
    TO("idp_policy_name", rule_name, TEXT),
    TO("signature_msg", rule_name, TEXT),
    TO("category", rule_category, TEXT),
    TO("http_category", rule_category, TEXT),
    TO("virus", threat_name, TEXT),
    TO("threatname", threat_name, TEXT),
    TO("malware", threat_name, TEXT),
    TO("log_subtype", event_action, TEXT),
    TO("action", event_action, TEXT),
    TO("log_id", event_code, TEXT),
    TO("reason", event_reason, TEXT),
    TO("device_name", observer_name, TEXT),
    TO("device_model", observer_product, TEXT),
    TO("severity", log_level, LOWER),
    TO("priority", log_level, LOWER),
    TO("url", url_original, URL),
    TO("user_agent", user_agent, TEXT),
    TO("http_user_agent", user_agent, TEXT),
    TO("http_status", http_status, TEXT),
    TO("httpresponsecode", http_status, TEXT),
    TO("status_code", http_status, TEXT),
    TO("referer", http_referrer, TEXT),
    TO("file_name", file_name, BASENAME),
    TO("filename", file_name, BASENAME),
    TO("file_path", file_path, TEXT),
    TO("sha1sum", file_sha1, LOWER),
    TO("from_email_address", email_from, TEXT),
    TO("to_email_address", email_to, TEXT),
    TO("email_subject", email_subject, TEXT),
    TO("subject", email_subject, TEXT),
    TO("mailid", email_id, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Sophos"),
    ALWAYS_END,
};

static uint8_t activity_of(str type, str component)
{
    static const struct {
        str word;
        uint8_t activity;
    } types[] = {
        {S("Firewall"), ACTIVITY_flow},
        {S("IDP"), ACTIVITY_detection},
        {S("ATP"), ACTIVITY_detection},
        {S("Anti-Virus"), ACTIVITY_malware},
        {S("Anti-Spam"), ACTIVITY_mail},
        {S("Content Filtering"), ACTIVITY_http},
        {S("WAF"), ACTIVITY_http},
        {S("Sandbox"), ACTIVITY_malware},
        {S("Heartbeat"), ACTIVITY_inventory},
        {S("SSL"), ACTIVITY_tls},
    };

    if (str_find(component, S("Authentication")) || str_eq(component, S("GUI")))
        return ACTIVITY_logon;
    for (size_t i = 0; i < countof(types); i++)
        if (str_ieq(type, types[i].word))
            return types[i].activity;
    return ACTIVITY_none;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    const str user = event_get(ev, S("user_name"));

    c->activity = activity_of(event_get(ev, S("log_type")), event_get(ev, S("log_component")));
    if (!user.n || (!memchr(user.p, '@', user.n) && !memchr(user.p, '\\', user.n)))
        c->values[COLUMN_user_domain] = (str){0}; /* `domain` is a server's */
    if (str_eq(c->values[COLUMN_network_protocol], c->values[COLUMN_network_transport]))
        c->values[COLUMN_network_protocol] = (str){0};
    action_settle(c, event_get(ev, S("status")));
    action_settle(c, event_get(ev, S("log_subtype")));
    traffic_bytes(c, a);
}

static const struct kind kind_sophos_firewall = {
    .format = "sophos_firewall", .columns = columns, .constants = constants, .refine = refine};

static int sniff(str text)
{
    enum { FRONT_MAX = 320 };
    const str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    if (str_starts(text, S("device=\"SFW\"")) || str_starts(text, S("device_name=\"SFW\"")))
        return 100;
    return (str_starts(text, S("device_name=")) || str_starts(text, S("timestamp="))) &&
                   str_find(front, S(" log_type=")) && str_find(front, S(" log_component="))
               ? 90
               : 0;
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    const struct pairs p = {m->text, ' ', '='};

    (void)state;
    if (sniff(m->text) == 0)
        return false;
    if (pairs_read(m, &names, p, NULL) < 2)
        return false;
    const str stamp = event_get(m->event, S("timestamp"));
    if (!stamp.n || !(device_time_epoch(m, stamp) || device_time_text(m, stamp)))
        device_time_parts(m, event_get(m->event, S("date")), event_get(m->event, S("time")),
                          event_get(m->event, S("timezone")));
    return true;
}

const struct dialect dialect_sophos_firewall = {
    .name = "sophos_firewall",
    .summary = "Sophos Firewall (SFOS, XG): traffic, IPS, web, mail, authentication",
    .sample = "device_name=\"SFW\" timestamp=\"2026-11-24T10:00:00+0000\" device_model=\"XGS136\" "
              "log_id=\"010101600002\" log_type=\"Firewall\" log_component=\"Firewall Rule\" "
              "log_subtype=\"Denied\" src_ip=\"192.0.2.7\" dst_ip=\"198.51.100.9\" "
              "protocol=\"TCP\" src_port=50022 dst_port=443",
    .kind = &kind_sophos_firewall,
    .sources = {{.product = S("sophos"), .category = S("firewall"), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
};
