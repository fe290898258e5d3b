/*
 * vrp.c - Huawei's VRP (switches, routers, USG firewalls) and H3C's Comware, whose messages begin
 *
 *   %%01SECLOG/6/SESSION_TEARDOWN(l):Protocol=tcp,SourceIP=192.0.2.7,...
 *   %%01SSH/4/SSH_FAIL(s)[12]:Failed to login. (IP=192.0.2.7, UserName=x, FailedReason=y)
 *   %%10SHELL/5/SHELL_LOGIN: admin logged in from 192.0.2.7.
 *   %%10FILTER/6/FILTER_ZONE_IPV4_EXECUTION: SrcIPAddr(1003)=192.0.2.7;DstIPAddr(1007)=...
 *
 * 01 and 10 are Huawei's and H3C's; module, severity, mnemonic; the kind of the log in parentheses.
 */
#include "dialect/action_word.h"
#include "event/column_table.h"
#include "message/pair.h"

static const struct column_rule columns[] = {
    TO("hostname", observer_name, TEXT),
    TO("SourceIP", source_ip, ADDRESS),
    TO("source-ip", source_ip, ADDRESS),
    TO("SrcIp", source_ip, ADDRESS),
    TO("SrcIPAddr", source_ip, ADDRESS),
    TO("SrcIP", source_ip, ADDRESS),
    TO("IPAddress", source_ip, ADDRESS),
    TO("IpAddress", source_ip, ADDRESS),
    TO("Ip", source_ip, ADDRESS),
    TO("IP", source_ip, ADDRESS),
    TO("SourcePort", source_port, TEXT),
    TO("source-port", source_port, TEXT),
    TO("SrcPort", source_port, TEXT),
    TO("DestinationIP", destination_ip, ADDRESS),
    TO("destination-ip", destination_ip, ADDRESS),
    TO("DstIp", destination_ip, ADDRESS),
    TO("DstIPAddr", destination_ip, ADDRESS),
    TO("DstIP", destination_ip, ADDRESS),
    TO("DestinationPort", destination_port, TEXT),
    TO("destination-port", destination_port, TEXT),
    TO("DstPort", destination_port, TEXT),
    TO("SourceNatIP", source_nat_ip, TEXT),
    TO("SourceNatPort", source_nat_port, TEXT),
    TO("DestinationNatIP", destination_nat_ip, TEXT),
    TO("DestinationNatPort", destination_nat_port, TEXT),
    TO("SendBytes", source_bytes, TEXT),
    TO("SendPkts", source_packets, TEXT),
    TO("RcvBytes", destination_bytes, TEXT),
    TO("RcvPkts", destination_packets, TEXT),
    TO("Protocol", network_transport, PROTOCOL),
    TO("protocol", network_transport, PROTOCOL),
    TO("Application", network_application, LOWER),
    TO("UserName", user_name, ACCOUNT),
    TO("User", user_name, ACCOUNT),
    TO("user", user_name, ACCOUNT),
    TO("PolicyName", rule_name, TEXT),
    TO("policy-name", rule_name, TEXT),
    TO("Policy", rule_name, TEXT),
    TO("rule-name", rule_name, TEXT),
    TO("SignName", rule_name, TEXT),
    TO("SignId", rule_id, TEXT),
    TO("FailedReason", event_reason, TEXT),
    TO("Reason", event_reason, TEXT),
    TO("Command", process_command_line, TEXT),
    TO("module", event_provider, TEXT),
    END,
};
static const struct column_constant huawei[] = {
    {S("Huawei"), COLUMN_observer_vendor},
    {.value = S("")},
};
static const struct column_constant h3c[] = {
    {S("H3C"), COLUMN_observer_vendor},
    {.value = S("")},
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("action"));

    (void)a;
    if (!action.n)
        action = event_get(ev, S("Action"));
    enum outcome outcome = action_outcome(action);
    if (outcome) {
        c->outcome = outcome;
        c->type = outcome == OUTCOME_SUCCESS ? "allowed" : "denied";
    }
}

