/* openvpn.c - OpenVPN's server and client. Before the text stands the peer, with the name that its
 * certificate or its logon gave it: "alice/192.0.2.7:50022 VERIFY OK: ...". OpenVPN itself takes
 * blanks and colons out of names of certificates. */
#include "message/dialect.h"
#include "message/time_text.h"
#include "text/ip.h"

static const struct column_rule columns[] = {
    {S("common_name"), COLUMN_user_name, VIA_TEXT},
    {S("interface"), COLUMN_observer_ingress, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("openvpn"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_openvpn = {
    .format = "openvpn", .columns = columns, .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_openvpn,                                 \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(failed, "vpn_login", logon, FAILURE);
KIND(accepted, "vpn_login", logon, SUCCESS);
KIND(verified, "certificate_verified", authenticate, SUCCESS);
KIND(verify_failed, "certificate_refused", logon, FAILURE);
KIND(tls_failed, "tls_failed", tunnel_open, FAILURE);
KIND(opened, "tunnel_opened", tunnel_open, SUCCESS);
KIND(closed, "tunnel_closed", tunnel_close, UNTOLD);
KIND(dropped, "peer_dropped", tunnel_close, FAILURE);
KIND(leased, "address_leased", tunnel_open, SUCCESS);
KIND(connected, "connection_opened", tunnel, UNTOLD);
KIND(start, "server_started", app_start, SUCCESS);
KIND(stop, "server_stopped", app_stop, SUCCESS);
KIND(told, NULL, tunnel, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"TLS Auth Error: {reason*}", &kind_failed},
    {"VERIFY OK: depth={depth:int}, {subject*}", &kind_verified},
    {"VERIFY KU OK", &kind_verified},
    {"VERIFY EKU OK", &kind_verified},
    {"VERIFY ERROR: depth={depth:int}, error={reason:text}: {subject*}", &kind_verify_failed},
    {"VERIFY ERROR: depth={depth:int}, error={reason:text}", &kind_verify_failed},
    {"VERIFY X509NAME ERROR: {reason*}", &kind_verify_failed},
    {"VERIFY SCRIPT ERROR: {reason*}", &kind_verify_failed},
    {"VERIFY CRL: {reason*}", &kind_verify_failed},
    {"Certificate does not have {reason*}", &kind_verify_failed},
    {"TLS: Username/Password authentication succeeded for username '{user*}'[[ [CN SET]||]]",
     &kind_accepted},
    {"TLS: Username/Password authentication deferred for username '{user*}'[[ [CN SET]||]]",
     &kind_told},
    {"TLS: Initial packet from {peer}, sid={session}[[ {:text}||]]", &kind_connected},
    {"TLS Error: {reason*}", &kind_tls_failed},
    {"TLS_ERROR: {reason*}", &kind_tls_failed},
    {"OpenSSL: error:{reason*}", &kind_tls_failed},
    {"TLS object -> {reason*}", &kind_tls_failed},
    {"Authenticate/Decrypt packet error: {reason*}", &kind_tls_failed},
    {"Fatal TLS error ({reason*}", &kind_tls_failed},
    {"[{common_name:text}] Peer Connection Initiated with {peer}", &kind_opened},
    {"Peer Connection Initiated with {peer}", &kind_opened},
    {"SIGUSR1[soft,{reason:text}] received, client-instance restarting", &kind_dropped},
    {"SIGUSR1[soft,{reason:text}] received, process restarting", &kind_dropped},
    {"SIGTERM[soft,{reason:text}] received, client-instance exiting", &kind_closed},
    {"SIGTERM[{reason:text}] received, process exiting", &kind_stop},
    {"SIGUSR1[{reason:text}] received, {:text}", &kind_told},
    {"Connection reset, restarting [{code:int}]", &kind_closed},
    {"Connection reset command was pushed by server", &kind_closed},
    {"Inactivity timeout ({reason:text}), restarting", &kind_closed},
    {"Delayed exit in {seconds:int} seconds", &kind_closed},
    {"AUTH: Received control message: AUTH_FAILED[[,{reason:text}||]]", &kind_failed},
    {"PUSH: Received control message: '{detail*}'", &kind_told},
    {"SENT CONTROL [{common_name:text}]: {detail*}", &kind_told},
    {"Data Channel: {detail*}", &kind_told},
    {"peer info: {name:text}={value*}", &kind_told},
    {"MULTI: Learn: {leased_ip:ip} -> {client:text}", &kind_leased},
    {"MULTI: primary virtual IP for {client:text}: {leased_ip:ip}", &kind_leased},
    {"MULTI_sva: pool returned IPv4={leased_ip:ip}, IPv6={:text}", &kind_leased},
    {"MULTI_sva: pool returned IPv4={leased_ip:ip}", &kind_leased},
    {"MULTI: bad source address from client [{leased_ip:text}], packet dropped", &kind_dropped},
    {"MULTI: new connection by client '{common_name:text}' will cause previous active sessions by "
     "this client to be dropped.{:text}",
     &kind_told},
    {"MULTI: multi_create_instance called", &kind_connected},
    {"TCP connection established with {peer}", &kind_connected},
    {"TCPv4_SERVER link {detail*}", &kind_told},
    {"UDPv[[4||6]] link {detail*}", &kind_told},
    {"PLUGIN_CALL: POST {plugin:text}/{hook:text} status={plugin_status:int}", &kind_told},
    {"PLUGIN_CALL: plugin function {hook} failed with status {plugin_status:int}: {file*}",
     &kind_failed},
    {"WARNING: Failed running command (--auth-user-pass-verify): {reason*}", &kind_failed},
    {"WARNING: Bad encapsulated packet length from peer ({length:int}), {reason*}",
     &kind_tls_failed},
    {"WARNING: {reason*}", &kind_told},
    {"LDAP bind failed: {reason*}", &kind_failed},
    {"ldap_bind with zero-length password is forbidden.", &kind_failed},
    {"LDAP user \"{user*}\" was not found.", &kind_failed},
    {"Unable to bind as {user*}", &kind_failed},
    {"Incorrect password supplied for LDAP DN \"{user_dn*}\".", &kind_failed},
    {"Incorrect password supplied for LDAP DN \"{user_dn*}\"", &kind_failed},
    {"AUTH-PAM: BACKGROUND: user '{user*}' failed to authenticate: {reason:text}", &kind_failed},
    {"PAM-AUTH: {reason*}", &kind_told},
    {"IFCONFIG POOL IPv4: base={leased_ip:ip} size={size:int}[[ {:text}||]]", &kind_told},
    {"net_iface_mtu_set: mtu {mtu:int} for {interface}", &kind_told},
    {"net_addr_ptp_v4_add: {local_ip:ip} peer {peer_ip:ip} dev {interface}", &kind_told},
    {"OpenVPN {version} {detail*}", &kind_start},
    {"Initialization Sequence Completed", &kind_start},
    {"Management: {detail*}", &kind_told},
    {"{common_name},{leased_ip:ip},[[{:text}||]]", &kind_leased},
};

/* "name/192.0.2.7:50022 " or "192.0.2.7:50022 ". */
struct peer {
    str name, ip, port;
};

/* An address and its port: all of s. */
static bool split_port(str s, struct peer *ret)
{
    const char *colon = memrchr(s.p, ':', s.n);
    struct ip ip;
    uint64_t port;

    if (!colon)
        return false;
    ret->ip = (str){s.p, (size_t)(colon - s.p)};
    ret->port = str_from_at(s, ret->ip.n + 1);
    if (ret->ip.n > 2 && ret->ip.p[0] == '[' && colon[-1] == ']')
        ret->ip = (str){ret->ip.p + 1, ret->ip.n - 2};
    if (ret->port.n && str_u64(ret->port, &port) && ip_parse(ret->ip, &ip))
        return true;
    *ret = (struct peer){0};
    return false;
}

static bool take_peer(str *s, struct peer *ret)
{
    enum { NAME_WORDS_MAX = 8 };
    size_t at = 0;

    *ret = (struct peer){0};
    for (int i = 0; i < NAME_WORDS_MAX && at < s->n; i++) {
        const char *blank = memchr(s->p + at, ' ', s->n - at);
        if (!blank)
            return false;
        str word = {s->p + at, (size_t)(blank - s->p) - at};
        const char *slash = memrchr(word.p, '/', word.n);
        str address = slash ? str_from_at(word, (size_t)(slash - word.p) + 1) : word;
        if ((slash || i == 0) && split_port(address, ret)) {
            if (slash)
                ret->name = (str){s->p, (size_t)(slash - s->p)};
            *s = str_from_at(*s, (size_t)(blank - s->p) + 1);
            return true;
        }
        if (memchr(word.p, ':', word.n))
            return false;
        at += word.n + 1;
    }
    return false;
}

/* The peer in front, or one that stands in the text: "[AF_INET]192.0.2.7:50022". */
static void add_peer(struct message *m, const struct peer *front)
{
    const struct event *ev = m->event;
    struct peer peer = *front;

    for (uint32_t i = ev->field_count; i > 0 && !peer.ip.n; i--) {
        if (!str_eq(ev->fields[i - 1].name, S("peer")))
            continue;
        str value = ev->fields[i - 1].value;
        if (str_starts(value, S("[AF_INET")) && memchr(value.p, ']', value.n))
            (void)str_cut(&value, ']');
        split_port(value, &peer);
        break;
    }
    if (peer.ip.n) {
        message_add(m, S("src_ip"), peer.ip);
        message_add_number(m, S("src_port"), peer.port);
    }
    if (peer.name.n)
        message_add(m, S("common_name"), peer.name);
}

static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    const size_t time = time_text_length(whole);
    struct peer peer;

    m->text = str_trim(str_from_at(whole, time));
    bool named = take_peer(&m->text, &peer);
    str text = m->text;
    bool read = text.n && template_match(state, m);
    m->text = whole;
    if (!read && !named && !time)
        return false;
    if (!read) {
        message_add(m, S("reason"), text);
        message_kind(m, &kind_told);
    }
    m->layout = 0;
    if (time) {
        message_time_text(m, (str){whole.p, time});
        message_add(m, S("timestamp"), (str){whole.p, time});
    }
    add_peer(m, &peer);
    return true;
}

/* A line of its own file that tells a peer behind the time. */
static int sniff(str text)
{
    const size_t n = time_text_length(text);
    str rest = str_trim(str_from_at(text, n));
    struct peer peer;

    return n && take_peer(&rest, &peer) ? 60 : 0;
}

const struct dialect dialect_openvpn = {
    .name = "openvpn",
    .summary = "OpenVPN: peers, logons, their failures",
    .sample = "Nov 24 10:00:00 gw1 ovpn-server[712]: 192.0.2.7:50022 TLS Auth Error: Auth "
              "Username/Password verification failed for peer",
    .kind = &kind_openvpn,
    .programs = {S("openvpn"), S("ovpn-server"), S("ovpn-client"), S("openvpn-server"),
                 S("openvpn-client"), S("nm-openvpn")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
