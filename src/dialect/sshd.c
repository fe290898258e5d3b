/*
 * sshd.c - OpenSSH's server: its messages from 3.x to 10, those of sshd-session and sshd-auth among
 * them (auth.c, session.c, packet.c, kex.c, sshd.c of the portable release).
 *
 * "error: " and such in front and " [preauth]" behind are taken off first; a connection that ends
 * before authentication is a failure. A key that is refused to a known user is a step: clients
 * offer one key after the other. What follows a name that the client chose is anchored at the
 * text's end; where two such texts stand in one message, it is read only if there is one way to.
 */
#include "message/dialect.h"

#include "base/mem.h"
#include "dialect/pam.h"

#include <stdlib.h>

enum { LEVELED = 1, PREAUTH = 2, LAYOUT_FLAGS = 4 };

static const struct column_constant constants[] = {
    {S("ssh"), COLUMN_network_protocol},
    {S("tcp"), COLUMN_network_transport},
    {{0}, 0},
};

/* Is the source sshd's own word for its peer? It then has the port. What a client chose, and the
 * method's name is of that, may look like the words before an address; a text where these stand
 * within a value as well teaches nothing, whichever was read. */
static bool is_peer_sure(const struct event *ev)
{
    static const str chosen[] = {S("user"), S("detail"), S("reason"), S("command")};

    if (!event_get(ev, S("src_port")).n)
        return false;
    for (size_t i = 0; i < countof(chosen); i++)
        if (str_find(event_get(ev, chosen[i]), S(" port ")))
            return false;
    return true;
}

/* A process has one connection: what its records say of where it came from. */
static const struct connection_rule of_connection = {.steps = CONNECTION_ASKS};
static const struct connection_rule opens = {.steps = CONNECTION_ASKS | CONNECTION_OPENS};
static const struct connection_rule teaches = {.steps = CONNECTION_ASKS | CONNECTION_TEACHES,
                                               .sure = is_peer_sure};
static const struct connection_rule passes = {
    .steps = CONNECTION_ASKS | CONNECTION_TEACHES | CONNECTION_PASSES, .sure = is_peer_sure};
static const struct connection_rule ends = {.steps = CONNECTION_ASKS | CONNECTION_ENDS};

static const struct kind kind_sshd = {
    .format = "sshd", .constants = constants, .connection = &of_connection};

#define KIND(name, what, of, how) KIND_STEP(name, what, of, how, NULL)
#define KIND_STEP(name, what, of, how, step)                                                       \
    static const struct kind kind_##name = {.base = &kind_sshd,                                    \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how,                              \
                                            .connection = step}
KIND_STEP(accepted, "ssh_login", logon, SUCCESS, &passes);
KIND_STEP(failed, "ssh_login", logon, FAILURE, &teaches);
KIND_STEP(refused, "user_refused", logon, FAILURE, &teaches);
KIND_STEP(step, "authentication_step", authenticate, UNTOLD, &teaches);
KIND(probe, "protocol_error", ssh, FAILURE);
KIND(negotiation, "negotiation_failed", ssh, FAILURE);
KIND(dropped, "connection_dropped", flow_refuse, FAILURE);
KIND_STEP(opened, "connection_opened", flow_open, SUCCESS, &opens);
KIND_STEP(closed, "connection_closed", flow_close, SUCCESS, &ends);
KIND_STEP(lost, "connection_lost", flow_close, UNTOLD, &ends);
KIND(key, "key_found", authenticate, SUCCESS);
KIND_STEP(closed_early, "connection_closed_before_authentication", flow_close, FAILURE, &ends);
KIND_STEP(disconnected, "disconnected_by_server", flow_close, FAILURE, &ends);
KIND_STEP(session_opened, "session_opened", session_open, SUCCESS, &passes);
KIND(session_closed, "session_closed", session_close, SUCCESS);
KIND(server_started, "server_started", app_start, SUCCESS);
KIND(server_stopped, "server_stopped", app_stop, SUCCESS);
KIND(server_failed, "server_failed", app_fail, FAILURE);
KIND(forwarding, "forwarding_refused", ssh, FAILURE);
KIND_STEP(peer, NULL, ssh, UNTOLD, &teaches);
KIND(told, NULL, ssh, UNTOLD);
#undef KIND
#undef KIND_STEP

