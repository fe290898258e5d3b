/*
 * junos.c - Juniper's Junos: SRX firewalls, EX and QFX switches, MX routers.
 *
 *   RT_FLOW_SESSION_DENY: session denied 192.0.2.7/1->198.51.100.4/22 ...       text
 *   RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 reason="..." ...]     structured
 *
 * Structured data comes in an envelope of RFC 5424, whose MSGID is the tag, or as the text itself
 * behind another envelope. junos.def has the text form.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/code_template.h"
#include "message/dialect.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("hostname", observer_name, TEXT),
    TO("source-address", source_ip, ADDRESS),
    TO("source-port", source_port, TEXT),
    TO("destination-address", destination_ip, ADDRESS),
    TO("destination-port", destination_port, TEXT),
    TO("nat-source-address", source_nat_ip, TEXT),
    TO("nat-source-port", source_nat_port, TEXT),
    TO("nat-destination-address", destination_nat_ip, TEXT),
    TO("nat-destination-port", destination_nat_port, TEXT),
    TO("protocol-id", network_transport, PROTOCOL),
    TO("protocol-name", network_transport, PROTOCOL),
    TO("protocol", network_transport, PROTOCOL),
    TO("nested-application", network_application, LOWER),
    TO("application", network_application, LOWER),
    TO("application-name", network_application, LOWER),
    TO("service-name", service_name, TEXT),
    TO("policy-name", rule_name, TEXT),
    TO("attack-name", rule_name, TEXT),
    TO("threat-severity", log_level, LOWER),
    TO("username", user_name, ACCOUNT),
    TO("user-name", user_name, ACCOUNT),
    TO("packet-incoming-interface", observer_ingress, TEXT),
    TO("interface-name", observer_ingress, TEXT),
    TO("source-interface-name", observer_ingress, TEXT),
    TO("destination-interface-name", observer_egress, TEXT),
    TO("bytes-from-client", source_bytes, TEXT),
    TO("packets-from-client", source_packets, TEXT),
    TO("bytes-from-server", destination_bytes, TEXT),
    TO("packets-from-server", destination_packets, TEXT),
    TO("elapsed-time", event_duration, SECONDS),
    TO("packets", network_packets, TEXT),
    TO("url", url_original, URL),
    TO("obj", url_path, TEXT),
    TO("filename", file_name, BASENAME),
    TO("file-name", file_name, BASENAME),
    TO("sample-sha256", file_sha256, LOWER),
    TO("malware-info", threat_name, TEXT),
    TO("name", threat_name, TEXT),
    TO("argument1", url_original, URL),
    TO("category", rule_category, TEXT),
    TO("command", process_command_line, TEXT),
    TO("tag", event_code, TEXT),
    END,
};
static const struct column_constant vendor[] = {
    ALWAYS(observer_vendor, "Juniper"),
    ALWAYS(observer_product, "Junos"),
    ALWAYS_END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    if (str_eq(c->values[COLUMN_network_application], S("unknown")))
        c->values[COLUMN_network_application] = (str){0};
}

static const struct kind kind_junos = {
    .format = "junos",
    .columns = columns,
    .constants = vendor,
    .refine = refine,
};

static void refine_denied(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    c->type = "denied";
}

/* A session that ends was allowed; unless the firewall ended it, or nothing ever answered it. */
static void refine_closed(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str ends[] = {
        S("application failure"), S("Closed by"),    S("policy"), S("IDP"), S("AppQoE"),
        S("synproxy failure"),    S("flow checking")};
    str reason = event_get(ev, S("reason"));

    (void)a;
    c->outcome = OUTCOME_SUCCESS;
    c->type = "connection";
    for (size_t i = 0; i < countof(ends); i++)
        if (str_starts(reason, ends[i]))
            c->outcome = OUTCOME_FAILURE;
    if (str_ends(reason, S("RST")) && str_eq(event_get(ev, S("bytes-from-server")), S("0")))
        c->outcome = OUTCOME_FAILURE;
    if (c->outcome == OUTCOME_FAILURE)
        c->type = "denied";
}

