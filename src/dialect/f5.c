/*
 * f5.c - F5's BIG-IP: "01490005:5: text" of its daemons (tmm, mcpd, apmd, tmsh), where the first
 * number is the message's and the second its severity; and what iRules log. ASM in CEF is cef's.
 */
#include "dialect/action_word.h"
#include "event/column_table.h"
#include "message/dialect.h"

enum { CODE_DIGITS = 8 };

static const struct column_rule columns[] = {
    TO("hostname", observer_name, TEXT),
    TO("acl", rule_name, TEXT),
    TO("rule", rule_name, TEXT),
    TO("policy", rule_name, TEXT),
    TO("virtual", observer_ingress, TEXT),
    TO("lb_server", destination_ip, ADDRESS),
    END,
};
static const struct column_constant vendor[] = {
    {S("F5"), COLUMN_observer_vendor},
    {S("BIG-IP"), COLUMN_observer_product},
    {.value = S("")},
};

static const struct kind kind_f5 = {
    .format = "f5",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
};

static void refine_action(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    action_settle(c, event_get(ev, S("action")));
}

/* Where an access policy ends: "Allow", "Deny"; in between it has not ended. */
static void refine_ending(const struct event *ev, struct columns *c, struct arena *a)
{
    str ending = event_get(ev, S("ending"));

    (void)a;
    if (str_find(ending, S("Deny")) || str_find(ending, S("Reject")))
        c->outcome = OUTCOME_FAILURE;
    else if (ending.n)
        c->outcome = OUTCOME_SUCCESS;
}

