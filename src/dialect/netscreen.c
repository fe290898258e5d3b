/*
 * netscreen.c - Juniper's ScreenOS ("ScreenOS Message Log Reference Guide"):
 *
 *   NetScreen device_id=0275 [Root]system-notification-00257(traffic): start_time="..." policy_id=1
 *   service=http proto=6 src zone=Trust dst zone=Untrust action=Deny src=192.0.2.7 dst=198.51.100.9
 *   NetScreen device_id=0275 [Root]system-warning-00515: Management session ... (2026-11-24
 * 10:00:00)
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

static const struct kind kind_netscreen;
static const struct kind kind_logon = {
    .base = &kind_netscreen,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_logon_failed = {
    .base = &kind_netscreen,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_logoff = {
    .base = &kind_netscreen,
    .action = "logoff",
    .activity = ACTIVITY_logoff,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_config = {
    .base = &kind_netscreen,
    .action = "config_change",
    .activity = ACTIVITY_config_change,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_attack = {
    .base = &kind_netscreen,
    .action = "attack",
    .activity = ACTIVITY_detection,
};

static const struct template_row rows[] = {
    {"Management session via {via} from {src_ip:ip}:{src_port:int} for admin {user*} has timed out",
     &kind_logoff},
    {"Admin user \"{user*}\" logged in for {via:text} management (port {dst_port:int}) from "
     "{src_ip:ip}:{src_port:int}",
     &kind_logon},
    {"Admin user \"{user*}\" logged out for {via:text} management (port {dst_port:int}) from "
     "{src_ip:ip}:{src_port:int}",
     &kind_logoff},
    {"Admin user {user*} has logged on via {via} from {src_ip:ip}:{src_port:int}", &kind_logon},
    {"Admin user {user*} has logged out via {via} from {src_ip:ip}:{src_port:int}", &kind_logoff},
    {"Admin user \"{user*}\" login attempt for {via:text} management (port {dst_port:int}) from "
     "{src_ip:ip}:{src_port:int} failed[[. {reason:text}||]]",
     &kind_logon_failed},
    {"Login attempt to system by admin {user*} via {via} from {src_ip:ip}:{src_port:int} has "
     "failed[[ {reason:text}||]]",
     &kind_logon_failed},
    {"Policy ({policy:text}) was {change:text} by {user*} via {via} from host {src_ip:ip} to "
     "{dst_ip:ip}:{dst_port:int}.[[ {:text}||]]",
     &kind_config},
    {"Policy ({policy:text}) was {change:text} by {user*}", &kind_config},
    {"{attack:text}! From {src_ip:ip}:{src_port:int} to {dst_ip:ip}:{dst_port:int}, proto {proto} "
     "(zone {zone:text} int {in_interface:text}). Occurred {count:int} times.",
     &kind_attack},
    {"{attack:text}! From {src_ip:ip} to {dst_ip:ip}, proto {proto} (zone {zone:text} int "
     "{in_interface:text}). Occurred {count:int} times.",
     &kind_attack},
};

static const struct column_rule columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("dst", destination_ip, ADDRESS),
    TO("src-xlated ip", source_nat_ip, TEXT),
    TO("dst-xlated ip", destination_nat_ip, TEXT),
    TO("sent", source_bytes, TEXT),
    TO("rcvd", destination_bytes, TEXT),
    TO("duration", event_duration, SECONDS),
    TO("proto", network_transport, PROTOCOL),
    TO("service", network_protocol, LOWER),
    TO("policy_id", rule_id, TEXT),
    TO("policy", rule_name, TEXT),
    TO("action", event_action, TEXT),
    TO("reason", event_reason, TEXT),
    TO("msg_code", event_code, TEXT),
    TO("msg_severity", log_level, LOWER),
    TO("device_id", observer_name, TEXT),
    TO("attack", threat_name, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Juniper"),
    ALWAYS(observer_product, "ScreenOS"),
    ALWAYS_END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    if (event_get(ev, S("src")).n) {
        c->activity = ACTIVITY_flow;
        action_settle(c, event_get(ev, S("action")));
        traffic_bytes(c, a);
    }
    c->values[COLUMN_service_name] = (str){0};
}

static const struct kind kind_netscreen = {
    .format = "netscreen", .columns = columns, .constants = constants, .refine = refine};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

/* "src zone=Trust" is the field src_zone; else as pairs_read(). */
static void read_traffic(struct message *m, struct pair_names *names, str text)
{
    struct pairs p = {text, ' ', '='};
    str name, value, word = {0};
    bool escaped;

    for (uint32_t n = 0; n < PAIRS_MAX && pair_next(&p, &name, &value, &escaped); n++) {
        if (!name.n) {
            word = value;
            continue;
        }
        if (str_eq(name, S("zone")) && word.n)
            name = arena_printf(m->arena, STR_FMT "_zone", STR_ARG(word));
        word = (str){0};
        pair_add(m, names, name, pair_value(value, escaped, m->arena));
    }
}

/* The time in parentheses at the end, taken off. */
static void take_time(struct message *m, str *text)
{
    enum { STAMP = sizeof "(2026-11-24 10:00:00)" - 1 };
    const str tail = str_from_at(*text, text->n > STAMP ? text->n - STAMP : text->n);

    if (tail.n == STAMP && tail.p[0] == '(' && tail.p[STAMP - 1] == ')' &&
        message_time_text(m, (str){tail.p + 1, STAMP - 2}))
        *text = str_trim((str){text->p, text->n - STAMP});
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    str rest = m->text, number;

    if (!str_starts(rest, S("NetScreen device_id=")))
        return false;
    rest = str_from_at(rest, sizeof "NetScreen device_id=" - 1);
    pair_add(m, &names, S("device_id"), str_cut(&rest, ' '));
    rest = str_trim(rest);
    if (rest.n && rest.p[0] == '[') {
        str system = str_from_at(str_cut(&rest, ']'), 1);
        pair_add(m, &names, S("vsys"), system);
    }
    number = str_cut(&rest, ':'); /* "system-notification-00257(traffic)" */
    str front = str_cut(&number, '-');
    pair_add(m, &names, S("msg_class"), front);
    pair_add(m, &names, S("msg_severity"), str_cut(&number, '-'));
    str code = str_cut(&number, '(');
    pair_add(m, &names, S("msg_code"), code);
    rest = str_trim(rest);
    take_time(m, &rest);
    if (str_starts(number, S("traffic")))
        read_traffic(m, &names, rest);
    else if (rest.n)
        template_match_part(state, m, rest);
    return true;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("dst_ip", "dst"),
};

const struct dialect dialect_netscreen = {
    .name = "netscreen",
    .summary = "Juniper NetScreen and SSG (ScreenOS)",
    .sample = "Nov 24 10:00:00 ns5 ns5: NetScreen device_id=ns5 [Root]system-notification-00257"
              "(traffic): start_time=\"2026-11-24 10:00:00\" duration=0 policy_id=1 service=http "
              "proto=6 src zone=Trust dst zone=Untrust action=Deny sent=0 rcvd=0 src=192.0.2.7 "
              "dst=198.51.100.9 src_port=50022 dst_port=80",
    .kind = &kind_netscreen,
    .sources = {{.product = S("juniper"),
                 .category = S("firewall"),
                 .service = S("netscreen"),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .bare = true,
    .starts = {S("NetScreen device_id=")},
    .read = read,
    .open = open,
    .close = close,
};
