/*
 * asterisk.c - Asterisk's messages log and syslog, and its security events:
 *
 *   [2026-11-24 10:00:00] NOTICE[712][C-00000001] chan_sip.c: Registration from '"x" <sip:x@y>'
 *       failed for '192.0.2.7:5060' - Wrong password
 *   [2026-11-24 10:00:00] SECURITY[712] res_security_log.c: SecurityEvent="InvalidPassword",...,
 *       AccountID="x",...,LocalAddress="IPV4/UDP/198.51.100.1/5060",
 *       RemoteAddress="IPV4/UDP/192.0.2.7/5060"
 *
 * What the caller calls itself stands before its address, which is taken at the last place where
 * the rest fits. Values of security events are not escaped, and more of the caller's stand behind
 * the address too: it counts only when there is one.
 */
#include "message/hole.h"
#include "message/stamped.h"

#include <string.h>

static const struct column_rule columns[] = {
    {S("AccountID"), COLUMN_user_name, VIA_TEXT},
    {S("SecurityEvent"), COLUMN_event_code, VIA_TEXT},
    {S("Service"), COLUMN_network_protocol, VIA_LOWER},
    {S("Severity"), COLUMN_log_level, VIA_LOWER},
    {.field = S("")},
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev, (void)a;
    if (str_eq(c->values[COLUMN_user_name], S("<unknown>")))
        c->values[COLUMN_user_name] = (str){0};
}

static const struct kind kind_asterisk = {
    .format = "asterisk", .columns = columns, .refine = refine};
static const struct kind kind_login_failed = {.base = &kind_asterisk,
                                              .action = "sip_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_asterisk,
                                       .action = "sip_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_call_refused = {.base = &kind_asterisk,
                                              .action = "call",
                                              .activity = ACTIVITY_flow_refuse,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_challenge = {
    .base = &kind_asterisk, .action = "sip_challenge", .activity = ACTIVITY_authenticate};

#define ADDRESS "'{src_ip:ip}[[:{src_port:int}||]]'"

static const struct template_row templates[] = {
    {"Registration from '{caller*}' failed for " ADDRESS " - {reason*}", &kind_login_failed},
    {"Request '{sip_method}' from '{caller*}' failed for " ADDRESS
     " (callid: {callid:text}) - {reason*}",
     &kind_login_failed},
    {"Request from '{caller*}' failed for " ADDRESS " (callid: {callid:text}) - {reason*}",
     &kind_login_failed},
    {"Call from '{caller*}' ({src_ip:ip}:{src_port:int}) to extension '{extension*}' rejected "
     "because {reason*}",
     &kind_call_refused},
    {"{caller*}: Call ({proto}:{src_ip:ip}:{src_port:int}) to extension '{extension*}' rejected "
     "because {reason*}",
     &kind_call_refused},
    {"Host {src_ip:ip} failed to authenticate as '{user*}'", &kind_login_failed},
    {"{src_ip:ip} failed to authenticate as '{user*}'", &kind_login_failed},
    {"{src_ip:ip} tried to authenticate with nonexistent user '{user*}'", &kind_login_failed},
    {"No registration for peer '{user*}' (from {src_ip:ip})", &kind_login_failed},
    {"Host {src_ip:ip} failed MD5 authentication for '{user*}' ({:text} != {:text})",
     &kind_login_failed},
    {"Host {src_ip:ip} denied access to register peer '{user*}'", &kind_login_failed},
    {"Failed to authenticate user {caller*}@{src_ip:ip}{detail*}", &kind_login_failed},
    {"Failed to authenticate device {caller*}", &kind_login_failed},
    {"Sending fake auth rejection for device {caller*}", &kind_login_failed},
    {"Ext. {extension:text}: \"Rejecting unknown SIP connection from "
     "{src_ip:ip}[[:{src_port:int}||]]\"",
     &kind_call_refused},
    {"hacking attempt detected '{src_ip:ip}'", &kind_call_refused},
    {"Ext. {extension:text}: hacking attempt detected '{src_ip:ip}'", &kind_call_refused},
    {"Ext. {extension:text}: Friendly Scanner from {src_ip:ip}", &kind_call_refused},
    {"Registered SIP '{user*}' at {src_ip:ip}:{src_port:int}", &kind_login},
    {"Unregistered SIP '{user*}'", NULL},
    {"Unable to load config file '{file*}'", NULL},
};

static const struct {
    str event;
    const struct kind *kind;
} security_events[] = {
    {S("SuccessfulAuth"), &kind_login},
    {S("ChallengeSent"), &kind_challenge},
    {S("ChallengeResponseFailed"), &kind_login_failed},
    {S("InvalidAccountID"), &kind_login_failed},
    {S("InvalidPassword"), &kind_login_failed},
    {S("FailedACL"), &kind_login_failed},
    {S("InvalidTransport"), &kind_login_failed},
    {S("AuthMethodNotAllowed"), &kind_login_failed},
    {S("RequestNotAllowed"), &kind_login_failed},
    {S("RequestBadFormat"), &kind_login_failed},
    {S("RequestNotSupported"), &kind_login_failed},
    {S("SessionLimit"), &kind_login_failed},
    {S("MemoryLimit"), &kind_login_failed},
    {S("LoadAverageLimit"), &kind_login_failed},
    {S("UnexpectedAddress"), &kind_login_failed},
};

/* "IPV4/UDP/192.0.2.7/5060" */
static void read_endpoint(struct message *m, str value, str ip_name, str port_name)
{
    (void)str_cut(&value, '/');
    (void)str_cut(&value, '/');
    str ip = str_cut(&value, '/');
    message_add(m, ip_name, ip);
    message_add(m, port_name, value);
}

/* Where a value ends: at the quote that stands before a comma and another name, or the end. */
static size_t value_length(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '"')
            continue;
        if (i + 1 == s.n)
            return i;
        if (s.p[i + 1] != ',')
            continue;
        size_t n = i + 2;
        while (n < s.n && ascii_lower(s.p[n]) >= 'a' && ascii_lower(s.p[n]) <= 'z')
            n++;
        if (n > i + 2 && n + 1 < s.n && s.p[n] == '=' && s.p[n + 1] == '"')
            return i;
    }
    return s.n;
}

