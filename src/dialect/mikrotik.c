/*
 * mikrotik.c - MikroTik's RouterOS. A message begins with its topics, "system,error,critical", and
 * a blank or a colon. A rule of the firewall logs what it saw, not what it did: only the prefix
 * that the operator gave the rule ("drop-input") may tell how it ended.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/dialect.h"

static const struct column_rule columns[] = {
    TO("hostname", observer_name, TEXT),
    TO("via", network_protocol, LOWER),
    TO("prefix", rule_name, TEXT),
    TO("assigned_ip", destination_ip, TEXT),
    TO("length", network_bytes, TEXT),
    TO("topics", event_provider, TEXT),
    END,
};
static const struct column_constant vendor[] = {
    ALWAYS(observer_vendor, "MikroTik"),
    ALWAYS(observer_product, "RouterOS"),
    ALWAYS_END,
};

static bool has_any(str s, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at + words[i].n <= s.n; at++)
            if (str_ieq((str){s.p + at, words[i].n}, words[i]))
                return true;
    return false;
}

/* What the prefix of a rule says that it does: 0 when it says nothing. */
static enum outcome prefix_outcome(str prefix)
{
    static const str stops[] = {S("drop"), S("deny"), S("denied"), S("reject"), S("block")};
    static const str passes[] = {S("accept"), S("allow"), S("permit"), S("pass")};

    if (has_any(prefix, stops, countof(stops)))
        return OUTCOME_FAILURE;
    return has_any(prefix, passes, countof(passes)) ? OUTCOME_SUCCESS : OUTCOME_UNTOLD;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    if (str_eq(c->values[COLUMN_process_name], c->values[COLUMN_event_provider]))
        c->values[COLUMN_process_name] = (str){0}; /* syslog took the topics for a program */
}

static void refine_firewall(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = prefix_outcome(event_get(ev, S("prefix")));
    if (c->outcome == OUTCOME_FAILURE)
        c->activity = ACTIVITY_flow_refuse;
    c->type = c->outcome == OUTCOME_FAILURE   ? "denied"
              : c->outcome == OUTCOME_SUCCESS ? "allowed"
                                              : NULL;
}

static const struct kind kind_mikrotik = {
    .format = "mikrotik",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
    .refine = refine,
};

#define KIND(...) KIND_OF(kind_mikrotik, __VA_ARGS__)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(logoff, "logged-out", logoff, SUCCESS, NULL)
KIND(refused, "connection-refused", flow_refuse, FAILURE, NULL)
KIND(config, "configuration-changed", config_change, SUCCESS, NULL)
KIND(firewall, "firewall-rule", flow, UNTOLD, refine_firewall)
KIND(leased, "address-leased", dhcp, SUCCESS, NULL)
KIND(released, "address-released", dhcp, SUCCESS, NULL)
KIND(tunnel, "tunnel-message", tunnel, UNTOLD, NULL)
KIND(tunnel_failed, "tunnel-failed", tunnel, FAILURE, NULL)
KIND(proxied, "url-requested", http, UNTOLD, NULL)
#undef KIND

/* The part of a rule's line that all have: in and out, state, MAC, protocol. */
#define RULE                                                                                       \
    "{chain}: in:{in_interface:text} out:{out_interface:text}, "                                   \
    "[[connection-state:{connection_state:text} ||]][[src-mac {src_mac}, ||]]proto {proto}"

static const struct template_row rows[] = {
    {"login failure for user {user*} from {src_ip:host} via {via}", &kind_failed_logon},
    {"login failure for user {user*} via {via}", &kind_failed_logon},
    {"user {user*} logged in from {src_ip:host} via {via}", &kind_logon},
    {"user {user*} logged in via {via}", &kind_logon},
    {"user {user*} logged out from {src_ip:host} via {via}", &kind_logoff},
    {"user {user*} logged out via {via}", &kind_logoff},
    {"denied winbox/dude connect from {src_ip:ip}", &kind_refused},
    {"denied {via} connect from {src_ip:ip}", &kind_refused},
    {"user {target_user*} added by {user}[[ ({command*})||]]", &kind_config},
    {"{object:text} [[added||changed]] by {via}:{user}@{src_ip:host}[[ ({command*})||]]",
     &kind_config},
    {"{object:text} [[removed||moved]] by {via}:{user}@{src_ip:host}[[ ({command*})||]]",
     &kind_config},
    {"{object:text} [[added||changed]] by {user}[[ ({command*})||]]", &kind_config},
    {"{object:text} [[removed||moved]] by {user}[[ ({command*})||]]", &kind_config},
    {"[[{prefix:text} ||]]" RULE
     "[[ ({flags:text})||]], {src_ip:ip}:{src_port:int}->{dst_ip:ip}:{dst_port:int}, [[NAT "
     "{nat:text}, ||]]len {length:int}{:text}",
     &kind_firewall},
    {"[[{prefix:text} ||]]" RULE
     "[[ ({flags:text})||]], {src_ip:ip}->{dst_ip:ip}, [[NAT {nat:text}, ||]]len "
     "{length:int}{:text}",
     &kind_firewall},
    {"{server} assigned {assigned_ip:ip} [[for||to]] {src_mac}[[ {client:text}||]]", &kind_leased},
    {"{server} deassigned {assigned_ip:ip} [[for||from]] {src_mac}[[ {client:text}||]]",
     &kind_released},
    {"<{tunnel}>: user {user*} is already active", &kind_tunnel},
    {"<{tunnel}>: user {user*} authentication failed[[ - {reason:text}||]]", &kind_failed_logon},
    {"user {user*} authentication failed[[ - {reason:text}||]]", &kind_failed_logon},
    {"{user} logged in, {assigned_ip:ip}[[ from {src_ip:ip}||]]", &kind_logon},
    {"{user} logged out, {statistics:text}[[ from {src_ip:ip}||]]", &kind_logoff},
    {"TCP connection established from {src_ip:ip}", &kind_tunnel},
    {"first L2TP UDP packet received from {src_ip:ip}", &kind_tunnel},
    {"{user*} ({src_ip:ip}): login failed: {reason:text}", &kind_failed_logon},
    {"{user*} ({src_ip:ip}): logged in", &kind_logon},
    {"{user*} ({src_ip:ip}): logged out: {reason:text}", &kind_logoff},
    {"{src_ip:ip} failed to {reason:text}", &kind_tunnel_failed},
    {"phase1 negotiation failed due to {reason:text}. {:text}[{:int}]<=>{src_ip:ip}[{:int}]{:text}",
     &kind_tunnel_failed},
    {"phase1 negotiation failed{reason:text}", &kind_tunnel_failed},
    {"{src_ip:ip} {method} {url*} action={action} cache={cache}", &kind_proxied},
    {"{src_mac}@{in_interface}: {state}, {reason:text}", NULL},
    {"{in_interface} link {state}[[ ({detail:text})||]]", NULL},
};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

