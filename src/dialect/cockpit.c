/* cockpit.c - Cockpit's web console. */
#include "message/dialect.h"

static const struct kind kind_cockpit = {.format = "cockpit"};
static const struct kind kind_open = {.base = &kind_cockpit,
                                      .action = "web_login",
                                      .activity = ACTIVITY_logon,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {
    .base = &kind_cockpit, .action = "web_logout", .activity = ACTIVITY_logoff};

static const struct template_row templates[] = {
    {"logged in user session", &kind_open},
    {"New connection to session from {src_ip:ip}", &kind_open},
    {"logged out user session", &kind_closed},
    {"session timed out", &kind_closed},
};

const struct dialect dialect_cockpit = {
    .name = "cockpit",
    .summary = "Cockpit: logons at its web console",
    .sample = "Nov 24 10:00:00 web1 cockpit-ws[712]: New connection to session from 192.0.2.7",
    .kind = &kind_cockpit,
    .programs = {S("cockpit-ws"), S("cockpit-session"), S("cockpit-tls")},
    .templates = templates,
    .template_count = countof(templates),
};
