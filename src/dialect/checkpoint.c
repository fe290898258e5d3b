/*
 * checkpoint.c - Check Point's Log Exporter (sk122323) in its formats "syslog" and "splunk"; its
 * CEF and LEEF are read by those.
 *
 *   [action:"Drop"; ifdir:"inbound"; src:"192.0.2.7"; s_port:"50022"; service:"443"; ]
 *   time=1795514400|hostname=gw1|product=Firewall|action=Drop|src=192.0.2.7|...
 *
 * Fields have their names there. `time` is in seconds since 1970.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("client_ip", source_ip, ADDRESS),
    TO("endpoint_ip", source_ip, ADDRESS),
    TO("s_port", source_port, TEXT),
    TO("mac_source_address", source_mac, TEXT),
    TO("src_machine_name", source_domain, TEXT),
    TO("xlatesrc", source_nat_ip, TEXT),
    TO("xlatesport", source_nat_port, TEXT),
    TO("client_outbound_bytes", source_bytes, TEXT),
    TO("sent_bytes", source_bytes, TEXT),
    TO("client_outbound_packets", source_packets, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("service", destination_port, TEXT),
    TO("mac_destination_address", destination_mac, TEXT),
    TO("sni", destination_domain, TEXT),
    TO("dst_machine_name", destination_domain, TEXT),
    TO("xlatedst", destination_nat_ip, TEXT),
    TO("xlatedport", destination_nat_port, TEXT),
    TO("client_inbound_bytes", destination_bytes, TEXT),
    TO("received_bytes", destination_bytes, TEXT),
    TO("client_inbound_packets", destination_packets, TEXT),
    TO("bytes", network_bytes, TEXT),
    TO("packets", network_packets, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("service_id", network_protocol, LOWER),
    TO("appi_name", network_application, LOWER),
    TO("ifdir", network_direction, LOWER),
    TO("ifname", observer_ingress, TEXT),
    TO("origin", observer_name, TEXT),
    TO("product", observer_product, TEXT),
    TO("user", user_name, ACCOUNT),
    TO("src_user_name", user_name, ACCOUNT),
    TO("administrator", user_name, ACCOUNT),
    TO("dst_user_name", user_target_name, ACCOUNT),
    TO("rule_name", rule_name, TEXT),
    TO("rule_uid", rule_id, TEXT),
    TO("app_category", rule_category, TEXT),
    TO("protection_name", threat_name, TEXT),
    TO("malware_family", threat_name, TEXT),
    TO("action", event_action, TEXT),
    TO("rule_action", event_action, TEXT),
    TO("operation", event_action, TEXT),
    TO("loguid", event_id, TEXT),
    TO("reason", event_reason, TEXT),
    TO("reject_category", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("resource", url_original, URL),
    TO("web_client_type", user_agent, TEXT),
    TO("method", http_method, TEXT),
    TO("file_name", file_name, BASENAME),
    TO("file_md5", file_md5, LOWER),
    TO("file_sha1", file_sha1, LOWER),
    TO("file_sha256", file_sha256, LOWER),
    TO("file_size", file_size, TEXT),
    TO("from", email_from, TEXT),
    TO("to", email_to, TEXT),
    TO("email_subject", email_subject, TEXT),
    TO("client_name", host_name, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Check Point"),
    ALWAYS_END,
};

static uint8_t activity_of(const struct event *ev)
{
    static const struct {
        str word;
        uint8_t activity;
    } actions[] = {
        {S("Log In"), ACTIVITY_logon},         {S("Login"), ACTIVITY_logon},
        {S("Failed Log In"), ACTIVITY_logon},  {S("Authorize"), ACTIVITY_logon},
        {S("Log Out"), ACTIVITY_logoff},       {S("Logout"), ACTIVITY_logoff},
        {S("Deauthorize"), ACTIVITY_logoff},   {S("Key Install"), ACTIVITY_tunnel},
        {S("Encrypt"), ACTIVITY_tunnel},       {S("Decrypt"), ACTIVITY_tunnel},
        {S("Prevent"), ACTIVITY_detection},    {S("Detect"), ACTIVITY_detection},
        {S("Quarantine"), ACTIVITY_detection},
    };
    const str action = event_get(ev, S("action"));

    for (size_t i = 0; i < countof(actions); i++)
        if (str_ieq(action, actions[i].word))
            return actions[i].activity;
    return event_get(ev, S("operation")).n ? ACTIVITY_config_change : ACTIVITY_flow;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str fields[] = {S("auth_status"), S("audit_status"), S("status"), S("action")};

    (void)a;
    c->activity = activity_of(ev);
    c->values[COLUMN_service_name] = (str){0}; /* `service` is a port */
    for (size_t i = 0; i < countof(fields); i++) {
        const str word = event_get(ev, fields[i]);
        action_settle(c, str_starts(word, S("Successful"))                            ? S("success")
                         : str_starts(word, S("Failed"))                              ? S("failure")
                         : str_ieq(word, S("login")) || str_ieq(word, S("authorize")) ? S("success")
                                                                                      : word);
    }
}

