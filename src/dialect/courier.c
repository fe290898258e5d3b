/*
 * courier.c - the Courier mail server: IMAP and POP3 logons, and what its SMTP server refuses.
 *
 *   LOGIN FAILED, user=alice, ip=[::ffff:192.0.2.7]
 *   error,relay=::ffff:192.0.2.7,port=50022,msg="535 Authentication failed.",cmd: AUTH LOGIN alice
 *
 * A user ends at the last place where the rest fits; what SMTP clients write stands behind their
 * address.
 */
#include "message/dialect.h"

static const struct kind kind_courier = {.format = "courier", .activity = ACTIVITY_mail};
static const struct kind kind_login = {.base = &kind_courier,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_courier,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_logout = {.base = &kind_courier,
                                        .action = "mail_logout",
                                        .activity = ACTIVITY_logoff,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_timeout = {.base = &kind_courier,
                                         .action = "timeout",
                                         .activity = ACTIVITY_logoff,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_courier,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {
    .base = &kind_courier, .action = "disconnect", .activity = ACTIVITY_flow_close};
static const struct kind kind_refused = {.base = &kind_courier,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_sent = {.base = &kind_courier,
                                      .action = "deliver",
                                      .activity = ACTIVITY_mail_send,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unsent = {.base = &kind_courier,
                                        .action = "deliver",
                                        .activity = ACTIVITY_mail_send,
                                        .outcome = OUTCOME_FAILURE};

#define CLIENT "ip=[{src_ip:ip}][[, port=[{src_port:int}]||]]"

static const struct template_row templates[] = {
    {"LOGIN FAILED, user={user*}, " CLIENT, &kind_login_failed},
    {"LOGIN FAILED, method={auth_method}, " CLIENT, &kind_login_failed},
    {"LOGIN FAILED, " CLIENT, &kind_login_failed},
    {"LOGIN, user={user*}, " CLIENT "[[, protocol={protocol}||]][[, stls={:int}||]]", &kind_login},
    {"LOGOUT, user={user*}, " CLIENT ", {detail*}", &kind_logout},
    {"LOGOUT, " CLIENT ", {detail*}", &kind_closed},
    {"TIMEOUT, user={user*}, " CLIENT ", {detail*}", &kind_timeout},
    {"DISCONNECTED, user={user*}, " CLIENT ", {detail*}", &kind_logout},
    {"Connection, " CLIENT, &kind_connect},
    {"Disconnected, " CLIENT "[[, {detail*}||]]", &kind_closed},
    {"started,ip=[{src_ip:ip}][[,port=[{src_port:int}]||]]", &kind_connect},
    {"error,relay={src_ip:ip},from=<{from:text}>,to=<{to:text}>: {reply:int} {reason*}",
     &kind_refused},
    {"error,relay={src_ip:ip},[[port={src_port:int},||]]from=<{from:text}>[[,to=<{to:text}>||]]: "
     "{reason*}",
     &kind_refused},
    {"error,relay={src_ip:ip},[[port={src_port:int},||]]msg=\"535 {reason:text}\",cmd: AUTH "
     "{auth_method} {user*}",
     &kind_login_failed},
    {"error,relay={src_ip:ip},[[port={src_port:int},||]]msg=\"535 {reason:text}\",cmd: "
     "{smtp_command*}",
     &kind_login_failed},
    {"error,relay={src_ip:ip},[[port={src_port:int},||]]msg=\"{reason:text}\",cmd: "
     "{smtp_command*}",
     &kind_refused},
    {"id={queue_id},from=<{from:text}>,addr=<{to:text}>,status: success", &kind_sent},
    {"id={queue_id},from=<{from:text}>,addr=<{to:text}>,size={size:int},success: {reason*}",
     &kind_sent},
    {"id={queue_id},from=<{from:text}>,addr=<{to:text}>,status: {status*}", &kind_unsent},
    {"id={queue_id},from=<{from:text}>,addr=<{to:text}>: {reason*}", NULL},
    {"newmsg,id={queue_id}: dns; {src_host:text} ({:text}[{src_ip:ip}])", NULL},
};

const struct dialect dialect_courier = {
    .name = "courier",
    .summary = "Courier: IMAP and POP3 logons and their failures, refused mail",
    .sample = "Nov 24 10:00:00 mail1 imapd-ssl: LOGIN FAILED, user=alice, ip=[::ffff:192.0.2.7]",
    .kind = &kind_courier,
    .programs = {S("imapd"), S("imapd-ssl"), S("pop3d"), S("pop3d-ssl"), S("courierpop3login"),
                 S("courierimaplogin"), S("courierpop3d"), S("courierimapd"), S("imaplogin"),
                 S("pop3login"), S("couriertcpd"), S("courieresmtpd"), S("courieresmtp"),
                 S("courierd"), S("courierlocal"), S("courier-pop3d"), S("courier-imapd")},
    .templates = templates,
    .template_count = countof(templates),
};
