#include "dialect/fortinet.h"

#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

/* ------------------------------------------------------------ products */

static struct pairs pairs_of(str text)
{
    struct pairs p = {.rest = text, .separator = ' ', .mark = '='};
    const size_t name = pair_begins(text);

    /* CSV: a comma ends the first value, which has none of its own. */
    for (size_t i = name; i < text.n && text.p[i] != ' '; i++)
        if (text.p[i] == ',') {
            p.separator = ',';
            break;
        }
    return p;
}

static enum fortinet_product by_serial(str name, str value)
{
    if (str_starts(value, S("FPX")))
        return FORTINET_PROXY;
    if (str_starts(value, S("FAC")))
        return FORTINET_AUTHENTICATOR;
    if (str_starts(value, S("FG")) || str_starts(value, S("FW")))
        return FORTINET_GATE;
    if (str_starts(value, S("FE")) && str_eq(name, S("device_id")))
        return FORTINET_MAIL;
    if (str_starts(value, S("FV")) && str_eq(name, S("device_id")))
        return FORTINET_WEB;
    return FORTINET_NONE;
}

/* Fields that one product alone has. */
static enum fortinet_product by_field(str name, str value)
{
    static const struct {
        str name;
        enum fortinet_product product;
    } own[] = {
        {S("spp"), FORTINET_DDOS},
        {S("spp_name"), FORTINET_DDOS},
        {S("msg_id"), FORTINET_WEB},
        {S("faclogindex"), FORTINET_AUTHENTICATOR},
        {S("subcategory"), FORTINET_AUTHENTICATOR},
        {S("session_id"), FORTINET_MAIL},
        {S("client_name"), FORTINET_MAIL},
        {S("eventtime"), FORTINET_GATE},
        {S("logdesc"), FORTINET_GATE},
        {S("srcip"), FORTINET_GATE},
        {S("policyid"), FORTINET_GATE},
    };
    static const str mail_types[] = {S("statistics"), S("kevent"), S("encrypt"), S("spam"),
                                     S("history")};

    for (size_t i = 0; i < countof(own); i++)
        if (str_eq(name, own[i].name))
            return own[i].product;
    for (size_t i = 0; i < countof(mail_types) && str_eq(name, S("type")); i++)
        if (str_eq(value, mail_types[i]))
            return FORTINET_MAIL;
    return FORTINET_NONE;
}

/* The names with which records begin. */
static bool may_begin(str name)
{
    static const str names[] = {S("date"),  S("time"),      S("eventtime"), S("logver"),
                                S("devid"), S("timestamp"), S("category"),  S("devname"),
                                S("itime"), S("device_id"), S("log_id"),    S("logid")};

    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(name, names[i]))
            return true;
    return false;
}

enum fortinet_product fortinet_product_of(str text)
{
    struct pairs p = {.rest = text, .separator = ' ', .mark = '='};
    str name, value;
    bool escaped, numbered = false;

    /* Their time is that of day, and its date stands before it. */
    if (str_starts(text, S("time=")) && (text.n < 8 || text.p[7] != ':'))
        return FORTINET_NONE;
    if (!memchr("dtelci", text.p[0], 6) || !may_begin((str){text.p, pair_begins(text)}))
        return FORTINET_NONE;
    p = pairs_of(text);
    for (int i = 0; i < PAIRS_NEAR && pair_next(&p, &name, &value, &escaped); i++) {
        enum fortinet_product product = FORTINET_NONE;
        if (str_eq(name, S("devid")) || str_eq(name, S("device_id"))) {
            numbered = true;
            product = by_serial(name, value);
            /* FortiDDoS has the same serials, and its record begins with it. */
            if (i == 0 && product == FORTINET_GATE)
                product = FORTINET_NONE;
        } else if (str_eq(name, S("logid")) || str_eq(name, S("log_id"))) {
            numbered = true;
        } else {
            product = by_field(name, value);
        }
        if (product != FORTINET_NONE)
            return product;
    }
    return numbered ? FORTINET_GATE : FORTINET_NONE;
}

/* ------------------------------------------------------------ reading */

