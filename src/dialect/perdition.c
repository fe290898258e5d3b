/* perdition.c - the perdition proxy for IMAP, POP3 and managesieve. */
#include "message/dialect.h"

static const struct kind kind_perdition = {.format = "perdition", .activity = ACTIVITY_mail};
static const struct kind kind_connect = {.base = &kind_perdition,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login = {.base = &kind_perdition,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_perdition,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_closed = {
    .base = &kind_perdition, .action = "disconnect", .activity = ACTIVITY_flow_close};

#define PEERS "{src_ip:ip}:{src_port:int}->{dst_ip:ip}:{dst_port:int}"

static const struct template_row templates[] = {
    {"Fatal Error reading authentication information from client " PEERS ": {reason*}",
     &kind_login_failed},
    {"Fatal error reading authentication information from client " PEERS ": {reason*}",
     &kind_login_failed},
    {"Fatal error negotiating setup. Exiting child.", NULL},
    {"Connect: " PEERS, &kind_connect},
    {"Connect: {src_ip:ip}->{dst_ip:ip}", &kind_connect},
    {"Auth: " PEERS " client-secure={:text} authorisation_id={:text} authentication_id=\"{user*}\" "
     "server=\"{server:text}\" protocol={protocol} server-secure={:text} status=\"ok\"",
     &kind_login},
    {"Auth: " PEERS " client-secure={:text} authorisation_id={:text} authentication_id=\"{user*}\" "
     "server=\"{server:text}\" protocol={protocol} server-secure={:text} status=\"{reason:text}\"",
     &kind_login_failed},
    {"Auth: {src_ip:ip}->{dst_ip:ip} user=\"{user*}\" server=\"{server:text}\" port=\"{:text}\" "
     "status=\"ok\"",
     &kind_login},
    {"Auth: {src_ip:ip}->{dst_ip:ip} user=\"{user*}\" server=\"{server:text}\" port=\"{:text}\" "
     "status=\"{reason:text}\"",
     &kind_login_failed},
    {"Close: " PEERS " {detail*}", &kind_closed},
};

const struct dialect dialect_perdition = {
    .name = "perdition",
    .summary = "perdition, a proxy for IMAP and POP3: logons and their failures",
    .sample = "Nov 24 10:00:00 mail1 perdition.imaps[712]: Fatal Error reading authentication "
              "information from client 192.0.2.7:50022->198.51.100.1:993: Exiting child",
    .kind = &kind_perdition,
    .programs = {S("perdition"), S("perdition.imap"), S("perdition.imaps"), S("perdition.imap4"),
                 S("perdition.imap4s"), S("perdition.pop3"), S("perdition.pop3s"),
                 S("perdition.managesieve")},
    .templates = templates,
    .template_count = countof(templates),
};
