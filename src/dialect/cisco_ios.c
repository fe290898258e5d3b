/*
 * cisco_ios.c - Cisco's routers and switches: IOS, IOS XE, IOS XR and NX-OS, whose messages begin
 * "%FACILITY-SEVERITY-MNEMONIC: ". What has no template in cisco_ios.def has these and its text.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "dialect/cisco_mnemonic.h"
#include "message/code_template.h"

static const struct column_rule columns[] = {
    TO("hostname", observer_name, TEXT),
    TO("rule", rule_name, TEXT),
    TO("rule_id", rule_id, TEXT),
    TO("acl", rule_name, TEXT),
    TO("interface", observer_ingress, TEXT),
    TO("process", process_name, TEXT),
    TO("process_pid", process_pid, TEXT),
    TO("module", event_provider, TEXT),
    TO("packets", network_packets, TEXT),
    END,
};
static const struct column_constant vendor[] = {
    ALWAYS(observer_vendor, "Cisco"),
    ALWAYS(observer_product, "ios"),
    ALWAYS_END,
};

static str value_of(const struct event *ev, str name)
{
    uint32_t at = event_find(ev, name);

    return at < ev->field_count ? ev->fields[at].value : (str){0};
}

static void put_mac(struct columns *c, enum column column, struct arena *a)
{
    str mac = cisco_mac(c->values[column], a);

    if (mac.n)
        c->values[column] = mac;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str level = value_of(ev, S("level"));

    if (level.n)
        c->values[COLUMN_log_level] = cisco_level_name(level);
    if (str_starts(c->values[COLUMN_process_name], S("%"))) /* syslog took it for a program */
        c->values[COLUMN_process_name] = (str){0};
    put_mac(c, COLUMN_source_mac, a);
}

/* "denied" or "permitted". */
static void refine_acl(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    action_settle(c, value_of(ev, S("action")));
    c->activity = c->outcome == OUTCOME_FAILURE ? ACTIVITY_flow_refuse : ACTIVITY_flow;
}

/* "Succeeded", "Failed"; of an authentication "success", "no-response", "timeout". */
static void refine_result(const struct event *ev, struct columns *c, struct arena *a)
{
    str result = value_of(ev, S("result"));

    (void)a;
    if (str_ieq(result, S("succeeded")) || str_ieq(result, S("success")))
        c->outcome = OUTCOME_SUCCESS;
    else if (result.n)
        c->outcome = OUTCOME_FAILURE;
}

static void refine_tunnel(const struct event *ev, struct columns *c, struct arena *a)
{
    bool up = str_ieq(value_of(ev, S("state")), S("UP"));

    (void)a;
    c->activity = up ? ACTIVITY_tunnel_open : ACTIVITY_tunnel_close;
    c->outcome = OUTCOME_SUCCESS;
}

static const struct kind kind_ios = {
    .format = "cisco_ios",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
    .refine = refine,
};

#define KIND(...) KIND_OF(kind_ios, __VA_ARGS__)
KIND(info, NULL, device_state, UNTOLD, NULL)
KIND(failure, "error", device_state, FAILURE, NULL)
KIND(logon, "logged-in", logon, SUCCESS, NULL)
KIND(failed_logon, "logon-failed", logon, FAILURE, NULL)
KIND(logoff, "logged-out", logoff, SUCCESS, NULL)
KIND(session_open, "session-opened", session_open, SUCCESS, NULL)
KIND(session_close, "session-closed", session_close, UNTOLD, NULL)
KIND(ssh_request, "ssh-session", session_open, UNTOLD, refine_result)
KIND(authenticate, "authentication", authenticate, UNTOLD, refine_result)
KIND(authorized, "authorization-granted", authenticate, SUCCESS, NULL)
KIND(unauthorized, "authorization-denied", authenticate, FAILURE, NULL)
KIND(privilege, "privilege-changed", privilege, SUCCESS, NULL)
KIND(denied_privilege, "privilege-denied", privilege, FAILURE, NULL)
KIND(config, "configuration-changed", config_change, SUCCESS, NULL)
KIND(command, "command-executed", process_start, SUCCESS, NULL)
KIND(acl, "access-list", flow, UNTOLD, refine_acl)
KIND(denied, "flow-denied", flow_refuse, FAILURE, NULL)
KIND(bad_auth, "flow-denied", flow_refuse, FAILURE, NULL)
KIND(intrusion, "intrusion-detected", detection, UNTOLD, NULL)
KIND(attack, "violation-detected", device_state, FAILURE, NULL)
KIND(audit_start, "flow-creation", flow_open, SUCCESS, NULL)
KIND(audit_trail, "flow-expiration", flow_close, SUCCESS, NULL)
KIND(tunnel, "tunnel-state", tunnel, UNTOLD, refine_tunnel)
#undef KIND

static const struct code_row rows[] = {
#define IOS(code, of, text) {code, {text, &kind_##of}},
#include "dialect/cisco_ios.def"
#undef IOS
};

static void *open(const struct dialect *self)
{
    (void)self;
    return code_template_new(rows, countof(rows));
}

static void close(void *state)
{
    code_template_free(state);
}

/* What Sigma's rules call the logs of parts of the system. */
static const struct {
    str part;
    str service;
} services[] = {
    {S("AAA"), S("aaa")},    {S("PARSER"), S("aaa")}, {S("SEC_LOGIN"), S("aaa")},
    {S("TPLUS"), S("aaa")},  {S("TAC"), S("aaa")},    {S("RADIUS"), S("aaa")},
    {S("VSHD"), S("aaa")},   {S("HA_EM"), S("aaa")},  {S("BGP"), S("bgp")},
    {S("TCP"), S("bgp")},    {S("LDP"), S("ldp")},    {S("TCP"), S("ldp")},
    {S("TAGCON"), S("ldp")}, {S("MPLS"), S("ldp")},
};

static bool read(void *state, struct message *m)
{
    struct cisco_mnemonic head;

    if (!cisco_mnemonic_read(m, &head))
        return false;
    message_add(m, S("module"), head.module);
    message_add_number(m, S("level"), head.level);
    message_add(m, S("code"), head.code);
    message_add(m, S("text"), head.text);
    for (size_t i = 0; i < countof(services); i++)
        if (str_find(head.module, services[i].part))
            message_source(m, S("cisco"), S(""), services[i].service);
    const struct template_row *row = code_template_match(state, m, head.code, head.text);
    if (row && row->kind == &kind_acl) {
        bool denied = action_outcome(value_of(m->event, S("action"))) == OUTCOME_FAILURE;
        message_add(m, S("blocked"), denied ? S("true") : S("false"));
        message_source(m, S("cisco"), S("firewall"), S(""));
    }
    return true;
}

const struct dialect dialect_cisco_ios = {
    .name = "cisco_ios",
    .summary = "Cisco IOS, IOS XE, IOS XR and NX-OS: logons, commands, access lists, ports",
    .sample = "<189>123: r1: 000456: *Nov 24 10:00:00.123 UTC: %SEC_LOGIN-4-LOGIN_FAILED: Login "
              "failed [user: root] [Source: 192.0.2.7] [localport: 22] [Reason: Login "
              "Authentication Failed] at 10:00:00 UTC Tue Nov 24 2026",
    .kind = &kind_ios,
    .sources = {{.product = S("cisco"), .service = S("syslog")}},
    .not_linux = true,
    .programs = {S("%")},
    .starts = {S("%")},
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
