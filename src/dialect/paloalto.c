/*
 * paloalto.c - the logs of Palo Alto Networks' firewalls and Panorama, as they send them by syslog:
 *
 *   1,2026/11/24 10:00:00,serial,TRAFFIC,end,2562,2026/11/24 10:00:00,192.0.2.7,...
 *
 * See pan_os.h for the fields. The time is high_res_timestamp, else time_generated, which is in the
 * device's zone. Descriptions of SYSTEM records tell users and addresses in free text: those are
 * added as user, src_ip and other names of event/column_names.def.
 */
#include "event/column_table.h"
#include "dialect/pan_os.h"

#include "dialect/action_word.h"
#include "message/csv.h"
#include "message/device_time.h"
#include "message/dialect.h"

enum { CELLS_MAX = 256, TYPE_PLACE = 3 };

/* ------------------------------------------------------------ descriptions */

static const struct kind kind_pan_os;
static const struct kind kind_logon = {
    .base = &kind_pan_os, .activity = ACTIVITY_logon, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_logoff = {
    .base = &kind_pan_os, .activity = ACTIVITY_logoff, .outcome = OUTCOME_SUCCESS};

static const struct template_row descriptions[] = {
    {"failed authentication for user '{user*}'. [[ ||]]Reason: {reason:text} auth profile "
     "'{auth_profile:text}', vsys '{auth_vsys:text}', server profile '{server_profile:text}', "
     "server address '{server_address:text}', [[auth protocol '{auth_protocol:text}', ||]]From: "
     "{src_ip:ip}.",
     NULL},
    {"failed authentication for user '{user*}'. [[ ||]]Reason: {reason:text} auth profile "
     "'{auth_profile:text}'{:text}From: {src_ip:ip}.",
     NULL},
    {"failed authentication for user {user*}. [[ ||]]Reason: {reason:text} auth profile "
     "{auth_profile:text}, vsys {auth_vsys:text}, server profile {server_profile:text}, server "
     "address {server_address:text}, [[auth protocol {auth_protocol:text}, ||]]From: {src_ip:ip}.",
     NULL},
    {"failed authentication for user '{user*}'. [[ ||]]Reason: {reason:text} auth profile "
     "'{auth_profile:text}'{:text}",
     NULL},
    {"failed authentication for user '{user*}'. [[ ||]]Reason: {reason:text} From: {src_ip:ip}.",
     NULL},
    {"failed authentication for user '{user*}'.{:text}", NULL},
    {"authenticated for user '{user*}'. {:text}auth profile '{auth_profile:text}', vsys "
     "'{auth_vsys:text}', server profile '{server_profile:text}', server address "
     "'{server_address:text}', [[auth protocol '{auth_protocol:text}', ||]]From: {src_ip:ip}.",
     NULL},
    {"authenticated for user '{user*}'. {:text}From: {src_ip:ip}.", NULL},
    {"When authenticating user {user*} from {src_ip:ip}, a less secure authentication method "
     "{auth_protocol} is used. Please migrate to {:text}. Authentication Profile "
     "{auth_profile:text}, vsys {auth_vsys:text}, Server Profile {server_profile:text}, Server "
     "Address {server_address:text}",
     NULL},
    {"User {user*} logged in via {via} from {src_ip:ip}[[ using {protocol}||]]", &kind_logon},
    {"User {user*} logged out via {via} from {src_ip:ip}[[ using {protocol}||]]", &kind_logoff},
    {"Session for user {user*} via {via} from {src_ip:ip} timed out", NULL},
    {"GlobalProtect {gp_part:text} user authentication {gp_result:word}. Login from: {src_ip:ip}, "
     "Source region: {src_region:text}, User name: {user*}, Client OS version: {client_os:text}, "
     "Reason: {reason:text}, Auth type: {auth_type:text}.",
     NULL},
    {"GlobalProtect {gp_part:text} user authentication {gp_result:word}. Login from: {src_ip:ip}, "
     "Source region: {src_region:text}, User name: {user*}, Auth type: {auth_type:text}, Client OS "
     "version: {client_os:text}.",
     NULL},
    {"GlobalProtect {gp_part:text}. Login from: {src_ip:ip}, Source region: {src_region:text}, "
     "User "
     "name: {user*}.",
     NULL},
    {"GlobalProtect {gp_part:text}. User name: {user*}, Private IP: {private_ip:ip}, {:text}",
     NULL},
};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(descriptions, countof(descriptions));
}

static void close(void *state)
{
    template_set_free(state);
}

/* ------------------------------------------------------------ reading */

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "sport"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "dport"),
};

