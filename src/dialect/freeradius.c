/* freeradius.c - FreeRADIUS: logons that network devices ask it about. */
#include "message/dialect.h"
#include "message/time_text.h"

static const struct column_rule columns[] = {
    {S("client"), COLUMN_observer_name, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct column_constant constants[] = {
    {S("radius"), COLUMN_network_protocol},
    {{0}, 0},
};
static const struct kind kind_freeradius = {
    .format = "freeradius", .columns = columns, .constants = constants};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_freeradius,                              \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(accepted, "radius_login", logon, SUCCESS);
KIND(failed, "radius_login", logon, FAILURE);
KIND(ignored, "request_ignored", authenticate, FAILURE);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"Login OK: [{user*}] (from client {client} port {nas_port:int} cli {src_mac}[[ via "
     "{tunnel:text}||]])",
     &kind_accepted},
    {"Login OK: [{user*}] (from client {client} port {nas_port:int}[[ via {tunnel:text}||]])",
     &kind_accepted},
    {"Login incorrect ({reason:text}): [{user*}] (from client {client} port {nas_port:int} cli "
     "{src_mac}[[ via {tunnel:text}||]])",
     &kind_failed},
    {"Login incorrect ({reason:text}): [{user*}] (from client {client} port {nas_port:int}[[ via "
     "{tunnel:text}||]])",
     &kind_failed},
    {"Login incorrect: [{user*}] (from client {client} port {nas_port:int} cli {src_mac}[[ via "
     "{tunnel:text}||]])",
     &kind_failed},
    {"Login incorrect: [{user*}] (from client {client} port {nas_port:int}[[ via "
     "{tunnel:text}||]])",
     &kind_failed},
    {"Invalid user ({reason:text}): [{user*}] (from client {client} port {nas_port:int}[[ cli "
     "{src_mac}||]])",
     &kind_failed},
    {"Invalid user: [{user*}] (from client {client} port {nas_port:int}[[ cli {src_mac}||]])",
     &kind_failed},
    {"Multiple logins (max {limit:int}) [[[MPP attempt]||]]: [{user*}] (from client {client} port "
     "{nas_port:int}[[ cli {src_mac}||]])",
     &kind_failed},
    {"Ignoring request to {request_type} address {dst_ip:text} port {dst_port:int} bound to server "
     "{server} from unknown client {src_ip:ip} port {src_port:int} proto {proto}",
     &kind_ignored},
    {"Ignoring request to {request_type} address {dst_ip:text} port {dst_port:int}[[ as server "
     "{server}||]] from unknown client {src_ip:ip} port {src_port:int}[[ proto {proto}||]]",
     &kind_ignored},
    {"Received packet from {src_ip:ip} with invalid [[Message-Authenticator||Response "
     "Authenticator]]! {reason*}",
     &kind_ignored},
    {"Ready to process requests[[.||]]", &kind_told},
    {"Exiting normally[[.||]]", &kind_told},
};

/* "Tue Nov 24 10:00:00 2026 : Auth: (7) " in front: its own time, the level and the request. */
static bool read(void *state, struct message *m)
{
    const str whole = m->text, mark = S(" : ");
    const size_t n = time_text_length(whole);
    str level = {0}, request = {0};

    if (n && str_starts(str_from_at(whole, n), mark)) {
        str rest = str_from_at(whole, n + mark.n);
        level = str_cut(&rest, ':');
        m->text = str_trim(rest);
    } else if (str_starts(whole, S("Auth: "))) {
        level = (str){whole.p, 4};
        m->text = str_from_at(whole, 6);
    }
    if (m->text.n && m->text.p[0] == '(') {
        str rest = str_from_at(m->text, 1);
        request = str_cut(&rest, ')');
        m->text = str_trim(rest);
    }
    bool read = m->text.n && template_match(state, m);
    m->text = whole;
    if (!read)
        return false;
    m->layout = 0;
    if (n && level.n) {
        message_time_text(m, (str){whole.p, n});
        message_add(m, S("timestamp"), (str){whole.p, n});
    }
    if (level.n)
        message_add(m, S("level"), level);
    if (request.n)
        message_add(m, S("request"), request);
    return true;
}

static int sniff(str text)
{
    const size_t n = time_text_length(text);
    str rest = str_from_at(text, n);

    return n && (str_starts(rest, S(" : Auth: ")) || str_starts(rest, S(" : Info: ")) ||
                 str_starts(rest, S(" : Error: ")))
               ? 80
               : 0;
}

const struct dialect dialect_freeradius = {
    .name = "freeradius",
    .summary = "FreeRADIUS: logons and their failures",
    .sample = "Tue Nov 24 10:00:00 2026 : Auth: (7) Login incorrect (mschap: MS-CHAP2-Response is "
              "incorrect): [alice] (from client ap1 port 0 cli 00-53-00-00-00-07)",
    .kind = &kind_freeradius,
    .programs = {S("radiusd"), S("freeradius"), S("radius")},
    .bare = true,
    .sniff = sniff,
    .starts = {S("Login incorrect (")},
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
