/*
 * cyrus.c - Cyrus IMAP's imapd, pop3d, nntpd, httpd and timsieved (sieve): "badlogin: host [ip]
 * mechanism error". The host is in front of all that a client writes.
 */
#include "message/dialect.h"

static const struct kind kind_cyrus = {.format = "cyrus", .activity = ACTIVITY_mail};
static const struct kind kind_login = {.base = &kind_cyrus,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_cyrus,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_tls = {
    .base = &kind_cyrus, .activity = ACTIVITY_tls, .outcome = OUTCOME_SUCCESS};

#define HOST "[[{src_host:host}||]][[ ||]][{src_ip:ip}]"

static const struct template_row templates[] = {
    {"badlogin: " HOST " {auth_method} ({user*}) [{reason:text}]", &kind_login_failed},
    {"badlogin: " HOST " {auth_method} [{reason*}]", &kind_login_failed},
    {"badlogin: " HOST " {auth_method} authentication failure", &kind_login_failed},
    {"badlogin: " HOST " {auth_method} {user*} SASL({code}): {reason*}", &kind_login_failed},
    {"badlogin: " HOST " {auth_method} {user} {reason*}", &kind_login_failed},
    {"login: " HOST " {user} {auth_method} User logged in[[ {detail*}||]]", &kind_login},
    {"login: " HOST " {user} {auth_method}[[ {detail*}||]]", &kind_login},
    {"starttls: {tls_version} with cipher {tls_cipher*}", &kind_tls},
};

const struct dialect dialect_cyrus = {
    .name = "cyrus",
    .summary = "Cyrus IMAP, POP3 and sieve: logons and their failures",
    .sample = "Nov 24 10:00:00 mail1 cyrus/imaps[712]: badlogin: pc.example.com [192.0.2.7] PLAIN "
              "[SASL(-13): user not found: Password verification failed]",
    .kind = &kind_cyrus,
    .programs = {S("cyrus/"), S("timsieved"), S("sieved"), S("imap"), S("imaps"), S("pop3"),
                 S("pop3s"), S("cyrus-imapd"), S("nntpd")},
    .templates = templates,
    .template_count = countof(templates),
};