static void refine_command(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome =
        str_eq(event_get(ev, S("status")), S("Command OK")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

#define KIND(...) KIND_OF(kind_f5, __VA_ARGS__)
KIND(command, "command-executed", process_start, UNTOLD, refine_command)
KIND(config, "configuration-changed", config_change, SUCCESS, NULL)
KIND(failed_flow, "connection-failed", flow_fail, FAILURE, NULL)
KIND(failed_tls, "tls-handshake", tls, FAILURE, NULL)
KIND(acl, "access-list", flow, UNTOLD, refine_action)
KIND(ending, "access-policy", authenticate, UNTOLD, refine_ending)
KIND(session_open, "session-opened", session_open, SUCCESS, NULL)
KIND(session_close, "session-closed", session_close, SUCCESS, NULL)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(user, "user-identified", authenticate, UNTOLD, NULL)
KIND(violation, "web-attack", detection, FAILURE, NULL)
KIND(flood, "flood-detected", detection, UNTOLD, NULL)
KIND(down, "member-down", device_state, FAILURE, NULL)
KIND(up, "member-up", device_state, SUCCESS, NULL)
KIND(response, "http-response", http, SUCCESS, NULL)
#undef KIND

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "01490005:5: " at the front: its length, 0 when it is none. */
static size_t code_length(str s)
{
    enum { WITH_SEVERITY = CODE_DIGITS + 3 };

    if (s.n < WITH_SEVERITY || s.p[0] != '0' || s.p[CODE_DIGITS] != ':' ||
        s.p[CODE_DIGITS + 2] != ':' || s.p[CODE_DIGITS + 1] < '0' || s.p[CODE_DIGITS + 1] > '7')
        return 0;
    for (size_t i = 0; i < CODE_DIGITS; i++)
        if (!is_hex(s.p[i]))
            return 0;
    return WITH_SEVERITY;
}

#define FLOW "{src_ip:ip}:{src_port:int} -> {dst_ip:ip}:{dst_port:int}"

static const struct template_row rows[] = {
    {"AUDIT - pid={audit_pid:int} user={user} folder={folder} module={module:text} "
     "status=[{status:text}] cmd_data={command*}",
     &kind_command},
    {"AUDIT - user {user} - RAW: {service}(pam_audit): [[User=||user=]]{user_again:text} "
     "partition={partition:text} level={level_of_user:text} tty={terminal:text} "
     "host={src_ip:ip} attempts={attempts:int} start={:quoted} end={:quoted}",
     &kind_session_close},
    {"AUDIT - user {user} - RAW: {service}(pam_audit): [[User=||user=]]{user_again:text} "
     "partition={partition:text} level={level_of_user:text} tty={terminal:text} "
     "host={src_ip:ip} attempts={attempts:int} start={:quoted}[[.||]]",
     &kind_logon},
    {"AUDIT - user {user} - RAW: {service}(pam_audit): User={user_again*} tty={terminal:text} "
     "host={src_ip:ip} failed to login after {attempts:int} attempts{:text}",
     &kind_failed_logon},
    {"AUDIT - user {user} - transaction {detail*}", &kind_config},
    {"AUDIT - {detail:text} user {user} - transaction {:text}", &kind_config},
    {FLOW ": Connection error: {reason:text}", &kind_failed_flow},
    {"SSL Handshake failed for {proto} " FLOW, &kind_failed_tls},
    {"Connection error: {reason:text}", &kind_failed_flow},
    {"{session}: {action} ACL: {acl}:{acl_line:int} packet: {proto} " FLOW "{:text}", &kind_acl},
    {"{session}: Following rule '{rule:text}' from item '{item:text}' to ending '{ending:text}'",
     &kind_ending},
    {"{session}: Following rule '{rule:text}' from item '{item:text}' to terminalout "
     "'{ending:text}'",
     &kind_ending},
    {"{session}: Following rule '{rule:text}' from item '{item:text}' to item '{next:text}'",
     &kind_user},
    {"{session}: Access policy result: {ending:text}", &kind_ending},
    {"{session}: New session from client IP {src_ip:ip} ({place:text}) at VIP {dst_ip:ip} Listener "
     "{virtual:text}",
     &kind_session_open},
    {"{session}: Session deleted {reason:text}", &kind_session_close},
    {"{session}: Session statistics - bytes in: {src_bytes:int}, bytes out: {dst_bytes:int}",
     &kind_session_close},
    {"{session}: Username '{user*}'", &kind_user},
    {"{session}: {method:text} authenticate with '{user*}' successful", &kind_logon},
    {"{session}: {method:text} authenticate with '{user*}' failed{reason:text}",
     &kind_failed_logon},
    {"{session}: {method:text} authentication with '{user*}' failed{reason:text}",
     &kind_failed_logon},
    {"{session}: Received User-Agent header: {user_agent*}", &kind_user},
    {"{session}: {variable} is {value*}", &kind_user},
    {"[SECEV] Request violations: {violations:text}. Support id: {support_id:int}, source ip: "
     "{src_ip:ip}, xff ip: {xff_ip}, source port: {src_port:int}, destination ip: {dst_ip:ip}, "
     "destination port: {dst_port:int}, route_domain: {route_domain:int}, HTTP classifier: "
     "{policy}, {detail*}",
     &kind_violation},
    {"Syncookie {mode:text} mode activated, server = {dst_ip:ip}:{dst_port:int}[[, "
     "{detail:text}||]]",
     &kind_flood},
    {"Syncookie {mode:text} mode exited, server = {dst_ip:ip}:{dst_port:int}[[, {detail:text}||]]",
     &kind_flood},
    {"Pool {pool} member {member} monitor status down{:text}", &kind_down},
    {"Pool {pool} member {member} monitor status up{:text}", &kind_up},
    {"Node {member} address {dst_ip:ip} monitor status down{:text}", &kind_down},
    {"Node {member} address {dst_ip:ip} monitor status up{:text}", &kind_up},
    {"No members available for pool {pool}", &kind_down},
    {"Access Denied: {reason:text}", &kind_failed_logon},
    {"Rule {rule} <{rule_event}>: {src_ip:ip}:{src_port:int}: HTTP: {status:int} response to from "
     "{dst_ip:ip}:{dst_port:int} URL: {url*} in {tls_version}",
     &kind_response},
    {"Rule {rule} <{rule_event}>: virtual={virtual} client_ip={src_ip:ip} "
     "client_port={src_port:int} lb_server={lb_server} host={dst_host:text} username={user:text} "
     "{url} request=\"{method} {:text}\" server_status={status:int} content_type={:text} "
     "content_length={content_length:int} resp_time={:int} user_agent=\"{user_agent*}\" "
     "referer={referer*}",
     &kind_response},
    {"Rule {rule} <{rule_event}>: {detail*}", NULL},
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

/* "tmm3[20358" of "tmm3[20358]: 01260013:4: " and "tmm3[20358]: Rule /", which no envelope took
 * off; empty when it is none. *ret_behind is what stands behind. */
static str daemon_of(str text, str *ret_behind)
{
    enum { DAEMON_MAX = 32 };
    str front = {text.p, text.n < DAEMON_MAX ? text.n : DAEMON_MAX};
    const char *end = str_find(front, S("]: "));
    str name = {text.p, end ? (size_t)(end - text.p) : 0};

    *ret_behind = str_from_at(text, name.n + S("]: ").n);
    if (memchr(name.p, ' ', name.n) || !memchr(name.p, '[', name.n) ||
        (!code_length(*ret_behind) && !str_starts(*ret_behind, S("Rule /"))))
        name.n = 0;
    return name;
}

static int sniff(str text)
{
    if (code_length(text) || str_starts(text, S("Rule /")))
        return 60;
    return str_starts(text, S("tmm")) &&
                   str_find((str){text.p, text.n < 64 ? text.n : 64}, S("]: "))
               ? 50
               : 0;
}

static bool read(void *state, struct message *m)
{
    str rest = m->text, level, program = m->program, behind;
    str daemon = daemon_of(rest, &behind);

    if (daemon.n) {
        str name = str_cut(&daemon, '[');
        message_add(m, S("program"), name);
        message_add(m, S("pid"), daemon);
        rest = behind;
    }
    size_t n = code_length(rest);
    if (n == 0 && !str_starts(rest, S("Rule /")))
        return false;
    if (program.n && memchr(program.p, ' ', program.n)) { /* "notice apmd" */
        level = str_cut(&program, ' ');
        message_add(m, S("program"), program);
        message_add(m, S("level"), level);
    }
    if (n) {
        message_add(m, S("code"), (str){rest.p, CODE_DIGITS});
        message_add_number(m, S("severity_number"), (str){rest.p + CODE_DIGITS + 1, 1});
        rest = str_trim(str_from_at(rest, n));
    }
    if (template_match_part(state, m, rest) && m->event->kind == &kind_acl)
        message_source(m, S("f5"), S("firewall"), S(""));
    return true;
}

const struct dialect dialect_f5 = {
    .name = "f5",
    .summary = "F5 BIG-IP: LTM, APM, ASM and tmsh: connections, access policies, commands",
    .sample = "Nov 24 10:00:00 bigip1 notice tmsh[712]: 01420002:5: AUDIT - pid=712 user=alice "
              "folder=/Common module=(tmos)# status=[Command OK] cmd_data=delete ltm virtual v1",
    .kind = &kind_f5,
    .sources = {{.product = S("f5")}},
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
