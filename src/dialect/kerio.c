/*
 * kerio.c - Kerio Connect's security and warning logs: "[24/Nov/2026 10:00:00] text".
 */
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("remote"), COLUMN_source_ip, VIA_ADDRESS},
    {.field = S("")},
};
static const struct kind kind_kerio = {
    .format = "kerio", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_login_failed = {.base = &kind_kerio,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_kerio,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"{protocol} Spam attack detected from {src_ip:ip}, {reason*}", &kind_refused},
    {"IP address {src_ip:ip} found in DNS blacklist {rbl:text}, mail from <{from:text}> to "
     "<{to*}>[[ rejected||]]",
     &kind_refused},
    {"Relay attempt from IP address {src_ip:ip}, mail from <{from:text}> to <{to*}> rejected",
     &kind_refused},
    {"Attempt to deliver to unknown recipient <{to:text}>, from <{from:text}>, IP address "
     "{src_ip:ip}",
     &kind_refused},
    {"Failed {protocol} login from {src_ip:ip}[[:{src_port:int}||]] with SASL method "
     "{auth_method}[[.||]]",
     &kind_login_failed},
    {"Failed {protocol} login from {src_ip:ip}, missing or bad certificate[[.||]]",
     &kind_login_failed},
    {"{protocol}: User {user*} doesn't exist. Attempt from IP address {src_ip:ip}[[.||]]",
     &kind_login_failed},
    {"{protocol}: Invalid password for user {user*}. Attempt from IP address {src_ip:ip}[[.||]]",
     &kind_login_failed},
    {"Failed {protocol} login from {src_ip:ip}[[, {reason*}||]]", &kind_login_failed},
    {"Administration login into {console:text} from {src_ip:ip} failed: {reason*}",
     &kind_login_failed},
    {"Failed login to admin console from {src_ip:ip}{detail*}", &kind_login_failed},
    {"Client with IP address {src_ip:ip} has no reverse DNS entry, connection rejected before SMTP "
     "greeting",
     &kind_refused},
    {"Message from IP address {src_ip:ip}, sender <{from:text}> rejected: {reason*}",
     &kind_refused},
};

static int sniff(str text)
{
    static const str fronts[] = {S("SMTP Spam attack "), S("IP address "),
                                 S("Relay attempt "),    S("Attempt to deliver "),
                                 S("Failed "),           S("Client with IP "),
                                 S("Message from IP "),  S("Administration login ")};
    str s = text;

    if (!s.n || s.p[0] != '[' || !stamped_take(&s).n)
        return 0;
    for (size_t i = 0; i < countof(fronts); i++)
        if (str_starts(s, fronts[i]))
            return 60;
    return str_find(s, S(": Invalid password for user ")) || str_find(s, S(" doesn't exist. Att"))
               ? 50
               : 0;
}

const struct dialect dialect_kerio = {
    .name = "kerio",
    .summary = "Kerio Connect: failed logons, refused mail",
    .sample = "[24/Nov/2026 10:00:00] Failed SMTP login from 192.0.2.7 with SASL method CRAM-MD5.",
    .kind = &kind_kerio,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = stamped_read,
    .open = stamped_open,
    .close = stamped_close,
};
