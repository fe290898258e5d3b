/*
 * meraki.c - Cisco Meraki: "1795514400.123456789 mx1 flows src=192.0.2.7 dst=... pattern: 1 all",
 * behind "<134>1 " in an envelope of syslog: seconds since 1970, the device, the sort of the
 * record.
 *
 * In a rule's pattern 0 is allowed and 1 is denied, where it does not say so in words.
 */
#include "dialect/action_word.h"
#include "event/column_table.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("device", observer_name, TEXT),
    TO("device", host_name, TEXT),
    TO("src", source_ip, ADDRESS),
    TO("sport", source_port, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("dport", destination_port, TEXT),
    TO("mac", source_mac, LOWER),
    TO("protocol", network_transport, PROTOCOL),
    TO("sort", event_provider, TEXT),
    TO("type", event_code, TEXT),
    TO("signature", rule_id, TEXT),
    TO("identity", user_name, ACCOUNT),
    TO("sha256", file_sha256, LOWER),
    TO("name", file_name, TEXT),
    TO("url", url_original, URL),
    TO("peer_contact", source_ip, ADDRESS),
    END,
};
static const struct column_constant vendor[] = {
    {S("Cisco"), COLUMN_observer_vendor},
    {S("Meraki"), COLUMN_observer_product},
    {.value = S("")},
};

/* What a rule did: a word before the fields, or its pattern. */
static enum outcome flow_outcome(const struct event *ev)
{
    str action = event_get(ev, S("action")), pattern = event_get(ev, S("pattern"));

    if (!action.n)
        action = str_cut(&pattern, ' ');
    if (str_eq(action, S("0")))
        return OUTCOME_SUCCESS;
    return str_eq(action, S("1")) ? OUTCOME_FAILURE : action_outcome(action);
}

static void refine_flow(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = flow_outcome(ev);
    if (c->outcome == OUTCOME_FAILURE)
        c->activity = ACTIVITY_flow_refuse;
    c->type = c->outcome == OUTCOME_FAILURE   ? "denied"
              : c->outcome == OUTCOME_SUCCESS ? "allowed"
                                              : NULL;
}

static void refine_alert(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("action")), decision = event_get(ev, S("decision"));

    (void)a;
    if (str_eq(action, S("block")) || str_starts(decision, S("block")))
        c->outcome = OUTCOME_FAILURE;
    else if (action.n || decision.n)
        c->outcome = OUTCOME_SUCCESS;
}

static const struct kind kind_meraki = {
    .format = "meraki",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
};

#define KIND(...) KIND_OF(kind_meraki, __VA_ARGS__)
KIND(flow, "firewall-rule", flow, UNTOLD, refine_flow)
KIND(url, "url-requested", http, UNTOLD, NULL)
KIND(alert, "attack-detected", detection, UNTOLD, refine_alert)
KIND(file, "file-scanned", malware, UNTOLD, refine_alert)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(tunnel, "vpn-message", tunnel, UNTOLD, NULL)
KIND(vpn_open, "vpn-connected", tunnel_open, SUCCESS, NULL)
KIND(vpn_close, "vpn-disconnected", tunnel_close, SUCCESS, NULL)
KIND(lease, "address-leased", dhcp, SUCCESS, NULL)
#undef KIND

/* A URL with blanks could hold what looks like the fields behind it. */
#define SCANNED(url)                                                                               \
    "security_filtering_file_scanned url=" url " src={src_ip:ip}:{src_port:int} "                  \
    "dst={dst_ip:ip}:{dst_port:int} mac={mac} name={name:quoted} sha256={sha256:hex} "             \
    "disposition={disposition} action={action}"

