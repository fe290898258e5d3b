/*
 * oracle_mta.c - the connection log of Oracle (Sun, iPlanet) Messaging Server's MTA in XML:
 * <co ts="time" sc="channel" ac="U" tr="TCP|server|25|client|4299" ap="SMTP" us="user" di="text"/>.
 * Quotes in values are entities, so that each attribute ends at its quote.
 */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("us"), COLUMN_user_name, VIA_ACCOUNT},
    {S("di"), COLUMN_event_reason, VIA_TEXT},
    {S("mi"), COLUMN_event_action, VIA_TEXT},
    {S("ap"), COLUMN_network_protocol, VIA_LOWER},
    {.field = S("")},
};
static const struct kind kind_oracle_mta = {
    .format = "oracle_mta", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_login_failed = {
    .base = &kind_oracle_mta, .activity = ACTIVITY_logon, .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {
    .base = &kind_oracle_mta, .activity = ACTIVITY_logon, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_connect = {
    .base = &kind_oracle_mta, .activity = ACTIVITY_flow_open, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {.base = &kind_oracle_mta, .activity = ACTIVITY_flow_close};
static const struct kind kind_failed = {
    .base = &kind_oracle_mta, .activity = ACTIVITY_flow_fail, .outcome = OUTCOME_FAILURE};

/* The letters of "ac", as the manual lists them for connections. */
static const struct kind *kind_of(str action, str reply)
{
    if (str_starts(action, S("U")))
        return str_starts(reply, S("2")) ? &kind_login : &kind_login_failed;
    if (str_starts(action, S("O")))
        return &kind_connect;
    if (str_starts(action, S("C")))
        return &kind_closed;
    return str_starts(action, S("X")) || str_starts(action, S("Y")) ? &kind_failed
                                                                    : &kind_oracle_mta;
}

/* "TCP|server|port|client|port" */
static void read_transport(struct message *m, str value)
{
    static const str names[] = {S("proto"), S("dst_ip"), S("dst_port"), S("src_ip"), S("src_port")};

    for (size_t i = 0; i < countof(names) && value.n; i++)
        message_add(m, names[i], str_cut(&value, '|'));
}

static bool read(void *state, struct message *m)
{
    enum { ATTRIBUTES_MAX = 64 };
    str s = m->text, element = str_cut(&s, ' '), action = {0}, reply = {0};

    (void)state;
    if (element.n < 2 || element.p[0] != '<')
        return false;
    for (uint32_t i = 0; i < ATTRIBUTES_MAX; i++) {
        str rest = str_trim(s), name = str_cut(&rest, '=');
        if (!rest.n || rest.p[0] != '"')
            break;
        rest = str_from_at(rest, 1);
        str value = str_cut(&rest, '"');
        message_add(m, name, value);
        if (str_eq(name, S("ts")))
            (void)message_time_text(m, value);
        else if (str_eq(name, S("tr")))
            read_transport(m, value);
        else if (str_eq(name, S("ac")))
            action = value;
        else if (str_eq(name, S("di")))
            reply = value;
        s = rest;
    }
    if (!action.n)
        return false;
    message_kind(m, kind_of(action, reply));
    return true;
}

const struct dialect dialect_oracle_mta = {
    .name = "oracle_mta",
    .summary = "Oracle Messaging Server's MTA: connections, failed logons (XML)",
    .sample = "<co ts=\"2026-11-24T10:00:00.99\" pi=\"72aa.17f0.25622\" sc=\"tcp_local\" dr=\"+\" "
              "ac=\"U\" tr=\"TCP|198.51.100.1|25|192.0.2.7|4299\" ap=\"SMTP\" mi=\"Bad password\" "
              "us=\"alice@example.com\" di=\"535 5.7.8 Bad username or password\"/>",
    .kind = &kind_oracle_mta,
    .not_linux = true,
    .starts = {S("<co ts=\"")},
    .bare = true,
    .read = read,
};
