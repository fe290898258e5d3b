/* solid_pop3d.c - Solid POP3: the address is last. */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("remote"), COLUMN_source_ip, VIA_ADDRESS},
    {.field = S("")},
};
static const struct kind kind_solid_pop3d = {
    .format = "solid_pop3d", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_login = {.base = &kind_solid_pop3d,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_solid_pop3d,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_solid_pop3d,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};

static const struct template_row templates[] = {
    {"authentication failed for mapped user {user*} - {remote:host}", &kind_login_failed},
    {"authentication failed for user {user*} - {remote:host}", &kind_login_failed},
    {"APOP authentication failed for mapped user {user*} - {remote:host}", &kind_login_failed},
    {"APOP authentication failed for user {user*} - {remote:host}", &kind_login_failed},
    {"authentication failed: no such user: {user*} - {remote:host}", &kind_login_failed},
    {"authentication failed: can't map user name: {user*} - {remote:host}", &kind_login_failed},
    {"APOP authentication failed: no such user: {user*} - {remote:host}", &kind_login_failed},
    {"user {user*} authenticated - {remote:host}", &kind_login},
    {"connect from {remote:host}", &kind_connect},
};

const struct dialect dialect_solid_pop3d = {
    .name = "solid_pop3d",
    .summary = "Solid POP3: logons and their failures",
    .sample = "Nov 24 10:00:00 mail1 solid-pop3d[712]: authentication failed for user alice - "
              "192.0.2.7",
    .kind = &kind_solid_pop3d,
    .programs = {S("solid-pop3d"), S("spop3d")},
    .templates = templates,
    .template_count = countof(templates),
};
