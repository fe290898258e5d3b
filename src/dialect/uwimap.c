/* uwimap.c - the University of Washington's imapd, ipop2d and ipop3d. The host is their own, and
 * behind all that a client writes. */
#include "message/dialect.h"

static const struct kind kind_uwimap = {.format = "uwimap", .activity = ACTIVITY_mail};
static const struct kind kind_login = {.base = &kind_uwimap,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_uwimap,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_logout = {.base = &kind_uwimap,
                                        .action = "mail_logout",
                                        .activity = ACTIVITY_logoff,
                                        .outcome = OUTCOME_SUCCESS};

#define HOST "host=[[{src_host:host} ||]][{src_ip:ip}]"

static const struct template_row templates[] = {
    {"Login failed user={user*} auth={:text} " HOST, &kind_login_failed},
    {"Login disabled user={user*} auth={:text} " HOST, &kind_login_failed},
    {"Login excessive login failures user={user*} auth={:text} " HOST, &kind_login_failed},
    {"Login excessive login attempts user={user*} auth={:text} " HOST, &kind_login_failed},
    {"AUTHENTICATE {auth_method} failure " HOST, &kind_login_failed},
    {"Failed {service} override of user={user*} [[ ||]]" HOST, &kind_login_failed},
    {"Login user={user*} " HOST "[[ nmsgs={:text}||]]", &kind_login},
    {"Authenticated user={user*} " HOST "[[ {detail*}||]]", &kind_login},
    {"Auth user={user*} " HOST "[[ {detail*}||]]", &kind_login},
    {"Logout user={user*} " HOST, &kind_logout},
    {"Autologout user={user*} " HOST, &kind_logout},
    {"Command stream end of file, while reading {phase:text} user={user*} " HOST, &kind_logout},
};

const struct dialect dialect_uwimap = {
    .name = "uwimap",
    .summary = "UW IMAP and its POP servers: logons and their failures",
    .sample = "Nov 24 10:00:00 mail1 ipop3d[712]: Login failed user=alice auth=alice "
              "host=pc.example.com [192.0.2.7]",
    .kind = &kind_uwimap,
    .programs = {S("imapd"), S("ipop3d"), S("ipop2d"), S("imaps"), S("pop3d"), S("imap-uw")},
    .templates = templates,
    .template_count = countof(templates),
};
