/*
 * pureftpd.c - Pure-FTPd: "(user@host) [LEVEL] text"; user is "?" until one has logged on.
 */
#include "message/dialect.h"

static const struct column_constant constants[] = {
    {S("ftp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct column_rule columns[] = {
    {S("target"), COLUMN_user_name, VIA_ACCOUNT}, /* before the session's own, which is "?" */
    {.field = S("")},
};
static const struct kind kind_pureftpd = {
    .format = "pureftpd", .activity = ACTIVITY_ftp, .columns = columns, .constants = constants};
static const struct kind kind_connect = {.base = &kind_pureftpd,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_logout = {.base = &kind_pureftpd,
                                        .action = "ftp_logout",
                                        .activity = ACTIVITY_logoff,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login = {.base = &kind_pureftpd,
                                       .action = "ftp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_pureftpd,
                                              .action = "ftp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_done = {.base = &kind_pureftpd, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_refused = {.base = &kind_pureftpd,
                                         .action = "refuse",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};

#define FRONT "([[?||{user:text}]]@{src_ip:host}) [{level}] "

static const struct template_row templates[] = {
    {FRONT "Authentication failed for user [{target*}]", &kind_login_failed},
    {FRONT "{target*} is now logged in", &kind_login},
    {FRONT "Anonymous user logged in", &kind_login},
    {FRONT "New connection from {:text}", &kind_connect},
    {FRONT "Logout.", &kind_logout},
    {FRONT "{file*} uploaded  ({size:int} bytes, {rate*})", &kind_done},
    {FRONT "{file*} downloaded  ({size:int} bytes, {rate*})", &kind_done},
    {FRONT "Deleted {file*}", &kind_done},
    {FRONT "Too many authentication failures", &kind_login_failed},
    {FRONT "Sorry, {reason*}", &kind_refused},
    {FRONT "Too many connections ({count:int}) from this IP", &kind_refused},
    {FRONT "{reason*}", NULL},
};

const struct dialect dialect_pureftpd = {
    .name = "pureftpd",
    .summary = "Pure-FTPd: FTP logons, their failures, transfers",
    .sample = "Nov 24 10:00:00 ftp1 pure-ftpd: (?@192.0.2.7) [WARNING] Authentication failed for "
              "user [alice]",
    .kind = &kind_pureftpd,
    .programs = {S("pure-ftpd")},
    .templates = templates,
    .template_count = countof(templates),
};
