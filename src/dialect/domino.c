/*
 * domino.c - HCL (IBM, Lotus) Domino's console log: "11-24-2026 10:00:00   SMTP Server: text".
 */
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("remote"), COLUMN_source_ip, VIA_ADDRESS},
    {.field = S("")},
};
static const struct kind kind_domino = {
    .format = "domino", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_login_failed = {.base = &kind_domino,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_domino,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {
    .base = &kind_domino, .action = "disconnect", .activity = ACTIVITY_flow_close};
static const struct kind kind_refused = {.base = &kind_domino,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"{service} Server: Authentication failed for user {user*} ; connecting host {remote}",
     &kind_login_failed},
    {"{service}: {user*} [{src_ip:ip}] authentication failure using internet password",
     &kind_login_failed},
    {"SMTP Server: {src_host:host} ({src_ip:ip}) connected", &kind_connect},
    {"SMTP Server: {src_host:host} ({src_ip:ip}) disconnected. {detail*}", &kind_closed},
    {"SMTP Server [{:text}] {src_host:host} ({src_ip:ip}) connected", &kind_connect},
    {"SMTP Server: Message {queue_id} (MessageID : <{message_id*}>) received", NULL},
    {"SMTP Server: {src_host:host} ({src_ip:ip}) rejected {reason*}", &kind_refused},
};

static int sniff(str text)
{
    static const str services[] = {S("   SMTP Server"), S("   smtp: "), S("   http: "),
                                   S("   imap: "), S("   pop3: ")};
    const str front = stamped_front(text);

    if (!text.n || text.p[0] < '0' || text.p[0] > '9' || !str_find(front, S("   ")))
        return 0;
    for (size_t i = 0; i < countof(services); i++) {
        const char *at = str_find(front, services[i]);
        str time = {text.p, at ? (size_t)(at - text.p) : 0};
        if (at && !stamped_rest(time).n)
            return 60;
    }
    return 0;
}

const struct dialect dialect_domino = {
    .name = "domino",
    .summary = "Domino's mail servers: failed logons, connections",
    .sample = "11-24-2026 10:00:00   SMTP Server: Authentication failed for user alice ; "
              "connecting host 192.0.2.7",
    .kind = &kind_domino,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = stamped_read,
    .open = stamped_open,
    .close = stamped_close,
};