/* A client that has no method left (RFC 4253 section 11.1: 14; Java's JSch says 3) did not log on.
 */
static void settle_code(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    str code = c->values[COLUMN_event_code];

    if (str_eq(code, S("3")) || str_eq(code, S("14")))
        c->outcome = OUTCOME_FAILURE;
}
static const struct kind kind_left = {.base = &kind_closed, .refine = settle_code};

/* How a connection ended or failed, with and without the account that it was for. */
#define PEER(front, back, kind)                                                                    \
    {front " {src_ip:host} port {src_port:int}" back, kind}, {front " {src_ip:host}" back, kind},  \
        {front " authenticating user {user*} {src_ip:ip} port {src_port:int}" back, kind},         \
        {front " invalid user {src_ip:ip} port {src_port:int}" back, &kind_closed_early},          \
        {front " invalid user {user*} {src_ip:ip} port {src_port:int}" back, &kind_closed_early},  \
        {front " illegal user {user*} {src_ip:ip} port {src_port:int}" back, &kind_closed_early},  \
    {                                                                                              \
        front " user {user*} {src_ip:ip} port {src_port:int}" back, kind                           \
    }

#define FROM " from {src_ip:ip} port {src_port:int}"

static const struct template_row templates[] = {
    /* The most frequent first. */
    {"Failed {auth_method} for invalid user {user*}" FROM "[[ ssh2||]]", &kind_failed},
    {"Failed publickey for invalid user {user*}" FROM " ssh2: {key_type} {key_fingerprint}",
     &kind_failed},
    {"Failed publickey for {user}" FROM " ssh2[[: {detail:text}||]]", &kind_step},
    {"Failed {auth_method} for <invalid username>" FROM "[[ ssh2||]]", &kind_failed},
    {"Failed {auth_method} for illegal user {user*}" FROM "[[ ssh2||]]", &kind_failed},
    {"Failed {auth_method} for {user}" FROM "[[ {version}: {detail:text}|| ssh2]]", &kind_failed},
    {"Failed {auth_method} for {user*}" FROM "[[ {version}||]]", &kind_failed},
    {"Failed {auth_method} for invalid user {user*} from {src_ip:ip}", &kind_failed},
    {"Failed {auth_method} for {user} from {src_ip:host}", &kind_failed},
    {"Failed {auth_method} for invalid user {:text}", &kind_failed},
    {"Invalid user {user*} from {src_ip:host}[[ port {src_port:int}||]]", &kind_refused},
    {"Illegal user {user*} from {src_ip:host}[[ port {src_port:int}||]]", &kind_refused},
    {"Accepted {auth_method} for {user}" FROM " ssh2", &kind_accepted},
    {"Accepted {auth_method} for {user}" FROM " ssh2: {key_type} {key_fingerprint}",
     &kind_accepted},
    {"Accepted {auth_method} for {user}" FROM " ssh2: {key_type} {key_fingerprint} ID {cert_id*} "
     "(serial {cert_serial:int}) CA {ca_type} {ca_fingerprint}",
     &kind_accepted},
    {"Accepted {auth_method} for {user}" FROM "[[ {version}||]][[: {detail:text}||]]",
     &kind_accepted},
    {"Accepted {auth_method} for {user*}" FROM "[[ {version}||]]", &kind_accepted},
    {"Accepted key {key_type} {key_fingerprint} found at {file*}:{line:int}", &kind_key},
    {"Accepted certificate ID \"{cert_id*}\" (serial {cert_serial:int}) signed by {ca_type} CA "
     "{ca_fingerprint} via {file*}",
     &kind_step},
    {"Accepted {auth_method} for {user}", &kind_accepted},

    {"Postponed {auth_method} for invalid user {user*}" FROM " ssh2", &kind_failed},
    {"Postponed {auth_method} for {user*}" FROM " ssh2", &kind_step},
    {"Partial {auth_method} for invalid user {user*}" FROM " ssh2", &kind_step},
    {"Partial {auth_method} for {user}" FROM " ssh2[[: {detail:text}||]]", &kind_step},

    PEER("Connection closed by", "", &kind_closed),
    PEER("Connection reset by", "", &kind_lost),
    PEER("Disconnected from", "", &kind_closed),
    PEER("Timeout, client not responding from", "", &kind_lost),
    PEER("Connection from", ": {reason:text}", &kind_closed_early),
    PEER("ssh_dispatch_run_fatal: Connection from", ": {reason:text}", &kind_closed_early),
    PEER("Disconnecting", ": {reason:text}", &kind_disconnected),
    PEER("Disconnecting", "", &kind_disconnected),
    PEER("Read error from remote host", ": {reason:text}", &kind_lost),
    PEER("Write error to remote host", ": {reason:text}", &kind_lost),
    PEER("Protocol error from", "[[: {reason:text}||]]", &kind_probe),
    {"Disconnecting: {reason:text} for invalid user {user*}", &kind_disconnected},
    {"Disconnecting: Change of username or service not allowed: {:text}", &kind_disconnected},
    {"Disconnecting: Too many authentication failures for {user*}", &kind_disconnected},
    {"Disconnecting: {reason:text}", &kind_disconnected},
    {"Received disconnect" FROM ":[[ ||]]{code:int}: {reason:text}", &kind_left},
    {"Received disconnect from {src_ip:ip}: {code:int}: {reason:text}", &kind_left},
    {"Connection closed", &kind_closed},
    {"Connection closed by remote host", &kind_closed},
    {"Closing connection to {src_ip:ip}[[ port {src_port:int}||]]", &kind_closed},
    {"Connection" FROM " on {dst_ip:ip} port {dst_port:int}[[ rdomain \"{rdomain:text}\"||]]",
     &kind_opened},
    {"Connection" FROM, &kind_opened},
    {"Connection from {src_ip:ip}", &kind_opened},
    {"Transferred: sent {dst_bytes:int}, received {src_bytes:int} bytes", &kind_told},

    {"maximum authentication attempts exceeded for invalid user {user*}" FROM "[[ ssh2||]]",
     &kind_failed},
    {"maximum authentication attempts exceeded for {user*}" FROM "[[ ssh2||]]", &kind_failed},
    {"PAM: {reason:text} for illegal user {user*} from {src_ip:host}[[ via {dst_ip:ip}||]]",
     &kind_failed},
    {"PAM: {reason:text} for invalid user {user*} from {src_ip:host}[[ via {dst_ip:ip}||]]",
     &kind_failed},
    {"PAM: {reason:text} for {user*} from {src_ip:host}[[ via {dst_ip:ip}||]]", &kind_failed},
    {"PAM: {reason:text}", &kind_told},
    {"Access denied for user {user*} by PAM account configuration", &kind_refused},
    {"Access denied for user {user*}", &kind_refused},
    {"User {user*} from {src_ip:host} not allowed because {reason:text}", &kind_refused},
    {"User {user*} not allowed because {reason:text}", &kind_refused},
    {"User {user*} password has expired (password aged)", &kind_refused},
    {"User {user*} password has expired (root forced)", &kind_refused},
    {"User {user*} [[shell||home directory]] {file*} does not exist", &kind_refused},
    {"User child is on pid {child_pid:int}", &kind_told},
    {"Account {user*} has expired", &kind_refused},
    {"Login restricted for {user*}: {reason:text}", &kind_refused},
    {"Login name {user*} does not match stored username {target_user*}", &kind_refused},
    {"ROOT LOGIN REFUSED FROM {src_ip:ip}[[ port {src_port:int}||]]", &kind_refused},
    {"Root login accepted for forced command.", &kind_step},
    {"Authentication refused: {reason:text}", &kind_failed},
    {"Authentication tried for {user*} with correct key but not from a permitted host (host="
     "{src_host:host}, ip={src_ip:ip}[[, required={:text}||]]).",
     &kind_failed},
    {"Authentication tried for {user*} with [[valid certificate||correct key]] but not from a "
     "permitted source address ({src_ip:ip}).",
     &kind_failed},
    {"Authentication key {key_type} {key_fingerprint} revoked by file {file*}", &kind_failed},
    {"Certificate invalid: {reason:text}", &kind_failed},
    {"Refusing certificate ID \"{cert_id*}\" serial={cert_serial:int} signed by {ca_type} CA "
     "{ca_fingerprint}: {reason:text}",
     &kind_failed},
    {"input_userauth_request: invalid user {user*}", &kind_failed},
    {"userauth_pubkey: {reason:text}", &kind_step},
    {"userauth_finish: {reason:text}", &kind_disconnected},
    {"Postponed keyboard-interactive/pam", &kind_step},

    {"Did not receive identification string from {src_ip:host}[[ port {src_port:int}||]]",
     &kind_probe},
    {"Bad protocol version identification '{identification*}' from {src_ip:ip}"
     "[[ port {src_port:int}||]]",
     &kind_probe},
    {"banner exchange: Connection" FROM ": {reason:text}", &kind_probe},
    {"kex_exchange_identification: client sent invalid protocol identifier \"{identification*}\"",
     &kind_probe},
    {"kex_exchange_identification: {reason:text}", &kind_probe},
    {"kex_protocol_error: {reason:text}", &kind_probe},
    {"Protocol major versions differ for {src_ip:ip}[[ port {src_port:int}||]]: {reason*}",
     &kind_probe},
    {"Protocol major versions differ: {reason:text}", &kind_probe},
    {"Client protocol version {client_version}; client software version {client_software*}",
     &kind_told},
    {"Remote protocol version {client_version}, remote software version {client_software*}",
     &kind_told},
    {"Unable to negotiate with {src_ip:ip}[[ port {src_port:int}||]]: {reason:text}. Their offer: "
     "{their_offer*}",
     &kind_negotiation},
    {"Unable to negotiate with {src_ip:ip}[[ port {src_port:int}||]]: {reason:text}",
     &kind_negotiation},
    {"Unable to negotiate a key exchange method", &kind_negotiation},
    {"no matching {algorithm:text} found: client {their_offer} server {our_offer}",
     &kind_negotiation},
    {"no hostkey alg", &kind_negotiation},
    {"Timeout before authentication for connection from {src_ip:ip} to {dst_ip:ip}, pid = "
     "{child_pid:int}",
     &kind_closed_early},
    {"Timeout before authentication for {src_ip:ip}[[ port {src_port:int}||]]", &kind_closed_early},
    {"Read from socket failed: {reason:text}", &kind_closed_early},
    {"Write failed: {reason:text}", &kind_lost},
    {"Bad packet length {length:int}.", &kind_probe},
    {"Bad client public DH value", &kind_probe},
    {"bad client public DH value", &kind_probe},
    {"Corrupted MAC on input.", &kind_probe},
    {"padding error: {reason:text}", &kind_probe},
    {"refused connect from {client*} ({src_ip:ip})", &kind_dropped},
    {"refused connect from {src_ip:host}", &kind_dropped},
    {"drop connection #{connection:int} from {src_ip:ip}:{src_port:int} on {dst_ip:ip}:"
     "{dst_port:int} {reason:text}",
     &kind_dropped},
    {"beginning MaxStartups throttling", &kind_dropped},
    {"exited MaxStartups throttling after {duration}, {dropped:int} connections dropped",
     &kind_told},
    {"srclimit_penalise: {family}: [[deferred|| new]] {src_ip:ip}/{prefix:int} {reason:text}",
     &kind_told},
    {"Address {src_ip:ip} maps to {src_host:host}, but this does not map back to the address"
     "[[ - POSSIBLE BREAK-IN ATTEMPT||]][[!||]][[.||]]",
     &kind_told},
    {"reverse mapping checking getaddrinfo for {src_host:host} [{src_ip:ip}] failed"
     "[[ - POSSIBLE BREAK-IN ATTEMPT||]][[!||]][[.||]]",
     &kind_told},
    {"reverse mapping checking getaddrinfo for {src_host:host} failed"
     "[[ - POSSIBLE BREAK-IN ATTEMPT||]][[!||]][[.||]]",
     &kind_told},
    {"Nasty PTR record \"{src_host*}\" is set up for {src_ip:ip}, ignoring", &kind_probe},
    {"scanned from {src_ip:ip} with {identification*}  Don't panic.", &kind_probe},
    {"scanned from {src_ip:ip} with {identification*}. Don't panic.", &kind_probe},

    {"SSH: Server;Ltype: Authname;Remote: {src_ip:ip}-{src_port:int};Name: {user*}", &kind_peer},
    {"SSH: Server;Ltype: {ltype:text};Remote: {src_ip:ip}-{src_port:int};{detail*}", &kind_peer},
    {"Starting session: [[forced-command (config)||command]] for {user}" FROM " id {session:int}",
     &kind_session_opened},
    {"Starting session: forced-command ({origin}) '{command*}' for {user}" FROM " id {session:int}",
     &kind_session_opened},
    {"Starting session: subsystem '{subsystem:text}' for {user}" FROM " id {session:int}",
     &kind_session_opened},
    {"Starting session: {session_type} on {tty} for {user}" FROM " id {session:int}",
     &kind_session_opened},
    {"Close session: user {user}" FROM " id {session:int}", &kind_session_closed},
    {"subsystem request for {subsystem} by user {user}", &kind_session_opened},
    {"subsystem request for {subsystem} failed, {reason:text}", &kind_told},
    {"subsystem request for {subsystem}", &kind_session_opened},
    {"Received request" FROM " to connect to host {dst_ip:host} port {dst_port:int}, but the "
     "request was denied.",
     &kind_forwarding},
    {"Received request to connect to host {dst_ip:host} port {dst_port:int}, but the request was "
     "denied.",
     &kind_forwarding},
    {"Received request" FROM " to remote forward to host {dst_ip:host} port {dst_port:int}, but "
     "the request was denied.",
     &kind_forwarding},
    {"refused local port forward: originator {src_ip:ip} port {src_port:int}, target "
     "{dst_ip:host} port {dst_port:int}",
     &kind_forwarding},
    {"connect_to {dst_ip:host} port {dst_port:int}: failed.", &kind_told},
    {"connect_to {dst_ip:host}: {reason:text}", &kind_told},
    {"channel {channel:int}: {reason:text}", &kind_told},

    {"Server listening on {dst_ip:ip} port {dst_port:int}.", &kind_server_started},
    {"Received signal {signal:int}; terminating.", &kind_server_stopped},
    {"Received SIGHUP; restarting.", &kind_server_started},
    {"Bind to port {dst_port:int} on {dst_ip:ip} failed: {reason:text}", &kind_server_failed},
    {"Cannot bind any address.", &kind_server_failed},
    {"Could not load host key: {file*}", &kind_server_failed},
    {"Unable to load host key[[ \"{file*}\"||]]: {reason:text}", &kind_server_failed},
    {"Missing privilege separation directory: {file*}", &kind_server_failed},
    {"Could not get shadow information for {user*}", &kind_told},
    {"Exiting on signal {signal:int}", &kind_server_stopped},
};
#undef PEER
#undef FROM