static bool read_security(struct message *m, str s)
{
    enum { PAIRS_MAX = 32 };
    const str remote = S(",RemoteAddress=\"");
    const char *first = str_find(s, remote);
    const bool alone = first && hole_find_last(s, remote) == first;
    str event = {0};

    if (!str_starts(s, S("SecurityEvent=\"")))
        return false;
    for (uint32_t i = 0; i < PAIRS_MAX && s.n; i++) {
        str rest = s, name = str_cut(&rest, '=');
        if (!rest.n || rest.p[0] != '"')
            break;
        rest = str_from_at(rest, 1);
        str value = {rest.p, value_length(rest)};
        s = str_from_at(rest, value.n + 2);
        message_add(m, name, value);
        event = i == 0 ? value : event;
        if (alone && str_eq(name, S("RemoteAddress")))
            read_endpoint(m, value, S("src_ip"), S("src_port"));
        else if (alone && str_eq(name, S("LocalAddress")))
            read_endpoint(m, value, S("dst_ip"), S("dst_port"));
    }
    for (size_t i = 0; i < countof(security_events); i++)
        if (str_eq(security_events[i].event, event))
            message_kind(m, security_events[i].kind);
    return true;
}

static const str levels[] = {S("NOTICE"),  S("WARNING"), S("ERROR"), S("SECURITY"),
                             S("VERBOSE"), S("DEBUG"),   S("DTMF"),  S("FAX")};

/* "NOTICE[712][C-00000001]: " or without colon: the level, taken off with the rest. */
static str take_level(str *s)
{
    for (size_t i = 0; i < countof(levels); i++) {
        str rest = str_from_at(*s, levels[i].n);
        if (!str_starts(*s, levels[i]) || !rest.n || (rest.p[0] != '[' && rest.p[0] != ' '))
            continue;
        rest = str_trim(rest);
        while (rest.n && rest.p[0] == '[' && str_find(rest, S("]")))
            rest = str_from_at(rest, (size_t)(str_find(rest, S("]")) - rest.p) + 1);
        rest = str_from_at(rest, rest.n && rest.p[0] == ':');
        *s = str_trim(rest);
        return levels[i];
    }
    return (str){0};
}

/* "chan_sip.c: ", "chan_sip.c:123 in function: ", "res_pjsip/pjsip_distributor.c: " */
static str take_file(str *s)
{
    enum { FILE_MAX = 100 };
    const char *dot = str_find((str){s->p, s->n < FILE_MAX ? s->n : FILE_MAX}, S(".c:"));

    if (!dot || memchr(s->p, ' ', (size_t)(dot - s->p)))
        return (str){0};
    str file = {s->p, (size_t)(dot - s->p) + 2};
    str rest = str_from_at(*s, file.n + 1);
    if (rest.n && rest.p[0] >= '0' && rest.p[0] <= '9') {
        const char *end = str_find(rest, S(": "));
        if (!end)
            return (str){0};
        rest = str_from_at(rest, (size_t)(end - rest.p) + 1);
    }
    *s = str_trim(rest);
    return file;
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s), level = take_level(&s), file = take_file(&s);

    if (!level.n)
        return false;
    if (!read_security(m, s) && !template_match_part(state, m, s))
        message_add(m, S("text"), s);
    message_add(m, S("level"), level);
    if (file.n)
        message_add(m, S("source_file"), file);
    if (time.n)
        (void)message_time_text(m, time);
    return true;
}

static int sniff(str text)
{
    str s = text;

    if (!s.n || s.p[0] != '[' || !stamped_take(&s).n || !take_level(&s).n)
        return 0;
    return take_file(&s).n || str_starts(s, S("Ext. ")) ? 80 : 0;
}

const struct dialect dialect_asterisk = {
    .name = "asterisk",
    .summary = "Asterisk and FreePBX: registrations, calls and their refusals, security events",
    .sample = "[2026-11-24 10:00:00] NOTICE[712] chan_sip.c: Registration from "
              "'<sip:100@198.51.100.1>' failed for '192.0.2.7:5060' - Wrong password",
    .kind = &kind_asterisk,
    .programs = {S("asterisk")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
