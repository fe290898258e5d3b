/* pfsense.c - the web interfaces of pfSense and OPNsense: who logged on, and who could not. What
 * their packet filter writes is filterlog's. */
#include "message/dialect.h"

static const struct kind kind_pfsense = {.format = "pfsense"};
static const struct kind kind_logon = {
    .base = &kind_pfsense,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_failed = {
    .base = &kind_pfsense,
    .action = "logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_logoff = {
    .base = &kind_pfsense,
    .action = "logoff",
    .activity = ACTIVITY_logoff,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_config = {
    .base = &kind_pfsense,
    .action = "config_change",
    .activity = ACTIVITY_config_change,
    .outcome = OUTCOME_SUCCESS,
};

static const struct template_row templates[] = {
    {"/{page}: webConfigurator authentication error for user '{user*}' from: {src_ip:ip}",
     &kind_failed},
    {"/{page}: webConfigurator authentication error for [[user ||]]'{user*}' from {src_ip:ip}",
     &kind_failed},
    {"/{page}: Web GUI authentication error for [[user ||]]'{user*}' from {src_ip:ip}",
     &kind_failed},
    {"/{page}: Successful webConfigurator login for user '{user*}' from {src_ip:ip}", &kind_logon},
    {"/{page}: Successful login for user '{user*}' from: {src_ip:ip}[[ ({auth_source:text})||]]",
     &kind_logon},
    {"/{page}: User logged out for user '{user*}' from: {src_ip:ip}[[ ({auth_source:text})||]]",
     &kind_logoff},
    {"/{page}: Session timed out for user '{user*}' from: {src_ip:ip}[[ ({auth_source:text})||]]",
     &kind_logoff},
    {"user {user*} authenticated successfully for {service} [using {auth_source:text}]",
     &kind_logon},
    {"user {user*} could not authenticate for {service}. [using {auth_source:text}]", &kind_failed},
    {"user {user*} failed authentication for {service} on {auth_source:text}", &kind_failed},
    {"/{page}: Configuration Change: {user*}@{src_ip:ip} ({auth_source:text}): {change:text}",
     &kind_config},
    {"user {user*}@{src_ip:ip} changed configuration to {file} in {page} {change:text}",
     &kind_config},
};

const struct dialect dialect_pfsense = {
    .name = "pfsense",
    .summary = "web interfaces of pfSense and OPNsense: logons and changes",
    .sample = "Nov 24 10:00:00 pfSense php-fpm[374]: /index.php: webConfigurator authentication "
              "error for user 'admin' from: 192.0.2.7",
    .kind = &kind_pfsense,
    .sources = {{.product = S("pfsense"), .category = S(""), .service = S("webgui")}},
    .not_linux = true,
    .programs = {S("php-fpm"), S("php"), S("opnsense"), S("audit"), S("pfsense")},
    .templates = templates,
    .template_count = countof(templates),
};