/* "error: ", "debug1: ", taken off the front; empty: there is none. */
static str take_level(str *text)
{
    static const str levels[] = {S("error"),  S("fatal"), S("debug1"), S("debug2"),
                                 S("debug3"), S("info"),  S("verbose")};

    if (!memchr("efdiv", text->p[0], 5))
        return (str){0};
    for (size_t i = 0; i < countof(levels); i++) {
        const size_t n = levels[i].n;
        if (str_starts(*text, levels[i]) && text->n > n + 2 && text->p[n] == ':' &&
            text->p[n + 1] == ' ') {
            *text = str_from_at(*text, n + 2);
            return levels[i];
        }
    }
    return (str){0};
}

/* "...: Change of username or service not allowed: (one,ssh-connection) -> (two,ssh-connection)":
 * both names are the client's, so that the text before it is read only when it stands there once.
 */
static bool cut_change(str *text, str *ret_reason)
{
    static const str mark = S(": Change of username or service not allowed: (");
    const char *at = str_find(*text, mark);

    if (!at)
        return true;
    const size_t n = (size_t)(at - text->p);
    if (str_find(str_from_at(*text, n + 1), mark))
        return false;
    *ret_reason = S("Change of username or service not allowed");
    text->n = n;
    return true;
}

struct sshd {
    struct template_set *own, *pam;
};