static void set_time(struct message *m)
{
    const struct event *ev = m->event;

    if (device_time_epoch(m, event_get(ev, S("eventtime"))))
        return;
    const str date = event_get(ev, S("date")), time = event_get(ev, S("time"));
    str zone = event_get(ev, S("tz"));
    if (!zone.n) { /* FortiWeb: "(GMT+1:00)Brussels" */
        zone = event_get(ev, S("timezone"));
        zone = str_from_at(zone, zone.n && zone.p[0] == '(');
    }
    if (date.n && time.n && device_time_parts(m, date, time, zone))
        return;
    if (!device_time_epoch(m, event_get(ev, S("timestamp"))))
        device_time_epoch(m, event_get(ev, S("itime")));
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "srcip"),
    RENAMED("src_port", "srcport"),
    RENAMED("dst_ip", "dstip"),
    RENAMED("dst_port", "dstport"),
};

/* The service is the record's type. */
static void set_source(struct message *m)
{
    static const str types[] = {S("traffic"), S("utm"),       S("event"),
                                S("dns"),     S("anomaly"),   S("ips"),
                                S("virus"),   S("webfilter"), S("app-ctrl")};
    const str type = event_get(m->event, S("type"));
    struct logsource source = {.product = S("fortigate"),
                               .category = S("firewall"),
                               .service = S(""),
                               .renames = firewall_names,
                               .rename_count = countof(firewall_names)};

    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(types[i], type))
            source.service = types[i];
    message_logsource(m, &source);
}

bool fortinet_read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    str words;

    (void)state;
    if (fortinet_product_of(m->text) == FORTINET_NONE ||
        pairs_read(m, &names, pairs_of(m->text), &words) < 2)
        return false;
    if (words.n && event_find(m->event, S("msg")) == m->event->field_count)
        pair_add(m, &names, S("msg"), words);
    set_time(m);
    return true;
}

bool fortinet_read_firewall(void *state, struct message *m)
{
    if (!fortinet_read(state, m))
        return false;
    set_source(m);
    return true;
}

/* ------------------------------------------------------------ meaning */

