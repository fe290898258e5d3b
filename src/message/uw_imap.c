/* uw_imap.c - the University of Washington's imapd and ipop3d, and Panda. */
#include "message/dialect.h"

static const struct kind kind_uw_imap = {.format = "uw_imap"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_uw_imap,                                 \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(failed, "mailbox_login", logon, FAILURE);
KIND(accepted, "mailbox_login", logon, SUCCESS);
KIND(left, "mailbox_logout", logoff, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"Login {reason:text} user={user*} auth={auth_user:text} host={:text} [{src_ip:ip}]",
     &kind_failed},
    {"Login user={user*} host={:text} [{src_ip:ip}]", &kind_accepted},
    {"Authenticated user={user*} host={:text} [{src_ip:ip}][[ mech={auth_method}||]]",
     &kind_accepted},
    {"Auth user={user*} host={:text} [{src_ip:ip}]", &kind_accepted},
    {"Failed {reason:text} of user={user*} host={:text} [{src_ip:ip}]", &kind_failed},
    {"AUTHENTICATE {auth_method} failure host={:text} [{src_ip:ip}]", &kind_failed},
    {"Command stream end of file, while reading line user={user*} host={:text} [{src_ip:ip}]",
     &kind_left},
    {"Logout user={user*} host={:text} [{src_ip:ip}]", &kind_left},
    {"Autologout user={user*} host={:text} [{src_ip:ip}]", &kind_left},
};

const struct dialect dialect_uw_imap = {
    .name = "uw_imap",
    .summary = "UW imapd, ipop3d: mailbox logons",
    .sample = "Nov 24 10:00:00 mail1 imapd[712]: Login failed user=alice auth=alice "
              "host=gw.example.com [192.0.2.7]",
    .kind = &kind_uw_imap,
    .programs = {S("imapd"), S("ipop3d"), S("ipop2d"), S("imap-uw")},
    .templates = templates,
    .template_count = countof(templates),
};
