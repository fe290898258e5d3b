/* wuftpd.c - WU-FTPD, and the BSD ftpd whose words it kept. */
#include "dialect/pam_text.h"
#include "message/dialect.h"

static const struct column_rule columns[] = {PAM_COLUMN, {.field = S("")}};
static const struct column_constant constants[] = {
    {S("ftp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_wuftpd = {
    .format = "wuftpd", .activity = ACTIVITY_ftp, .columns = columns, .constants = constants};
static const struct kind kind_login = {.base = &kind_wuftpd,
                                       .action = "ftp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_wuftpd,
                                              .action = "ftp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_wuftpd,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {
    .base = &kind_wuftpd, .action = "disconnect", .activity = ACTIVITY_flow_close};

#define CLIENT "{src_host:host} [{src_ip:ip}]"

static const struct template_row templates[] = {
    PAM_FAILURE_ROWS("wu-ftpd", &kind_login_failed),
    PAM_FAILURE_ROWS("ftp", &kind_login_failed),
    {"failed login from " CLIENT "[[, {user*}||]]", &kind_login_failed},
    {"repeated login failures from " CLIENT, &kind_login_failed},
    {"FTP LOGIN REFUSED ({reason:text}) FROM " CLIENT ", {user*}", &kind_login_failed},
    {"FTP LOGIN FAILED ({reason:text}) for " CLIENT ", {user*}", &kind_login_failed},
    {"LOGIN FAILED [{reason:text}] from " CLIENT, &kind_login_failed},
    {"FTP LOGIN FROM " CLIENT ", {user*}", &kind_login},
    {"FTP LOGIN FROM {src_host:host} as {user*}", &kind_login},
    {"FTP LOGIN FAILED FROM {src_host:host}[[, {user*}||]]", &kind_login_failed},
    {"ANONYMOUS FTP LOGIN FROM " CLIENT ", {password*}", &kind_login},
    {"ANONYMOUS FTP LOGIN FROM {src_host:host}, {password*}", &kind_login},
    {"connection from " CLIENT, &kind_connect},
    {"connection from {src_host:host} ({src_ip:ip})", &kind_connect},
    {"connect from {src_ip:host}", &kind_connect},
    {"FTP session closed", &kind_closed},
    {"User {user*} timed out after {seconds:int} seconds at {at*}", &kind_closed},
    {"lost connection to " CLIENT, &kind_closed},
};

const struct dialect dialect_wuftpd = {
    .name = "wuftpd",
    .summary = "WU-FTPD and BSD's ftpd: FTP logons and their failures",
    .sample = "Nov 24 10:00:00 ftp1 wu-ftpd[712]: failed login from pc.example.com [192.0.2.7]",
    .kind = &kind_wuftpd,
    .programs = {S("wu-ftpd"), S("ftpd"), S("in.ftpd"), S("wuftpd")},
    .templates = templates,
    .template_count = countof(templates),
};