static bool is_digits(str s)
{
    uint64_t number;

    return str_u64(s, &number);
}

static void set_time(struct message *m)
{
    const str precise = event_get(m->event, S("high_res_timestamp"));
    const str made = event_get(m->event, S("time_generated"));

    if ((precise.n && message_time_text(m, precise)) || (made.n && device_time_text(m, made)))
        return;
    if (!device_time_pattern(m, made, S("M/d/yy H:mm")))
        device_time_text(m, event_get(m->event, S("receive_time")));
}

static void add(struct message *m, str name, str cell)
{
    if (name.n && cell.n)
        message_add(m, name, cell);
}

/* A CONFIG record has what was changed in two more places when the device is told to add it. */
static const struct pan_layout *layout_of(str type, const str *cells, size_t count)
{
    enum { SEQUENCE_PLACE = 14 };
    const struct pan_layout *layout = pan_layout_find(type);

    if (layout && str_eq(type, S("CONFIG")) && count > SEQUENCE_PLACE + 2 &&
        !is_digits(cells[SEQUENCE_PLACE]) && is_digits(cells[SEQUENCE_PLACE + 2]))
        return &pan_config_detailed;
    return layout;
}

/* Some relays leave the colon of a tag before the record. */
static str without_colon(str text)
{
    return str_starts(text, S(": ")) ? str_from_at(text, 2) : text;
}

/* Digits, a date, a serial number, and a type in capitals. */
static int sniff(str text)
{
    enum { SURE = 100, LIKELY = 60, FRONT_MAX = 80 };
    str rest = without_colon(text), cell = {0};

    if (text.p[0] != ',' && text.p[0] != ':' && (text.p[0] < '0' || text.p[0] > '9'))
        return 0;
    for (int i = 0; i <= TYPE_PLACE; i++) {
        const char *comma =
            rest.n ? memchr(rest.p, ',', rest.n < FRONT_MAX ? rest.n : FRONT_MAX) : NULL;
        if (!comma)
            return 0;
        cell = str_cut(&rest, ',');
        if (i == 1 && (!memchr(cell.p, '/', cell.n) || !memchr(cell.p, ':', cell.n)))
            return 0;
    }
    if (pan_layout_find(cell))
        return SURE;
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] < 'A' || cell.p[i] > 'Z')
            return 0;
    return cell.n ? LIKELY : 0;
}

static bool read(void *state, struct message *m)
{
    struct csv csv = {.rest = without_colon(m->text), .separator = ','};
    struct logsource source = {.product = S("paloalto"),
                               .category = S("firewall"),
                               .service = S(""),
                               .renames = firewall_names,
                               .rename_count = countof(firewall_names)};
    str cells[CELLS_MAX];
    size_t count = 0;

    if (sniff(m->text) == 0)
        return false;
    while (count < CELLS_MAX && csv_next(&csv, &cells[count], m->arena))
        count++;
    if (count <= TYPE_PLACE)
        return false;
    for (size_t i = 0; i < count && i < pan_head.count; i++)
        add(m, pan_head.names[i], cells[i]);
    const struct pan_layout *layout = layout_of(cells[TYPE_PLACE], cells, count);
    for (size_t i = pan_head.count; layout && i < count && i - pan_head.count < layout->count; i++)
        add(m, layout->names[i - pan_head.count], cells[i]);
    if (layout)
        source.service = layout->service;
    const str opaque = event_get(m->event, S("opaque"));
    set_time(m);
    if (opaque.n)
        template_match_part(state, m, opaque);
    message_logsource(m, &source);
    return true;
}

/* ------------------------------------------------------------ meaning */

