/* sogo.c - SOGo's web logon: addresses are the server's and its proxies' words, the user ends at
 * the last place where the rest fits. */
#include "message/dialect.h"

static const struct kind kind_sogo = {.format = "sogo"};
static const struct kind kind_login_failed = {.base = &kind_sogo,
                                              .action = "web_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_sogo,
                                       .action = "web_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};

static const struct template_row templates[] = {
    {"SOGoRootPage Login from '{src_ip:ip}[[, {proxies:text}||]]' for user '{user*}' might not "
     "have worked - {reason*}",
     &kind_login_failed},
    {"SOGoRootPage Login from '{src_ip:ip}[[, {proxies:text}||]]' for user '{user*}' might not "
     "have worked[[ ({detail:text})||]]",
     &kind_login_failed},
    {"SOGoRootPage successful login from '{src_ip:ip}[[, {proxies:text}||]]' for user '{user*}' - "
     "{detail*}",
     &kind_login},
};

const struct dialect dialect_sogo = {
    .name = "sogo",
    .summary = "SOGo: logons at its web page",
    .sample = "Nov 24 10:00:00 sogod [712]: SOGoRootPage Login from '192.0.2.7' for user 'alice' "
              "might not have worked - password policy: 65535  grace: -1  expire: -1  bound: 0",
    .kind = &kind_sogo,
    .programs = {S("sogod")},
    .starts = {S("SOGoRootPage ")},
    .templates = templates,
    .template_count = countof(templates),
};