const struct column_rule fortinet_columns_any[] = {
    TO("srcip", source_ip, ADDRESS),
    TO("src", source_ip, ADDRESS),
    TO("original_src", source_ip, ADDRESS),
    TO("client_ip", source_ip, ADDRESS),
    TO("sip", source_ip, ADDRESS),
    TO("remip", source_ip, ADDRESS),
    TO("userip", source_ip, ADDRESS),
    TO("ip", source_ip, ADDRESS),
    TO("srcport", source_port, TEXT),
    TO("src_port", source_port, TEXT),
    TO("remport", source_port, TEXT),
    TO("sport", source_port, TEXT),
    TO("srcmac", source_mac, TEXT),
    TO("mac", source_mac, TEXT),
    TO("srcname", source_domain, TEXT),
    TO("client_name", source_domain, TEXT),
    TO("transip", source_nat_ip, TEXT),
    TO("transport", source_nat_port, TEXT),
    TO("dstip", destination_ip, ADDRESS),
    TO("dst", destination_ip, ADDRESS),
    TO("dst_ip", destination_ip, ADDRESS),
    TO("dip", destination_ip, ADDRESS),
    TO("locip", destination_ip, ADDRESS),
    TO("dstport", destination_port, TEXT),
    TO("dst_port", destination_port, TEXT),
    TO("dport", destination_port, TEXT),
    TO("locport", destination_port, TEXT),
    TO("dstmac", destination_mac, TEXT),
    TO("dstname", destination_domain, TEXT),
    TO("http_host", destination_domain, TEXT),
    TO("tranip", destination_nat_ip, TEXT),
    TO("tranport", destination_nat_port, TEXT),
    TO("sentbyte", source_bytes, TEXT),
    TO("sent", source_bytes, TEXT),
    TO("rcvdbyte", destination_bytes, TEXT),
    TO("rcvd", destination_bytes, TEXT),
    TO("sentpkt", source_packets, TEXT),
    TO("sent_pkt", source_packets, TEXT),
    TO("rcvdpkt", destination_packets, TEXT),
    TO("rcvd_pkt", destination_packets, TEXT),
    TO("duration", event_duration, SECONDS),
    TO("proto", network_transport, PROTOCOL),
    TO("protocol", network_transport, PROTOCOL),
    TO("service", network_protocol, LOWER),
    TO("app", network_application, LOWER),
    TO("direction", network_direction, LOWER),
    TO("user", user_name, ACCOUNT),
    TO("user_name", user_name, ACCOUNT),
    TO("unauthuser", user_name, ACCOUNT),
    TO("xauthuser", user_name, ACCOUNT),
    TO("dstuser", user_target_name, ACCOUNT),
    TO("group", group_name, TEXT),
    TO("srcintf", observer_ingress, TEXT),
    TO("src_int", observer_ingress, TEXT),
    TO("interface", observer_ingress, TEXT),
    TO("dstintf", observer_egress, TEXT),
    TO("dst_int", observer_egress, TEXT),
    TO("outintf", observer_egress, TEXT),
    TO("policyname", rule_name, TEXT),
    TO("policy", rule_name, TEXT),
    TO("policyid", rule_id, TEXT),
    TO("catdesc", rule_category, TEXT),
    TO("appcat", rule_category, TEXT),
    TO("attack", threat_name, TEXT),
    TO("virus", threat_name, TEXT),
    TO("action", event_action, TEXT),
    TO("disposition", event_action, TEXT),
    TO("logid", event_code, TEXT),
    TO("log_id", event_code, TEXT),
    TO("typeid", event_code, TEXT),
    TO("reason", event_reason, TEXT),
    TO("devname", observer_name, TEXT),
    TO("level", log_level, LOWER),
    TO("pri", log_level, LOWER),
    TO("agent", user_agent, TEXT),
    TO("user_agent", user_agent, TEXT),
    TO("method", http_method, TEXT),
    TO("httpmethod", http_method, TEXT),
    TO("http_method", http_method, TEXT),
    TO("http_retcode", http_status, TEXT),
    TO("referralurl", http_referrer, TEXT),
    TO("http_refer", http_referrer, TEXT),
    TO("url", url_original, URL),
    TO("http_url", url_original, URL),
    TO("filename", file_name, BASENAME),
    TO("filesize", file_size, TEXT),
    TO("analyticscksum", file_sha256, LOWER),
    TO("qname", dns_question, TEXT),
    TO("qtype", dns_type, TEXT),
    TO("ipaddr", dns_answer, TEXT),
    TO("from", email_from, TEXT),
    TO("sender", email_from, TEXT),
    TO("to", email_to, TEXT),
    TO("recipient", email_to, TEXT),
    TO("subject", email_subject, TEXT),
    TO("message_id", email_id, TEXT),
    END,
};

struct choice {
    str word;
    uint8_t activity;
};

static uint8_t choose(const struct choice *rows, size_t count, str word)
{
    for (size_t i = 0; i < count; i++)
        if (str_ieq(word, rows[i].word))
            return rows[i].activity;
    return ACTIVITY_none;
}

