/*
 * netscaler.c - Citrix ADC (NetScaler):
 *
 *   11/24/2026:10:00:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 73912122 0 :  User x - Client_ip
 *   192.0.2.7 - Failure_reason "..." - Browser Mozilla/5.0
 *
 * Parts behind the last colon are divided by " - ", each a name, a blank and a value. Users and
 * agents are what a client says: of two parts of a name the first counts, and the record is told to
 * be doubtful.
 */
#include "base/mem.h"
#include "dialect/action_word.h"
#include "event/column_table.h"
#include "message/device_time.h"
#include "message/dialect.h"

#include <stdlib.h>

static const struct column_rule columns[] = {
    TO("device", observer_name, TEXT),
    TO("User", user_name, ACCOUNT),
    TO("Source", source_ip, ADDRESS),
    TO("Client_ip", source_ip, ADDRESS),
    TO("ClientIP", source_ip, ADDRESS),
    TO("Remote_ip", source_ip, ADDRESS),
    TO("ClientPort", source_port, TEXT),
    TO("Destination", destination_ip, ADDRESS),
    TO("VserverServiceIP", destination_ip, TEXT),
    TO("VserverServicePort", destination_port, TEXT),
    TO("Vserver", destination_ip, ADDRESS),
    TO("NatIP", source_nat_ip, ADDRESS),
    TO("Nat_ip", source_nat_ip, TEXT),
    TO("Total_bytes_send", source_bytes, TEXT),
    TO("Total_bytes_recv", destination_bytes, TEXT),
    TO("Failure_reason", event_reason, TEXT),
    TO("Reason", event_reason, TEXT),
    TO("Command", process_command_line, TEXT),
    TO("Browser", user_agent, TEXT),
    TO("Denied_by_policy", rule_name, TEXT),
    TO("module", event_provider, TEXT),
    TO("Status", event_reason, TEXT),
    TO("body_bytes", http_bytes, TEXT),
    TO("referrer", http_referrer, TEXT),
    TO("http_version", http_version, TEXT),
    TO("process_pid", process_pid, TEXT),
    END,
};
static const struct column_constant vendor[] = {
    {S("Citrix"), COLUMN_observer_vendor},
    {S("NetScaler"), COLUMN_observer_product},
    {.value = S("")},
};

static void refine_command(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = action_outcome(event_get(ev, S("Status")));
}

static const struct kind kind_netscaler = {
    .format = "netscaler",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
};

#define KIND(...) KIND_OF(kind_netscaler, __VA_ARGS__)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(vpn_open, "vpn-connected", tunnel_open, SUCCESS, NULL)
KIND(vpn_close, "vpn-disconnected", tunnel_close, SUCCESS, NULL)
KIND(command, "command-executed", config_change, UNTOLD, refine_command)
KIND(flow_close, "flow-expiration", flow_close, SUCCESS, NULL)
KIND(flow, "flow", flow, UNTOLD, NULL)
KIND(allowed, "flow-allowed", flow, SUCCESS, NULL)
KIND(denied, "flow-denied", flow_refuse, FAILURE, NULL)
KIND(tls, "tls-handshake", tls, SUCCESS, NULL)
KIND(failed_tls, "tls-handshake", tls, FAILURE, NULL)
KIND(request, "url-requested", http, SUCCESS, NULL)
KIND(shell, "command-executed", process_start, SUCCESS, NULL)
KIND(attack, "web-attack", detection, FAILURE, NULL)
#undef KIND

static const struct {
    str event;
    const struct kind *kind;
} events[] = {
    {S("LOGIN_FAILED"), &kind_failed_logon},
    {S("LOGIN"), &kind_vpn_open},
    {S("LOGOUT"), &kind_vpn_close},
    {S("CMD_EXECUTED"), &kind_command},
    {S("CONN_TERMINATE"), &kind_flow_close},
    {S("CONN_DELINK"), &kind_flow_close},
    {S("OTHERCONN_DELINK"), &kind_flow_close},
    {S("NAT_"), &kind_flow},
    {S("TCPCONNSTAT"), &kind_allowed},
    {S("UDPFLOWSTAT"), &kind_allowed},
    {S("HTTPREQUEST"), &kind_allowed},
    {S("NONHTTP_RESOURCEACCESS_DENIED"), &kind_denied},
    {S("HTTP_RESOURCEACCESS_DENIED"), &kind_denied},
    {S("ICAEND_CONNSTAT"), &kind_flow_close},
    {S("ICASTART"), &kind_allowed},
    {S("SSL_HANDSHAKE_SUCCESS"), &kind_tls},
    {S("SSL_HANDSHAKE_FAILURE"), &kind_failed_tls},
    {S("APPFW_"), &kind_attack},
};

/* What programs say as free text. */
static const struct template_row rows[] = {
    {"\"Authentication is rejected for {User*} (client ip : {Client_ip:ip}  , vserver ip: "
     "{VserverServiceIP:ip}   ), extended error, if any : {:text}",
     &kind_failed_logon},
    {"\"Authentication is rejected for {User*} (client ip : {Client_ip:ip} {:text}",
     &kind_failed_logon},
    {"\"SSO {:text}: user {User*} clientip {Client_ip:ip} {:text}", &kind_flow},
    {"\"Authentication succeeded for {User*} (client ip : {Client_ip:ip} {:text}", &kind_logon},
};

/* What its other daemons write: the management's web server, the shell. */
static const struct template_row bare_rows[] = {
    {"{src_ip:ip} -> {dst_ip:ip} \"{method} {url*} HTTP/{http_version:num}\" {status:int} "
     "{body_bytes} \"{referrer*}\" \"{user_agent*}\" \"Time: {:int} microsecs\"",
     &kind_request},
    {"{src_ip:ip} -> {dst_ip:ip} - - [{:time}] [{process_pid:int}] \"{method} {url*} "
     "HTTP/{http_version:num}\" {status:int} {body_bytes} \"{referrer*}\" \"{user_agent*}\" "
     "\"Time: {:int} microsecs\"",
     &kind_request},
    {"{user} on {terminal} shell_command=\"{command*}\"", &kind_shell},
};