static const struct template_row rows[] = {
    {"src={src_ip:ip}:{src_port:int} dst={dst_ip:ip}:{dst_port:int} mac={mac}[[ "
     "agent='{user_agent*}'||]] request: {method} {url*}",
     &kind_url},
    {SCANNED("{url}"), &kind_file},
    {SCANNED("{url*}"), &kind_file},
    {"type={type} msg= 'RADIUS[{:int}] Server IP={dst_ip:ip} Server port={dst_port:int} Peer "
     "IP={src_ip:ip} Peer port={src_port:int} User={user*}: Authentication request "
     "accepted{:text}'",
     &kind_logon},
    {"type={type} msg= 'RADIUS[{:int}] Server IP={dst_ip:ip} Server port={dst_port:int} Peer "
     "IP={src_ip:ip} Peer port={src_port:int} User={user*}: Authentication request {reason:text}'",
     &kind_failed_logon},
    {"type={type} msg= 'Server IP={dst_ip:ip} Server port={dst_port:int} Prot[{protocol}] Peer "
     "IP={src_ip:ip} Peer port={src_port:int} conn_id[{connection_id:int}] {reason:text}'",
     &kind_tunnel},
    {"type={type} msg= 'Sess-ID[{session_id:int}] Peer IP={src_ip:ip} User[{user*}]: "
     "{reason:text}'",
     &kind_tunnel},
    {"type={type} msg= '{reason*}'", &kind_tunnel},
    {"client_vpn_connect user id '{user*}' local ip {assigned_ip:ip} connected from {src_ip:ip}",
     &kind_vpn_open},
    {"client_vpn_disconnect user id '{user*}' local ip {assigned_ip:ip} connected from {src_ip:ip}",
     &kind_vpn_close},
    {"dhcp lease of ip {assigned_ip:ip} from [[server ||]]mac {server_mac} for client mac "
     "{mac}[[ {:text}||]]",
     &kind_lease},
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

/* ------------------------------------------------------------ reading */

static bool is_sort(str word)
{
    static const str sorts[] = {S("events"),
                                S("event"),
                                S("flows"),
                                S("firewall"),
                                S("vpn_firewall"),
                                S("cellular_firewall"),
                                S("l7_firewall"),
                                S("urls"),
                                S("ids-alerts"),
                                S("security_event"),
                                S("ip_flow_start"),
                                S("ip_flow_end"),
                                S("airmarshal_events"),
                                S("bridge_anyconnect_client_vpn_firewall")};

    for (size_t i = 0; i < countof(sorts); i++)
        if (str_eq(word, sorts[i]))
            return true;
    return false;
}

static bool is_flow(str sort)
{
    return str_find(sort, S("flow")) || str_find(sort, S("firewall"));
}

/* "1795514400.123456789 mx1 flows ": takes it off; false when it is not at the front. */
static bool take_heading(str *text, str *ret_time, str *ret_device, str *ret_sort)
{
    enum { TIME_MIN = 10 };
    str rest = *text;

    if (str_starts(rest, S("1 "))) /* the version of RFC 5424, which the rest does not follow */
        rest = str_from_at(rest, 2);
    *ret_time = str_cut(&rest, ' ');
    *ret_device = str_cut(&rest, ' ');
    *ret_sort = str_cut(&rest, ' ');
    if (ret_time->n < TIME_MIN || !ret_device->n || !is_sort(*ret_sort))
        return false;
    for (size_t i = 0; i < ret_time->n; i++)
        if ((ret_time->p[i] < '0' || ret_time->p[i] > '9') && ret_time->p[i] != '.')
            return false;
    *text = str_trim(rest);
    return true;
}

/* name=value, name='a value', and "pattern: " up to the end. The first of a name counts. */
static void read_fields(struct message *m, str rest, str first_word)
{
    struct pair_names names = pair_names_of(m);
    const str mark = S("pattern: ");

    for (uint32_t i = 0; i < PAIRS_MAX && rest.n; i++) {
        rest = str_trim(rest);
        if (str_starts(rest, mark)) {
            pair_add(m, &names, S("pattern"), str_from_at(rest, mark.n));
            return;
        }
        const size_t n = pair_begins(rest);
        if (!n) { /* a word: what was done, or the sort of a security event */
            str word = str_cut(&rest, ' ');
            pair_add(m, &names, i ? S("word") : first_word, word);
            continue;
        }
        str name = {rest.p, n}, value;
        rest = str_from_at(rest, n + 1);
        const char *end = rest.n && rest.p[0] == '\'' ? memchr(rest.p + 1, '\'', rest.n - 1) : NULL;
        if (end) {
            value = (str){rest.p + 1, (size_t)(end - rest.p) - 1};
            rest = str_from_at(rest, value.n + 2);
        } else {
            value = str_cut(&rest, ' ');
        }
        pair_add(m, &names, name, value);
    }
}

static void set_kind(struct message *m, str sort)
{
    str what = event_get(m->event, S("what"));

    if (is_flow(sort))
        message_kind(m, &kind_flow);
    else if (str_eq(what, S("security_filtering_file_scanned")) ||
             str_eq(what, S("security_filtering_disposition_change")))
        message_kind(m, &kind_file);
    else if (str_eq(sort, S("ids-alerts")) || str_eq(sort, S("security_event")) ||
             str_eq(sort, S("airmarshal_events")))
        message_kind(m, &kind_alert);
}

static bool read(void *state, struct message *m)
{
    str rest = m->text, time, device, sort;

    if (!take_heading(&rest, &time, &device, &sort))
        return false;
    message_add(m, S("device"), device);
    message_add(m, S("sort"), sort);
    if (!message_time_text(m, time)) {
        str seconds = str_cut(&time, '.');
        (void)device_time_epoch(m, seconds);
    }
    if (template_match_part(state, m, rest))
        return true;
    read_fields(m, rest, is_flow(sort) ? S("action") : S("what"));
    set_kind(m, sort);
    if (m->event->kind == &kind_flow) {
        enum outcome outcome = flow_outcome(m->event);
        if (outcome)
            message_add(m, S("blocked"), outcome == OUTCOME_FAILURE ? S("true") : S("false"));
    }
    return true;
}

static int sniff(str text)
{
    str time, device, sort;

    return text.p[0] >= '0' && text.p[0] <= '9' && take_heading(&text, &time, &device, &sort) ? 90
                                                                                              : 0;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "sport"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "dport"),
};

const struct dialect dialect_meraki = {
    .name = "meraki",
    .summary = "Cisco Meraki: flows, URLs, intrusion alerts, VPN and events",
    .sample = "<134>1 1795514400.123456789 mx1 flows src=192.0.2.7 dst=198.51.100.4 protocol=tcp "
              "sport=50022 dport=22 pattern: 1 all",
    .kind = &kind_meraki,
    .sources = {{.product = S("cisco"),
                 .category = S("firewall"),
                 .service = S("meraki"),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