/* What was done about an attack: nothing, unless it says so. */
static void refine_attack(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str stops[] = {S("DROP"),  S("CLOSE"), S("drop"),
                                S("close"), S("BLOCK"), S("reset")};
    str action = event_get(ev, S("action"));

    (void)a;
    c->outcome = action.n ? OUTCOME_SUCCESS : OUTCOME_UNTOLD;
    for (size_t i = 0; i < countof(stops); i++)
        if (str_starts(action, stops[i]))
            c->outcome = OUTCOME_FAILURE;
    if (c->outcome == OUTCOME_FAILURE)
        c->type = "denied";
}

static void refine_filter(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("action"));

    (void)a;
    c->outcome = str_eq(action, S("A")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
    c->type = c->outcome == OUTCOME_SUCCESS ? "allowed" : "denied";
}

#define KIND(...) KIND_OF(kind_junos, __VA_ARGS__)
KIND(info, NULL, device_state, UNTOLD, NULL)
KIND(created, "flow-creation", flow_open, SUCCESS, NULL)
KIND(closed, "flow-expiration", flow_close, UNTOLD, refine_closed)
KIND(denied, "flow-denied", flow_refuse, FAILURE, refine_denied)
KIND(filter, "flow-filtered", flow, UNTOLD, refine_filter)
KIND(attack, "attack-detected", detection, UNTOLD, refine_attack)
KIND(malware, "malware-detected", malware, FAILURE, NULL)
KIND(url_denied, "url-denied", http, FAILURE, refine_denied)
KIND(url_allowed, "url-allowed", http, SUCCESS, NULL)
KIND(command, "command-executed", process_start, SUCCESS, NULL)
KIND(config, "configuration-changed", config_change, SUCCESS, NULL)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(logoff, "logged-out", logoff, SUCCESS, NULL)
KIND(session_open, "session-opened", session_open, SUCCESS, NULL)
KIND(session_close, "session-closed", session_close, SUCCESS, NULL)
KIND(tunnel_open, "tunnel-opened", tunnel_open, SUCCESS, NULL)
KIND(tunnel_close, "tunnel-closed", tunnel_close, SUCCESS, NULL)
#undef KIND

static const struct code_row rows[] = {
#define JUNOS(tag, of, text) {tag, {text, &kind_##of}},
#include "dialect/junos.def"
#undef JUNOS
};

/* What a tag means whatever its form is; the first that fits counts. */
static const struct {
    str begins;
    const struct kind *kind;
} tags[] = {
    {S("RT_FLOW_SESSION_CREATE"), &kind_created},
    {S("RT_FLOW_SESSION_CLOSE"), &kind_closed},
    {S("RT_FLOW_SESSION_DENY"), &kind_denied},
    {S("APPTRACK_SESSION_CREATE"), &kind_created},
    {S("APPTRACK_SESSION_CLOSE"), &kind_closed},
    {S("APPTRACK_SESSION_DENY"), &kind_denied},
    {S("RT_SCREEN_"), &kind_attack},
    {S("IDP_ATTACK_LOG_EVENT"), &kind_attack},
    {S("IDP_APPDDOS"), &kind_attack},
    {S("WEBFILTER_URL_BLOCKED"), &kind_url_denied},
    {S("WEBFILTER_URL_REDIRECTED"), &kind_url_denied},
    {S("WEBFILTER_URL_PERMITTED"), &kind_url_allowed},
    {S("CONTENT_FILTERING_BLOCKED"), &kind_url_denied},
    {S("AV_VIRUS_DETECTED"), &kind_malware},
    {S("AV_FILE_NOT_SCANNED_DROPPED"), &kind_url_denied},
    {S("ANTISPAM_SPAM_DETECTED"), &kind_attack},
    {S("AAMW_MALWARE_EVENT"), &kind_malware},
    {S("AAMW_ACTION_LOG"), &kind_attack},
    {S("SECINTEL_ACTION_LOG"), &kind_attack},
    {S("UI_CMDLINE_READ_LINE"), &kind_command},
    {S("UI_LOGIN_EVENT"), &kind_logon},
    {S("UI_LOGOUT_EVENT"), &kind_logoff},
    {S("UI_AUTH_EVENT"), &kind_logon},
    {S("UI_CFG_"), &kind_config},
    {S("UI_COMMIT"), &kind_config},
    {S("SSHD_LOGIN_FAILED"), &kind_failed_logon},
    {S("LOGIN_FAILED"), &kind_failed_logon},
    {S("LOGIN_INFORMATION"), &kind_logon},
};