static const struct column_rule columns[] = {
    TO("src_ip", source_ip, TEXT),
    TO("src", source_ip, ADDRESS),
    TO("ip", source_ip, ADDRESS),
    TO("public_ip", source_ip, ADDRESS),
    TO("public_ipv6", source_ip, ADDRESS),
    TO("host", source_ip, ADDRESS),
    TO("srcipv6", source_ip, ADDRESS),
    TO("sport", source_port, TEXT),
    TO("src_mac", source_mac, TEXT),
    TO("mac", source_mac, TEXT),
    TO("natsrc", source_nat_ip, TEXT),
    TO("natsport", source_nat_port, TEXT),
    TO("bytes_sent", source_bytes, TEXT),
    TO("pkts_sent", source_packets, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("dport", destination_port, TEXT),
    TO("dst_mac", destination_mac, TEXT),
    TO("sni", destination_domain, TEXT),
    TO("natdst", destination_nat_ip, TEXT),
    TO("natdport", destination_nat_port, TEXT),
    TO("bytes_received", destination_bytes, TEXT),
    TO("pkts_received", destination_packets, TEXT),
    TO("bytes", network_bytes, TEXT),
    TO("packets", network_packets, TEXT),
    TO("elapsed", event_duration, SECONDS),
    TO("proto", network_transport, PROTOCOL),
    TO("app", network_application, LOWER),
    TO("user", user_name, ACCOUNT),
    TO("srcuser", user_name, ACCOUNT),
    TO("admin", user_name, ACCOUNT),
    TO("dstuser", user_target_name, ACCOUNT),
    TO("rule", rule_name, TEXT),
    TO("authpolicy", rule_name, TEXT),
    TO("rule_uuid", rule_id, TEXT),
    TO("thr_category", rule_category, TEXT),
    TO("category", rule_category, TEXT),
    TO("threatid", threat_name, TEXT),
    TO("action", event_action, TEXT),
    TO("cmd", event_action, TEXT),
    TO("eventid", event_action, TEXT),
    TO("event", event_action, TEXT),
    TO("seqno", event_id, TEXT),
    TO("session_end_reason", event_reason, TEXT),
    TO("reason", event_reason, TEXT),
    TO("error", event_reason, TEXT),
    TO("desc", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("device_name", observer_name, TEXT),
    TO("inbound_if", observer_ingress, TEXT),
    TO("outbound_if", observer_egress, TEXT),
    TO("machinename", host_name, TEXT),
    TO("user_agent", user_agent, TEXT),
    TO("referer", http_referrer, TEXT),
    TO("http_method", http_method, TEXT),
    TO("sender", email_from, TEXT),
    TO("recipient", email_to, TEXT),
    TO("subject", email_subject, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Palo Alto Networks"),
    ALWAYS(observer_product, "PAN-OS"),
    ALWAYS_END,
};

struct choice {
    str type, subtype; /* an empty subtype is any */
    uint8_t activity;
};

uint8_t pan_activity(str type, str subtype)
{
    static const struct choice rows[] = {
        {S("TRAFFIC"), S("start"), ACTIVITY_flow_open},
        {S("TRAFFIC"), S("end"), ACTIVITY_flow_close},
        {S("TRAFFIC"), S("drop"), ACTIVITY_flow_fail},
        {S("TRAFFIC"), S("deny"), ACTIVITY_flow_refuse},
        {S("TRAFFIC"), S(""), ACTIVITY_flow},
        {S("THREAT"), S("url"), ACTIVITY_http},
        {S("THREAT"), S("virus"), ACTIVITY_malware},
        {S("THREAT"), S("wildfire"), ACTIVITY_malware},
        {S("THREAT"), S("wildfire-virus"), ACTIVITY_malware},
        {S("THREAT"), S("spyware"), ACTIVITY_malware},
        {S("THREAT"), S("ml-virus"), ACTIVITY_malware},
        {S("THREAT"), S("file"), ACTIVITY_file_read},
        {S("THREAT"), S(""), ACTIVITY_detection},
        {S("CORRELATION"), S(""), ACTIVITY_detection},
        {S("CONFIG"), S(""), ACTIVITY_config_change},
        {S("USERID"), S("login"), ACTIVITY_logon},
        {S("USERID"), S("logout"), ACTIVITY_logoff},
        {S("USERID"), S(""), ACTIVITY_authenticate},
        {S("AUTH"), S(""), ACTIVITY_authenticate},
        {S("AUTHENTICATION"), S(""), ACTIVITY_authenticate},
        {S("GLOBALPROTECT"), S(""), ACTIVITY_tunnel},
        {S("HIPMATCH"), S(""), ACTIVITY_inventory},
        {S("DECRYPTION"), S(""), ACTIVITY_tls},
        {S("TUNNEL"), S(""), ACTIVITY_tunnel},
        {S("SYSTEM"), S("auth"), ACTIVITY_authenticate},
        {S("SYSTEM"), S("dhcp"), ACTIVITY_dhcp},
        {S("SYSTEM"), S("vpn"), ACTIVITY_tunnel},
        {S("SYSTEM"), S("globalprotect"), ACTIVITY_tunnel},
    };

    for (size_t i = 0; i < countof(rows); i++)
        if (str_eq(rows[i].type, type) && (!rows[i].subtype.n || str_eq(rows[i].subtype, subtype)))
            return rows[i].activity;
    return ACTIVITY_none;
}

/* Names of GlobalProtect's and of authentication's events. */
static uint8_t activity_of_event(str id)
{
    static const struct choice rows[] = {
        {S("gateway-auth"), S(""), ACTIVITY_logon},
        {S("portal-auth"), S(""), ACTIVITY_logon},
        {S("gateway-login"), S(""), ACTIVITY_logon},
        {S("gateway-connected"), S(""), ACTIVITY_tunnel_open},
        {S("gateway-register"), S(""), ACTIVITY_tunnel_open},
        {S("gateway-logout"), S(""), ACTIVITY_tunnel_close},
        {S("auth-fail"), S(""), ACTIVITY_logon},
        {S("auth-success"), S(""), ACTIVITY_logon},
    };

    for (size_t i = 0; i < countof(rows); i++)
        if (str_eq(rows[i].type, id))
            return rows[i].activity;
    return ACTIVITY_none;
}

void pan_put_url(struct columns *c, str url, struct arena *a)
{
    if (!url.n)
        return;
    bool schemed = str_find(url, S("://")) != NULL;
    columns_put(c, COLUMN_url_original, VIA_URL,
                schemed ? url : arena_printf(a, "http://" STR_FMT, STR_ARG(url)), a);
    c->values[COLUMN_url_original] = url;
}

void pan_settle(struct columns *c, str action)
{
    const bool seen = str_ieq(action, S("alert")) || str_ieq(action, S("continue"));

    action_settle(c, seen ? S("allow") : action);
}

/* Of URL records `misc` is the address, without a scheme, of others a file's name. */
static void put_misc(const struct event *ev, struct columns *c, str subtype, struct arena *a)
{
    const str misc = event_get(ev, S("misc"));

    if (!misc.n)
        return;
    if (!str_eq(subtype, S("url"))) {
        columns_put(c, COLUMN_file_name, VIA_BASENAME, misc, a);
        return;
    }
    pan_put_url(c, misc, a);
}

/* "SSH brute force(40015)": the name and the number of a threat. */
void pan_split_threat(struct columns *c, struct arena *a)
{
    const str threat = c->values[COLUMN_threat_name];
    const char *open_at = threat.n ? memrchr(threat.p, '(', threat.n) : NULL;

    if (!open_at || threat.p[threat.n - 1] != ')')
        return;
    const str number = {open_at + 1, (size_t)(threat.p + threat.n - open_at) - 2};
    if (!is_digits(number))
        return;
    const str name = str_trim((str){threat.p, (size_t)(open_at - threat.p)});
    c->values[COLUMN_threat_name] = name.n ? name : (str){0};
    columns_put(c, COLUMN_event_code, VIA_TEXT, number, a);
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    const str type = event_get(ev, S("type")), subtype = event_get(ev, S("subtype"));
    const str id = event_get(ev, S("eventid")), action = event_get(ev, S("action"));

    if (!c->activity)
        c->activity = activity_of_event(id);
    if (!c->activity)
        c->activity = pan_activity(type, subtype);
    put_misc(ev, c, subtype, a);
    pan_split_threat(c, a);
    c->values[COLUMN_network_direction] = (str){0}; /* who attacks whom, if at all */
    c->values[COLUMN_process_name] = (str){0};      /* what the envelope takes for a tag */
    if (!event_get(ev, S("sender")).n)              /* `from` and `to` are zones */
        c->values[COLUMN_email_from] = (str){0};
    if (!event_get(ev, S("recipient")).n)
        c->values[COLUMN_email_to] = (str){0};
    pan_settle(c, action);
    action_settle(c, event_get(ev, S("status")));
    action_settle(c, event_get(ev, S("result")));
    if (str_eq(id, S("auth-fail")) || str_ends(id, S("-auth-fail")))
        action_settle(c, S("failure"));
    if (str_eq(id, S("auth-success")) || str_ends(id, S("-auth-succ")) ||
        (str_eq(type, S("USERID")) && str_eq(subtype, S("login"))))
        action_settle(c, S("success"));
}

static const struct kind kind_pan_os = {
    .format = "paloalto", .columns = columns, .constants = constants, .refine = refine};

const struct dialect dialect_paloalto = {
    .name = "paloalto",
    .summary = "Palo Alto Networks PAN-OS: traffic, threat, system, config, GlobalProtect ... CSV",
    .sample = "1,2026/11/24 10:00:00,0001,TRAFFIC,drop,2562,2026/11/24 10:00:00,192.0.2.7,"
              "198.51.100.9,0.0.0.0,0.0.0.0,deny-all,,,not-applicable,vsys1,outside,inside,"
              "ethernet1/1,,default,2026/11/24 10:00:00,0,1,50022,443,0,0,0x0,tcp,deny,60,60,0,1",
    .kind = &kind_pan_os,
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
    .open = open,
    .close = close,
};