static const struct kind kind_huawei = {
    .format = "huawei",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = huawei,
    .refine = refine,
};
static const struct kind kind_comware = {
    .format = "comware",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = h3c,
    .refine = refine,
};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name[] = {                                                     \
        {.base = &kind_huawei,                                                                     \
         .action = what,                                                                           \
         .activity = ACTIVITY_##of,                                                                \
         .outcome = OUTCOME_##how},                                                                \
        {.base = &kind_comware,                                                                    \
         .action = what,                                                                           \
         .activity = ACTIVITY_##of,                                                                \
         .outcome = OUTCOME_##how},                                                                \
    };
KIND(flow_open, "flow-creation", flow_open, SUCCESS)
KIND(flow_close, "flow-expiration", flow_close, SUCCESS)
KIND(permitted, "flow-allowed", flow, SUCCESS)
KIND(denied, "flow-denied", flow_refuse, FAILURE)
KIND(filtered, "flow-filtered", flow, UNTOLD)
KIND(failed_logon, "logon-failed", logon, FAILURE)
KIND(logon, "logged-in", logon, SUCCESS)
KIND(logoff, "logged-out", logoff, SUCCESS)
KIND(command, "command-executed", process_start, SUCCESS)
KIND(config, "configuration-changed", config_change, SUCCESS)
KIND(attack, "attack-detected", detection, UNTOLD)
#undef KIND

/* What a mnemonic means; the first that it holds counts. */
static const struct {
    str part;
    const struct kind *kinds; /* Huawei's, H3C's */
} meanings[] = {
    {S("SESSION_TEARDOWN"), kind_flow_close},
    {S("SESSION_CREATE"), kind_flow_open},
    {S("POLICYPERMIT"), kind_permitted},
    {S("POLICYDENY"), kind_denied},
    {S("PACKET_DENY"), kind_denied},
    {S("FILTER_"), kind_filtered},
    {S("NAT_FLOW"), kind_flow_close},
    {S("ATTACK"), kind_attack},
    {S("ATK_"), kind_attack},
    {S("IPS_"), kind_attack},
    {S("DETECT"), kind_attack},
    {S("LOGIN_FAIL"), kind_failed_logon},
    {S("LOGINFAIL"), kind_failed_logon},
    {S("LOGINFAILED"), kind_failed_logon},
    {S("SSH_FAIL"), kind_failed_logon},
    {S("AUTH_FAIL"), kind_failed_logon},
    {S("AUTHFAIL"), kind_failed_logon},
    {S("AUTHEN_FAIL"), kind_failed_logon},
    {S("LOGIN"), kind_logon},
    {S("SSH_SUCCESS"), kind_logon},
    {S("LOGOUT"), kind_logoff},
    {S("DISPLAY_CMDRECORD"), kind_command},
    {S("CMDRECORD"), kind_command},
    {S("CMD"), kind_command},
    {S("CFG_"), kind_config},
    {S("CONFIG"), kind_config},
};

static const struct template_row rows[] = {
    {"{user*} logged in from {src_ip:ip}", NULL},
    {"{user*} logged out from {src_ip:ip}", NULL},
    {"{user*} failed to log in from {src_ip:ip}", NULL},
    {"{user*} login from {src_ip:ip}", NULL},
    {"{user*} logout from {src_ip:ip}", NULL},
    {"-Line={terminal}-IPAddr={src_ip:ip}-User={user:text}; Command is {Command*}", NULL},
    {"-User={user:text}-IPAddr={src_ip:ip}-{:text}", NULL},
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

struct heading {
    str module, level, mnemonic, sort, text;
};

static bool read_heading(str s, str mark, struct heading *ret)
{
    enum { HEADING_MAX = 128 };
    const char *colon = memchr(s.p, ':', s.n < HEADING_MAX ? s.n : HEADING_MAX);

    if (!str_starts(s, mark) || !colon)
        return false;
    str head = {s.p + mark.n, (size_t)(colon - s.p) - mark.n};
    ret->text = str_trim(str_from_at(s, (size_t)(colon - s.p) + 1));
    ret->module = str_cut(&head, '/');
    ret->level = str_cut(&head, '/');
    ret->sort = head;
    ret->mnemonic = str_cut(&ret->sort, '(');
    const char *bracket = memchr(ret->mnemonic.p, '[', ret->mnemonic.n);
    if (bracket)
        ret->mnemonic.n = (size_t)(bracket - ret->mnemonic.p);
    ret->sort = str_cut(&ret->sort, ')');
    return ret->module.n && ret->level.n == 1 && ret->level.p[0] >= '0' && ret->level.p[0] <= '7' &&
           ret->mnemonic.n && !memchr(ret->mnemonic.p, ' ', ret->mnemonic.n);
}

/* "Name(1003)" is "Name". */
static str plain_name(str name)
{
    const char *open = name.n ? memchr(name.p, '(', name.n) : NULL;

    return open ? (str){name.p, (size_t)(open - name.p)} : name;
}

static void read_pairs(struct message *m, str text, char separator)
{
    struct pair_names names = pair_names_of(m);
    struct pairs p = {.rest = text, .separator = separator, .mark = '='};
    str name, value;
    bool escaped;

    for (uint32_t i = 0; i < PAIRS_MAX && pair_next(&p, &name, &value, &escaped); i++) {
        name = str_trim(plain_name(name));
        if (name.n && name.n <= EVENT_NAME_MAX && value.n)
            pair_add(m, &names, name, pair_value(value, escaped, m->arena));
    }
}

static void read_text(void *state, struct message *m, str text)
{
    const char *open = memchr(text.p, '(', text.n);
    const size_t dot = text.n && text.p[text.n - 1] == '.';
    str plain = {text.p, text.n - dot};

    if (template_match_part(state, m, plain))
        return;
    if (open && plain.n && plain.p[plain.n - 1] == ')' &&
        memchr(open, '=', (size_t)(text.p + text.n - open))) {
        str inner = str_from_at(plain, (size_t)(open - text.p) + 1);
        inner.n--;
        message_add(m, S("description"), str_trim((str){text.p, (size_t)(open - text.p)}));
        read_pairs(m, inner, ',');
        return;
    }
    if (pair_begins(plain) || memchr(plain.p, ';', plain.n))
        read_pairs(m, plain, memchr(plain.p, ';', plain.n) ? ';' : ',');
}

static bool read_vrp(void *state, struct message *m, str mark, bool is_h3c)
{
    struct heading h;

    if (!read_heading(m->text, mark, &h))
        return false;
    message_add(m, S("module"), h.module);
    message_add_number(m, S("level"), h.level);
    message_add(m, S("code"), h.mnemonic);
    if (h.sort.n)
        message_add(m, S("sort"), h.sort);
    read_text(state, m, h.text);
    for (size_t i = 0; i < countof(meanings); i++)
        if (str_find(h.mnemonic, meanings[i].part)) {
            message_kind(m, &meanings[i].kinds[is_h3c]);
            break;
        }
    return true;
}

static bool read_huawei(void *state, struct message *m)
{
    if (!read_vrp(state, m, S("%%01"), false))
        return false;
    if (str_find(m->text, S("BGP")))
        message_source(m, S("huawei"), S(""), S("bgp"));
    return true;
}

static bool read_comware(void *state, struct message *m)
{
    return read_vrp(state, m, S("%%10"), true);
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "SourceIP"),
    RENAMED("src_port", "SourcePort"),
    RENAMED("dst_ip", "DestinationIP"),
    RENAMED("dst_port", "DestinationPort"),
};

const struct dialect dialect_huawei = {
    .name = "huawei",
    .summary = "Huawei VRP: USG firewalls, switches and routers",
    .sample = "2026-11-24 10:00:00 usg1 %%01SECLOG/6/SESSION_TEARDOWN(l):IPVer=4,Protocol=tcp,"
              "SourceIP=192.0.2.7,DestinationIP=198.51.100.4,SourcePort=50022,DestinationPort=443",
    .kind = &kind_huawei,
    .sources = {{.product = S("huawei"),
                 .category = S("firewall"),
                 .service = S(""),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .starts = {S("%%01")},
    .bare = true,
    .open = open,
    .close = close,
    .read = read_huawei,
};

const struct dialect dialect_comware = {
    .name = "comware",
    .summary = "H3C and HPE Comware: switches, routers and firewalls",
    .sample = "Nov 24 10:00:00 2026 sw1 %%10SHELL/5/SHELL_LOGIN: admin logged in from 192.0.2.7.",
    .kind = &kind_comware,
    .sources = {{.product = S("h3c")}},
    .not_linux = true,
    .starts = {S("%%10")},
    .bare = true,
    .open = open,
    .close = close,
    .read = read_comware,
};