/* ------------------------------------------------------------ reading */

static void *open(const struct dialect *self)
{
    (void)self;
    return code_template_new(rows, countof(rows));
}

static void close(void *state)
{
    code_template_free(state);
}

/* "RT_FLOW_SESSION_DENY" at the front: capitals, digits and at least one underscore; or "FW". */
static size_t tag_length(str s)
{
    size_t n = 0;
    bool joined = false;

    while (n < s.n &&
           ((s.p[n] >= 'A' && s.p[n] <= 'Z') || (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_'))
        joined |= s.p[n++] == '_';
    return joined || str_eq((str){s.p, n}, S("FW")) ? n : 0;
}

/* Parameters of elements "[junos@2636.1.1.1.2.40 name="value" ...]", which may follow each other.
 */
static bool read_structured(struct message *m, str data)
{
    struct pair_names names = pair_names_of(m);

    if (data.n < 2 || data.p[0] != '[' || data.p[data.n - 1] != ']')
        return false;
    str inner = {data.p + 1, data.n - 2};
    str id = str_cut(&inner, ' ');
    if (!str_starts(id, S("junos@")))
        return false;
    struct pairs p = {.rest = inner, .separator = ' ', .mark = '='};
    (void)pairs_read(m, &names, p, NULL);
    return true;
}

static void set_kind(struct message *m, str tag)
{
    for (size_t i = 0; i < countof(tags); i++)
        if (str_starts(tag, tags[i].begins)) {
            message_kind(m, tags[i].kind);
            return;
        }
    message_kind(m, &kind_info);
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "source-address"),
    RENAMED("src_port", "source-port"),
    RENAMED("dst_ip", "destination-address"),
    RENAMED("dst_port", "destination-port"),
};

static void set_source(struct message *m, str tag)
{
    static const struct logsource firewall = {.product = S("juniper"),
                                              .category = S("firewall"),
                                              .service = S(""),
                                              .renames = firewall_names,
                                              .rename_count = countof(firewall_names)};
    const struct kind *kind = m->event->kind;

    if (str_starts(tag, S("RT_")) || str_starts(tag, S("APPTRACK")) || str_starts(tag, S("IDP")) ||
        str_eq(tag, S("FW")))
        message_logsource(m, &firewall);
    if (str_find(tag, S("BGP")) || str_find(m->text, S("missing MD5 digest")))
        message_source(m, S("juniper"), S(""), S("bgp"));
    if (kind == &kind_created || kind == &kind_denied)
        message_add(m, S("blocked"), kind == &kind_denied ? S("true") : S("false"));
}

/* The tag and the text behind it: "TAG: text", "TAG [junos@...]", "host RT_FLOW - TAG [junos@...]".
 */
static str take_tag(const struct message *m, str *rest)
{
    size_t n = tag_length(*rest);
    const char *dash = str_find(*rest, S(" - "));
    str tag = {rest->p, n}, behind = str_from_at(*rest, n);

    if (dash && (n == 0 || str_starts(behind, S(" - ")))) {
        str inner = str_from_at(*rest, (size_t)(dash - rest->p) + S(" - ").n);
        size_t length = tag_length(inner);
        if (length && str_starts(str_from_at(inner, length), S(" [junos@"))) {
            *rest = str_trim(str_from_at(inner, length));
            return (str){inner.p, length};
        }
    }
    if (n && (str_starts(behind, S(": ")) || str_starts(behind, S(" [junos@")))) {
        *rest = str_trim(str_from_at(behind, behind.p[0] == ':'));
        return tag;
    }
    return tag_length(m->msgid) == m->msgid.n ? m->msgid : (str){0};
}

/* "mgd[712]: " in front of a tag, where no envelope took it off; false when there is none. */
static bool take_daemon(struct message *m, str *rest)
{
    enum { DAEMON_MAX = 32 };
    const char *colon = m->program.n ? NULL : str_find(*rest, S(": "));
    size_t n = colon ? (size_t)(colon - rest->p) : 0;
    str behind = str_from_at(*rest, n + 2), name = {rest->p, n}, pid;

    if (n == 0 || n > DAEMON_MAX || memchr(rest->p, ' ', n) || !tag_length(behind))
        return false;
    pid = name;
    name = str_cut(&pid, '[');
    if (pid.n > 1 && pid.p[pid.n - 1] == ']')
        message_add(m, S("pid"), (str){pid.p, pid.n - 1});
    message_add(m, S("program"), name);
    *rest = behind;
    return true;
}

static bool read(void *state, struct message *m)
{
    str rest = m->text;

    (void)(tag_length(rest) || take_daemon(m, &rest));
    if (m->program.n && m->program.n < rest.n && str_starts(rest, m->program) &&
        rest.p[m->program.n] == ' ') /* "fpc0 FW: ": a tag without a colon */
        rest = str_trim(str_from_at(rest, m->program.n));
    str tag = take_tag(m, &rest);

    /* "RT_FLOW: RT_FLOW_SESSION_DENY: ...": the daemon, in a file without an envelope. */
    if (str_starts(tag, S("RT_")) && tag_length(rest) > tag.n)
        tag = take_tag(m, &rest);
    if (tag.n == 0 && !str_find(m->text, S("missing MD5 digest")))
        return false;
    message_add(m, S("tag"), tag);
    set_kind(m, tag);
    if (read_structured(m, m->structured)) {
        m->structured = (str){0};
    } else if (!read_structured(m, rest)) {
        (void)code_template_match(state, m, tag.n ? tag : S("-"), rest);
        rest = event_get(m->event, S("rest"));
        if (rest.n && m->event->kind == &kind_closed)
            (void)code_template_match(state, m, S("rest"), rest);
    }
    set_source(m, tag);
    return true;
}

/* Tags of daemons that nobody else has. */
static int sniff(str text)
{
    static const str begins[] = {S("RT_"),   S("UI_"),      S("SSHD_"),     S("LOGIN_"),
                                 S("IDP_"),  S("RPD_"),     S("SNMPD_"),    S("SNMP_TRAP_"),
                                 S("KMD_"),  S("CHASSISD"), S("APPTRACK_"), S("AV_"),
                                 S("AAMW_"), S("DCD_"),     S("LIBJNX_"),   S("WEBFILTER_"),
                                 S("FW: "),  S("ESWD_"),    S("PFE_"),      S("mgd[")};

    for (size_t i = 0; i < countof(begins); i++)
        if (str_starts(text, begins[i]))
            return 60;
    if (str_starts(text, S("fpc")) && str_find((str){text.p, text.n < 16 ? text.n : 16}, S("FW: ")))
        return 60;
    if (text.n > 1 && text.p[1] >= 'a' && text.p[1] <= 'z' && !str_starts(text, S("tcp_auth_ok: ")))
        return 0; /* "Nov 24 ...": an envelope is before it */
    return str_find((str){text.p, text.n < 128 ? text.n : 128}, S("[junos@")) ||
                   str_starts(text, S("tcp_auth_ok: "))
               ? 60
               : 0;
}

const struct dialect dialect_junos = {
    .name = "junos",
    .summary = "Juniper Junos (SRX, EX, MX): sessions, screens, IDP, logons, commands",
    .sample = "<14>1 2026-11-24T10:00:00.000Z srx1 RT_FLOW - RT_FLOW_SESSION_DENY "
              "[junos@2636.1.1.1.2.40 source-address=\"192.0.2.7\" source-port=\"50022\" "
              "destination-address=\"198.51.100.4\" destination-port=\"22\" protocol-id=\"6\" "
              "policy-name=\"deny-all\"]",
    .kind = &kind_junos,
    .sources = {{.product = S("juniper")}},
    .not_linux = true,
    .programs = {S("RT_FLOW"), S("RT_IDS"), S("RT_IDP"), S("RT_UTM"), S("RT_AAMW"),
                 S("RT_SECINTEL"), S("RT_LOG"), S("mgd"), S("junos-flow"), S("junos-ids"),
                 S("junos-idp")},
    .sniff = sniff,
    .bare = true,
    .structured = true,
    .open = open,
    .close = close,
    .read = read,
};
