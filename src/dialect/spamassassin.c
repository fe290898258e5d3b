/* spamassassin.c - spamd: what it took mail for. */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("raddr"), COLUMN_source_ip, VIA_ADDRESS},
    {S("rport"), COLUMN_source_port, VIA_TEXT},
    {S("mid"), COLUMN_email_id, VIA_TEXT},
    {.field = S("")},
};
static const struct kind kind_spamassassin = {
    .format = "spamassassin", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_spam = {.base = &kind_spamassassin,
                                      .action = "spam",
                                      .activity = ACTIVITY_detection,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_clean = {
    .base = &kind_spamassassin, .action = "clean", .outcome = OUTCOME_SUCCESS};
static const struct kind kind_connect = {.base = &kind_spamassassin,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};

/* A Message-ID is the mail's: the address stands before it. */
#define RESULT                                                                                     \
    " {score:int} - [[{tests:text}||]] scantime={scantime:num},size={size:int},user={user:text},"  \
    "uid={uid:int},required_score={required:num},rhost={rhost:text},raddr={raddr:ip},"             \
    "rport={rport:text},mid=<{mid*}>[[,{detail:text}||]]"

static const struct template_row templates[] = {
    {"spamd: result: Y" RESULT, &kind_spam},
    {"spamd: result: ." RESULT, &kind_clean},
    {"spamd: connection from {src_host:host} [{src_ip:ip}]:{src_port:int} to port {dst_port:int}, "
     "fd {:int}",
     &kind_connect},
    {"spamd: processing message <{message_id*}> for {user:text}:{uid:int}", NULL},
    {"spamd: checking message <{message_id*}> for {user:text}:{uid:int}", NULL},
    {"spamd: clean message ({score:num}/{required:num}) for {user:text}:{uid:int} in "
     "{duration:num} "
     "seconds, {size:int} bytes.",
     &kind_clean},
    {"spamd: identified spam ({score:num}/{required:num}) for {user:text}:{uid:int} in "
     "{duration:num} seconds, {size:int} bytes.",
     &kind_spam},
    {"spamd: setuid to {user} succeeded", NULL},
    {"dns: new_dns_packet: domain is utf8 flagged: {query}", NULL},
    {"prefork: child states: {states*}", NULL},
};

const struct dialect dialect_spamassassin = {
    .name = "spamassassin",
    .summary = "SpamAssassin's spamd: mail that was found clean, or spam",
    .sample =
        "Nov 24 10:00:00 mail1 spamd[712]: spamd: identified spam (8.2/5.0) for alice:1000 in "
        "1.2 seconds, 1234 bytes.",
    .kind = &kind_spamassassin,
    .programs = {S("spamd")},
    .starts = {S("spamd: ")},
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
};
