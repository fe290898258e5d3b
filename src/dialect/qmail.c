/*
 * qmail.c - qmail's processes, in syslog with and without the time that splogger puts in front, and
 * what rblsmtpd, tcpserver and the smtp-auth patch say.
 */
#include "message/stamped.h"

static const struct kind kind_qmail = {.format = "qmail", .activity = ACTIVITY_mail};
static const struct kind kind_refused = {.base = &kind_qmail,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_qmail,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_qmail,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_qmail,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_denied = {.base = &kind_qmail,
                                        .action = "refuse",
                                        .activity = ACTIVITY_flow_refuse,
                                        .outcome = OUTCOME_FAILURE};
static const struct kind kind_closed = {
    .base = &kind_qmail, .action = "disconnect", .activity = ACTIVITY_flow_close};
static const struct kind kind_sent = {.base = &kind_qmail,
                                      .action = "deliver",
                                      .activity = ACTIVITY_mail_send,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unsent = {.base = &kind_qmail,
                                        .action = "deliver",
                                        .activity = ACTIVITY_mail_send,
                                        .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"[[rblsmtpd: ||]]{src_ip:ip} pid {rbl_pid:int} {rbl}: {reply:int} {reason*}", &kind_refused},
    {"[[rblsmtpd: ||]]{rbl:host} blocked {src_ip:ip} {reason*}", &kind_refused},
    {"[[qmail-smtpd: ||]]{reply:int} badiprbl: ip {src_ip:ip} rbl: {rbl*}", &kind_refused},
    {"vchkpw-{service}: vpopmail user not found {user*}:{src_ip:ip}", &kind_login_failed},
    {"vchkpw-{service}: password fail [[(pass: '{:text}') ||]]{user*}:{src_ip:ip}",
     &kind_login_failed},
    {"vchkpw-{service}: (PLAIN) login success {user*}:{src_ip:ip}", &kind_login},
    {"vchkpw-{service}: login success {user*}:{src_ip:ip}", &kind_login},
    {"tcpserver: pid {:int} from {src_ip:ip}", &kind_connect},
    {"tcpserver: ok {:int} {server} :{src_ip:ip}:{user:text}:{src_port:int}", &kind_connect},
    {"tcpserver: deny {:int} {server} :{src_ip:ip}:{user:text}:{src_port:int}", &kind_denied},
    {"tcpserver: end {:int} status {exit_code:int}", &kind_closed},
    {"tcpserver: status: {reason*}", NULL},
    {"new msg {queue_id:int}", NULL},
    {"end msg {queue_id:int}", NULL},
    {"info msg {queue_id:int}: bytes {size:int} from <{from*}> qp {qp:int} uid {:int}", NULL},
    {"starting delivery {delivery:int}: msg {queue_id:int} to {channel} {to*}", NULL},
    {"delivery {delivery:int}: success: {reason*}", &kind_sent},
    {"delivery {delivery:int}: failure: {reason*}", &kind_unsent},
    {"delivery {delivery:int}: deferral: {reason*}", &kind_unsent},
    {"bounce msg {queue_id:int} qp {qp:int}", NULL},
    {"triple bounce: discarding bounce/{queue_id:int}", &kind_unsent},
    {"status: {reason*}", NULL},
};

/* splogger's seconds are the time of syslog's envelope once more. */
static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s);

    return stamped_match(state, m, m->program.n ? (str){0} : time, s);
}

const struct dialect dialect_qmail = {
    .name = "qmail",
    .summary = "qmail, rblsmtpd, tcpserver, vchkpw: refused mail, logons, deliveries",
    .sample = "Nov 24 10:00:00 mail1 qmail: 1795514400.485077 rblsmtpd: 192.0.2.7 pid 712 "
              "sbl.example.org: 451 listed",
    .kind = &kind_qmail,
    .programs = {S("qmail"), S("rblsmtpd"), S("qmail-smtpd"), S("smtpd"), S("vpopmail"),
                 S("tcpserver"), S("qmail-send")},
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