static const struct kind kind_checkpoint = {
    .format = "checkpoint", .columns = columns, .constants = constants, .refine = refine};

/* Some relays leave a word of the header before the bracket: "syslog[action:". */
static str without_tag(str text)
{
    size_t n = 0;

    while (n < text.n && ascii_lower(text.p[n]) >= 'a' && ascii_lower(text.p[n]) <= 'z')
        n++;
    return n < text.n && text.p[n] == '[' ? str_from_at(text, n) : text;
}

/* The pairs of a text, by its form; false when it is none. */
static bool pairs_of(str text, struct pairs *ret)
{
    if (text.n > 2 && text.p[0] == '[') {
        size_t end = text.n - (text.p[text.n - 1] == ']');
        *ret = (struct pairs){(str){text.p + 1, end - 1}, ';', ':'};
        return true;
    }
    *ret = (struct pairs){text, '|', '='};
    return pair_begins(text) > 0;
}

static int sniff(str text)
{
    enum { FRONT_MAX = 60 };
    str rest = without_tag((str){text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX});
    str front = {rest.p, rest.n < FRONT_MAX ? rest.n : FRONT_MAX};

    if (front.p[0] == '[') {
        for (size_t i = 1; i + 1 < front.n; i++)
            if (front.p[i] == ':' && (front.p[i + 1] == '"' || front.p[i + 1] == ':'))
                return 90;
            else if (front.p[i] == ' ' || front.p[i] == '=')
                return 0;
        return 0;
    }
    return str_starts(text, S("time=")) && str_find(front, S("|hostname=")) ? 90 : 0;
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    struct pairs p;

    (void)state;
    if (sniff(m->text) == 0)
        return false;
    if (!pairs_of(without_tag(m->text), &p) || !pairs_read(m, &names, p, NULL))
        return false;
    device_time_epoch(m, event_get(m->event, S("time")));
    return true;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "s_port"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "service"),
};

const struct dialect dialect_checkpoint = {
    .name = "checkpoint",
    .summary = "Check Point's Log Exporter: firewall, threat prevention, VPN, audit",
    .sample =
        "<134>1 2026-11-24T10:00:00Z gw1 CheckPoint 19710 - [action:\"Drop\"; ifdir:\"inbound\"; "
        "origin:\"198.51.100.1\"; time:\"1795514400\"; dst:\"198.51.100.9\"; "
        "product:\"VPN-1 & FireWall-1\"; proto:\"6\"; s_port:\"50022\"; service:\"443\"; "
        "src:\"192.0.2.7\"; ]",
    .kind = &kind_checkpoint,
    .sources = {{.product = S("checkpoint"),
                 .category = S("firewall"),
                 .service = S(""),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .bare = true,
    .programs = {S("CheckPoint")},
    .sniff = sniff,
    .read = read,
};
