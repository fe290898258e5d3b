/* login.c - login of util-linux, shadow-utils and the BSDs. */
#include "message/dialect.h"

static const struct kind kind_login = {.format = "login"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_login, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(done, "login", logon, SUCCESS);
KIND(failed, "login", logon, FAILURE);
#undef KIND

static const struct column_constant root[] = {
    {S("root"), COLUMN_user_name},
    {{0}, 0},
};
static const struct kind kind_root = {.base = &kind_done, .constants = root};
static const struct kind kind_root_refused = {.base = &kind_failed, .constants = root};

static const struct template_row templates[] = {
    {"FAILED LOGIN ({attempts:int}) on '{tty:text}' FOR '{user*}', {reason:text}", &kind_failed},
    {"FAILED LOGIN ({attempts:int}) on '{tty:text}' from '{src_ip:host}' FOR '{user*}', "
     "{reason:text}",
     &kind_failed},
    {"FAILED LOGIN SESSION FROM {src_ip:host} FOR {user*}, {reason:text}", &kind_failed},
    {"FAILED LOGIN SESSION FOR {user*}, {reason:text}", &kind_failed},
    {"FAILED LOGIN {attempts:int} FROM {src_ip:host} FOR {user*}, {reason:text}", &kind_failed},
    {"FAILED LOGIN {attempts:int} FROM (null) FOR {user*}, {reason:text}", &kind_failed},
    {"FAILED LOGIN {attempts:int} ON {tty} FOR {user*}, {reason:text}", &kind_failed},
    {"FAILED LOGIN [[1 ||]]FROM {src_ip:host} FOR {user*}", &kind_failed},
    {"TOO MANY LOGIN TRIES ({attempts:int}) FROM {src_ip:host} FOR {user*}, {reason:text}",
     &kind_failed},
    {"TOO MANY LOGIN TRIES ({attempts:int}) on '{tty:text}' FOR '{user*}'[[, {reason:text}||]]",
     &kind_failed},
    {"{attempts:int} LOGIN FAILURE[[S||]] FROM {src_ip:host}[[, {user*}||]]", &kind_failed},
    {"{attempts:int} LOGIN FAILURE[[S||]] ON {tty}[[, {user*}||]]", &kind_failed},
    {"REPEATED LOGIN FAILURES ON {tty} FROM {src_ip:host}, {user*}", &kind_failed},
    {"invalid password for '{user*}'[[ on '{tty:text}'||]][[ from '{src_ip:host}'||]]",
     &kind_failed},
    {"invalid password for `{user*}'[[ on `{tty:text}'||]][[ from `{src_ip:host}'||]]",
     &kind_failed},
    {"ROOT LOGIN REFUSED[[ ON {tty}||]][[ FROM {src_ip:host}||]]", &kind_root_refused},
    {"ROOT LOGIN  on '{tty:text}'[[ from '{src_ip:host}'||]]", &kind_root},
    {"ROOT LOGIN ON {tty}[[ FROM {src_ip:host}||]]", &kind_root},
    {"ROOT LOGIN (root) ON {tty}[[ FROM {src_ip:host}||]]", &kind_root},
    {"LOGIN ON {tty} BY {user}[[ FROM {src_ip:host}||]]", &kind_done},
    {"DIALUP AT {tty} BY {user}", &kind_done},
    {"{user} LOGIN ON {tty}[[ FROM {src_ip:host}||]]", &kind_done},
    {"ILLEGAL ROOT LOGIN[[ ON {tty}||]]", &kind_root_refused},
};

const struct dialect dialect_login = {
    .name = "login",
    .summary = "login: logons at terminals and by telnet",
    .sample = "Nov 24 10:00:00 web1 login[712]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', "
              "Authentication failure",
    .kind = &kind_login,
    .programs = {S("login"), S("agetty"), S("getty")},
    .templates = templates,
    .template_count = countof(templates),
};