/* ------------------------------------------------------------ topics */

static const str topic_names[] = {
    S("account"),  S("async"),     S("backup"),      S("bfd"),       S("bgp"),
    S("bridge"),   S("caps"),      S("certificate"), S("container"), S("critical"),
    S("ddns"),     S("dhcp"),      S("dns"),         S("dot1x"),     S("dude"),
    S("e-mail"),   S("error"),     S("event"),       S("firewall"),  S("gsm"),
    S("health"),   S("hotspot"),   S("igmp-proxy"),  S("info"),      S("interface"),
    S("ipsec"),    S("iscsi"),     S("l2tp"),        S("ldp"),       S("lte"),
    S("manager"),  S("mpls"),      S("netwatch"),    S("ntp"),       S("ospf"),
    S("ovpn"),     S("packet"),    S("pim"),         S("poe-out"),   S("ppp"),
    S("pppoe"),    S("pptp"),      S("radius"),      S("radvd"),     S("rip"),
    S("route"),    S("script"),    S("smb"),         S("snmp"),      S("ssh"),
    S("sstp"),     S("stp"),       S("store"),       S("system"),    S("tftp"),
    S("tr069"),    S("upnp"),      S("ups"),         S("vrrp"),      S("warning"),
    S("watchdog"), S("web-proxy"), S("wifi"),        S("wireguard"), S("wireless"),
    S("zerotier"),
};

static bool is_topic(str word)
{
    for (size_t i = 0; i < countof(topic_names); i++)
        if (str_eq(word, topic_names[i]))
            return true;
    return false;
}

/* "system,error,critical" at the front: its length, 0 when it is none. One topic alone could be any
 * word. */
static size_t topics_length(str s)
{
    size_t n = 0;

    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= '0' && s.p[n] <= '9') ||
                       s.p[n] == ',' || s.p[n] == '-'))
        n++;
    const char *comma = n && s.p[n - 1] != ',' ? memchr(s.p, ',', n) : NULL;
    if (!comma || (n < s.n && s.p[n] != ' ' && s.p[n] != ':'))
        return 0;
    str rest = {s.p, n};
    while (rest.n)
        if (!is_topic(str_cut(&rest, ',')) && !rest.n)
            return 0;
    return is_topic((str){s.p, (size_t)(comma - s.p)}) ? n : 0;
}

static int sniff(str text)
{
    return topics_length(text) ? 60 : 0;
}

static bool read(void *state, struct message *m)
{
    str text = m->text;
    size_t n = topics_length(text);
    str topics = {text.p, n};

    if (n) {
        text = str_from_at(text, n);
        text = str_trim(str_from_at(text, text.n && text.p[0] == ':'));
    } else if (m->program.n && topics_length(m->program) == m->program.n) {
        topics = m->program;
    } else {
        return false;
    }
    message_add(m, S("topics"), topics);
    str level = topics;
    for (size_t i = topics.n; i-- > 0;)
        if (topics.p[i] == ',') {
            level = str_from_at(topics, i + 1);
            break;
        }
    message_add(m, S("level"), level);
    if (!template_match_part(state, m, text))
        return true;
    if (m->event->kind == &kind_firewall) {
        enum outcome outcome = prefix_outcome(event_get(m->event, S("prefix")));
        message_source(m, S("mikrotik"), S("firewall"), S(""));
        if (outcome)
            message_add(m, S("blocked"), outcome == OUTCOME_FAILURE ? S("true") : S("false"));
    }
    return true;
}

const struct dialect dialect_mikrotik = {
    .name = "mikrotik",
    .summary = "MikroTik RouterOS: logons, firewall rules, DHCP, tunnels, changes",
    .sample = "Nov 24 10:00:00 gw1 system,error,critical login failure for user admin from "
              "192.0.2.7 via ssh",
    .kind = &kind_mikrotik,
    .sources = {{.product = S("mikrotik")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