static void *open_sshd(const struct dialect *self)
{
    struct sshd *s = mem_alloc(sizeof *s);

    s->own = template_set_new(self->templates, self->template_count);
    s->pam = pam_templates_new();
    return s;
}

static void close_sshd(void *state)
{
    struct sshd *s = state;

    template_set_free(s->own);
    template_set_free(s->pam);
    free(s);
}

static bool read_own(const struct template_set *set, struct message *m)
{
    const str whole = m->text;
    str reason = {0};
    str level = take_level(&m->text);
    bool early = str_ends(m->text, S(" [preauth]"));

    if (early)
        m->text.n -= sizeof " [preauth]" - 1;
    const struct template_row *row =
        m->text.n && cut_change(&m->text, &reason) ? template_match(set, m) : NULL;
    m->text = whole;
    if (!row)
        return false;
    if (strncmp(row->text, "Failed publickey", sizeof "Failed publickey" - 1) == 0)
        message_add(m, S("auth_method"), S("publickey"));
    if (early && (m->event->kind == &kind_closed || m->event->kind == &kind_lost ||
                  m->event->kind == &kind_left))
        m->event->kind = &kind_closed_early;
    if (reason.n)
        message_add(m, S("reason"), reason);
    if (level.n)
        message_add(m, S("level"), level);
    if (early)
        message_add(m, S("phase"), S("preauth"));
    m->layout =
        reason.n ? 0 : m->layout * LAYOUT_FLAGS + (level.n ? LEVELED : 0) + (early ? PREAUTH : 0);
    m->text = whole;
    return true;
}

static bool read(void *state, struct message *m)
{
    const struct sshd *s = state;
    const bool pam = str_starts(m->text, S("pam_")) || str_starts(m->text, S("PAM "));

    if (pam ? !pam_read(s->pam, m) : !read_own(s->own, m))
        return false;
    m->layout = m->layout ? m->layout * 2 + pam : 0; /* both count from 1 */
    return true;
}

const struct dialect dialect_sshd = {
    .name = "sshd",
    .summary = "OpenSSH's server: logons, their failures, connections, sessions",
    .sample = "Nov 24 10:00:00 web1 sshd[712]: Failed password for root from 192.0.2.7 port 50022 "
              "ssh2",
    .kind = &kind_sshd,
    .programs = {S("sshd"), S("sshd-session"), S("sshd-auth")},
    .templates = templates,
    .template_count = countof(templates),
    .open = open_sshd,
    .close = close_sshd,
    .read = read,
};
