/* sshd.c - OpenSSH's server. */
#include "message/dialect.h"

static const struct kind kind_sshd = {.format = "sshd"};
static const struct kind kind_failed = {
    .base = &kind_sshd,
    .action = "ssh_login",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

static const struct template_row templates[] = {
    {"Failed {auth_method} for invalid user {user*} from {src_ip:ip} port {src_port:int} ssh2",
     &kind_failed},
    {"Failed {auth_method} for {user*} from {src_ip:ip} port {src_port:int} ssh2", &kind_failed},
};

const struct dialect dialect_sshd = {
    .name = "sshd",
    .summary = "OpenSSH's server: logons, their failures, sessions",
    .sample = "Nov 24 10:00:00 web1 sshd[712]: Failed password for root from 192.0.2.7 port 50022 "
              "ssh2",
    .kind = &kind_sshd,
    .programs = {S("sshd"), S("sshd-session"), S("sshd-auth")},
    .templates = templates,
    .template_count = countof(templates),
};