static uint8_t activity_of(const struct event *ev)
{
    static const struct choice types[] = {
        {S("traffic"), ACTIVITY_flow},      {S("attack"), ACTIVITY_detection},
        {S("anomaly"), ACTIVITY_detection}, {S("ips"), ACTIVITY_detection},
        {S("virus"), ACTIVITY_malware},     {S("webfilter"), ACTIVITY_http},
        {S("dns"), ACTIVITY_dns},           {S("statistics"), ACTIVITY_mail},
        {S("spam"), ACTIVITY_mail},         {S("history"), ACTIVITY_mail},
        {S("encrypt"), ACTIVITY_mail},
    };
    static const struct choice actions[] = {
        {S("login"), ACTIVITY_logon},           {S("logout"), ACTIVITY_logoff},
        {S("authentication"), ACTIVITY_logon},  {S("auth-logon"), ACTIVITY_logon},
        {S("auth-logout"), ACTIVITY_logoff},    {S("FSSO-logon"), ACTIVITY_logon},
        {S("FSSO-logoff"), ACTIVITY_logoff},    {S("ssl-login-fail"), ACTIVITY_logon},
        {S("ssl-new-con"), ACTIVITY_tunnel},    {S("ssl-exit-fail"), ACTIVITY_tunnel},
        {S("tunnel-up"), ACTIVITY_tunnel_open}, {S("tunnel-down"), ACTIVITY_tunnel_close},
    };
    static const struct choice subtypes[] = {
        {S("virus"), ACTIVITY_malware},
        {S("ips"), ACTIVITY_detection},
        {S("anomaly"), ACTIVITY_detection},
        {S("dlp"), ACTIVITY_detection},
        {S("waf"), ACTIVITY_detection},
        {S("webfilter"), ACTIVITY_http},
        {S("dns"), ACTIVITY_dns},
        {S("app-ctrl"), ACTIVITY_flow},
        {S("emailfilter"), ACTIVITY_mail},
        {S("smtp"), ACTIVITY_mail},
        {S("ssl"), ACTIVITY_tls},
        {S("vpn"), ACTIVITY_tunnel},
        {S("authentication"), ACTIVITY_logon},
        {S("ssh"), ACTIVITY_ssh},
    };
    uint8_t activity = choose(types, countof(types), event_get(ev, S("type")));

    if (!activity)
        activity = choose(actions, countof(actions), event_get(ev, S("action")));
    if (!activity && event_get(ev, S("cfgpath")).n)
        activity = ACTIVITY_config_change;
    if (!activity && event_get(ev, S("dhcp_msg")).n)
        activity = ACTIVITY_dhcp;
    return activity ? activity : choose(subtypes, countof(subtypes), event_get(ev, S("subtype")));
}

static bool ends_in_failure(str word)
{
    static const str ends[] = {S("fail"), S("failed"), S("failure"), S("error")};

    for (size_t i = 0; i < countof(ends); i++)
        if (word.n >= ends[i].n && str_ieq(str_from_at(word, word.n - ends[i].n), ends[i]))
            return true;
    return false;
}

/* "https(192.0.2.7)", "GUI(192.0.2.7)": where an administrator works. */
static void put_ui(struct columns *c, str ui, struct arena *a)
{
    const char *open = ui.n ? memchr(ui.p, '(', ui.n) : NULL;

    if (open && ui.p[ui.n - 1] == ')')
        columns_put(c, COLUMN_source_ip, VIA_TEXT,
                    (str){open + 1, (size_t)(ui.p + ui.n - open) - 2}, a);
}

static void put_direction(struct columns *c, str word)
{
    if (str_ieq(word, S("incoming")))
        c->values[COLUMN_network_direction] = S("inbound");
    else if (str_ieq(word, S("outgoing")))
        c->values[COLUMN_network_direction] = S("outbound");
}

/* `hostname` is the server's, unless it is the envelope's, which stands behind `message`; `service`
 * is a protocol, and the protocol of FortiDDoS a number. */
static void put_names(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str hostname = S("hostname");
    const uint32_t at = event_find(ev, hostname);
    const bool enveloped = ev->field_count > 1 && str_eq(ev->fields[1].name, hostname);
    uint64_t number;

    if (at > 1 && at < ev->field_count) {
        c->values[COLUMN_host_name] = enveloped ? ev->fields[1].value : (str){0};
        columns_put(c, COLUMN_destination_domain, VIA_TEXT, ev->fields[at].value, a);
    }
    c->values[COLUMN_service_name] = (str){0};
    if (str_u64(c->values[COLUMN_network_protocol], &number))
        c->values[COLUMN_network_protocol] = (str){0};
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str fields[] = {S("status"), S("result"), S("action"), S("disposition")};

    c->activity = activity_of(ev);
    put_names(ev, c, a);
    put_direction(c, event_get(ev, S("direction")));
    traffic_bytes(c, a);
    put_ui(c, event_get(ev, S("ui")), a);
    for (size_t i = 0; i < countof(fields) && !c->outcome; i++) {
        const str word = event_get(ev, fields[i]);
        action_settle(c, ends_in_failure(word) ? S("failure") : word);
    }
}

const struct kind kind_fortinet_any = {
    .format = "fortigate", .columns = fortinet_columns_any, .refine = refine};
