/*
 * stormshield.c - Stormshield Network Security ("Description of audit logs"): pairs in WELF form:
 *
 *   id=firewall time="2026-11-24 11:00:00" fw="SN1" tz=+0100 startime="2026-11-24 11:00:00" pri=5
 *   ruleid=1 srcif="Ethernet0" ipproto=tcp src=192.0.2.7 srcport=50022 dst=198.51.100.9 dstport=443
 *   action=block logtype="filter"
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("srcport", source_port, TEXT),
    TO("srcmac", source_mac, TEXT),
    TO("srcname", source_domain, TEXT),
    TO("modsrc", source_nat_ip, TEXT),
    TO("modsrcport", source_nat_port, TEXT),
    TO("sent", source_bytes, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("dstport", destination_port, TEXT),
    TO("dstmac", destination_mac, TEXT),
    TO("dstname", destination_domain, TEXT),
    TO("origdst", destination_nat_ip, TEXT),
    TO("origdstport", destination_nat_port, TEXT),
    TO("rcvd", destination_bytes, TEXT),
    TO("duration", event_duration, SECONDS),
    TO("ipproto", network_transport, PROTOCOL),
    TO("proto", network_protocol, LOWER),
    TO("srcif", observer_ingress, TEXT),
    TO("srcifname", observer_ingress, TEXT),
    TO("dstif", observer_egress, TEXT),
    TO("dstifname", observer_egress, TEXT),
    TO("user", user_name, ACCOUNT),
    TO("domain", user_domain, TEXT),
    TO("rulename", rule_name, TEXT),
    TO("ruleid", rule_id, TEXT),
    TO("cat_site", rule_category, TEXT),
    TO("action", event_action, TEXT),
    TO("op", event_action, TEXT),
    TO("alarmid", event_code, TEXT),
    TO("msg", event_reason, TEXT),
    TO("fw", observer_name, TEXT),
    TO("pri", log_level, TEXT),
    TO("arg", url_original, URL),
    TO("op", http_method, TEXT),
    TO("result", http_status, TEXT),
    TO("virus", threat_name, TEXT),
    TO("mailfrom", email_from, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Stormshield"),
    ALWAYS_END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const struct {
        str type;
        uint8_t activity;
    } types[] = {
        {S("filter"), ACTIVITY_flow},
        {S("connection"), ACTIVITY_flow_close},
        {S("alarm"), ACTIVITY_detection},
        {S("auth"), ACTIVITY_logon},
        {S("web"), ACTIVITY_http},
        {S("vpn"), ACTIVITY_tunnel},
        {S("xvpn"), ACTIVITY_tunnel},
        {S("smtp"), ACTIVITY_mail},
        {S("pop3"), ACTIVITY_mail},
        {S("plugin"), ACTIVITY_flow_close},
        {S("server"), ACTIVITY_config_change},
        {S("ftp"), ACTIVITY_ftp},
    };
    const str type = event_get(ev, S("logtype")), error = event_get(ev, S("error"));

    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(type, types[i].type))
            c->activity = types[i].activity;
    if (str_eq(c->values[COLUMN_network_protocol], S("unknown")))
        c->values[COLUMN_network_protocol] = (str){0};
    if (!str_eq(type, S("web"))) /* `method` is one of authentication */
        c->values[COLUMN_http_method] = (str){0};
    action_settle(c, event_get(ev, S("action")));
    if (error.n)
        action_settle(c, str_eq(error, S("0")) ? S("success") : S("failure"));
    traffic_bytes(c, a);
}

static const struct kind kind_stormshield = {
    .format = "stormshield", .columns = columns, .constants = constants, .refine = refine};

static int sniff(str text)
{
    enum { FRONT_MAX = 160 };
    const str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    return (str_starts(text, S("id=firewall")) || str_starts(text, S("time="))) &&
                   str_find(front, S(" fw=")) && str_find(front, S(" tz="))
               ? 100
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
    str time = event_get(m->event, S("time")), date = str_cut(&time, ' ');
    const char *end = m->text.p + m->text.n;
    if (!time.n && date.p >= m->text.p &&
        date.p < end) /* without quotes the time of day is a word behind it */
        time = (str){date.p + date.n, (size_t)(end - date.p) - date.n};
    time = str_trim(time);
    time = str_cut(&time, ' ');
    device_time_parts(m, date, time, event_get(m->event, S("tz")));
    return true;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "srcport"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "dstport"),
};

const struct dialect dialect_stormshield = {
    .name = "stormshield",
    .summary = "Stormshield Network Security firewalls",
    .sample = "id=firewall time=\"2026-11-24 11:00:00\" fw=\"SN1\" tz=+0100 startime=\"2026-11-24 "
              "11:00:00\" pri=5 ruleid=1 srcif=\"Ethernet0\" ipproto=tcp src=192.0.2.7 "
              "srcport=50022 dst=198.51.100.9 dstport=443 action=block logtype=\"filter\"",
    .kind = &kind_stormshield,
    .sources = {{.product = S("stormshield"),
                 .category = S("firewall"),
                 .service = S(""),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
};
