/*
 * cisco_asa.c - Cisco's firewalls: ASA, its predecessors PIX and FWSM, and FTD (also as NGIPS),
 * whose messages begin "%ASA-6-302013: ". The catalogue is cisco_asa.def; FTD's events of
 * connections, intrusions and files (430001 to 430005) are lists of "name: value".
 *
 * A connection stands with its less trusted side first whoever opened it; source and destination
 * are told by the direction here. An end that the firewall brought about is a failure, and so is a
 * reset of a connection that never carried a byte; any other end is that of an allowed one.
 */
#include "dialect/cisco_asa.h"

#include "dialect/cisco_mnemonic.h"
#include "message/code_template.h"
#include "dialect/ftd_event.h"

#include <stdlib.h>

/* ------------------------------------------------------------ columns */

static const struct column_rule columns[] = {
    {S("hostname"), COLUMN_observer_name, VIA_TEXT},
    {S("bytes"), COLUMN_network_bytes, VIA_TEXT},
    {S("bytes_sent"), COLUMN_source_bytes, VIA_TEXT},
    {S("bytes_received"), COLUMN_destination_bytes, VIA_TEXT},
    {S("src_user"), COLUMN_user_name, VIA_ACCOUNT},
    {S("user"), COLUMN_user_name, VIA_ACCOUNT},
    {S("dst_user"), COLUMN_user_target_name, VIA_ACCOUNT},
    {S("service"), COLUMN_network_protocol, VIA_LOWER},
    {S("acl"), COLUMN_rule_name, VIA_TEXT},
    {S("rule"), COLUMN_rule_name, VIA_TEXT},
    {S("rule_id"), COLUMN_rule_id, VIA_TEXT},
    {S("nat_src_ip"), COLUMN_source_nat_ip, VIA_TEXT},
    {S("server_ip"), COLUMN_destination_ip, VIA_ADDRESS},
    {S("threat_category"), COLUMN_rule_category, VIA_LOWER},
    {S("threat_host"), COLUMN_threat_name, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant vendor[] = {
    {S("Cisco"), COLUMN_observer_vendor},
    {.value = S("")},
};

static str value_of(const struct event *ev, str name)
{
    uint32_t at = event_find(ev, name);

    return at < ev->field_count ? ev->fields[at].value : (str){0};
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str level = value_of(ev, S("level"));
    const struct activity_row *activity = activity_row(c->activity);

    if (level.n)
        c->values[COLUMN_log_level] = cisco_level_name(level);
    if (str_starts(c->values[COLUMN_process_name],
                   S("%"))) /* no program, if syslog took it for one */
        c->values[COLUMN_process_name] = (str){0};
    str duration = cisco_duration(value_of(ev, S("duration")), a);
    if (duration.n)
        columns_put(c, COLUMN_event_duration, VIA_TEXT, duration, a);
    if (strcmp(activity->category, "network") == 0 && c->outcome == OUTCOME_FAILURE)
        c->type = "denied";
    else if (c->activity == ACTIVITY_flow_open || c->activity == ACTIVITY_flow_close)
        c->type = "connection";
    columns_put(c, COLUMN_observer_product, VIA_LOWER, value_of(ev, S("product")), a);
}

/* Reasons of an end that the firewall itself brought about, or of a connection that never was. */
static const str refusals[] = {
    S("TCP Reset-APPLIANCE"),
    S("SYN Timeout"),
    S("SYN Control"),
    S("Deny Terminate"),
    S("Flow closed by inspection"),
    S("Flow terminated by IPS"),
    S("Flow terminated by TCP Intercept"),
    S("Flow denied"),
    S("Flow reset by"),
    S("Invalid SYN"),
    S("TCP bad retransmission"),
    S("TCP unexpected SYN"),
    S("TCP segment partial overlap"),
    S("TCP invalid SYN"),
    S("Unauth Deny"),
    S("IPS fail-close"),
    S("Idle Timeout of embryonic"),
    S("Host is removed"),
    S("Shunned"),
    S("No valid adjacency"),
    S("CX"),
    S("Snort"),
    S("Blocked by"),
    S("Dropped by"),
};

static void refine_close(const struct event *ev, struct columns *c, struct arena *a)
{
    str reason = value_of(ev, S("reason"));

    (void)a;
    c->outcome = OUTCOME_SUCCESS;
    for (size_t i = 0; i < countof(refusals); i++)
        if (str_starts(reason, refusals[i]))
            c->outcome = OUTCOME_FAILURE;
    if (str_starts(reason, S("TCP Reset")) && str_eq(value_of(ev, S("bytes")), S("0"))) {
        c->outcome = OUTCOME_FAILURE;
        c->activity = ACTIVITY_flow_refuse;
    }
}

static void refine_allowed(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    c->type = "allowed";
}

/* What an inspection's policy did stands in the text: it may only have logged. */
static void refine_policy(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = value_of(ev, S("action"));

    (void)a;
    if (str_find(action, S("log")) || str_eq(action, S("Received")))
        c->outcome = OUTCOME_SUCCESS;
}

/* ------------------------------------------------------------ kinds */

const struct kind kind_cisco_asa = {
    .format = "cisco_asa",
    .columns = columns,
    .constants = vendor,
    .refine = refine,
};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_cisco_asa,                                                                   \
        .action = what,                                                                            \
        .activity = ACTIVITY_##of,                                                                 \
        .outcome = OUTCOME_##how,                                                                  \
    };
KIND(info, NULL, none, UNTOLD)
KIND(failure, "error", none, FAILURE)
KIND(unavailable, "resource-exhausted", none, FAILURE)
KIND(spoof, "spoofing-denied", flow_refuse, FAILURE)
KIND(attack, "attack-detected", detection, FAILURE)
KIND(intrusion, "intrusion-detected", detection, UNTOLD)
KIND(scan, "threat-rate-exceeded", detection, UNTOLD)
KIND(shunned, "host-shunned", remediation, SUCCESS)
KIND(threat, "threat-dropped", flow_refuse, FAILURE)
KIND(threat_seen, "threat-detected", flow, SUCCESS)
KIND(duplicate_syn, "duplicate-syn", flow, UNTOLD)
KIND(flow_open, "flow-creation", flow_open, SUCCESS)
KIND(secondary, "flow-announced", flow, UNTOLD)
KIND(offload, "flow-offloaded", flow, UNTOLD)
KIND(host_open, "flow-creation", flow_open, UNTOLD)
KIND(host_close, "flow-expiration", flow_close, UNTOLD)
KIND(nat, "nat-created", flow, UNTOLD)
KIND(nat_end, "flow-expiration", flow_close, UNTOLD)
KIND(ftp, "file-transfer", ftp, SUCCESS)
KIND(dhcp, "address-leased", dhcp, SUCCESS)
KIND(authenticate, "authentication", authenticate, UNTOLD)
KIND(logon, "logged-in", logon, SUCCESS)
KIND(failed_logon, "logon-failed", logon, FAILURE)
KIND(logoff, "logged-out", logoff, SUCCESS)
KIND(locked, "account-locked", account_lock, FAILURE)
KIND(unlocked, "account-unlocked", account_change, SUCCESS)
KIND(authorized, "authorization-granted", authenticate, SUCCESS)
KIND(unauthorized, "authorization-denied", authenticate, FAILURE)
KIND(denied_command, "privilege-denied", privilege, FAILURE)
KIND(session_open, "session-opened", session_open, SUCCESS)
KIND(session_close, "session-closed", session_close, SUCCESS)
KIND(config, "configuration-changed", config_change, SUCCESS)
KIND(config_failed, "configuration-changed", config_change, FAILURE)
KIND(command, "command-executed", process_start, SUCCESS)
KIND(privilege, "privilege-changed", privilege, SUCCESS)
KIND(account_create, "account-created", account_create, SUCCESS)
KIND(account_delete, "account-deleted", account_delete, SUCCESS)
KIND(account_password, "password-changed", account_password, SUCCESS)
KIND(tunnel, "vpn-message", tunnel, UNTOLD)
KIND(tunnel_open, "tunnel-opened", tunnel_open, SUCCESS)
KIND(tunnel_close, "tunnel-closed", tunnel_close, SUCCESS)
KIND(tunnel_failed, "tunnel-failed", tunnel, FAILURE)
KIND(svc_open, "tunnel-opened", tunnel_open, SUCCESS)
KIND(svc_close, "tunnel-closed", tunnel_close, SUCCESS)
KIND(svc_end, "tunnel-closed", tunnel_close, UNTOLD)
KIND(vpn_open, "vpn-connected", tunnel_open, SUCCESS)
KIND(vpn_close, "vpn-disconnected", tunnel_close, SUCCESS)
KIND(vpn_error, "vpn-error", tunnel, FAILURE)
KIND(vpn_address, "vpn-address-assigned", tunnel, SUCCESS)
KIND(dap, "logged-in", logon, SUCCESS)
KIND(identity, "user-identified", authenticate, SUCCESS)
KIND(identity_failed, "user-identified", authenticate, FAILURE)
KIND(certificate, "certificate-checked", authenticate, SUCCESS)
KIND(certificate_failed, "certificate-refused", authenticate, FAILURE)
KIND(tls, "tls-handshake", tls, UNTOLD)
KIND(tls_done, "tls-handshake", tls, SUCCESS)
KIND(tls_failed, "tls-handshake", tls, FAILURE)
#undef KIND

static const struct column_constant inbound[] = {{S("inbound"), COLUMN_network_direction},
                                                 {.value = S("")}};
static const struct column_constant outbound[] = {{S("outbound"), COLUMN_network_direction},
                                                  {.value = S("")}};
static const struct column_constant icmp[] = {{S("icmp"), COLUMN_network_transport},
                                              {.value = S("")}};
static const struct column_constant icmp_in[] = {{S("icmp"), COLUMN_network_transport},
                                                 {S("inbound"), COLUMN_network_direction},
                                                 {.value = S("")}};
static const struct column_constant icmp_out[] = {{S("icmp"), COLUMN_network_transport},
                                                  {S("outbound"), COLUMN_network_direction},
                                                  {.value = S("")}};
static const struct column_constant ssh[] = {{S("ssh"), COLUMN_network_protocol}, {.value = S("")}};

static const struct kind kind_allowed = {
    .base = &kind_cisco_asa,
    .action = "flow-allowed",
    .activity = ACTIVITY_flow,
    .outcome = OUTCOME_SUCCESS,
    .refine = refine_allowed,
};
static const struct kind kind_url = {
    .base = &kind_cisco_asa,
    .action = "url-allowed",
    .activity = ACTIVITY_flow,
    .outcome = OUTCOME_SUCCESS,
    .refine = refine_allowed,
};
static const struct kind kind_url_denied = {
    .base = &kind_cisco_asa,
    .action = "url-denied",
    .activity = ACTIVITY_flow_refuse,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_denied = {
    .base = &kind_cisco_asa,
    .action = "flow-denied",
    .activity = ACTIVITY_flow_refuse,
    .outcome = OUTCOME_FAILURE,
    .refine = refine_policy,
};
static const struct kind kind_denied_in = {.base = &kind_denied, .constants = inbound};
static const struct kind kind_denied_icmp = {.base = &kind_denied, .constants = icmp};
static const struct kind kind_denied_icmp_in = {.base = &kind_denied, .constants = icmp_in};
static const struct kind kind_flow_open_in = {.base = &kind_flow_open, .constants = inbound};
static const struct kind kind_flow_open_out = {.base = &kind_flow_open, .constants = outbound};
static const struct kind kind_icmp_open_in = {.base = &kind_flow_open, .constants = icmp_in};
static const struct kind kind_icmp_open_out = {.base = &kind_flow_open, .constants = icmp_out};
static const struct kind kind_flow_close = {
    .base = &kind_cisco_asa,
    .action = "flow-expiration",
    .activity = ACTIVITY_flow_close,
    .refine = refine_close,
};
static const struct kind kind_icmp_close = {.base = &kind_flow_close, .constants = icmp};
static const struct kind kind_ssh_start = {.base = &kind_session_open, .constants = ssh};
static const struct kind kind_ssh_normal = {.base = &kind_session_close, .constants = ssh};
static const struct kind kind_ssh_end = {
    .base = &kind_cisco_asa,
    .action = "session-closed",
    .activity = ACTIVITY_session_close,
    .constants = ssh,
};

/* ------------------------------------------------------------ reading */

static const struct code_row rows[] = {
#define ASA(code, of, text) {code, {text, &kind_##of}},
#include "dialect/cisco_asa.def"
#undef ASA
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

static const str facilities[] = {S("ASA"), S("FTD"), S("PIX"), S("FWSM"), S("NGIPS")};

static bool is_ours(str facility)
{
    for (size_t i = 0; i < countof(facilities); i++)
        if (str_eq(facility, facilities[i]))
            return true;
    return false;
}

/* Whether the firewall stopped it, in the words of Sigma's log source "firewall". */
static void add_verdict(struct message *m)
{
    const struct kind *kind = m->event->kind;
    uint8_t activity = 0, outcome = 0;

    for (const struct kind *k = kind; k; k = k->base) {
        activity = activity ? activity : k->activity;
        outcome = outcome ? outcome : k->outcome;
    }
    bool flow = activity == ACTIVITY_flow || activity == ACTIVITY_flow_open ||
                activity == ACTIVITY_flow_refuse;
    if (flow && outcome)
        message_add(m, S("blocked"), outcome == OUTCOME_FAILURE ? S("true") : S("false"));
}

static bool read(void *state, struct message *m)
{
    struct cisco_mnemonic head;

    if (!cisco_mnemonic_read(m, &head)) /* only the text is left of it */
        return code_template_match(state, m, (str){0}, m->text) != NULL;
    if (!is_ours(head.facility))
        return false;
    message_add(m, S("product"), head.facility);
    message_add_number(m, S("level"), head.level);
    message_add(m, S("code"), head.code);
    if (head.suffix.n)
        message_add(m, S("suffix"), head.suffix);
    if (ftd_event_read(m, head.code, head.text)) {
        add_verdict(m);
        return true;
    }
    if (code_template_match(state, m, head.code, head.text))
        add_verdict(m);
    return true;
}

const struct dialect dialect_cisco_asa = {
    .name = "cisco_asa",
    .summary = "Cisco ASA, FTD, PIX and FWSM: connections, translations, VPN, AAA, commands",
    .sample = "<166>Nov 24 2026 10:00:00 fw1 : %ASA-4-106023: Deny tcp src outside:192.0.2.7/50022 "
              "dst inside:198.51.100.4/22 by access-group \"outside_in\" [0x0, 0x0]",
    .kind = &kind_cisco_asa,
    .sources = {{.product = S("cisco"), .category = S("firewall")},
                {.product = S("cisco"), .service = S("asa")}},
    .not_linux = true,
    .programs = {S("%ASA-"), S("%FTD-"), S("%PIX-"), S("%FWSM-"), S("%NGIPS-")},
    .starts = {S("%ASA-"), S("%FTD-"), S("%PIX-"), S("%FWSM-"), S("%NGIPS-")},
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