struct readers {
    struct template_set *texts, *bare;
};

static void *open(const struct dialect *self)
{
    struct readers *r = mem_alloc(sizeof *r);

    (void)self;
    r->texts = template_set_new(rows, countof(rows));
    r->bare = template_set_new(bare_rows, countof(bare_rows));
    return r;
}

static void close(void *state)
{
    struct readers *r = state;

    template_set_free(r->texts);
    template_set_free(r->bare);
    free(r);
}

/* ------------------------------------------------------------ reading */

/* "0-PPE-0" and " : " behind a time and perhaps a zone and a name: where the event begins. */
static const char *find_engine(str s)
{
    enum { FRONT_MAX = 128 };
    str front = {s.p, s.n < FRONT_MAX ? s.n : FRONT_MAX};

    return str_find(front, S("-PPE-"));
}

static bool take_time(struct message *m, str time)
{
    static const str patterns[] = {S("yyyy/MM/dd:HH:mm:ss"), S("MM/dd/yyyy:HH:mm:ss"),
                                   S("dd/MM/yyyy:HH:mm:ss")};

    for (size_t i = 0; i < countof(patterns); i++)
        if (device_time_pattern(m, time, patterns[i]))
            return true;
    return false;
}

/* Values stand in double quotes, doubled ones in a cell of CSV. */
static str unquote(str s)
{
    s = str_trim(s);
    while (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = (str){s.p + 1, s.n - 2};
    return s;
}

static void read_parts(struct message *m, str rest)
{
    enum { PARTS_MAX = 64 };
    const uint32_t from = m->event->field_count;
    const str mark = S(" - ");

    for (int i = 0; i < PARTS_MAX && rest.n; i++) {
        const char *end = str_find(rest, mark);
        str part = str_trim((str){rest.p, end ? (size_t)(end - rest.p) : rest.n});
        rest = end ? str_from_at(rest, (size_t)(end - rest.p) + mark.n) : (str){0};
        str value = part, name = str_cut(&value, ' ');
        if (str_eq(value, S("Time")) || str_starts(value, S("Time "))) /* "Start Time ..." */
            value = str_from_at(value, S("Time ").n);
        bool twice = false;
        for (uint32_t k = from; k < m->event->field_count; k++)
            twice |= str_eq(m->event->fields[k].name, name);
        if (twice)
            message_damage(m, "a name that stands twice in a list");
        else if (name.n && name.n <= EVENT_NAME_MAX && value.n)
            message_add(m, name, unquote(value));
    }
}

static void set_kind(struct message *m, str event)
{
    for (size_t i = 0; i < countof(events); i++)
        if (str_starts(event, events[i].event)) {
            message_kind(m, events[i].kind);
            return;
        }
}

static bool read(void *state, struct message *m)
{
    const struct readers *r = state;
    str text = m->text;

    if (text.n > 1 && text.p[0] == '"') /* a cell of CSV */
        text = (str){text.p + 1, text.n - 1 - (text.p[text.n - 1] == '"')};
    const char *engine = find_engine(text);
    if (!engine)
        return template_match_part(r->bare, m, text) != NULL;
    str front = {text.p, (size_t)(engine - text.p)}, rest = str_from_at(text, front.n);
    const char *colon = str_find(rest, S(" : "));
    if (!colon)
        return false;
    rest = str_trim(str_from_at(rest, (size_t)(colon - rest.p) + 3));
    str time = str_cut(&front, ' ');
    if (!take_time(m, time))
        return false;
    front = str_trim(front);
    if (str_starts(front, S("GMT ")))
        front = str_trim(str_from_at(front, 4));
    str device = str_cut(&front, ' ');
    if (front.n) /* the engine's number alone is no name */
        message_add(m, S("device"), device);
    message_add(m, S("partition"), str_cut(&rest, ' '));
    message_add(m, S("module"), str_cut(&rest, ' '));
    str event = str_cut(&rest, ' ');
    message_add(m, S("code"), event);
    colon = str_find(rest, S(" :"));
    rest = colon ? str_trim(str_from_at(rest, (size_t)(colon - rest.p) + 2)) : (str){0};
    if (rest.n && rest.p[0] == '"') {
        message_add(m, S("reason"), unquote(rest));
        (void)template_match_part(r->texts, m, rest);
    } else {
        set_kind(m, event);
        read_parts(m, rest);
    }
    return true;
}

static int sniff(str text)
{
    enum { FRONT_MAX = 96 };
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    if (((text.p[0] >= '0' && text.p[0] <= '9') || text.p[0] == '"') && find_engine(text))
        return 80;
    return (text.p[0] >= '0' && text.p[0] <= '9' && str_find(front, S(" -> ")) &&
            str_ends(text, S(" microsecs\""))) ||
                   str_find(front, S(" shell_command=\""))
               ? 70
               : 0;
}

const struct dialect dialect_netscaler = {
    .name = "netscaler",
    .summary = "Citrix ADC and Gateway (NetScaler): AAA, VPN sessions, connections, commands",
    .sample = "<134> 11/24/2026:10:00:00 GMT ns1 0-PPE-0 : default AAA LOGIN_FAILED 4711 0 :  User "
              "x - Client_ip 192.0.2.7 - Failure_reason \"Invalid credentials\" - Browser curl/8.0",
    .kind = &kind_netscaler,
    .sources = {{.product = S("citrix")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
