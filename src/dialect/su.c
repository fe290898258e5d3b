/* su.c - su of shadow-utils, util-linux and the BSDs. */
#include "message/dialect.h"

static const struct kind kind_su = {.format = "su"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_su, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(done, "su", logon, SUCCESS);
KIND(failed, "su", logon, FAILURE);
KIND(told, NULL, authenticate, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"Successful su for {target_user*} by {user}", &kind_done},
    {"FAILED su for {target_user*} by {user}", &kind_failed},
    {"+ {tty} {user}:{target_user*}", &kind_done},
    {"- {tty} {user}:{target_user*}", &kind_failed},
    {"[[(to {target_user*}) ||]]{user} on {tty}", &kind_done},
    {"FAILED SU (to {target_user*}) {user} on {tty}", &kind_failed},
    {"'su {target_user*}' failed for {user} on {tty}", &kind_failed},
    {"'su {target_user*}' succeeded for {user} on {tty}", &kind_done},
    {"BAD SU {user} to {target_user*} on {tty}", &kind_failed},
    {"BAD SU {user} to {target_user*}", &kind_failed},
    {"{user} to {target_user*} on {tty}", &kind_done},
    {"pam_authenticate: {reason:text}", &kind_failed},
    {"user '{target_user*}' does not exist", &kind_failed},
    {"No passwd entry for user '{target_user*}'", &kind_failed},
    {"Authentication failed for {target_user*}", &kind_failed},
    {"FAILED su (to {target_user*}) {user} on {tty}", &kind_failed},
    {"Cannot execute {exe}", &kind_told},
};

const struct dialect dialect_su = {
    .name = "su",
    .summary = "su: who became whom, and who was refused",
    .sample = "Nov 24 10:00:00 web1 su[712]: FAILED su for root by alice",
    .kind = &kind_su,
    .programs = {S("su"), S("su-l"), S("runuser")},
    .templates = templates,
    .template_count = countof(templates),
};
