/* xrdp.c - xrdp and its session manager. */
#include "message/dialect.h"
#include "message/time_text.h"

static const struct column_constant constants[] = {
    {S("rdp"), COLUMN_network_protocol},
    {S("tcp"), COLUMN_network_transport},
    {{0}, 0},
};
static const struct kind kind_xrdp = {.format = "xrdp", .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_xrdp, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(failed, "rdp_login", logon, FAILURE);
KIND(accepted, "rdp_login", logon, SUCCESS);
KIND(opened, "connection_opened", flow_open, UNTOLD);
KIND(session, "session_opened", session_open, SUCCESS);
KIND(closed, "session_closed", session_close, SUCCESS);
KIND(told, NULL, rdp, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"AUTHFAIL: user={user*} ip={src_ip:ip} time={:int}", &kind_failed},
    {"login failed for display {display:int}", &kind_failed},
    {"login denied for user {user*}", &kind_failed},
    {"login failed for user {user*}", &kind_failed},
    {"Username or password error for user: {user*}", &kind_failed},
    {"Access not allowed for user: {user*}", &kind_failed},
    {"login successful for user {user*} on display {display:int}", &kind_accepted},
    {"login successful for display {display:int}", &kind_accepted},
    {"Access permitted for user: {user*}", &kind_accepted},
    {"++ created session (access granted): username {user*}, ip {src_ip:ip}:{src_port:int} - "
     "socket: {socket:int}",
     &kind_session},
    {"++ created session (access granted): username {user*}, ip {src_ip:ip}", &kind_session},
    {"++ reconnected session: username {user*}, display {display:text}, session_pid "
     "{session_pid:int}, ip {src_ip:ip}:{src_port:int} - socket: {socket:int}",
     &kind_session},
    {"++ terminated session:  username {user*}, display {display:text}, session_pid "
     "{session_pid:int}, ip {src_ip:ip}:{src_port:int} - socket: {socket:int}",
     &kind_closed},
    {"++ terminated session:  username {user*}, display {display:text}, session_pid "
     "{session_pid:int}, ip {src_ip:ip}",
     &kind_closed},
    {"[[A c||C]]onnection received from {src_ip:ip} port {src_port:int}", &kind_opened},
    {"[[A c||C]]onnection received from: {src_ip:ip} port {src_port:int}", &kind_opened},
    {"Socket 12: AF_INET6 connection received from {src_ip:ip} port {src_port:int}", &kind_opened},
    {"Socket {socket:int}: {family} connection received from {src_ip:ip} port {src_port:int}",
     &kind_opened},
    {"starting xrdp with pid {server_pid:int}", &kind_told},
    {"listening to port {dst_port:int} on {dst_ip:ip}", &kind_told},
};

/* "[20261124-10:00:00] [INFO ] " in front: its own time, which the envelope may have instead. */
static bool read(void *state, struct message *m)
{
    const str whole = m->text;
    str rest = whole, time = {0}, level = {0};
    size_t n = whole.p[0] == '[' ? time_text_length(str_from_at(rest, 1)) : 0;

    if (n && n + 1 < rest.n && rest.p[n + 1] == ']') {
        time = (str){whole.p + 1, n};
        rest = str_trim(str_from_at(whole, n + 2));
    }
    if (rest.n && rest.p[0] == '[') {
        rest = str_from_at(rest, 1);
        level = str_trim(str_cut(&rest, ']'));
        rest = str_trim(rest);
    }
    m->text = rest;
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    if (!read)
        return false;
    m->layout = 0;
    if (time.n) {
        message_time_text(m, time);
        message_add(m, S("timestamp"), time);
    }
    if (level.n)
        message_add(m, S("level"), level);
    return true;
}

static int sniff(str text)
{
    return text.p[0] == '[' && str_find(text, S("] [")) && str_find(text, S("] AUTHFAIL: ")) ? 80
                                                                                             : 0;
}

const struct dialect dialect_xrdp = {
    .name = "xrdp",
    .summary = "xrdp, xrdp-sesman: remote desktop logons",
    .sample = "[20261124-10:00:00] [INFO ] AUTHFAIL: user=root ip=192.0.2.7 time=1795514400",
    .kind = &kind_xrdp,
    .programs = {S("xrdp"), S("xrdp-sesman"), S("xrdp-chansrv")},
    .bare = true,
    .sniff = sniff,
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
